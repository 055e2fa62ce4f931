package httpapi

import (
	"net/http"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/access"
	"doorstep/internal/care"
	"doorstep/internal/desk"
	"doorstep/internal/pbmerges"
	"doorstep/internal/pbstore"
)

// mergeRequest is that the registration in the address, the dead one, is of the same person as another. Preview only says
// what it would do.
type mergeRequest struct {
	Into string `json:"into" validate:"required,len=26"`
	// Choose says, by field in which both say something else, whose value counts: survivor or dead.
	Choose  map[string]string `json:"choose" validate:"max=40"`
	Preview bool              `json:"preview"`
}

// mergeAnswer is what making two registrations one comes to.
type mergeAnswer struct {
	Preview  bool          `json:"preview"`
	Survivor access.Person `json:"survivor"`
	Dead     access.Person `json:"dead"`
	Fields   []mergedField `json:"fields"`
	// Records counts what names the dead registration, by collection; plans of visits as visit_plans.
	Records map[string]int `json:"records"`
	// Teams have the one person from then on.
	Teams []care.Named `json:"teams"`
	// Names of the staff, teams and organisations that the fields name, by id.
	Names map[string]string `json:"names"`
}

// mergedField is a field of which the dead registration says something that the survivor does not.
type mergedField struct {
	Field    string `json:"field"`
	Survivor any    `json:"survivor"`
	Dead     any    `json:"dead"`
	Takes    any    `json:"takes"` // what the one record is to hold
	Open     bool   `json:"open"`  // whoever decides may choose between the two
	// Follows is the field whose choice counts for this one too.
	Follows string `json:"follows,omitempty"`
}

// merger decides for whoever asks, within a transaction.
func (a *API) merger(e *core.RequestEvent, tx *pbstore.Tx) *desk.Merger {
	rows := pbmerges.In(tx)
	return &desk.Merger{Lead: leadOf(e), Rows: rows, Filed: rows, Rooms: a.deskStore(tx)}
}

// mergePerson makes two registrations of one person one, or says what that would come to.
func (a *API) mergePerson(e *core.RequestEvent) error {
	var body mergeRequest
	if err := decodeJSON(e, smallBody, &body); err != nil {
		return err
	}
	asked := desk.MergeRequest{Dead: e.Request.PathValue("id"), Survivor: body.Into, Choose: body.Choose}
	var answer *mergeAnswer
	err := a.tried(e, body.Preview, func(tx *pbstore.Tx) error {
		m := a.merger(e, tx)
		if body.Preview {
			plan, err := m.Plan(asked)
			if err == nil {
				answer = a.mergeAnswer(e, tx, plan)
			}
			return err
		}
		merge, plan, err := m.Merge(asked)
		if err != nil {
			return err
		}
		answer = a.mergeAnswer(e, tx, plan)
		return auditMerge(e, tx, "merge", merge)
	})
	if err != nil {
		return err
	}
	answer.Preview = body.Preview
	if body.Preview { // which shows two records, and is taken back with what it wrote
		for _, id := range []string{asked.Dead, asked.Survivor} {
			if err := a.audit(e, "read", care.Patients, id, id, nil); err != nil {
				return err
			}
		}
	}
	return writeJSON(e, http.StatusOK, answer)
}

// mergeAnswer is a plan as whoever decides sees it: both are theirs.
func (a *API) mergeAnswer(e *core.RequestEvent, tx *pbstore.Tx, p *desk.MergePlan) *mergeAnswer {
	viewer := accessOf(e)
	answer := &mergeAnswer{Survivor: viewer.SeePersonNear(p.Survivor.ID, p.Survivor), Dead: viewer.SeePersonNear(p.Dead.ID, p.Dead),
		Fields: []mergedField{}, Records: map[string]int{}, Teams: []care.Named{}, Names: map[string]string{}}
	for _, d := range p.Differences {
		answer.Fields = append(answer.Fields, mergedField{d.Field, d.Survivor, d.Dead, d.Takes, d.Open, d.Follows})
	}
	for name, ids := range p.Names {
		answer.Records[name] = len(ids)
	}
	for _, rec := range []*care.Record{p.Survivor, p.Dead} {
		for id, name := range a.personRecord(viewer, rec).Names {
			answer.Names[id] = name
		}
		for _, team := range tx.Teams(rec.ID) {
			answer.Teams = addNamed(answer.Teams, *a.Store.Access.NamedTeam(team))
		}
	}
	return answer
}

// addNamed adds one who is not there already.
func addNamed(list []care.Named, one care.Named) []care.Named {
	for _, have := range list {
		if have.ID == one.ID {
			return list
		}
	}
	return append(list, one)
}

// unmergeAnswer says which two are two again.
type unmergeAnswer struct {
	Survivor string `json:"survivor"`
	Dead     string `json:"dead"`
	// Stays are fields of the survivor that keep what they hold, as they were changed since, by whoever meant either of the
	// two, or what they held before does not fit any more; Without those that the other registration comes back without, as somebody else has its NHS number.
	Stays   []string `json:"stays"`
	Without []string `json:"without"`
}

// unmergePerson takes back that a registration was made one with another.
func (a *API) unmergePerson(e *core.RequestEvent) error {
	var answer unmergeAnswer
	if err := a.tried(e, false, func(tx *pbstore.Tx) error {
		done, err := a.merger(e, tx).Undo(e.Request.PathValue("id"))
		if err != nil {
			return err
		}
		answer = unmergeAnswer{done.Merge.Survivor, done.Merge.Dead, orEmpty(done.Stays), orEmpty(done.Without)}
		return auditMerge(e, tx, "unmerge", done.Merge)
	}); err != nil {
		return err
	}
	return writeJSON(e, http.StatusOK, answer)
}

// mergeDetail is what the audit says of a decision about two registrations.
type mergeDetail struct {
	Dead     string `json:"dead"`
	Survivor string `json:"survivor"`
}

// auditMerge notes a decision with both of whom it is about.
func auditMerge(e *core.RequestEvent, tx *pbstore.Tx, action string, m *desk.Merge) error {
	for _, person := range []string{m.Survivor, m.Dead} {
		if err := tx.Audit(e.Auth.Id, "", action, care.Patients, m.Dead, person, mergeDetail{m.Dead, m.Survivor}); err != nil {
			return err
		}
	}
	return nil
}

// mergedPerson is a registration that was made one with a person's.
type mergedPerson struct {
	ID         string      `json:"id"`
	FamilyName string      `json:"family_name,omitempty"`
	GivenName  string      `json:"given_name,omitempty"`
	By         *care.Named `json:"by"`
	At         string      `json:"at"`
}

// mergedInto lists the registrations that were made one with a person's, for whoever may take that back.
func (a *API) mergedInto(v *pbstore.Snapshot, person string) ([]mergedPerson, error) {
	merges, err := pbmerges.Of(v).MergesInto(person)
	if err != nil {
		return nil, err
	}
	list, ids := []mergedPerson{}, []string{}
	for _, m := range merges {
		ids = append(ids, m.Dead)
	}
	records, err := v.People(ids)
	if err != nil {
		return nil, err
	}
	for _, m := range merges {
		one := mergedPerson{ID: m.Dead, By: a.Store.Access.NamedStaff(m.By), At: care.Stamp(m.At)}
		if rec := records[m.Dead]; rec != nil {
			one.FamilyName, one.GivenName = care.AsPatient(rec).FamilyName(), care.AsPatient(rec).GivenName()
		}
		list = append(list, one)
	}
	return list, nil
}
