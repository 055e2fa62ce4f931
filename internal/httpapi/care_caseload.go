package httpapi

import (
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/care"
	"doorstep/internal/desk"
	"doorstep/internal/pbpages"
	"doorstep/internal/pbstore"
	"doorstep/internal/wire"
)

// afterID is the cursor of a list that is ordered by id.
type afterID struct {
	ID string `json:"i"`
}

// listCaseload lists who holds a person, or whom a team or a member of staff holds.
func (a *API) listCaseload(e *core.RequestEvent) error {
	url := e.Request.URL.Query()
	q := desk.CaseloadQuery{Patient: url.Get("patient"), Team: url.Get("team"), Staff: url.Get("staff")}
	ended, err := oneOf(e, "ended", []string{"true", "false"})
	if err != nil {
		return err
	}
	q.Ended = ended == "true"
	var after afterID
	if q.Limit, err = pageAsked(e, &after); err != nil {
		return err
	}
	q.After = after.ID
	var rows []caseloadRow
	more := false
	if err := a.Store.ReadForPage(e.Request.Context(), func(v *pbstore.Snapshot) error {
		part, err := desk.ReadCaseload(pbpages.Of(v), leadOf(e), q)
		if err != nil {
			return err
		}
		more, after.ID = part.More, part.Last
		rows, err = a.nameCaseload(v, accessOf(e), part.Rows)
		return err
	}); err != nil {
		return err
	}
	read := care.ReadDetail{}
	for i := range rows {
		read.Add(rows[i].Patient.ID)
	}
	if err := a.audit(e, "list", care.Caseload, "", q.Patient, read); err != nil {
		return err
	}
	answer, err := page(rows, more, after)
	if err != nil {
		return err
	}
	return writeJSON(e, http.StatusOK, answer)
}

// assignRequest puts a person on a caseload. Preview only says what it would do.
type assignRequest struct {
	Patient          string `json:"patient" validate:"required,len=26"`
	Team             string `json:"team" validate:"omitempty,len=26"` // one of team and staff
	Staff            string `json:"staff" validate:"omitempty,len=26"`
	From             string `json:"from" validate:"max=40"` // "" = now
	To               string `json:"to" validate:"max=40"`   // "" = until further notice
	Reason           string `json:"reason" validate:"required,max=500"`
	Cohort           string `json:"cohort" validate:"max=50"`
	ContactEveryDays *int64 `json:"contact_every_days" validate:"omitempty,min=1,max=366"`
	Preview          bool   `json:"preview"`
}

// assigned answers a change of one row of a caseload, with what it does to phones.
type assigned struct {
	Row     *caseloadRow `json:"row,omitempty"` // not of a preview
	Preview bool         `json:"preview"`
	desk.Impact
}

// errPreview undoes what was only tried out.
var errPreview = errors.New("httpapi: a preview")

// assign adds a row to a caseload: a person comes to a team, or a cover until a time.
func (a *API) assign(e *core.RequestEvent) error {
	var body assignRequest
	if err := decodeJSON(e, smallBody, &body); err != nil {
		return err
	}
	from, to, err := windowAsked(holder{body.Team, body.Staff}, body.From, body.To)
	if err != nil {
		return err
	}
	request := desk.Assignment{Patient: body.Patient, Team: body.Team, Staff: body.Staff, From: from, To: to,
		Reason: body.Reason, Cohort: body.Cohort, ContactEveryDays: body.ContactEveryDays}
	var row care.CaseloadRow
	answer, made := assigned{Preview: body.Preview}, false
	err = a.tried(e, body.Preview, func(tx *pbstore.Tx) (err error) {
		if row, made, answer.Impact, err = a.caseloads(e, tx).Assign(request); err != nil || !made {
			return err
		}
		return tx.Audit(e.Auth.Id, "", "assign", care.Caseload, row.ID, body.Patient, body)
	})
	if err == nil && body.Preview && !accessOf(e).Near(body.Patient) { // it tells of somebody whom nobody has
		err = a.audit(e, "assign_preview", care.Caseload, "", body.Patient, nil)
	}
	if err != nil {
		return err
	}
	return a.answerRow(e, map[bool]int{true: http.StatusCreated, false: http.StatusOK}[made && !body.Preview], row, answer)
}

func (a *API) answerRow(e *core.RequestEvent, status int, row care.CaseloadRow, answer assigned) error {
	if !answer.Preview {
		if err := a.Store.ReadForPage(e.Request.Context(), func(v *pbstore.Snapshot) error {
			named, err := a.nameCaseload(v, accessOf(e), []care.CaseloadRow{row})
			answer.Row = &named[0]
			return err
		}); err != nil {
			return err
		}
	}
	return writeJSON(e, status, answer)
}

// tried runs a change of caseloads or staff, whose consequences are true when it commits; of a
// preview nothing stays.
func (a *API) tried(e *core.RequestEvent, preview bool, work func(*pbstore.Tx) error) error {
	err := a.change(e, func(tx *pbstore.Tx) error {
		if err := work(tx); err != nil {
			return err
		}
		if preview {
			return errPreview
		}
		return a.settle(tx)
	})
	if errors.Is(err, errPreview) {
		return nil
	}
	return err
}

