package sqlitedb

import (
	"context"
	"database/sql/driver"
	"errors"
	"slices"

	"modernc.org/sqlite"
)

// SQLite result codes that speak of the machine, not of the data (sqlite3.h): busy, locked, no
// memory, read-only, interrupted, I/O error, corrupt, full, cannot open, not a database.
var machineCodes = []int{5, 6, 7, 8, 9, 10, 11, 13, 14, 26}

// Unavailable says whether an error means that the database cannot work at the moment; any other error is
// about the data it was given.
func Unavailable(err error) bool {
	var lite *sqlite.Error
	if errors.As(err, &lite) {
		return slices.Contains(machineCodes, lite.Code()&0xff)
	}
	return errors.Is(err, driver.ErrBadConn) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

// corrupt says whether an error means that the file is damaged (SQLITE_CORRUPT, SQLITE_NOTADB).
func corrupt(err error) bool {
	var lite *sqlite.Error
	return errors.As(err, &lite) && slices.Contains([]int{11, 26}, lite.Code()&0xff)
}
