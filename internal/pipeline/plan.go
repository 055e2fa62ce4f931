package pipeline

import (
	"time"

	"doorstep/internal/care"
	"doorstep/internal/wire"
)

// plan is one mutation on its way: everything is decided before anything is written.
type plan struct {
	tx  Tx
	m   *care.Mutation
	by  By
	now time.Time
	// received is when the server got it: now, but for a replay the first time.
	received time.Time
	// at is the corrected authored time; known says whether the offset in force then is known.
	at    time.Time
	known bool

	drafts  []*draft
	byID    map[string]*draft
	issues  []*care.Record // conflicts and fields set aside, to be stored
	settled []*care.Record // issues this mutation decides
	raised  []raised       // handovers by hand
	replays []replay       // quarantined mutations this one resolves
	again   *care.Record   // the quarantine row this plan replays; nil for a new mutation
	refused *care.Record   // the quarantine row that keeps this mutation; nil when it was taken in
	result  wire.Result
}

// draft is one record as this mutation will leave it.
type draft struct {
	rec    *care.Record
	old    *care.Record // nil when the mutation creates it
	fields []string     // changed fields, for an update
	ever   bool         // something about it must be stored
}

func newPlan(tx Tx, m *care.Mutation, by By) *plan {
	p := &plan{tx: tx, m: m, by: by, now: tx.Now()}
	p.received = p.now
	p.at, p.known = by.Correct(m.AuthoredAt, p.received)
	p.result = wire.Result{Mid: m.Mid, Key: m.Key, Status: care.Applied}
	return p
}

// make plans every op; the first that cannot be represented refuses the mutation.
func (p *plan) make() error {
	if p.m.Fault != nil {
		fix := "edit"
		if p.m.Fault.Code == "malformed" {
			fix = "supervisor"
		}
		return &refusal{code: p.m.Fault.Code, message: p.m.Fault.Message, fix: fix}
	}
	if err := p.permitAuthor(); err != nil {
		return err
	}
	for i := range p.m.Ops {
		if err := p.op(&p.m.Ops[i]); err != nil {
			return err
		}
	}
	return nil
}

func (p *plan) op(op *care.Op) error {
	if op.Kind == care.OpResolve {
		return p.resolve(op)
	}
	c, ok := care.ByName(op.Collection)
	if !ok {
		return &refusal{code: "unknown_collection", message: "This server has no collection of that name.", fix: "supervisor"}
	}
	if !c.Pushable {
		return &refusal{code: "no_permission", message: "A phone cannot write " + c.Name + ".", fix: "supervisor"}
	}
	if !care.IsID(op.ID) {
		return &refusal{code: "invalid_id", message: "The record's id is missing or not 26 lower-case letters and digits.", fix: "supervisor"}
	}
	if err := p.dependsOn(c, op); err != nil {
		return err
	}
	if op.Kind == care.OpCreate {
		return p.create(c, op)
	}
	d, err := p.load(c, op.ID)
	if err != nil {
		return err
	}
	if d == nil {
		if err := p.permitPatient(op.Patient); err != nil {
			return err // or whether a record exists could be learnt about somebody else's person
		}
		return missing(op)
	}
	if op.Patient != "" && op.Patient != personOf(d.rec) && !p.by.Approved {
		// It does not exist as this change means it.
		if err := p.permitPatient(op.Patient); err != nil {
			return err
		}
		return missing(op)
	}
	if err := p.permitRecord(c, op, d.rec); err != nil {
		return err
	}
	switch op.Kind {
	case care.OpUpdate:
		return p.update(d, op)
	case care.OpAdd, care.OpRemove:
		return p.members(d, op)
	default: // care.OpRetract; the decoder lets no other through
		return p.retract(d, op)
	}
}

// load returns the draft of a stored record, or of one this mutation made; nil when there is none.
func (p *plan) load(c *care.Collection, id string) (*draft, error) {
	if d := p.byID[c.Name+"/"+id]; d != nil {
		return d, nil
	}
	old, err := p.tx.Record(c, id)
	if err != nil || old == nil {
		return nil, err
	}
	d := &draft{old: old, rec: clone(old)}
	p.keep(d)
	return d, nil
}

func (p *plan) keep(d *draft) {
	if p.byID == nil {
		p.byID = make(map[string]*draft, len(p.m.Ops))
	}
	p.byID[d.rec.Collection.Name+"/"+d.rec.ID] = d
	p.drafts = append(p.drafts, d)
}

// store writes the plan. Only the insert of a lone create can still be refused, and then
// nothing was written before it.
func (p *plan) store() error {
	for _, d := range p.drafts {
		switch {
		case d.old == nil:
			ok, err := p.tx.Insert(d.rec)
			if err != nil {
				return err
			}
			if !ok {
				return idTaken()
			}
			if d.rec.Collection.Name == care.Patients && len(p.by.Teams) > 0 {
				if err := p.tx.Admit(d.rec.ID, p.by.Teams[0], "registered by phone"); err != nil {
					return err
				}
			}
		case d.ever:
			if err := p.tx.Update(d.rec, d.old, d.fields); err != nil {
				return err
			}
		default:
			continue
		}
		p.result.Records = append(p.result.Records, wire.RecordRef{
			Collection: wireName(d.rec.Collection), ID: d.rec.ID, Version: d.rec.Version})
	}
	for i := range p.raised {
		if err := announce(p.tx, p.raised[i].rec, &p.raised[i].n); err != nil {
			return err
		}
	}
	for _, d := range p.drafts {
		if d.old != nil && d.ever && d.rec.Collection.Name == care.Handovers {
			if err := p.called(d); err != nil {
				return err
			}
		}
	}
	for _, issue := range p.issues {
		if err := openIssue(p.tx, issue); err != nil {
			return err
		}
	}
	if len(p.result.Conflicts) > 0 || len(p.result.Issues) > 0 {
		p.result.Status = care.Merged
	}
	return nil
}

func missing(op *care.Op) *refusal {
	return &refusal{code: "missing_record", fix: "none", waitsFor: op.ID,
		message: "The record this change is about has not reached the server yet."}
}

func idTaken() *refusal {
	return &refusal{code: "id_taken", fix: "supervisor",
		message: "A record with this id exists already. The first one is kept; this one waits for a decision."}
}

// clone copies a record so that the plan can change it.
func clone(r *care.Record) *care.Record {
	c := *r
	c.Values = make(map[string]any, len(r.Values)+4)
	for k, v := range r.Values {
		c.Values[k] = v
	}
	c.Changed = make(map[string]care.Change, len(r.Changed)+2)
	for k, v := range r.Changed {
		c.Changed[k] = v
	}
	return &c
}

// wireName is what a phone calls a collection: issues of all kinds are one to it.
func wireName(c *care.Collection) string {
	if c.Name == care.Conflicts || c.Name == care.Quarantine {
		return care.SyncIssues
	}
	return c.Name
}
