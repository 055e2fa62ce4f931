package handover

import (
	"encoding/json"
	"slices"
	"time"

	"doorstep/internal/care"
)

// Handover is the part of a handover that the machine reads and changes.
type Handover struct {
	ID, Patient, Visit             string
	FromStaff, FromTeam, ReplyTeam string
	NamedRegistrant                string
	ToTeam                         string
	Class                          care.Class
	ByHand                         bool
	State                          care.State
	Unverified                     bool
	ConfirmedBy                    string
	SupersededBy                   string
	SafeNote                       string
	// Stranger: who sent it has not got the person, and decides nothing about it.
	Stranger bool
	// Copy: it stands beside another one, for the lead and the coordinator of what is in doubt.
	Copy bool

	ClinicalTime, RaisedAt, AckDue, ActDue time.Time

	SeenBy         string
	AcknowledgedBy string // "" when a recorded call was the acknowledgement
	AcknowledgedAt time.Time
	Owner          string // the clinician who accepted or answered

	Called, CalledWhy      string // one of care.CallAnswers, "" when nobody said; why a call was not possible
	CalledAt               time.Time
	CalledName, CalledRole string
	Reached, ReadBack      bool

	DeclineReason, Outcome, Answer string
	FiledBy                        string
	FiledAt                        time.Time
	// Follows: the handover whose answer asks for this one. AmendedAt: when its sender's side last added to it.
	Follows   string
	AmendedAt time.Time

	// StateBy and StateAt: who brought it to its state, and when, from its history. Optional:
	// they make "already" answers complete.
	StateBy string
	StateAt time.Time
	// Former are teams it was escalated away from, from its history. Optional: they may still
	// act on it, because a late answer of a practice is better than none.
	Former []string
	// Given are teams that had it before and gave it away: they handed it on, declined it, or had it when somebody
	// else handed it on. From its history; they learn how it ended.
	Given []string
}

// reached says who brought the handover to its state, and when, as far as it is known.
func (h Handover) reached() (string, time.Time) {
	if h.StateBy != "" || !h.StateAt.IsZero() {
		return h.StateBy, h.StateAt
	}
	switch h.State {
	case care.Acknowledged:
		return h.AcknowledgedBy, h.AcknowledgedAt
	case care.Accepted, care.Done:
		return h.Owner, time.Time{}
	}
	return "", time.Time{}
}

// FromRecord reads a stored handover. StateBy, StateAt, Former and Given come from its history.
func FromRecord(r *care.Record) Handover {
	h := care.AsHandover(r)
	return Handover{
		ID: r.ID, Patient: h.Patient(), Visit: h.Visit(), FromStaff: h.FromStaff(), FromTeam: h.FromTeam(),
		ReplyTeam: h.ReplyTeam(), NamedRegistrant: h.NamedRegistrant(), ToTeam: h.ToTeam(),
		Class: h.Class(), ByHand: h.ByHand(), State: h.State(), Unverified: h.Unverified(),
		ConfirmedBy: h.ConfirmedBy(), SupersededBy: h.SupersededBy(), SafeNote: h.SafeNote(),
		ClinicalTime: h.ClinicalTime(), RaisedAt: h.RaisedAt(), AckDue: h.AckDue(), ActDue: h.ActDue(),
		SeenBy: h.SeenBy(), AcknowledgedBy: h.AcknowledgedBy(), AcknowledgedAt: h.AcknowledgedAt(), Owner: h.Owner(),
		Called: h.Called(), CalledWhy: h.CalledWhy(), CalledAt: h.CalledAt(), CalledName: h.CalledName(), CalledRole: h.CalledRole(), Reached: h.Reached(),
		ReadBack: h.ReadBack(), DeclineReason: h.DeclineReason(), Outcome: h.Outcome(), Answer: h.Answer(),
		FiledBy: h.FiledBy(), FiledAt: h.FiledAt(), Follows: h.Follows(), AmendedAt: h.AmendedAt(), Stranger: care.ByStranger(h.Evidence()), Copy: EvidenceIn(r).CopyOf != "",
	}
}

// Values are the fields the machine may change, as a record stores them; nil means missing.
func (h Handover) Values() map[string]any {
	text := func(s string) any {
		if s == "" {
			return nil
		}
		return s
	}
	at := func(t time.Time) any { return text(care.Stamp(t)) }
	called := func(b bool) any { // not asked is missing, not false
		if h.CalledAt.IsZero() {
			return nil
		}
		return b
	}
	return map[string]any{
		"to_team": text(h.ToTeam), "class": text(string(h.Class)), "state": text(string(h.State)), "unverified": h.Unverified,
		"confirmed_by": text(h.ConfirmedBy), "superseded_by": text(h.SupersededBy), "safe_note": text(h.SafeNote),
		"clinical_time": at(h.ClinicalTime), "ack_due": at(h.AckDue), "act_due": at(h.ActDue), "seen_by": text(h.SeenBy),
		"acknowledged_by": text(h.AcknowledgedBy), "acknowledged_at": at(h.AcknowledgedAt), "owner": text(h.Owner),
		"called": text(h.Called), "called_why": text(h.CalledWhy), "called_at": at(h.CalledAt), "called_name": text(h.CalledName), "called_role": text(h.CalledRole), "reached": called(h.Reached),
		"read_back": called(h.ReadBack), "decline_reason": text(h.DeclineReason), "outcome": text(h.Outcome), "answer": text(h.Answer),
		"filed_by": text(h.FiledBy), "filed_at": at(h.FiledAt), "amended_at": at(h.AmendedAt),
	}
}

// WriteReasons writes the field rules of a record; nil for none.
func WriteReasons(list []Reason) any {
	if len(list) == 0 {
		return nil
	}
	raw, err := json.Marshal(list)
	if err != nil { // strings and numbers: cannot be
		return nil
	}
	return json.RawMessage(raw)
}

func (h Handover) at(teams []string) bool {
	return slices.Contains(teams, h.ToTeam) || slices.ContainsFunc(h.Former, func(f string) bool { return slices.Contains(teams, f) })
}