// windowAsked reads from when and until when somebody is to hold people; zero where it was left out.
func windowAsked(by holder, from, to string) (begin, end time.Time, err error) {
	if !by.one() {
		return begin, end, wire.Fail(wire.CodeInvalid, "Name a team or a member of staff, one of them.")
	}
	if begin, err = timeAsked("from", from); err != nil {
		return begin, end, err
	}
	end, err = timeAsked("to", to)
	return begin, end, err
}

func timeAsked(name, text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	at, err := care.ParseStamp(text)
	if err != nil || at.Year() < 1900 || at.Year() > 2200 {
		return at, wire.Fail(wire.CodeInvalid, "%s must be a time such as 2026-03-02T07:58:11.204Z.", name)
	}
	return at, nil
}

type endRequest struct {
	To      string `json:"to" validate:"max=40"` // "" = now
	Preview bool   `json:"preview"`
}

// endAssignment ends a row of a caseload.
func (a *API) endAssignment(e *core.RequestEvent) error {
	var body endRequest
	if err := decodeJSON(e, smallBody, &body); err != nil {
		return err
	}
	at, err := timeAsked("to", body.To)
	if err != nil {
		return err
	}
	var row care.CaseloadRow
	answer := assigned{Preview: body.Preview}
	err = a.tried(e, body.Preview, func(tx *pbstore.Tx) (err error) {
		if row, answer.Impact, err = a.caseloads(e, tx).End(e.Request.PathValue("id"), at); err != nil {
			return err
		}
		return tx.Audit(e.Auth.Id, "", "end", care.Caseload, row.ID, "", body)
	})
	if err != nil {
		return err
	}
	return a.answerRow(e, http.StatusOK, row, answer)
}

// holder is a team or a member of staff, one of them.
type holder struct {
	Team  string `json:"team" validate:"omitempty,len=26"`
	Staff string `json:"staff" validate:"omitempty,len=26"`
}

func (h holder) one() bool { return (h.Team == "") != (h.Staff == "") }

type moveRequest struct {
	Patients []string `json:"patients" validate:"required,min=1,max=500,dive,len=26"`
	From     holder   `json:"from"`
	To       holder   `json:"to"`
	At       string   `json:"at" validate:"max=40"` // "" = now
	Reason   string   `json:"reason" validate:"required,max=500"`
	Preview  bool     `json:"preview"`
}

type movedAnswer struct {
	Preview bool `json:"preview"`
	desk.Moved
}

// movePeople moves people from one caseload to another and says what their phones lose and get.
func (a *API) movePeople(e *core.RequestEvent) error {
	var body moveRequest
	if err := decodeJSON(e, smallBody, &body); err != nil {
		return err
	}
	if !body.From.one() || !body.To.one() || body.From == body.To {
		return wire.Fail(wire.CodeInvalid, "from and to each name a team or a member of staff, and not the same.")
	}
	at, err := timeAsked("at", body.At)
	if err != nil {
		return err
	}
	answer := movedAnswer{Preview: body.Preview}
	move := desk.Move{Patients: body.Patients, FromTeam: body.From.Team, FromStaff: body.From.Staff,
		ToTeam: body.To.Team, ToStaff: body.To.Staff, At: at, Reason: body.Reason}
	err = a.tried(e, body.Preview, func(tx *pbstore.Tx) (err error) {
		if answer.Moved, err = a.caseloads(e, tx).Move(move); err != nil {
			return err
		}
		return tx.Audit(e.Auth.Id, "", "move", care.Caseload, "", "", body)
	})
	if err != nil {
		return err
	}
	return writeJSON(e, http.StatusOK, answer)
}

// registerRequest is a person new to the neighbourhood. Set holds fields of patients.
type registerRequest struct {
	ID     string          `json:"id" validate:"omitempty,ulid"`
	Team   string          `json:"team" validate:"required,len=26"`
	Set    json.RawMessage `json:"set" validate:"required"`
	Anyway bool            `json:"anyway"` // another person has this NHS number
}

type registered struct {
	ID      string `json:"id"`
	Version int64  `json:"version"`
	Team    string `json:"team"`
}

// register stores a person and puts them on a team's caseload.
func (a *API) register(e *core.RequestEvent) error {
	var body registerRequest
	if err := decodeJSON(e, wire.MaxMutationBytes, &body); err != nil {
		return err
	}
	set, err := values(body.Set)
	if err != nil {
		return err
	}
	var answer registered
	status := http.StatusOK
	err = a.tried(e, false, func(tx *pbstore.Tx) error {
		rec, made, err := desk.RegisterPerson(a.deskStore(tx), leadOf(e), desk.Registration{ID: body.ID, Team: body.Team, Set: set, Anyway: body.Anyway})
		if err != nil {
			return err
		}
		status = http.StatusOK
		answer = registered{ID: rec.ID, Version: rec.Version, Team: body.Team}
		if !made {
			return nil
		}
		status = http.StatusCreated
		return tx.Audit(e.Auth.Id, "", "register", care.Patients, rec.ID, rec.ID, nil)
	})
	if failed := a.auditSameNumber(e, err); failed != nil {
		return failed
	}
	if err != nil {
		return err
	}
	return writeJSON(e, status, answer)
}
