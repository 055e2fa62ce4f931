package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// closeFolder takes the rights of everybody else from a data folder that an earlier version made; its group
// keeps what it has, for a program that copies the files. A folder that is not there yet is born closed.
func closeFolder(dir string) error {
	const everybody = 0o007
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("look at the data folder: %w", err)
	case info.Mode().Perm()&everybody == 0:
		return nil
	}
	if err := os.Chmod(dir, info.Mode().Perm()&^everybody); err != nil {
		return fmt.Errorf("close the data folder to others: %w", err)
	}
	return nil
}
