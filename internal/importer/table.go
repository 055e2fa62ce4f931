package importer

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// columns are those that a kind of table may have, under the names by which they are known here.
type columns struct {
	required []string
	optional []string
	// called are other names of columns, folded. Several may be called the same where more says how they come together.
	called map[string]string
	// more says of columns that may stand there several times whether their cells are joined or the first one counts.
	more map[string]together
	// strict: a column that nobody knows is an error unless it is left out by name.
	strict bool
}

type together int

const (
	joined together = iota + 1
	firstFilled
)

// index has the name by which a column is known here, by each of its names, folded.
func (c *columns) index() map[string]string {
	names := maps.Clone(c.called)
	if names == nil {
		names = map[string]string{}
	}
	for _, column := range slices.Concat(c.required, c.optional) {
		if _, called := names[fold(column)]; !called {
			names[fold(column)] = column
		}
	}
	return names
}

// like is the column whose name is nearly that of a header; "" for none.
func (c *columns) like(header string) string {
	name := fold(header)
	if len(name) < 4 {
		return ""
	}
	for _, column := range slices.Concat(c.required, c.optional) {
		if distance(fold(column), name) <= 2 {
			return column
		}
	}
	for called, column := range c.called {
		if len(called) > 5 && distance(called, name) <= 1 {
			return column
		}
	}
	return ""
}

// distance is how many letters must be put in, taken out or changed to make b of a.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

// sheet reads a table with a header, row by row.
type sheet struct {
	csv      *csv.Reader
	meter    *bounded
	columns  *columns
	names    []string // of its columns as known here, "" = not taken in
	headings []string // as the file has them
	leftOut  []string // columns that nobody takes in
	above    int      // rows above the header
	ragged   []int    // lines of rows that end before the header does, the first few
	short    int      // how many there are
}

// record is one row of a sheet.
type record struct {
	number int // of the line it begins on
	cells  []string
	sheet  *sheet
	fault  string // why it cannot be read at all
}

// cell returns what stands under a column, trimmed; "" when the sheet has no such column.
func (r *record) cell(column string) string {
	filled := r.under(column)
	switch {
	case len(filled) == 0:
		return ""
	case r.sheet.columns.more[column] == joined:
		return strings.Join(filled, ", ")
	}
	return filled[0]
}

// under lists what stands under the columns of a name, without blanks.
func (r *record) under(column string) []string {
	var filled []string
	for i, name := range r.sheet.names {
		if name != column || i >= len(r.cells) {
			continue
		}
		if text := plainCell(r.cells[i]); text != "" {
			filled = append(filled, text)
		}
	}
	return filled
}

// plainCell takes off what spreadsheets put around a value to keep it as text: ="0123" and a leading apostrophe.
func plainCell(text string) string {
	text = strings.TrimSpace(text)
	if inner, ok := strings.CutPrefix(text, `="`); ok && strings.HasSuffix(inner, `"`) {
		text = strings.TrimSpace(strings.TrimSuffix(inner, `"`))
	}
	if inner, ok := strings.CutPrefix(text, "'"); ok && inner != "" && inner[0] >= '0' && inner[0] <= '9' {
		text = inner
	}
	return text
}

func (r *record) where() string { return fmt.Sprintf("line %d", r.number) }

// How far down the header may stand, and how much of the file is looked at for it.
const (
	highestHeader = 30
	sampled       = 64 << 10
)

// openSheet finds the separator and the header. Rows above the header are titles. LeftOut are headings that whoever
// imports knows to be left out. It is an error when a required column is missing, when one stands there twice, and
// when the columns are strict and one is not understood.
func openSheet(s *source, c *columns, leftOut []string) (*sheet, error) {
	sample, err := s.sample()
	if err != nil {
		return nil, err
	}
	comma, above, err := findHeader(sample, c)
	if err != nil {
		return nil, err
	}
	b, err := s.reader()
	if err != nil {
		return nil, err
	}
	t := &sheet{columns: c, above: above, meter: perRecord(b)}
	t.csv = newCSV(t.meter, comma)
	for range above {
		if _, err := t.csv.Read(); err != nil && !isBroken(err) {
			return nil, faultOf(err, "the header cannot be read")
		}
	}
	header, err := t.csv.Read()
	if err != nil {
		return nil, faultOf(err, "the header cannot be read")
	}
	return t, t.understand(header, leftOut)
}

// sample is the beginning of the text, for whoever has to find out what it is.
func (s *source) sample() ([]byte, error) {
	b, err := s.reader()
	if err != nil {
		return nil, err
	}
	sample := make([]byte, sampled)
	n, err := io.ReadFull(b, sample)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, faultOf(err, "the file cannot be read")
	}
	return sample[:n], nil
}

func newCSV(r io.Reader, comma rune) *csv.Reader {
	reader := csv.NewReader(r)
	reader.Comma = comma
	reader.FieldsPerRecord = -1 // counted here, so that a bad row is one bad row
	reader.ReuseRecord = true
	return reader
}

func isBroken(err error) bool {
	var broken *csv.ParseError
	return errors.As(err, &broken)
}

// separators are those that spreadsheets write, the usual one first.
var separators = []rune{',', ';', '\t', '|'}

