package importer

import (
	"errors"
	"fmt"
	"strings"
)

// Fault is what is wrong with a file as a whole.
type Fault struct {
	Says  string // for people
	Cause error  // what a library said of it; nil for nothing
}

// Error implements error: all that is known of it, for a terminal and for a log.
func (f *Fault) Error() string {
	if f.Cause == nil {
		return f.Says
	}
	return f.Says + ": " + f.Cause.Error()
}

// Unwrap gives what a library said.
func (f *Fault) Unwrap() error { return f.Cause }

func faultf(format string, args ...any) error { return &Fault{Says: fmt.Sprintf(format, args...)} }

// faultOf is a fault that a library found.
func faultOf(cause error, says string) error { return &Fault{Says: says, Cause: cause} }

// Unstored is the error of rows that the store failed to take: nothing from the first of them to the last is in.
type Unstored struct {
	First, Last string
	Cause       error
}

// Error implements error.
func (u *Unstored) Error() string {
	return fmt.Sprintf("nothing from %s to %s went in: %s", u.First, u.Last, u.Cause)
}

// Unwrap gives what the store said.
func (u *Unstored) Unwrap() error { return u.Cause }

// Sentence says to people why an import ended, without what a library or the store said of it. Ours: it was not the
// file's fault, and the error belongs into the log.
func Sentence(err error) (text string, ours bool) {
	const log = " Try again. If it happens again, whoever runs the server finds the cause in its log."
	var unknown *UnknownColumns
	var unstored *Unstored
	var fault *Fault
	switch {
	case errors.As(err, &unstored):
		return fmt.Sprintf("Nothing from %s to %s went in, because of a fault of the server. What stood before is in.", unstored.First, unstored.Last) + log, true
	case errors.As(err, &unknown):
		text = unknown.Error()
	case errors.As(err, &fault):
		for inner := fault; errors.As(inner.Cause, &fault); { // the innermost says it best
			inner = fault
		}
		text = fault.Says
	default:
		return "The file could not be taken in, because of a fault of the server." + log, true
	}
	return strings.ToUpper(text[:1]) + text[1:] + ".", false
}
