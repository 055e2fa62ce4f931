package takein

import (
	"time"

	"doorstep/internal/care"
	"doorstep/internal/reconcile"
	"doorstep/internal/wire"
)

// input is a change as it came; nothing in it alters on the way.
type input struct {
	*Room
	m  *care.Mutation
	by By
	// received is when the server got it: now, but for a replay the first time.
	received time.Time
	// at is the corrected authored time; known says whether the offset in force then is known.
	at    time.Time
	known bool
	// replayOf is the quarantine row that is run again; nil for a new change.
	replayOf *care.Record
}

func (r *Room) newInput(m *care.Mutation, by By) *input {
	in := &input{Room: r, m: m, by: by, received: r.Moment.Now()}
	in.at, in.known = by.Clock.Correct(m.AuthoredAt, in.received)
	return in
}

// replayInput is a change that was kept, as its author sent it and with the author's clock.
func (r *Room) replayInput(row *care.Record, m *care.Mutation, approved bool) *input {
	i := care.AsIssue(row)
	author, _ := r.Reference.Staff(i.Author())
	by := By{Viewer: author, Device: i.Device(), Client: i.Client(),
		Clock: care.DeviceClock{Offset: row.ClockOffset, Known: row.ClockKnown}, Approved: approved}
	by.Staff = i.Author()
	if approved {
		m.Author = by.Staff
	}
	in := &input{Room: r, m: m, by: by, received: row.ReceivedAt, replayOf: row.Clone()}
	in.at, in.known = by.Clock.Correct(m.AuthoredAt, in.received)
	return in
}

// stamp is what is noted with a field that this change alters.
func (in *input) stamp() care.Change {
	return care.Change{Seq: in.Moment.Seq(), Client: in.by.Client, Author: in.by.Staff, At: in.at}
}

// edit is what an op wants one field to become.
func (in *input) edit(f *care.Field, op *care.Op) reconcile.Edit {
	return reconcile.Edit{Field: f, Base: in.Store.BaseSeq(op.Base), Client: in.by.Client, Author: in.by.Staff,
		At: in.at, Resolving: op.Kind == care.OpResolve}
}

// authored fills in what is kept beside the fields of a record that this change makes.
func (in *input) authored(rec *care.Record) {
	rec.Author, rec.Client = in.by.Staff, in.by.Client
	rec.AuthoredAt, rec.ReceivedAt = in.at, in.received
	rec.ClockOffset, rec.ClockKnown = in.by.Clock.Offset, in.known
}

// subject says what the mutation is about, as far as it can be read. The person is named only
// where they exist.
func (in *input) subject() (patient, collection, record string) {
	for _, op := range wire.Ops(in.m) {
		if collection == "" {
			collection, record = op.Collection, op.ID
		}
		if patient == "" && care.IsID(op.Patient) {
			if rec, err := in.Reference.Patient(op.Patient); err == nil && rec != nil {
				patient = op.Patient
			}
		}
	}
	return patient, collection, record
}