// findHeader tries each separator and takes the row in which most columns are known.
func findHeader(sample []byte, c *columns) (comma rune, above int, err error) {
	best := 0
	missing, known := c.required, c.index()
	for _, separator := range separators {
		reader := newCSV(bytes.NewReader(sample), separator)
		for row := range highestHeader {
			cells, err := reader.Read()
			if err != nil && !isBroken(err) {
				break
			}
			found := map[string]bool{}
			for _, cell := range cells {
				if name := known[fold(cell)]; name != "" {
					found[name] = true
				}
			}
			if len(found) > best {
				best, comma, above = len(found), separator, row
				missing = nil
				for _, name := range c.required {
					if !found[name] {
						missing = append(missing, name)
					}
				}
			}
		}
	}
	if len(missing) > 0 {
		return 0, 0, faultf("the header lacks %s: the first row that names columns must have it", strings.Join(missing, ", "))
	}
	return comma, above, nil
}

// understand decides about each column of the header.
func (t *sheet) understand(header, leftOut []string) error {
	left := map[string]bool{}
	for _, heading := range leftOut {
		left[fold(heading)] = true
	}
	unknown := &UnknownColumns{Known: slices.Concat(t.columns.required, t.columns.optional)}
	seen, known := map[string]string{}, t.columns.index()
	for _, heading := range header {
		heading = tidy(heading)
		name := known[fold(heading)]
		switch {
		case left[fold(heading)] && heading != "":
			name = ""
			t.leftOut = append(t.leftOut, heading)
		case name == "" && heading != "":
			if like := t.columns.like(heading); like != "" {
				unknown.add(heading, fmt.Sprintf("%q (is it %s?)", heading, like))
			} else if t.columns.strict {
				unknown.add(heading, fmt.Sprintf("%q", heading))
			}
			t.leftOut = append(t.leftOut, heading)
		case name != "":
			if first, twice := seen[name]; twice && t.columns.more[name] == 0 {
				if fold(first) == fold(heading) {
					return faultf("the column %s stands there twice", name)
				}
				return faultf("the columns %q and %q both mean %s: take one out", first, heading, name)
			}
			seen[name] = heading
		}
		t.names = append(t.names, name)
		t.headings = append(t.headings, heading)
	}
	if len(unknown.Headings) > 0 {
		return unknown
	}
	return nil
}

// UnknownColumns: a table has columns that are not understood, so that nothing of it was taken in.
type UnknownColumns struct {
	Headings []string // as the file writes them
	Known    []string
	said     []string // with what each might mean
}

func (e *UnknownColumns) add(heading, said string) {
	e.Headings, e.said = append(e.Headings, heading), append(e.said, said)
}

// Error says what to do.
func (e *UnknownColumns) Error() string {
	return fmt.Sprintf("not understood: the column %s. Nothing was taken in. Rename it to one of %s, or leave it out by name",
		strings.Join(e.said, ", "), strings.Join(e.Known, ", "))
}

// next returns the next line that is not blank, io.EOF after the last. A line that is broken in
// itself comes back with its fault; reading goes on after it.
func (t *sheet) next() (*record, error) {
	for {
		t.meter.again()
		cells, err := t.csv.Read()
		if errors.Is(err, io.EOF) {
			return nil, io.EOF
		}
		var broken *csv.ParseError
		if errors.As(err, &broken) {
			return &record{number: broken.StartLine, sheet: t, fault: explain(broken)}, nil
		}
		if err != nil {
			return nil, faultOf(err, "the file cannot be read further")
		}
		if !slices.ContainsFunc(cells, func(c string) bool { return strings.TrimSpace(c) != "" }) {
			continue // a spreadsheet's empty row: commas alone
		}
		number, _ := t.csv.FieldPos(0)
		r := &record{number: number, cells: slices.Clone(cells), sheet: t}
		t.ends(r)
		return r, nil
	}
}

// ends looks at a row that has more or fewer values than the header has columns. Spreadsheets leave empty cells at the
// end out, and put commas there that stand for nothing.
func (t *sheet) ends(r *record) {
	for i, cell := range r.cells {
		if strings.TrimSpace(cell) != "" && (i >= len(t.headings) || t.headings[i] == "") {
			r.fault = fmt.Sprintf("value %d stands under no column: is a comma inside a value not in quotes?", i+1)
			return
		}
	}
	if len(r.cells) < len(t.headings) {
		if t.short++; len(t.ragged) < 10 {
			t.ragged = append(t.ragged, r.number)
		}
	}
}

// remarks say what of the table was not plain; ask after the last row.
func (t *sheet) remarks() []string {
	var list []string
	if t.above > 0 {
		list = append(list, fmt.Sprintf("Above the header, passed over: %s", count(t.above, "row")))
	}
	if t.short > 0 {
		lines := strings.Trim(strings.ReplaceAll(fmt.Sprint(t.ragged), " ", ", "), "[]")
		if t.short > len(t.ragged) {
			lines += " and more"
		}
		list = append(list, fmt.Sprintf("%s before the last column; what is missing was taken as blank: line %s", count(t.short, "row")+" ended", lines))
	}
	return list
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
