package importer

import (
	"errors"
	"io"
)

// inTable takes the rows of a table in, each as read makes it. Dates are its columns of days, by which it is found out
// whether the day or the month stands first.
func inTable[R row](s *source, in *intake[R], columns *columns, read func(*record, Options) R, dates ...string) error {
	if err := dayFirst(s, columns, dates...); err != nil {
		return err
	}
	t, err := openSheet(s, columns, in.options.LeaveOut)
	if err != nil {
		return err
	}
	for _, heading := range t.leftOut {
		in.report.LeftOut[heading] = 0
	}
	for {
		r, err := t.next()
		if errors.Is(err, io.EOF) {
			in.report.Remarks = append(in.report.Remarks, t.remarks()...)
			return in.end(nil)
		}
		if err != nil {
			return in.end(err)
		}
		if err := in.take(read(r, in.options)); err != nil {
			return in.end(err)
		}
	}
}
