//go:build linux || darwin || freebsd

package health

import (
	"os"
	"syscall"
)

// space is what is free for this process on the file system of a folder, and its size, in bytes.
func space(dir string) (free, total int64, ok bool) {
	var fs syscall.Statfs_t
	if err := syscall.Statfs(dir, &fs); err != nil {
		return 0, 0, false
	}
	blocks := int64(fs.Bavail) //nolint:unconvert // its type differs by system
	if os.Geteuid() == 0 {     // which may use what is kept back from others
		blocks = int64(fs.Bfree) //nolint:unconvert // as above
	}
	size := int64(fs.Bsize)                             //nolint:unconvert // as above
	return blocks * size, int64(fs.Blocks) * size, true //nolint:unconvert // as above
}
