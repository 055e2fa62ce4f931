package takein

import "doorstep/internal/care"

// setAsideMisnamed looks, when a record comes, at what named it before: where that is about another person, the
// reference is set aside, as it would have been had the record come first.
func (r *Room) setAsideMisnamed(came *care.Record) error {
	list, err := r.Notes.Expecting(came.ID)
	if err != nil {
		return err
	}
	for _, by := range list {
		if by.Collection == care.Quarantine {
			if err := r.readAgain(by.ID); err != nil {
				return err
			}
			continue
		}
		c, ok := care.ByName(by.Collection)
		if !ok {
			continue
		}
		rec, err := r.Store.Record(c, by.ID)
		if err != nil {
			return err
		}
		if rec == nil || rec.Text(by.Field) != came.ID || rec.Person() == came.Person() {
			continue
		}
		if err := r.misnamed(rec, by.Field); err != nil {
			return err
		}
	}
	return nil
}

// misnamed sets a reference of a stored record aside, as part of the change that brought the record.
func (r *Room) misnamed(old *care.Record, field string) error {
	r.Moment.Next() // it is a change of its own: the record may have come under the same number
	in := &input{Room: r, m: &care.Mutation{}, received: old.ReceivedAt, at: old.AuthoredAt, known: old.ClockKnown}
	in.by.Viewer, _ = r.Reference.Staff(old.Author)
	in.by.Staff, in.by.Client = old.Author, old.Client
	in.by.Clock = care.DeviceClock{Offset: old.ClockOffset, Known: old.ClockKnown}
	in.wrote = in.by.Viewer
	d := &draft{old: old, rec: old.Clone()}
	p := &planned{}
	p.keep(d)
	in.setAside(p, d.rec, d.rec.Person(), []asideField{{field, care.JSON(old.Get(field)), aboutAnother(field)}})
	d.write(field, nil, care.Change{Seq: r.Moment.Seq(), At: r.Moment.Now()})
	o, err := in.store(p)
	if err != nil {
		return err
	}
	_, err = in.judged(o)
	return err
}
