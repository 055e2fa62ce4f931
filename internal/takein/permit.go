package takein

import (
	"slices"

	"doorstep/internal/access"
	"doorstep/internal/care"
)

// rights are those of the author.
func (in *input) rights() access.Rights { return access.RightsOf(in.by.Viewer) }

// permitAuthor: the author is the one the device belongs to, and was employed at the time.
func (in *input) permitAuthor() error {
	if in.m.Author != in.by.Staff {
		return &refusal{code: care.CodeAuthorMismatch,
			message: "The author is not the person this phone belongs to."}
	}
	if !in.by.InactiveSince.IsZero() && in.at.After(in.by.InactiveSince) && !in.by.Approved {
		return &refusal{code: care.CodeAuthorInactive,
			message: "This was written after its author had left. A lead decides what becomes of it."}
	}
	return nil
}

// permitOp: phones write such records, and what the op refers to is not itself held back.
func (in *input) permitOp(op *care.Op) (*care.Collection, error) {
	c, ok := care.ByName(op.Collection)
	switch {
	case !ok:
		return nil, &refusal{code: care.CodeUnknownCollection, message: "This server has no collection of that name."}
	case !c.Pushable:
		return nil, &refusal{code: care.CodeNoPermission, message: "A phone cannot write " + c.Name + "."}
	case !care.IsID(op.ID):
		return nil, &refusal{code: care.CodeInvalidID, message: "The record's id is missing or not 26 lower-case letters and digits."}
	}
	return c, in.dependsOn(c, op)
}

// permitCreate: the role may create such records, and the person is or was in reach.
func (in *input) permitCreate(c *care.Collection, patient string) error {
	if !in.rights().MayWrite(care.Create, c.Name) && !in.by.Approved {
		return noPermission()
	}
	if c.Name == care.Patients {
		return nil // a new person is on nobody's caseload yet
	}
	return in.permitPatient(patient)
}

// permitRecord: the role may change such records, and the person is or was in reach.
func (in *input) permitRecord(c *care.Collection, op *care.Op, rec *care.Record) error {
	right := care.Update
	if op.Kind == care.OpRetract {
		right = care.Retract
	}
	if !in.rights().MayWrite(right, c.Name) && !in.by.Approved {
		return noPermission()
	}
	if c.Name == care.Handovers && care.AsHandover(rec).FromStaff() == in.by.Staff {
		return nil // a sender records the call on their own handover, whoever holds the person now
	}
	return in.permitPatient(rec.Person())
}

// permitPatient: on the author's caseload now, or when it was written and the clock then is known.
func (in *input) permitPatient(patient string) error {
	if in.by.Approved {
		return nil
	}
	now, then := in.Reference.Holds(in.by.Viewer, patient, in.at)
	if now || (then && in.known) {
		return nil
	}
	// Known to the server or not, it waits for the person to come to the author's caseload: often
	// the row that grants them is only entered after the first visit.
	no := noPermission()
	no.waitsFor = patient
	return no
}

// dependsOn: what refers to a record whose create is in quarantine waits with it.
func (in *input) dependsOn(c *care.Collection, op *care.Op) error {
	if op.Kind != care.OpCreate {
		if err := in.waitFor(op.ID); err != nil {
			return err
		}
	}
	for i := range c.Fields {
		f := &c.Fields[i]
		if f.Kind != care.Ref {
			continue
		}
		if id, ok := op.Set[f.Name].(string); ok && care.IsID(id) {
			if err := in.waitFor(id); err != nil {
				return err
			}
		}
	}
	return nil
}

func (in *input) waitFor(record string) error {
	issue, err := in.Store.QuarantinedCreate(record)
	if err != nil || issue == "" || in.replayOf != nil && in.replayOf.ID == issue {
		return err // a change that makes both, a visit and its readings, does not wait for itself
	}
	return &refusal{code: care.CodeDependsOn, waitsFor: record,
		message: "This belongs to a record that is itself held back, and follows as soon as that one is settled (issue " + issue + ")."}
}

// mayDecide: the people concerned, and the lead of the owning team.
func (in *input) mayDecide(issue *care.Record, concerned ...string) bool {
	if in.supervises(issue) {
		return true
	}
	if !slices.Contains(concerned, in.by.Staff) {
		return false
	}
	patient := care.AsIssue(issue).Patient()
	if patient == "" {
		return true
	}
	now, _ := in.Reference.Holds(in.by.Viewer, patient, in.Moment.Now())
	return now
}

func (in *input) supervises(issue *care.Record) bool {
	return in.by.Approved || in.rights().Supervises(care.AsIssue(issue).OwnerTeam())
}
