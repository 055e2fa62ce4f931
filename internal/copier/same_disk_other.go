//go:build !unix

package copier

import (
	"errors"
	"os"
)

// sameDisk is not known here.
func sameDisk(string, string) bool { return false }

// diskOf says only whether a folder is there.
func diskOf(folder string) (uint64, error) {
	if _, err := os.Stat(folder); err != nil {
		return 0, err
	}
	return 0, errors.ErrUnsupported
}
