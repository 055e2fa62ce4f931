package takein

import (
	"time"

	"doorstep/internal/access"
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
	// wrote is the author as they were when they wrote, where the clock proves when that was; else as they are.
	wrote care.Viewer
	// replayOf is the quarantine row that is run again; nil for a new change.
	replayOf *care.Record
	// together: whoever approves it says that it is about what somebody else has recorded since; see recordedTwice.
	together bool
	// entitled are those whose rights may carry an op; see permit. They are its author and, where somebody
	// approved the change, them.
	entitled []access.Rights
	// spoken is by which other registration a person was spoken of, and came which records were made so; see merged.go.
	spoken, came map[string]string
}

func (r *Room) newInput(m *care.Mutation, by By) *input {
	in := &input{Room: r, m: m, by: by, received: r.Moment.Now()}
	in.dated()
	in.entitled = in.authors()
	return in
}

// dated works out when the change was written, and what its author was then.
func (in *input) dated() {
	in.at, in.known = in.by.Clock.Correct(in.m.AuthoredAt, in.received)
	in.wrote = in.by.Viewer
	if was, ok := in.Reference.StandingAt(in.by.Staff, in.at); ok && in.known {
		in.wrote = was
	}
}

// authors are the rights of the author: those they have, and those they had when they wrote. Work that waited
// for a network while its author moved on is taken in.
func (in *input) authors() []access.Rights {
	rights := []access.Rights{access.RightsOf(in.by.Viewer)}
	if in.moved(in.wrote) {
		rights = append(rights, access.RightsOf(in.wrote))
	}
	return rights
}

// moved says whether somebody is the author as they were, and are not any more.
func (in *input) moved(v care.Viewer) bool {
	return v.Staff == in.by.Staff && !access.SameStanding(v, in.by.Viewer)
}

// replayInput is a change that was kept, as its author sent it and with the author's clock.
func (r *Room) replayInput(again replay, m *care.Mutation) *input {
	row, i := again.row, care.AsIssue(again.row)
	author, _ := r.Reference.Staff(i.Author())
	by := By{Viewer: author, Device: i.Device(), Client: i.Client(),
		Clock: care.DeviceClock{Offset: row.ClockOffset, Known: row.ClockKnown}, Approver: again.approver}
	by.Staff = i.Author()
	if again.approver != nil {
		m.Author = by.Staff
	}
	in := &input{Room: r, m: m, by: by, received: row.ReceivedAt, replayOf: row.Clone()}
	in.dated()
	in.entitled = in.entitledTo(again)
	in.together, _ = again.set["together"].(bool)
	return in
}

// entitledTo are those whose rights may carry a change that runs again. An approval lends the approver's
// rights and takes none away; but values that the approver put in are theirs alone, and somebody who had
// left when they wrote has no rights of their own.
func (in *input) entitledTo(again replay) []access.Rights {
	if again.approver == nil {
		return in.authors()
	}
	approver := access.RightsOf(*again.approver)
	if len(again.set) > 0 || in.leftBefore() {
		return []access.Rights{approver}
	}
	return append(in.authors(), approver)
}

// leftBefore says whether the author had left when they wrote.
func (in *input) leftBefore() bool {
	return !in.by.InactiveSince.IsZero() && in.at.After(in.by.InactiveSince)
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
func (in *input) subject() (patient, collection, record string, err error) {
	if err := in.followMerges(); err != nil {
		return "", "", "", err
	}
	ops := wire.Ops(in.m)
	for i := range ops {
		if collection == "" {
			collection, record = ops[i].Collection, ops[i].ID
		}
		if patient != "" {
			continue
		}
		if patient, err = in.personOf(&ops[i]); err != nil {
			return "", "", "", err
		}
	}
	return patient, collection, record, nil
}

// personOf is whom an op is about: whose the record is that it would change, whoever it names; else whom it
// names, where they exist. "" for nobody.
func (in *input) personOf(op *care.Op) (string, error) {
	stored, err := in.stored(op)
	if err != nil {
		return "", err
	}
	if stored != nil && stored.Person() != "" {
		return in.survivor(stored.Person())
	}
	if !care.IsID(op.Patient) {
		return "", nil
	}
	person, err := in.Reference.Patient(op.Patient)
	if err != nil || person == nil {
		return "", err
	}
	return in.survivor(op.Patient)
}

// stored is the record that an op would change, or the issue it decides; nil where there is none, or it would
// make one.
func (in *input) stored(op *care.Op) (*care.Record, error) {
	if op.Kind == care.OpResolve {
		if !care.IsID(op.Issue) {
			return nil, nil
		}
		return in.Issue(op.Issue)
	}
	c, ok := care.ByName(op.Collection)
	if !ok || !c.Synced || op.Kind == care.OpCreate || !care.IsID(op.ID) {
		return nil, nil
	}
	return in.Store.Record(c, op.ID)
}
