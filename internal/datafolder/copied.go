package datafolder

import (
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// originFile says which file the database of a folder was when a server last opened it, by its number in the file
// system. A copy has another, or none is noted beside it.
const originFile = "data.db.origin"

// takesLong is the size of a database from which somebody waits long enough to be told why.
const takesLong = 64 << 20

// Number tells the database of a folder from every other file that was or will be in its place; "" where files have none.
func Number(dir string) (string, error) { return fileNumber(filepath.Join(dir, dataFile)) }

// Opened notes that the database of a folder is the one that a server of this folder writes. Where files have no number,
// or it is noted, it writes nothing: a server starts again on a full disk.
func Opened(dir string) error {
	number, err := fileNumber(filepath.Join(dir, dataFile))
	if err != nil || number == "" || number == noted(dir) {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, originFile), []byte(number+"\n"), 0o600); err != nil {
		return fmt.Errorf("note which file the database is: %w", err)
	}
	return nil
}

// noted is the number that is noted, "" for none.
func noted(dir string) string {
	text, err := os.ReadFile(filepath.Join(dir, originFile))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(text))
}

// checkCopy looks through a database that no server of this folder wrote, and refuses one that does not hold together: files
// that are copied one after the other while a server writes fit together by luck, and SQLite serves what it has until
// it comes to what is torn. A database that this folder's server left, however it ended, is not looked through.
func checkCopy(dir string, out func(sentence string)) error {
	path := filepath.Join(dir, dataFile)
	number, err := fileNumber(path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && number == "" {
		return nil
	}
	if err != nil {
		return err
	}
	if number == noted(dir) {
		return nil
	}
	if info, err := os.Stat(path); err == nil && info.Size() >= takesLong {
		out(path + " is not the file that a server had open here before: it is looked through first. That takes some seconds a gigabyte and more.")
	}
	var found string
	if err := reading(path, func(db *sql.DB) error { return db.QueryRow(`PRAGMA integrity_check(1)`).Scan(&found) }); err != nil {
		found = err.Error()
	}
	if found == "ok" {
		return nil
	}
	return fmt.Errorf("%s does not hold together (%s): was it copied while a server wrote to it? Put a copy in its place that doorstep backup "+
		"made, or one of the whole folder that was made while no server ran. Nothing was changed", path, strings.Join(strings.Fields(found), " "))
}
