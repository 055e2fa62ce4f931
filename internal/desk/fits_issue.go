package desk

import "doorstep/internal/care"

// fits checks a decision against the record as it stands, so that a lead who looked at an old
// page gets an answer instead of a new conflict.
func fits(store Issues, issue *care.Record, d Decision) error {
	i := care.AsIssue(issue)
	field := i.Field()
	if issue.Collection.Name == care.Quarantine && i.HoldsChange() || len(d.Set) == 0 {
		return nil
	}
	switch i.Policy() {
	case care.PolicyRetract:
		field = "retract"
	case care.PolicyRetracted: // taking the decision in looks at what else it sets
		if _, ok := d.Set["retract"].(bool); !ok {
			return refuse(CodeInvalid, "set must hold \"retract\": false where the record is to stand again, true where it stays withdrawn.")
		}
		return nil
	}
	if _, ok := d.Set[field]; !ok || len(d.Set) != 1 {
		return refuse(CodeInvalid, "set must hold \"%s\" and nothing else.", clipped(field))
	}
	c, ok := care.ByName(i.Collection())
	if !ok || field == "retract" {
		return nil
	}
	f, ok := c.Field(field)
	if !ok {
		return refuse(CodeNotSettled, "This server has no field \"%s\" in %s. Dismiss it with a reason.", clipped(field), c.Name)
	}
	value, wrong := f.Check(d.Set[field])
	if wrong != nil {
		return refuse(wrong.Code, "%s.", wrong.Message)
	}
	rec, err := store.Record(c, i.About())
	if err != nil || rec == nil || !d.Lead.Near(rec.Person()) || care.Equal(rec.Get(field), value) {
		return err // of a record that is not theirs nothing is told here: taking the decision in says no
	}
	return overwrites(store, rec, f, d.Base)
}

// overwrites refuses to replace a value that is never replaced, or that the lead has not seen.
func overwrites(store Issues, rec *care.Record, f *care.Field, base care.Base) error {
	if f.Policy == care.Immutable || f.Policy == care.Server {
		if rec.Get(f.Name) == nil {
			return nil
		}
		return refuse(CodeImmutable, "%s is never changed once it is written. Keep what is stored; a correction is a new record.", f.Name)
	}
	last := rec.LastChange(f.Name)
	if last.Seq <= store.BaseSeq(base) {
		return nil
	}
	no := refuse(CodeChanged, "Somebody has changed this since you looked. Please read it again, then decide.")
	no.By, no.At = last.Author, last.At
	return no
}
