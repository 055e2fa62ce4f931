//go:build unix

package datafolder

import (
	"fmt"
	"os"
	"strconv"
	"syscall"
)

// fileNumber is the number of a file in its file system; "" where it has none.
func fileNumber(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", fmt.Errorf("look at the database: %w", err)
	}
	if stat, ok := info.Sys().(*syscall.Stat_t); ok {
		return strconv.FormatUint(uint64(stat.Ino), 10), nil //nolint:unconvert // 32 bits wide on some systems
	}
	return "", nil
}
