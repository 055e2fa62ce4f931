package health

import (
	"os"
	"path/filepath"
)

// MeasureDisk reads how much room there is where a data folder lies, and how large the write-ahead log is.
func MeasureDisk(dir string) Disk {
	var d Disk
	if free, total, ok := space(dir); ok {
		d.FreeBytes, d.TotalBytes = &free, &total
	}
	if wal, err := os.Stat(filepath.Join(dir, "data.db-wal")); err == nil {
		d.WALBytes = wal.Size()
	}
	return d
}
