package httpapi

import (
	"net/http"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/access"
	"doorstep/internal/care"
	"doorstep/internal/desk"
	"doorstep/internal/folding"
	"doorstep/internal/identity"
	"doorstep/internal/pbpages"
	"doorstep/internal/pbstore"
)

// searchRequest looks for people on own caseloads. It is a body and no address, because addresses
// end up in logs.
type searchRequest struct {
	Text   string `json:"text" validate:"max=100"` // "" = everybody
	Limit  int64  `json:"limit" validate:"min=0,max=200"`
	Cursor string `json:"cursor" validate:"max=2000"`
}

// searchPeople finds people whom a desk's teams and staff have now.
func (a *API) searchPeople(e *core.RequestEvent) error {
	var body searchRequest
	if err := decodeJSON(e, smallBody, &body); err != nil {
		return err
	}
	q := desk.PeopleQuery{Text: body.Text, Limit: int(body.Limit)}
	if q.Limit == 0 {
		q.Limit = defaultPage
	}
	if err := placeAsked(body.Cursor, &q.After); err != nil {
		return err
	}
	if err := a.People.Bring(e.Request.Context()); err != nil {
		return err
	}
	var found []desk.FoundPerson
	var last desk.PersonKey
	more := false
	if err := a.Store.ReadForPage(e.Request.Context(), func(v *pbstore.Snapshot) (err error) {
		found, last, more, err = desk.SearchPeople(pbpages.Of(v), leadOf(e), q)
		return err
	}); err != nil {
		return err
	}
	if err := a.auditFound(e, found); err != nil {
		return err
	}
	answer, err := page(a.nameFound(accessOf(e), found), more, last)
	if err != nil {
		return err
	}
	return writeJSON(e, http.StatusOK, answer)
}

// auditFound notes who was shown to whoever searched.
func (a *API) auditFound(e *core.RequestEvent, found []desk.FoundPerson) error {
	read := care.ReadDetail{}
	for i := range found {
		read.Add(found[i].ID)
	}
	return a.audit(e, "search", care.Patients, "", "", read)
}

// FoundPerson is a person on a desk's caseloads, with who has them.
type FoundPerson struct {
	Person access.Person `json:"person"`
	Teams  []care.Named  `json:"teams"`
	Staff  []care.Named  `json:"staff"`
	// FoundBy are the parts of the person in which what was typed was found, none where nothing was.
	FoundBy []folding.Part `json:"found_by"`
}

// nameFound tells who people, teams and staff are, as far as the viewer may know.
func (a *API) nameFound(viewer *access.Access, found []desk.FoundPerson) []FoundPerson {
	list := make([]FoundPerson, len(found))
	for i, f := range found {
		list[i] = FoundPerson{Person: viewer.SeePersonNear(f.ID, f.Record), Teams: []care.Named{}, Staff: []care.Named{}, FoundBy: []folding.Part{}}
		list[i].FoundBy = append(list[i].FoundBy, f.By...)
		for _, id := range f.Teams {
			list[i].Teams = append(list[i].Teams, *a.Store.Access.NamedTeam(id))
		}
		for _, id := range f.Staff {
			list[i].Staff = append(list[i].Staff, *a.Store.Access.NamedStaff(id))
		}
	}
	return list
}

// readWork lists what hangs on a member of staff.
func (a *API) readWork(e *core.RequestEvent) error {
	id := e.Request.PathValue("id")
	var work Work
	ok := false
	if err := a.Store.ReadForPage(e.Request.Context(), func(v *pbstore.Snapshot) (err error) {
		work, ok, err = a.viewWork(v, accessOf(e), id)
		return err
	}); err != nil {
		return err
	}
	if !ok {
		return identity.ErrNotFound
	}
	read := care.ReadDetail{}
	for i := range work.Visits {
		read.Add(work.Visits[i].Patient.ID)
	}
	for i := range work.People {
		read.Add(work.People[i].ID)
	}
	if err := a.audit(e, "work", care.StaffName, id, "", read); err != nil {
		return err
	}
	return writeJSON(e, http.StatusOK, work)
}

// coverRequest lets somebody see to people until a time. Preview only says what it would do.
type coverRequest struct {
	Patients []string `json:"patients" validate:"required,min=1,max=500,dive,len=26"`
	Team     string   `json:"team" validate:"omitempty,len=26"` // one of team and staff
	Staff    string   `json:"staff" validate:"omitempty,len=26"`
	From     string   `json:"from" validate:"max=40"` // "" = now
	To       string   `json:"to" validate:"required,max=40"`
	Reason   string   `json:"reason" validate:"required,max=500"`
	Preview  bool     `json:"preview"`
}

type coverAnswer struct {
	Preview bool `json:"preview"`
	desk.Covered
}

// cover puts people on somebody's caseload until a time and says what phones get.
func (a *API) cover(e *core.RequestEvent) error {
	var body coverRequest
	if err := decodeJSON(e, smallBody, &body); err != nil {
		return err
	}
	from, to, err := windowAsked(holder{body.Team, body.Staff}, body.From, body.To)
	if err != nil {
		return err
	}
	answer := coverAnswer{Preview: body.Preview}
	err = a.tried(e, body.Preview, func(tx *pbstore.Tx) (err error) {
		if answer.Covered, err = a.caseloads(e, tx).Cover(desk.Cover{Patients: body.Patients, Team: body.Team, Staff: body.Staff,
			From: from, To: to, Reason: body.Reason}); err != nil {
			return err
		}
		return tx.Audit(e.Auth.Id, "", "cover", care.Caseload, "", "", body)
	})
	if err != nil {
		return err
	}
	return writeJSON(e, http.StatusOK, answer)
}
