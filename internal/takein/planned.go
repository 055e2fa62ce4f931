package takein

import (
	"slices"
	"time"

	"doorstep/internal/access"
	"doorstep/internal/arrange"
	"doorstep/internal/care"
	"doorstep/internal/wire"
)

// planned is what a change will leave: everything is decided and nothing is written.
type planned struct {
	drafts   []*draft
	byRecord map[string]*draft
	issues   []*care.Record // conflicts and fields set aside, to be stored
	settled  []*care.Record // issues this change decides
	manual   []arrange.Manual
	lines    []*care.Record // lines of the history of handovers, each of which does what it says
	replays  []replay       // quarantined changes that this one resolves
	early    []early        // references to what is not there yet
	toldOf   []string       // people of whom its answer tells that they have an NHS number

	words []arrange.Words // for the safeguarding lead alone
	// writers are those among the entitled who may do the op that is being planned.
	writers []access.Rights
	against map[*draft]*against // what it wrote about records that had been withdrawn

	conflicts []wire.Conflict // for the answer
	notices   []wire.Issue    // for the answer
}

// draft is one record as the change will leave it.
type draft struct {
	rec    *care.Record
	old    *care.Record // nil when the change makes it
	fields []string     // changed fields, for an update
	dirty  bool         // something about it must be stored

	// writes are the fields that the change means to write, whatever comes of that.
	writes []string
	// recorded is when somebody recorded what a decision takes over; zero: what is recorded is this change.
	recorded time.Time
	// asItWas names time fields whose value is that of the server's clock, whatever clock a decision came from.
	asItWas []string
}

// early is a field that names a record which has not come yet.
type early struct {
	names string
	by    care.Reference
}

// replay is one quarantined mutation to run again, with corrections. Approver: the lead who decided
// it; an author who mends their own work may do no more than before.
type replay struct {
	row      *care.Record
	set      map[string]any
	approver *care.Viewer
}

func (p *planned) keep(d *draft) {
	if p.byRecord == nil {
		p.byRecord = map[string]*draft{}
	}
	p.byRecord[d.rec.Collection.Name+"/"+d.rec.ID] = d
	p.drafts = append(p.drafts, d)
}

func (p *planned) draftOf(c *care.Collection, id string) *draft { return p.byRecord[c.Name+"/"+id] }

// registers says whether the change makes a person's record: they come onto the caseload with it.
func (p *planned) registers(patient string) bool {
	patients, _ := care.ByName(care.Patients)
	d := p.draftOf(patients, patient)
	return d != nil && d.old == nil
}

// notice keeps an issue about a field, to be stored and told in the answer.
func (p *planned) notice(q *care.Record, field string) {
	i := care.AsIssue(q)
	p.issues = append(p.issues, q)
	p.notices = append(p.notices, wire.Issue{ID: q.ID, Code: i.Code(), Field: field, Message: i.Message(), Fix: i.Fix()})
}

// changed notes that a field of a stored record is another.
func (d *draft) changed(field string) {
	if !slices.Contains(d.fields, field) {
		d.fields = append(d.fields, field)
	}
}

// write gives a field a new value.
func (d *draft) write(field string, value any, change care.Change) {
	d.rec.SetAll(map[string]any{field: value})
	d.dirty = true
	if d.old == nil {
		return // still being made: creation is the change
	}
	d.rec.Stamped(field, change)
	d.changed(field)
}

// withdrawal is the name under which care.Record.Changed keeps who withdrew a record.
const withdrawal = "retracted"

// withdraw retracts a record.
func (in *input) withdraw(d *draft) {
	d.rec.Retracted, d.dirty = in.Moment.Now(), true
	d.rec.Stamped(withdrawal, in.stamp())
}
