package pipeline

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/wire"
)

// IssueDeadline is how long the owning team has before the care coordinator is told.
const IssueDeadline = 24 * time.Hour

// issue starts a conflict or quarantine record, owned by the team that holds the person now.
func (p *plan) issue(collection, patient string) *care.Record {
	c, _ := care.ByName(collection)
	rec := &care.Record{Collection: c, ID: p.tx.NewID(), Values: map[string]any{}}
	rec.Author, rec.Client = p.by.Staff, p.by.Client
	rec.AuthoredAt, rec.ReceivedAt = p.at, p.received
	rec.ClockOffset, rec.ClockKnown = p.by.Offset, p.known
	if care.IsID(patient) {
		rec.Values["patient"] = patient
	}
	set(rec, map[string]any{"owner_team": p.ownerTeam(patient), "opened_at": care.Stamp(p.now), "due_at": care.Stamp(p.now.Add(IssueDeadline))})
	return rec
}

// ownerTeam is the team that holds the person now: one of the author's own where it does, else
// the first that is entitled to read what the author writes; where nobody is, the author's team.
func (p *plan) ownerTeam(patient string) string {
	holders := p.tx.Teams(patient)
	for _, t := range p.by.Teams {
		if slices.Contains(holders, t) {
			return t
		}
	}
	limited := care.DutyOf(p.by.Role).View == care.Limited
	for _, t := range holders {
		if team, ok := p.tx.Directory().Team(t); limited || !ok || team.Kind != voluntaryTeam {
			return t
		}
	}
	if len(p.by.Teams) > 0 {
		return p.by.Teams[0]
	}
	return p.tx.Directory().AnyCoordinator()
}

// quarantine keeps the mutation whole and tells its author and the team's lead.
func (p *plan) quarantine(no *refusal) error {
	p.drafts, p.byID, p.issues, p.raised, p.replays, p.settled = nil, nil, nil, nil, nil, nil
	p.result = wire.Result{Mid: p.m.Mid, Key: p.m.Key, Status: care.Quarantined}
	patient, collection, record := p.subject()
	q := p.issue(care.Quarantine, patient)
	content, raw := json.RawMessage(nil), ""
	if json.Valid(p.m.Raw) {
		content = p.m.Raw
	} else {
		raw = base64.StdEncoding.EncodeToString(p.m.Raw)
	}
	set(q, map[string]any{"kind": "mutation", "author": p.by.Staff, "client": p.by.Client, "device": p.by.Device,
		"mid": p.m.Mid, "key": p.m.Key, "collection": clip(collection, 40), "record": clip(record, 60), "field": no.field, "code": no.code,
		"message": no.message, "fix": no.fix, "waits_for": no.waitsFor, "raw": raw, "state": "open"})
	if content != nil {
		q.Values["content"] = content
	}
	if patient == "" { // nothing can be raised about somebody who is not there
		q.Values["due_at"] = care.Stamp(p.clockOf(p.now.Add(IssueDeadline)))
	}
	if p.again != nil {
		if err := p.stillHeld(no); err != nil {
			return err
		}
		q.ID = p.again.ID
	} else if err := openIssue(p.tx, q); err != nil {
		return err
	}
	p.result.Issues = []wire.Issue{{ID: q.ID, Code: no.code, Field: no.field, Message: no.message, Fix: no.fix}}
	p.refused = q
	return nil
}

// subject says what the mutation is about, as far as it can be read. The person is named only
// where they exist.
func (p *plan) subject() (patient, collection, record string) {
	for i := range p.ops() {
		op := &p.ops()[i]
		if collection == "" {
			collection, record = op.Collection, op.ID
		}
		if patient == "" && care.IsID(op.Patient) {
			if rec, err := p.tx.Patient(op.Patient); err == nil && rec != nil {
				patient = op.Patient
			}
		}
	}
	return patient, collection, record
}

func (p *plan) ops() []care.Op { return opsOf(p.m) }

// opsOf are a mutation's ops, or what can be salvaged of one that could not be read.
func opsOf(m *care.Mutation) []care.Op {
	if m.Ops == nil && m.Fault != nil {
		m.Ops = wire.Salvage(m.Raw)
	}
	return m.Ops
}
