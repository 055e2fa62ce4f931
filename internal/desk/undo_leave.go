package desk

import "doorstep/internal/care"

// Stayed is what became of somebody who stays after all.
type Stayed struct {
	Staff   string   `json:"staff"`
	Devices []Device `json:"devices"` // their phones in use
	Changed bool     `json:"changed"` // false: nobody had noted that they leave
}

// Stay takes back what Leave noted: the account works again, and so do the phones that handed in
// because of it. What a colleague took over stays theirs. Only an administrator reopens an account
// that was closed elsewhere than at a desk.
func (s *Leavers) Stay(staff string) (stayed Stayed, err error) {
	stayed.Staff, stayed.Devices = staff, []Device{}
	v, ok := s.Staff.Staff(staff)
	if !ok || !s.Lead.LooksAfter(staff) {
		return stayed, refuse(CodeNotFound, noSuchStaff)
	}
	if v.InactiveSince.IsZero() {
		return stayed, nil
	}
	noted, err := s.Staff.LeavingNoted(staff)
	if err != nil {
		return stayed, err
	}
	if !noted.Equal(v.InactiveSince) && !s.Lead.MayWrite(care.Update, care.StaffName) {
		return stayed, refuse(CodeClosedElsewhere, "An administrator has closed this account, and only an administrator can open it again.")
	}
	if err := s.Staff.ForgetLeaving(staff); err != nil {
		return stayed, err
	}
	stayed.Changed = true
	// Phones that were asked to hand in before that, for another reason, go on doing so.
	if err := s.Staff.ReviveDevices(staff, v.InactiveSince); err != nil {
		return stayed, err
	}
	stayed.Devices, err = s.devices(staff, active)
	return stayed, err
}
