package httpapi

import (
	"net/http"
	"slices"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/access"
	"doorstep/internal/care"
	"doorstep/internal/identity"
	"doorstep/internal/measures"
	"doorstep/internal/pbpages"
	"doorstep/internal/pbstore"
)

// timelinePage is a page of what is recorded about a person, what changed last first.
type timelinePage struct {
	Person access.Person `json:"person"`
	list[TimelineItem]
	// Refused are the last changes about the person that were not stored, or not whole, decided ones too; on the first
	// page only.
	Refused []access.IssueSeen `json:"refused"`
	// Merged are the registrations that were made one with this one, for whoever may undo that; on the first page only.
	Merged []mergedPerson `json:"merged"`
	// Continuity is how far the person sees the same people at home, for whoever reads visits; on the first page only.
	Continuity *PersonContinuity `json:"continuity,omitempty"`
}

// PersonContinuity is how far a person sees the same people at home; see measures.Continuity.
type PersonContinuity struct {
	// Faces are different people who came in within 28 days.
	Faces int `json:"faces"`
	// Contacts of the last 90 days; two who came together are one.
	Contacts int `json:"contacts"`
	// Usual came most often, and Times says how often.
	Usual *care.Named `json:"usual"`
	Times int         `json:"times"`
	UPC   *float64    `json:"upc"` // share of the usual one; nil with fewer than 2 contacts
	COC   *float64    `json:"coc"` // Bice–Boxerman index; nil with fewer than 3
}

// TimelineItem is one record with who wrote it and what was changed of it since.
type TimelineItem struct {
	Collection string `json:"collection"`
	ID         string `json:"id"`
	Version    int64  `json:"version"`
	// At is when it happened at the door, "" for what has no such time.
	At         string                 `json:"at,omitempty"`
	RecordedAt string                 `json:"recorded_at,omitempty"` // by the corrected clock of the phone
	ReachedAt  string                 `json:"reached_at,omitempty"`
	RecordedBy *care.Named            `json:"recorded_by"` // nil = the server, or somebody past it
	Phone      *pbpages.TimelinePhone `json:"phone,omitempty"`
	Retracted  string                 `json:"retracted,omitempty"`
	// Fields are those that hold something and that the reader may see, by name.
	Fields map[string]any `json:"fields"`
	// Changes are the last change of each field since it was recorded, the latest first.
	Changes []TimelineChange `json:"changes"`
	// Conflicts are those about the record, open and decided.
	Conflicts []access.IssueSeen `json:"conflicts"`
}

// TimelineChange is the last change of a field. Withdrawing the record is a change of "retracted".
type TimelineChange struct {
	Field string                 `json:"field"`
	At    string                 `json:"at"`
	By    *care.Named            `json:"by"` // nil = the server, or somebody past it
	Phone *pbpages.TimelinePhone `json:"phone,omitempty"`
}

// mostRefused is how many refused changes a timeline shows.
const mostRefused = 50

// readTimeline answers what is recorded about a person that a desk may look at: visits, readings, check-ins,
// handovers and details, who changed what, when and from which phone, and what was refused.
func (a *API) readTimeline(e *core.RequestEvent) error {
	viewer := accessOf(e)
	q := pbpages.TimelineQuery{Access: viewer, Patient: e.Request.PathValue("id")}
	var err error
	if q.Limit, err = pageAsked(e, &q.After); err != nil {
		return err
	}
	if !viewer.Near(q.Patient) {
		return identity.ErrNotFound
	}
	var answer timelinePage
	err = a.Store.ReadForPage(e.Request.Context(), func(v *pbstore.Snapshot) error {
		people, err := v.People([]string{q.Patient})
		if err != nil {
			return err
		}
		answer.Person = viewer.SeePersonNear(q.Patient, people[q.Patient])
		t, err := pbpages.Of(v).Timeline(q)
		if err != nil {
			return err
		}
		items, err := a.timelineItems(v, viewer, t)
		if err != nil {
			return err
		}
		if answer.list, err = page(items, t.More, t.Last); err != nil {
			return err
		}
		answer.Refused, answer.Merged = []access.IssueSeen{}, []mergedPerson{}
		if q.After == (pbpages.TimelineKey{}) && viewer.Clinical() {
			if answer.Continuity, err = a.continuity(v, q.Patient); err != nil {
				return err
			}
		}
		if q.After != (pbpages.TimelineKey{}) {
			return nil
		}
		refused, err := pbpages.Of(v).Refused(q.Patient, mostRefused)
		if err != nil {
			return err
		}
		if answer.Refused, err = a.timelineIssues(v, viewer, refused); err != nil || !corrects(viewer.Duty) {
			return err
		}
		answer.Merged, err = a.mergedInto(v, q.Patient)
		return err
	})
	if err != nil {
		return err
	}
	if err := a.audit(e, "timeline", care.Patients, q.Patient, q.Patient, care.ReadDetail{Count: len(answer.Items)}); err != nil {
		return err
	}
	return writeJSON(e, http.StatusOK, answer)
}

