# Doorstep. `make` lists the targets. Running it takes Go alone; testing the pages takes Node.js and Chromium.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

GO ?= go
GO_MINOR := 26
BIN := $(CURDIR)/bin

# One pinned linter, built through the Go module proxy into ./bin. It is large: about two
# minutes on two cores the first time, nothing after that.
GOLANGCI_VERSION := v2.15.0
GOLANGCI := $(BIN)/golangci-lint-$(GOLANGCI_VERSION)

# The parts of `make test`. Each is a target that installs what it needs, or stops and names
# what is missing; a new kind of test joins by adding its target here. All run, whatever becomes of
# the others. The part test-PART ends with a line "PART: N passed, N failed" and writes dist/test/PART.failed,
# a line for each failure: its name, a tab and the command that repeats it; .ci/parts reads both.
TEST_PARTS := test-go test-js test-browser
TALLY := dist/tally

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  \1\t/' | expand -t 14

.PHONY: need-go
need-go:
	@command -v $(GO) >/dev/null || { echo "missing: Go 1.$(GO_MINOR) or newer (https://go.dev/dl)" >&2; exit 1; }
	@minor=$$($(GO) env GOVERSION | sed -E 's/^go1\.([0-9]+).*/\1/'); \
	if [ "$$minor" -lt $(GO_MINOR) ]; then \
		echo "missing: Go 1.$(GO_MINOR) or newer; this is $$($(GO) env GOVERSION)" >&2; exit 1; fi

.PHONY: demo
demo: need-go ## invent a neighbourhood, live a day in it, serve it (ARGS="--once" to stop after)
	$(GO) run . demo $(ARGS)

.PHONY: build
build: need-go ## one static binary in ./dist
	CGO_ENABLED=0 $(GO) build -tags timetzdata -trimpath -ldflags="-s -w" -o dist/doorstep .

.PHONY: release
release: need-go ## static programs for Linux in dist/release, with checksums, what they are made of and all licences (VERSION=v1.2.3)
	VERSION=$(VERSION) .ci/release

.PHONY: test
test: ## every test there is
	@MAKE="$(MAKE)" .ci/parts $(TEST_PARTS)

# What counts the tests of Go. Property tests begin at the same place each time, and somewhere else in make nightly.
# Two dozen programs are linked for it: without tables for a debugger, and with half as many collections of garbage, the
# whole takes a seventh less processor time. `make lint` vets what this does not vet again, and some tests wait more than they work.
.PHONY: $(TALLY)
$(TALLY): need-go
	@$(GO) build -o $@ ./internal/testkit/tally

.PHONY: test-go
test-go: $(TALLY) ## the tests of Go
	@mkdir -p dist/test
	GOGC=200 RAPID_SEED=1 $(GO) test -count=1 -vet=off -ldflags='-s -w' -p 4 -timeout 20m -json $(GOTEST) ./... | $(TALLY) -failed dist/test/go.failed

# The JavaScript tests need Node.js 20.19 or newer and what e2e/package-lock.json pins; the browser
# tests need Chromium. As root on Debian both are installed; elsewhere the missing one is named.
# Where Node.js is older, as in Debian 12, npm brings this one.
NODE_MODULES := e2e/node_modules/.package-lock.json
NODE_VERSION := 20.20.2
NODE_HERE := $(CURDIR)/e2e/.node
export PATH := $(NODE_HERE)/node_modules/node/bin:$(PATH)
NODE_FITS := const [major, minor] = process.versions.node.split(".").map(Number); process.exit(major > 20 || major === 20 && minor >= 19 ? 0 : 1)

