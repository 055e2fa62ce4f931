package copier

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"filippo.io/age"
	"github.com/benbjohnson/litestream"
)

// A copy has a folder for each server that made it, by its key: a server cannot open what another one copied, such as the one on the
// machine that was lost, and begins anew beside it.

// generation is the name of the folder of a server.
func generation(own *age.X25519Recipient) string { return own.String()[len("age1"):20] }

// generationName matches what generation makes: sixteen letters of the alphabet of age's keys. Whatever else lies in the folder of a
// copy, such as the lost+found of its disk, is not ours.
var generationName = regexp.MustCompile(`^[02-9ac-hj-np-z]{16}$`)

// generations lists the folders of a copy; none where there is no copy. The folder of one server is a copy by itself.
func generations(copy string) (list []string, err error) {
	if inBucket(copy) {
		return bucketGenerations(copy)
	}
	if generationName.MatchString(filepath.Base(filepath.Clean(copy))) {
		return []string{copy}, nil
	}
	entries, err := os.ReadDir(copy)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("look at the copy: %w", err)
	}
	for _, e := range entries {
		if e.IsDir() && generationName.MatchString(e.Name()) {
			list = append(list, filepath.Join(copy, e.Name()))
		}
	}
	return list, nil
}

// placeOf is a generation that is only read.
func placeOf(from string) (place, error) {
	if inBucket(from) {
		return newBucket(from)
	}
	return &folder{dir: from}, nil
}

// newest is when the newest file of a generation was made; zero for none.
func newest(dir string) (at time.Time, err error) {
	lies, err := placeOf(dir)
	if err != nil {
		return at, err
	}
	for level := range litestream.SnapshotLevel + 1 {
		files, err := (&sealed{place: lies}).list(level)
		if err != nil {
			return at, err
		}
		for _, file := range files {
			if file.CreatedAt.After(at) {
				at = file.CreatedAt
			}
		}
	}
	return at, nil
}

// forgetGenerations deletes those of other servers of which nothing is newer than a time: nobody goes back that far. What is not a
// generation is left alone.
func forgetGenerations(copy, but string, before time.Time) error {
	list, err := generations(copy)
	for _, dir := range list {
		at, bad := newest(dir)
		if bad == nil && generationOf(dir) != generationOf(but) && !at.IsZero() && at.Before(before) {
			bad = forget(dir)
		}
		if bad != nil {
			err = errors.Join(err, fmt.Errorf("delete an old generation of the copy: %w", bad))
		}
	}
	return err
}

// generationOf is the name of a generation by where it is.
func generationOf(from string) string {
	if inBucket(from) {
		from, _, _ = strings.Cut(from, "?")
	}
	return filepath.Base(filepath.Clean(from))
}

func forget(from string) error {
	if !inBucket(from) {
		return os.RemoveAll(from)
	}
	b, err := newBucket(from)
	if err != nil {
		return err
	}
	return b.empty()
}
