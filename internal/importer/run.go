package importer

import (
	"context"
	"errors"
	"fmt"
	"io"
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
	// Brief leaves rows without anything to look at out of the lines.
	Brief bool
	// Lines is where each row's line goes once it is committed.
	Lines io.Writer
	// Now is the time of the import; NewID makes record ids.
	Now   func() time.Time
	NewID func() (string, error)
}

// row is one row of a file on its way in.
type row interface {
	// line is its line of the report; a row that is bad in itself comes with Refused set.
	line() *Line
}

// run reads rows until io.EOF, decides chunk by chunk and prints what is committed. plan gets
// the good rows of a chunk, writes them through tx and completes their lines.
func run[R row](ctx context.Context, store Store, o Options, report *Report, next func() (R, error), plan func(Tx, []R) error) error {
	out := printer{w: o.Lines, brief: o.Brief}
	for ended := false; !ended; {
		var chunk []R
		var fault error
		for len(chunk) < ChunkRows {
			r, err := next()
			if errors.Is(err, io.EOF) {
				ended = true
				break
			}
			if err != nil {
				ended, fault = true, err
				break
			}
			chunk = append(chunk, r)
		}
		if err := commit(ctx, store, chunk, plan); err != nil {
			return err
		}
		lines := make([]Line, 0, len(chunk))
		for _, r := range chunk {
			report.Rows++
			report.Counts[r.line().Outcome]++
			lines = append(lines, *r.line())
		}
		if err := out.print(lines); err != nil {
			return err
		}
		if fault != nil {
			return fault
		}
	}
	return nil
}

// commit plans and writes one chunk. When it fails, none of the chunk is in.
func commit[R row](ctx context.Context, store Store, chunk []R, plan func(Tx, []R) error) error {
	var good []R
	for _, r := range chunk {
		if r.line().Outcome != Refused {
			good = append(good, r)
		}
	}
	if len(good) == 0 {
		return nil
	}
	err := store.Transact(ctx, func(tx Tx) error { return plan(tx, good) })
	if err != nil {
		return fmt.Errorf("nothing from %s to %s went in: %w", chunk[0].line().Where, chunk[len(chunk)-1].line().Where, err)
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
