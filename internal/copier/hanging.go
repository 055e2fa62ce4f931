package copier

import (
	"errors"
	"io"
	"os"
	"sync/atomic"
	"time"
)

// stuck is how long a step on the disk of the copy may take. Somebody's server on the other side may have gone without a word: its disk
// hangs then, for hours, and who waits for it holds what others need.
const stuck = time.Minute

// syncedEvery is how many bytes of a long file are written before they must be on the disk: else its last step would take as long as all.
const syncedEvery = 32 << 20

var errHangs = errors.New("the disk of the copy hangs")

// steps are what is done on the disk of a copy. A step that takes too long has failed, and so has each further one until it ends.
// Nil bounds nothing.
type steps struct {
	late    func() <-chan time.Time // tells, of a step that begins now, when it takes too long
	hanging atomic.Int64
}

func newSteps() *steps {
	return &steps{late: func() <-chan time.Time { return time.After(stuck) }}
}

// do does a step. What it sets may be read only where there is no error: after one it may be running still.
func (s *steps) do(step func() error) error {
	if s == nil {
		return step()
	}
	if s.hanging.Load() > 0 {
		return errHangs
	}
	done := make(chan error, 1)
	go func() { done <- step() }()
	select {
	case err := <-done:
		return err
	case <-s.late():
	}
	s.hanging.Add(1)
	go func() {
		<-done //nolint:errcheck // that it was late is said
		s.hanging.Add(-1)
	}()
	return errHangs
}

// stepWriter writes a file step by step.
type stepWriter struct {
	steps  *steps
	file   *os.File
	fresh  int // bytes that are not synced yet
	buffer []byte
}

// Write implements io.Writer.
func (w *stepWriter) Write(p []byte) (int, error) {
	w.buffer = append(w.buffer[:0], p...) // a step that hangs may read it when p is something else
	text := w.buffer
	w.fresh += len(p)
	due := w.fresh >= syncedEvery
	if err := w.steps.do(func() error {
		_, err := w.file.Write(text)
		if err == nil && due {
			err = w.file.Sync()
		}
		return err
	}); err != nil {
		w.buffer = nil
		return 0, err
	}
	if due {
		w.fresh = 0
	}
	return len(p), nil
}

// stepReader reads a file step by step.
type stepReader struct {
	steps *steps
	from  io.ReaderAt
}

// ReadAt implements io.ReaderAt.
func (r stepReader) ReadAt(p []byte, at int64) (int, error) {
	if r.steps == nil {
		return r.from.ReadAt(p, at)
	}
	text, n := make([]byte, len(p)), 0
	err := r.steps.do(func() (err error) {
		n, err = r.from.ReadAt(text, at)
		return err
	})
	if err != nil && !errors.Is(err, io.EOF) {
		return 0, err
	}
	return copy(p, text[:n]), err
}
