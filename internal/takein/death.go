package takein

import "doorstep/internal/care"

// noteDeaths makes the job look at the plans of whoever died by this change, or did not after all.
func (in *input) noteDeaths(o *outcome) error {
	for _, d := range o.drafts {
		if d.rec.Collection.Name != care.Patients || d.old == nil || care.AsPatient(d.old).DiedOn() == care.AsPatient(d.rec).DiedOn() {
			continue
		}
		if err := in.Notes.DueAt(in.Moment.Now(), care.DueDeath, d.rec.ID); err != nil {
			return err
		}
	}
	return nil
}
