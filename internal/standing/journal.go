// Package standing keeps, in a file beside the database, what was decided about phones, members of staff
// and caseloads: lost, withdrawn, left, moved, ended. A backup that is put back knows nothing of what was
// decided after it was made; from this file it is decided again.
//
// The file holds a JSON object a line. The engine writes one when it settles a decision, in the same second
// in which somebody made it, and before the transaction that settles it is committed: what the database
// holds as settled is in the file.
package standing

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/history"
)

// File is the name of the journal in the data folder.
const File = "standing.journal"

// kept is how long an entry is kept after it was written; no backup that is older is put back.
const kept = 400 * 24 * time.Hour

// Entry is a line of the journal: a decision, or the start of a server.
type Entry struct {
	At time.Time `json:"at"`
	// History and Seq are the point of the sequence at which it was decided; of a start, the history that
	// began and the last number before it.
	History history.Name `json:"history"`
	Seq     int64        `json:"seq"`
	Start   bool         `json:"start,omitempty"`
	*care.Standing
}

// Journal is an open journal. One goroutine may append at a time.
type Journal struct {
	file *os.File
	size int64 // of what is whole
	// Entries are those that were there when it was opened, the last word about each record.
	Entries []Entry
	// Fresh: there was no journal before.
	Fresh bool
}

// Open opens the journal of a data folder, which it makes where there is none. A last line that a power cut
// tore is dropped: its change was never committed. What is superseded or too old goes.
func Open(dir string, now time.Time) (*Journal, error) {
	path := filepath.Join(dir, File)
	text, err := os.ReadFile(path)
	fresh := errors.Is(err, fs.ErrNotExist)
	if err != nil && !fresh {
		return nil, fmt.Errorf("read the journal of standing: %w", err)
	}
	entries, lines, err := parse(text)
	if err != nil {
		return nil, fmt.Errorf("%s, line %d, cannot be read: %w. Put a good copy in its place, or move it away: "+
			"phones that were lost after the last backup must then be reported again", path, lines, err)
	}
	entries = slices.DeleteFunc(entries, func(e Entry) bool { return now.Sub(e.At) > kept })
	torn := len(text) > 0 && !bytes.HasSuffix(text, []byte("\n"))
	if torn || len(entries) != lines {
		// On a full disk it stays longer than it need be, unless what is written next would be joined to half a line.
		if err := rewrite(path, entries); err != nil && torn {
			return nil, fmt.Errorf("write the journal of standing: %w", err)
		}
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the journal of standing: %w", err)
	}
	info, err := file.Stat()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open the journal of standing: %w", err), file.Close())
	}
	return &Journal{file: file, size: info.Size(), Entries: entries, Fresh: fresh}, nil
}

// parse reads the last word about each record, in the order in which they were said, and every start. It
// says how many lines there are, or in which one the error is.
func parse(text []byte) (entries []Entry, lines int, err error) {
	last := map[string]int{}
	scan := bufio.NewScanner(bytes.NewReader(text))
	scan.Buffer(nil, 1<<20)
	for scan.Scan() {
		lines++
		var e Entry
		if err := json.Unmarshal(scan.Bytes(), &e); err != nil {
			if !bytes.HasSuffix(text, []byte("\n")) && !scan.Scan() {
				return compact(entries, last), lines, nil // torn: the last line, and no line feed after it
			}
			return nil, lines, err
		}
		if !e.Start && e.Standing == nil {
			return nil, lines, errors.New("neither a start nor a decision")
		}
		if e.Standing != nil {
			last[e.Collection+"/"+e.ID] = len(entries)
		}
		entries = append(entries, e)
	}
	return compact(entries, last), lines, scan.Err()
}

func compact(entries []Entry, last map[string]int) []Entry {
	var list []Entry
	for i, e := range entries {
		if e.Start || last[e.Collection+"/"+e.ID] == i {
			list = append(list, e)
		}
	}
	return list
}

func rewrite(path string, entries []Entry) (err error) {
	file, err := os.CreateTemp(filepath.Dir(path), "."+File+"-*") // made with 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(file.Name()))
		}
	}()
	err = write(file, entries)
	if err = errors.Join(err, file.Close()); err != nil {
		return err
	}
	if err = os.Rename(file.Name(), path); err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

func write(file *os.File, entries []Entry) error {
	var b bytes.Buffer
	for i := range entries {
		line, err := json.Marshal(&entries[i])
		if err != nil {
			return err
		}
		b.Write(append(line, '\n'))
	}
	if _, err := file.Write(b.Bytes()); err != nil {
		return err
	}
	return file.Sync()
}

// Append writes entries to the disk. Half a line that a full disk left of an earlier one goes first: joined to the
// next, neither could be read.
func (j *Journal) Append(entries ...Entry) error {
	if len(entries) == 0 {
		return nil
	}
	err := j.file.Truncate(j.size)
	if err == nil {
		err = write(j.file, entries)
	}
	if err != nil {
		return fmt.Errorf("write the journal of standing: %w", err)
	}
	info, err := j.file.Stat()
	if err != nil {
		return fmt.Errorf("write the journal of standing: %w", err)
	}
	j.size = info.Size()
	return nil
}

// Close closes the file.
func (j *Journal) Close() error { return j.file.Close() }

// Lost are the decisions that a database does not know, which has the histories of the book and whose
// sequence stands at head: it was restored from a backup made before them.
func (j *Journal) Lost(book *history.Book, head int64) (lost []care.Standing) {
	for _, e := range j.Entries {
		if e.Standing != nil && !book.Reaches(e.History, e.Seq, head) {
			lost = append(lost, *e.Standing)
		}
	}
	return lost
}

// Strangers are the starts that a database does not know: it was restored from a backup made before them.
func (j *Journal) Strangers(book *history.Book) (names []history.Name) {
	for _, e := range j.Entries {
		if e.Start && !book.Has(e.History) && !book.Lost(e.History) {
			names = append(names, e.History)
		}
	}
	return names
}
