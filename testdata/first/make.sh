#!/usr/bin/env bash
# Makes town.sql, phones.json and signing.key anew: the database, the phones and the key of a small town as the first program that was
# whole left them. It builds that program from the history of this repository; the keys are those of
# this town and open nothing else. Run it from the root: testdata/first/make.sh
set -euo pipefail
first=ad1e5c8ebecb6cb81645e6afd9bf8a64ae3d21b0
root=$(git rev-parse --show-toplevel)
old=$(mktemp -d)
trap 'git -C "$root" worktree remove --force "$old" 2>/dev/null; rm -rf "$old"' EXIT
git -C "$root" worktree add -q --detach "$old" "$first"
mkdir "$old/internal/first"
cp "$root/testdata/first/town.go.txt" "$old/internal/first/town_test.go"
(cd "$old" && OUT="$root/testdata/first" go test ./internal/first -count=1)