// continuity works out how far a person sees the same people.
func (a *API) continuity(v *pbstore.Snapshot, patient string) (*PersonContinuity, error) {
	contacts, err := pbpages.Of(v).HomeVisits(patient, a.Clock().Add(-measures.Window))
	if err != nil {
		return nil, err
	}
	c := measures.ContinuityOf(contacts, a.Clock())
	return &PersonContinuity{Faces: c.Faces, Contacts: c.Contacts, Usual: a.Store.Access.NamedStaff(c.Usual), Times: c.Times, UPC: c.UPC, COC: c.COC}, nil
}

// timelineIssues shapes issues for a timeline: what is long stays with the issue itself.
func (a *API) timelineIssues(v *pbstore.Snapshot, who *access.Access, issues []*care.Record) ([]access.IssueSeen, error) {
	issues = slices.DeleteFunc(slices.Clone(issues), func(issue *care.Record) bool { return !who.MayBeToldOf(issue) })
	views, err := a.viewIssues(v, who, issues)
	for _, view := range views {
		leaveOutLarge(view)
	}
	return orEmpty(views), err
}

func (a *API) timelineItems(v *pbstore.Snapshot, who *access.Access, t pbpages.Timeline) ([]TimelineItem, error) {
	issues, err := a.timelineIssues(v, who, t.Conflicts)
	if err != nil {
		return nil, err
	}
	conflicts := map[string][]access.IssueSeen{}
	for _, c := range issues {
		conflicts[c.About()] = append(conflicts[c.About()], c)
	}
	items := make([]TimelineItem, 0, len(t.Records))
	for _, rec := range t.Records {
		item := a.timelineItem(who, rec, t.Phones)
		if item == nil {
			continue
		}
		item.Conflicts = orEmpty(conflicts[rec.ID])
		items = append(items, *item)
	}
	return items, nil
}

// timelineItem is a record as the reader may see it; nil where they see nothing of it.
func (a *API) timelineItem(who *access.Access, rec *care.Record, phones map[string]pbpages.TimelinePhone) *TimelineItem {
	seen, ok := who.SeeRecord(rec)
	if !ok {
		return nil
	}
	phone := func(client string) *pbpages.TimelinePhone {
		if p, ok := phones[client]; ok {
			return &p
		}
		return nil
	}
	item := TimelineItem{Collection: seen.Collection, ID: seen.ID, Version: seen.Version, At: seen.At, RecordedAt: seen.RecordedAt, ReachedAt: seen.ReachedAt,
		RecordedBy: a.Store.Access.NamedStaff(seen.Author), Phone: phone(seen.Client), Retracted: seen.Retracted, Fields: seen.Fields,
		Changes: make([]TimelineChange, len(seen.Changes))}
	for i, c := range seen.Changes {
		item.Changes[i] = TimelineChange{Field: c.Field, At: c.At, By: a.Store.Access.NamedStaff(c.Author), Phone: phone(c.Client)}
	}
	return &item
}
