package importer

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"doorstep/internal/care"
)

// ChunkRows is how many rows one transaction takes. Small enough for phones to push in between.
const ChunkRows = 200

// Options of an import.
type Options struct {
	// Update writes over what differs in people; a directory always follows its file.
	Update bool
	// Team is whose caseload a person joins when the row names none; "" = nobody's.
	Team string
	// LeaveOut are columns, by their headings, that whoever imports knows to be left out.
	LeaveOut []string
	// Within limits whom an import may touch; nil: it is the operator's, and nobody is kept from it.
	Within *Within
	// From is how many rows were taken in by an earlier call, and are passed over by this one; Most is how many it takes
	// then, 0: all.
	From, Most int
	// Unpacked is how many bytes a packed file may unfold to; 0: any.
	Unpacked int64
	// Brief leaves rows without anything to look at out of the lines.
	Brief bool
	// Lines is where each row's line goes once it is committed; Each gets the same lines, and ends the import by an
	// error. Either may be nil.
	Lines io.Writer
	Each  func([]Line) error
	// Now is the time of the import; NewID makes record ids.
	Now   func() time.Time
	NewID func() (string, error)
}

// Within is what somebody at a desk may reach.
type Within struct {
	// Teams, by id, are whose caseloads people may join.
	Teams map[string]bool
	// Reaches says whether a person who is registered already is theirs.
	Reaches func(patient string) bool
}

// has says whether a person who is registered already may be touched.
func (w *Within) has(patient string, caseloads []Row, now string) bool {
	return w == nil || w.Reaches(patient) || slices.ContainsFunc(caseloads, func(c Row) bool {
		to := c.text("to")
		return w.Teams[c.text("team")] && (to == "" || to > now)
	})
}

// row is one row of a file on its way in.
type row interface {
	// line is its line of the report; a row that is bad in itself comes with Refused set.
	line() *Line
}

// intake takes rows as they are read, decides chunk by chunk and prints what is committed.
type intake[R row] struct {
	ctx     context.Context
	store   Store
	report  *Report
	options Options
	// plan gets the good rows of a chunk, writes them through the transaction and completes their lines.
	plan func(Tx, []R) error
	// most rows go into one transaction; 0: ChunkRows.
	most  int
	chunk []R
	read  int   // rows
	fault error // that ended it
}

// errEnough ends an import that takes a part of its file.
var errEnough = errors.New("that is enough for once")

// take takes one more row.
func (in *intake[R]) take(r R) error {
	if in.options.Most > 0 && in.read == in.options.From+in.options.Most {
		in.report.More = true
		return errEnough
	}
	if in.read++; in.read <= in.options.From {
		return nil
	}
	in.chunk = append(in.chunk, r)
	if len(in.chunk) < cmp.Or(in.most, ChunkRows) {
		return nil
	}
	return in.flush()
}

// end commits what was taken last. Fault is why no more could be read, nil for the end of the file.
func (in *intake[R]) end(fault error) error {
	if in.fault != nil {
		return in.fault
	}
	if errors.Is(fault, errEnough) {
		fault = nil
	}
	return errors.Join(in.flush(), fault)
}

func (in *intake[R]) flush() error {
	chunk := in.chunk
	in.chunk = nil
	if in.fault = in.commit(chunk); in.fault != nil {
		return in.fault
	}
	lines := make([]Line, 0, len(chunk))
	for _, r := range chunk {
		in.report.Rows++
		in.report.Counts[r.line().Outcome]++
		lines = append(lines, *r.line())
	}
	in.fault = in.tell(lines)
	return in.fault
}

func (in *intake[R]) tell(lines []Line) error {
	if in.options.Each != nil && len(lines) > 0 {
		if err := in.options.Each(lines); err != nil {
			return err
		}
	}
	if in.options.Lines == nil {
		return nil
	}
	out := printer{w: in.options.Lines, brief: in.options.Brief}
	return out.print(lines)
}

// commit plans and writes one chunk. When it fails, none of the chunk is in.
func (in *intake[R]) commit(chunk []R) error {
	var good []R
	for _, r := range chunk {
		if r.line().Outcome == "" {
			good = append(good, r)
		}
	}
	if len(good) == 0 {
		return nil
	}
	err := in.store.Transact(in.ctx, func(tx Tx) error { return in.plan(tx, good) })
	if err != nil {
		return &Unstored{chunk[0].line().Where, chunk[len(chunk)-1].line().Where, err}
	}
	return nil
}

// save writes what a row asks for; when the store refuses, the line says why and saved is false.
func save(ctx context.Context, tx Tx, line *Line, writes []Write) (saved bool, err error) {
	err = tx.Save(ctx, writes)
	var refusal *Refusal
	switch {
	case errors.As(err, &refusal):
		line.refuse("%s", refusal.Reason)
		return false, nil
	case err != nil:
		return false, fmt.Errorf("save %s: %w", line.Where, err)
	}
	return true, nil
}

// check turns text from a file into the field's value, nil when it is blank.
func check(collection, field, text string) (any, *care.Problem) {
	c, ok := care.ByName(collection)
	if !ok {
		return nil, &care.Problem{Code: care.CodeUnknownCollection, Message: "there is no collection " + collection}
	}
	f, ok := c.Field(field)
	if !ok {
		return nil, &care.Problem{Code: care.CodeUnknownField, Message: "there is no field " + field}
	}
	return f.Check(text)
}
