package httpapi

import (
	"net/http"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/care"
	"doorstep/internal/desk"
	"doorstep/internal/pbchannels"
	"doorstep/internal/pbpages"
	"doorstep/internal/pbstore"
)

// queues answers the counts a desk opens with.
func (a *API) queues(e *core.RequestEvent) error {
	var answer desk.Queues
	if err := a.Store.ReadForPage(e.Request.Context(), func(v *pbstore.Snapshot) (err error) {
		if answer, err = desk.ReadQueues(pbpages.Of(v), leadOf(e), a.Clock()); err != nil {
			return err
		}
		answer.Undelivered, err = pbchannels.Of(v).CountUndelivered(chases(e))
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
	if err := a.audit(e, "list", care.StaffName, "", "", care.ReadDetail{Count: len(answer.Items)}); err != nil {
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
	l := desk.Leaving{Staff: e.Request.PathValue("id"), At: at, To: body.To}
	if err := a.Store.ReadForPage(e.Request.Context(), func(v *pbstore.Snapshot) (err error) {
		l.Visits, err = pbpages.Of(v).VisitsOf(l.Staff)
		return err
	}); err != nil {
		return err
	}
	return decideLeaver(a, e, "leave", body, func(s *desk.Leavers) (desk.Left, bool, error) {
		left, err := s.Leave(l)
		return left, true, err
	})
}

// stay takes back that somebody leaves.
func (a *API) stay(e *core.RequestEvent) error {
	return decideLeaver(a, e, "stay", nil, func(s *desk.Leavers) (desk.Stayed, bool, error) {
		stayed, err := s.Stay(e.Request.PathValue("id"))
		return stayed, stayed.Changed, err
	})
}

// decideLeaver decides about the member of staff whom the address names, writes down what was
// changed, and makes their phones show anew who they are.
func decideLeaver[T any](a *API, e *core.RequestEvent, action string, detail any, decide func(*desk.Leavers) (answer T, changed bool, err error)) error {
	staff := e.Request.PathValue("id")
	var answer T
	err := a.tried(e, false, func(tx *pbstore.Tx) error {
		decided, changed, err := decide(a.leavers(e, tx))
		answer = decided
		if err != nil || !changed {
			return err
		}
		return tx.Audit(e.Auth.Id, "", action, care.StaffName, staff, "", detail)
	})
	if err != nil {
		return err
	}
	a.Identity.Revoke(staff)
	return writeJSON(e, http.StatusOK, answer)
}

// listDevices lists the phones a viewer looks after, with what they have not sent.
func (a *API) listDevices(e *core.RequestEvent) error {
	q := desk.DeviceQuery{Team: e.Request.URL.Query().Get("team")}
	var err error
	if q.State, err = oneOf(e, "state", care.DeviceStates); err != nil {
		return err
	}
	failing, err := oneOf(e, "failing", []string{"true", "false"})
	if err != nil {
		return err
	}
	q.Failing = failing == "true"
	var after afterID
	if q.Limit, err = pageAsked(e, &after); err != nil {
		return err
	}
	q.After = after.ID
	var list desk.DeviceList
	if err := a.Store.ReadForPage(e.Request.Context(), func(v *pbstore.Snapshot) (err error) {
		list, err = desk.ReadDevices(devicePages{pbpages.Of(v), a}, a.Store.Access, leadOf(e), a.Clock(), q)
		return err
	}); err != nil {
		return err
	}
	after.ID = list.Last
	answer, err := page(list.Devices, list.More, after)
	if err != nil {
		return err
	}
	if err := a.audit(e, "list", care.Devices, "", "", care.ReadDetail{Count: len(list.Devices)}); err != nil {
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
	var answer desk.Device
	err := a.change(e, func(tx *pbstore.Tx) error {
		row, changed, err := desk.SetDeviceState(a.deskStore(tx), a.Store.Access, leadOf(e), id, body.State)
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
