package takein

import (
	"strconv"
	"strings"

	"doorstep/internal/care"
)

// waking says what is run again because a record has come, or a person is on a caseload: what waited for it, after a
// change of a client. Some thousands may wait, and everybody else waits for the transaction: what it does not reach is a
// due row that goes on from there.
type waking struct {
	record, client string
	mid            int64
	// Where a supervisor let the record in, they let in what its author wrote about its person too: the chain is
	// decided once. "" for nobody.
	approver, author, person string
}

// ref names it in a due row. Nothing but the record is there at the beginning.
func (w waking) ref() string {
	return strings.Join([]string{w.record, w.client, strconv.FormatInt(w.mid, 10), w.approver, w.author, w.person}, "/")
}

func wakingOf(ref string) waking {
	w := waking{record: ref}
	if part := strings.Split(ref, "/"); len(part) == 6 {
		mid, _ := strconv.ParseInt(part[2], 10, 64) // written by us
		w = waking{part[0], part[1], mid, part[3], part[4], part[5]}
	}
	return w
}

// Left says whether something was left for the next transaction: of what waited, or of what goes on with its person.
func (r *Room) Left() bool { return r.wokenAll() || r.handedOn >= MaxHandedOn }

func (r *Room) wokenAll() bool { return r.woken >= MaxWoken }

// wakeFor replays what waited for a record that this change made.
func (in *input) wakeFor(rec *care.Record) error {
	w := waking{record: rec.ID}
	if in.by.Approver != nil {
		w.approver, w.author, w.person = in.by.Approver.Staff, in.by.Staff, rec.Person()
	}
	return in.wake(w, in.by.Approver)
}

// Wake replays the quarantined changes that waited for a record to appear, or for a person to be on a caseload: those of
// a client in their order. Ref is the record or the person, or what an earlier call left.
func (r *Room) Wake(ref string) error {
	w := wakingOf(ref)
	approver, ok := r.Reference.Staff(w.approver)
	if !ok || !approver.InactiveSince.IsZero() {
		return r.wake(w, nil)
	}
	return r.wake(w, &approver)
}

func (r *Room) wake(w waking, approver *care.Viewer) error {
	waiting, err := r.Store.WaitingFor(w.record, w.client, w.mid, MaxWoken)
	if err != nil {
		return err
	}
	for _, q := range waiting {
		if r.wokenAll() {
			break
		}
		r.woken++
		i := care.AsIssue(q)
		w.client = i.Client()
		w.mid, _ = i.Mid()
		lent := approver
		if i.Author() != w.author || i.Patient() != w.person {
			lent = nil
		}
		if _, err := r.Replay(q, nil, Resolver{At: r.Moment.Now()}, lent); err != nil {
			return err
		}
	}
	if len(waiting) == 0 || !r.wokenAll() {
		return nil
	}
	return r.Notes.DueAt(r.Moment.Now(), care.DueWake, w.ref())
}
