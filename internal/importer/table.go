package importer

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// sheet reads a CSV file with a header, record by record.
type sheet struct {
	csv     *csv.Reader
	columns []string       // as the header has them, folded
	index   map[string]int // of the columns we know
	leftOut []string       // columns nobody asked for
}

// record is one line of a sheet.
type record struct {
	number int // of the line it begins on
	cells  []string
	sheet  *sheet
	fault  string // why it cannot be read at all
}

// cell returns what stands under a column, trimmed; "" when the sheet has no such column.
func (r *record) cell(column string) string {
	i, ok := r.sheet.index[column]
	if !ok || i >= len(r.cells) {
		return ""
	}
	return strings.TrimSpace(r.cells[i])
}

func (r *record) where() string { return fmt.Sprintf("line %d", r.number) }

var (
	bomUTF8 = []byte{0xEF, 0xBB, 0xBF}
	bomLE   = []byte{0xFF, 0xFE}
	bomBE   = []byte{0xFE, 0xFF}
)

// newReader drops a byte order mark and refuses what is not UTF-8 from the first bytes on.
func newReader(r io.Reader) (*bufio.Reader, error) {
	b := bufio.NewReaderSize(r, 64<<10)
	head, err := b.Peek(len(bomUTF8))
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	switch {
	case bytes.Equal(head, bomUTF8):
		if _, err := b.Discard(len(bomUTF8)); err != nil {
			return nil, err
		}
	case bytes.HasPrefix(head, bomLE), bytes.HasPrefix(head, bomBE):
		return nil, errors.New("the file is UTF-16: save it as UTF-8 and try again")
	}
	return b, nil
}

// openSheet reads the header. Column names are compared without case and surrounding space.
// It is an error when a required column is missing or a known one stands there twice.
func openSheet(r io.Reader, required, optional []string) (*sheet, error) {
	b, err := newReader(r)
	if err != nil {
		return nil, err
	}
	s := &sheet{csv: csv.NewReader(b), index: map[string]int{}}
	s.csv.FieldsPerRecord = -1 // counted here, so that a short row is one bad row
	s.csv.ReuseRecord = true
	header, err := s.csv.Read()
	switch {
	case errors.Is(err, io.EOF):
		return nil, errors.New("the file is empty")
	case err != nil:
		return nil, fmt.Errorf("the header cannot be read: %w", err)
	}
	for i, name := range header {
		name = strings.ToLower(strings.TrimSpace(name))
		s.columns = append(s.columns, name)
		if !slices.Contains(required, name) && !slices.Contains(optional, name) {
			if name != "" {
				s.leftOut = append(s.leftOut, name)
			}
			continue
		}
		if _, twice := s.index[name]; twice {
			return nil, fmt.Errorf("the column %s stands there twice", name)
		}
		s.index[name] = i
	}
	var missing []string
	for _, name := range required {
		if _, ok := s.index[name]; !ok {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		return nil, fmt.Errorf("the header lacks %s", strings.Join(missing, ", "))
	}
	return s, nil
}

// next returns the next line that is not blank, io.EOF after the last. A line that is broken in
// itself comes back with its fault; reading goes on after it.
func (s *sheet) next() (*record, error) {
	for {
		cells, err := s.csv.Read()
		if errors.Is(err, io.EOF) {
			return nil, io.EOF
		}
		var broken *csv.ParseError
		if errors.As(err, &broken) {
			return &record{number: broken.StartLine, sheet: s, fault: explain(broken)}, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read the file: %w", err)
		}
		if !slices.ContainsFunc(cells, func(c string) bool { return strings.TrimSpace(c) != "" }) {
			continue // a spreadsheet's empty row: commas alone
		}
		number, _ := s.csv.FieldPos(0)
		r := &record{number: number, cells: slices.Clone(cells), sheet: s}
		if len(cells) != len(s.columns) {
			r.fault = fmt.Sprintf("%s where the header has %d: is a comma inside a value not in quotes?", count(len(cells), "value"), len(s.columns))
		}
		return r, nil
	}
}

func explain(broken *csv.ParseError) string {
	switch {
	case errors.Is(broken.Err, csv.ErrQuote) && broken.Line > broken.StartLine:
		return fmt.Sprintf("a quote that opens here is not closed properly: lines %d to %d could not be told apart", broken.StartLine, broken.Line)
	case errors.Is(broken.Err, csv.ErrQuote), errors.Is(broken.Err, csv.ErrBareQuote):
		return "a quote stands where none may: write it twice, inside quotes"
	}
	return broken.Err.Error()
}
