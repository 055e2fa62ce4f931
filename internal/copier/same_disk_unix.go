//go:build unix

package copier

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// sameDisk says whether two folders lie on one file system. One that is not there yet lies where the folder above it does.
func sameDisk(a, b string) bool {
	one, bad1 := disk(a)
	other, bad2 := disk(b)
	return bad1 == nil && bad2 == nil && one == other
}

func disk(folder string) (uint64, error) {
	folder, err := filepath.Abs(folder)
	if err != nil {
		return 0, err
	}
	for {
		found, err := diskOf(folder)
		if errors.Is(err, fs.ErrNotExist) && filepath.Dir(folder) != folder {
			folder = filepath.Dir(folder)
			continue
		}
		return found, err
	}
}

// diskOf is the number of the file system that a folder lies on, which must be there.
func diskOf(folder string) (uint64, error) {
	info, err := os.Stat(folder)
	if err != nil {
		return 0, err
	}
	if stat, ok := info.Sys().(*syscall.Stat_t); ok {
		return uint64(stat.Dev), nil //nolint:unconvert // its type differs by system
	}
	return 0, errors.ErrUnsupported
}