.PHONY: need-node
need-node:
	@if ! command -v npm >/dev/null && [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -qq && apt-get install -y -qq --no-install-recommends nodejs npm >/dev/null; fi
	@command -v node >/dev/null && command -v npm >/dev/null || { echo "missing: Node.js 20.19 or newer with npm" >&2; exit 1; }
	@node -e '$(NODE_FITS)' || npm install --prefix $(NODE_HERE) --no-save --no-audit --no-fund --silent node@$(NODE_VERSION) || true
	@node -e '$(NODE_FITS)' || { echo "missing: Node.js 20.19 or newer; this is $$(node --version)" >&2; exit 1; }

# The headless shell of Chromium shows the same pages for a third less processor time; where it cannot be installed, Chromium does.
.PHONY: need-chromium
need-chromium:
	@if ! command -v chromium-headless-shell >/dev/null && [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -qq && { apt-get install -y -qq --no-install-recommends chromium-headless-shell fonts-liberation || \
		command -v chromium || apt-get install -y -qq --no-install-recommends chromium fonts-liberation; } >/dev/null || true; fi
	@command -v chromium-headless-shell chromium >/dev/null || { echo "missing: Chromium (Debian's packages are called chromium-headless-shell and chromium)" >&2; exit 1; }

$(NODE_MODULES): e2e/package-lock.json | need-node
	cd e2e && npm ci --no-audit --no-fund
	@touch $@

# The server that the JavaScript and browser tests start, with people in it and a control port.
.PHONY: dist/doorstep-test
dist/doorstep-test: need-go
	$(GO) build -o $@ ./internal/testkit/stand

# Doorstep itself, for tests of its commands.
.PHONY: dist/doorstep-plain
dist/doorstep-plain: need-go
	$(GO) build -o $@ .

.PHONY: test-js
test-js: $(NODE_MODULES) dist/doorstep-test dist/doorstep-plain ## the JavaScript client and the pages' logic, by Node.js
	cd e2e && node tests.mjs js

.PHONY: test-browser
test-browser: $(NODE_MODULES) dist/doorstep-test need-chromium ## the pages in a real browser
	cd e2e && node tests.mjs browser

.PHONY: nightly-js
nightly-js: $(NODE_MODULES) dist/doorstep-test ## more days of trouble for the JavaScript client than `make test` lives through
	cd e2e && SEEDS=300 WALKS=1500 node --test sync/faults.test.mjs sync/walks.test.mjs

.PHONY: speed
speed: $(NODE_MODULES) dist/doorstep-test need-chromium ## how fast the field app is, beside docs/speed.json (ARGS=--write keeps the figures)
	cd e2e && node speed.mjs $(ARGS)

.PHONY: pictures
pictures: $(NODE_MODULES) build need-chromium ## the README's pictures, from the demo
	cd e2e && node pictures.mjs

.PHONY: vendor
vendor: $(NODE_MODULES) ## rebuild pb_public/vendor from e2e/package-lock.json
	cd e2e && node vendor/build.mjs

.PHONY: race
race: need-go ## the race detector over our own packages (needs a C compiler)
	@command -v gcc >/dev/null || command -v clang >/dev/null || { echo "missing: a C compiler, which the race detector needs" >&2; exit 1; }
	CGO_ENABLED=1 $(GO) test -race -timeout 30m ./internal/...

.PHONY: lint
lint: need-go $(GOLANGCI) ## formatting, go vet, golangci-lint
	@badly=$$(gofmt -l $$(git ls-files --cached --others --exclude-standard '*.go')); \
	if [ -n "$$badly" ]; then echo "gofmt would change:"; echo "$$badly"; exit 1; fi
	$(GO) vet ./...
	$(GOLANGCI) run ./...

$(GOLANGCI): | need-go
	@echo "building golangci-lint $(GOLANGCI_VERSION), once; about two minutes on two cores"
	@mkdir -p $(BIN)
	GOBIN=$(BIN) GOFLAGS= $(GO) install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_VERSION)
	@mv $(BIN)/golangci-lint $@

.PHONY: bench
bench: need-go ## beside plain PocketBase and raw SQLite, in one run, as ratios
	$(GO) run ./bench $(ARGS)
	$(GO) test -run '^$$' -bench TheBoard -benchtime 20x ./internal/measures

.PHONY: numbers
numbers: need-go ## measure each cell three times and write docs/numbers.md (about a quarter of an hour on a machine left alone)
	@{ echo "# Numbers"; echo; \
	echo "What \`make numbers\` printed on $$(date -u +%F). Ratios within one run are what counts: the load generator shares the"; \
	echo "processors with the servers. \`bench/\` says what each line measures; [README](../README.md#how-fast) what follows from it."; \
	echo; echo '```text'; $(GO) run ./bench -runs 3 $(ARGS); echo '```'; } > docs/numbers.md.new
	@mv docs/numbers.md.new docs/numbers.md

# What `make test` has no time for: many seeds, the search for a day that shows each
# seeded bug, property tests that begin anywhere, and the race detector.
.PHONY: nightly
nightly: ## many seeds, each seeded bug sought anew, long property tests, more days for JavaScript, the race detector
	@$(MAKE) -k nightly-go nightly-js race

.PHONY: nightly-go
nightly-go: need-go
	DOORSTEP_SEEDS=400 $(GO) test -count=1 -timeout 0 -run '^TestSeeds' -v ./internal/sim
	$(GO) test -count=1 -timeout 0 -run '^TestFaults$$' -v ./internal/sim -search
	RAPID_CHECKS=5000 $(GO) test -count=1 ./internal/handover ./internal/delivery ./internal/rules ./internal/reconcile

# A failing seed prints the command that replays it.
SEEDS ?= 5000
FROM ?= 1
.PHONY: soak
soak: need-go ## the simulator over the seeds from FROM=1 to SEEDS=5000
	DOORSTEP_FIRST_SEED=$(FROM) DOORSTEP_SEEDS=$(SEEDS) $(GO) test -count=1 -timeout 0 -run '^TestSeeds$$' -v ./internal/sim

# What happens to servers, done to real processes while phones push. As root on Linux also power cuts and failing disks.
MINUTES ?= 10
.PHONY: faults
faults: dist/doorstep-plain ## kill -9, power cuts, bad disks, copies, clocks and restores; writes docs/reliability.md (MINUTES=10)
	$(GO) build -o dist/doorstep-faults ./internal/testkit/faults
	dist/doorstep-faults -binary dist/doorstep-plain -minutes $(MINUTES) -out docs/reliability.md $(ARGS)

FUZZTIME ?= 20s
.PHONY: fuzz
fuzz: need-go ## every fuzz target in turn (FUZZTIME=20s each)
	@grep -rlE '^func Fuzz' --include='*_test.go' . | while read -r file; do \
		for name in $$(grep -oE '^func Fuzz[A-Za-z0-9_]*' "$$file" | sed 's/^func //'); do \
			echo "== $$name in $$(dirname "$$file")"; \
			$(GO) test -run '^$$' -fuzz "^$$name\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 1s "$$(dirname "$$file")"; \
		done; done

.PHONY: clean
clean: ## remove what was built here; never data
	rm -rf $(BIN) dist $(NODE_HERE)
