package doctor

import (
	"errors"
	"fmt"
	"time"
)

// copyBehind is how far the copy may be behind the last minute that the database has work of.
const copyBehind = 5 * time.Minute

// errNotTold ends a check of what nobody said where it is.
var errNotTold = errors.New("nobody said where it is")

// copied looks whether the copy off the machine can be read and reaches as far as the database. Error: errNotTold where nobody
// said where the copy is; a green word would be about a copy that nobody has seen.
func (l *look) copied() error {
	if l.Copy == nil {
		return errNotTold
	}
	reaches, err := l.Copy(l.ctx)
	if err != nil {
		l.found(Problem, "The copy off the machine cannot be read: "+err.Error()+".", "If this machine is lost now, what was stored is lost with it, but for what phones still have.",
			"Mount the disk of the copy, or look at what the server prints about it. See \"copy_late\" in docs/operate/runbook.md.")
		return nil
	}
	minute, err := l.number(`SELECT max(minute) FROM sync_marks`)
	if err != nil {
		return err
	}
	if behind := time.Unix(minute*60, 0).Sub(reaches); behind > copyBehind {
		l.found(Problem, fmt.Sprintf("The copy off the machine reaches %s, %s less than the database.", reaches.UTC().Format(time.RFC3339), behind.Round(time.Minute)),
			"If this machine is lost now, what was stored since is lost with it, but for what phones still have.",
			"Start the server with --copy-to and --copy-key: it makes up for what is missing. See \"copy_late\" in docs/operate/runbook.md.")
	}
	return nil
}
