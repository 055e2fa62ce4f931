package httpapi

import (
	"net/http"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/care"
	"doorstep/internal/pbstore"
)

// queues answers the counts a desk opens with.
func (a *API) queues(e *core.RequestEvent) error {
	var answer pbstore.Queues
	if err := a.Store.Read(e.Request.Context(), func(v *pbstore.Snapshot) (err error) {
		answer, err = v.Queues(accessOf(e))
		return err
	}); err != nil {
		return err
	}
	return writeJSON(e, http.StatusOK, answer)
}

// listStaff lists the staff a viewer looks after, by name.
func (a *API) listStaff(e *core.RequestEvent) error {
	answer, err := page(accessOf(e).Members(), false, nil)
	if err != nil {
		return err
	}
	return writeJSON(e, http.StatusOK, answer)
}

type leaveRequest struct {
	At string `json:"at" validate:"max=40"` // "" = now
	To string `json:"to" validate:"omitempty,len=26"`
}

// leave notes that somebody leaves, and lists what still hangs on them.
func (a *API) leave(e *core.RequestEvent) error {
	var body leaveRequest
	if err := decodeJSON(e, smallBody, &body); err != nil {
		return err
	}
	at, err := timeAsked("at", body.At)
	if err != nil {
		return err
	}
	l := pbstore.Leaving{Lead: accessOf(e).Viewer, Staff: e.Request.PathValue("id"), At: at, To: body.To}
	if err := a.Store.Read(e.Request.Context(), func(v *pbstore.Snapshot) (err error) {
		l.Visits, err = v.VisitsOf(l.Staff)
		return err
	}); err != nil {
		return err
	}
	var answer pbstore.Left
	err = a.tried(e, false, func(tx *pbstore.Tx) (err error) {
		if answer, err = tx.Leave(l); err != nil {
			return err
		}
		return tx.Audit(e.Auth.Id, "", "leave", care.StaffName, l.Staff, "", body)
	})
	if err != nil {
		return err
	}
	a.Identity.Revoke(l.Staff)
	return writeJSON(e, http.StatusOK, answer)
}

// stay takes back that somebody leaves.
func (a *API) stay(e *core.RequestEvent) error {
	s := pbstore.Staying{Lead: accessOf(e).Viewer, Staff: e.Request.PathValue("id")}
	var answer pbstore.Stayed
	err := a.tried(e, false, func(tx *pbstore.Tx) (err error) {
		if answer, err = tx.Stay(s); err != nil || !answer.Changed {
			return err
		}
		return tx.Audit(e.Auth.Id, "", "stay", care.StaffName, s.Staff, "", nil)
	})
	if err != nil {
		return err
	}
	a.Identity.Revoke(s.Staff)
	return writeJSON(e, http.StatusOK, answer)
}

// listDevices lists the phones a viewer looks after, with what they have not sent.
func (a *API) listDevices(e *core.RequestEvent) error {
	q := pbstore.DeviceQuery{Access: accessOf(e), Team: e.Request.URL.Query().Get("team")}
	var err error
	if q.State, err = oneOf(e, "state", care.DeviceStates); err != nil {
		return err
	}
	var after afterID
	if q.Limit, err = pageAsked(e, &after); err != nil {
		return err
	}
	q.After = after.ID
	var rows []pbstore.DeviceRow
	more := false
	if err := a.Store.Read(e.Request.Context(), func(v *pbstore.Snapshot) (err error) {
		rows, more, err = v.Devices(q)
		return err
	}); err != nil {
		return err
	}
	if len(rows) > 0 {
		after.ID = rows[len(rows)-1].ID
	}
	answer, err := page(rows, more, after)
	if err != nil {
		return err
	}
	return writeJSON(e, http.StatusOK, answer)
}

type deviceRequest struct {
	State string `json:"state" validate:"required,oneof=active draining lost revoked"`
}

// setDeviceState drains a phone, reports it lost, withdraws it or takes that back. It counts from
// the phone's next request.
func (a *API) setDeviceState(e *core.RequestEvent) error {
	var body deviceRequest
	if err := decodeJSON(e, smallBody, &body); err != nil {
		return err
	}
	id := e.Request.PathValue("id")
	var answer pbstore.DeviceRow
	err := a.change(e, func(tx *pbstore.Tx) error {
		row, changed, err := tx.SetDeviceState(accessOf(e).Viewer, id, body.State)
		answer = row
		if err != nil || !changed {
			return err
		}
		return tx.Audit(e.Auth.Id, id, "state_"+body.State, care.Devices, id, "", nil)
	})
	if err != nil {
		return err
	}
	a.Identity.Revoke(id)
	return writeJSON(e, http.StatusOK, answer)
}
