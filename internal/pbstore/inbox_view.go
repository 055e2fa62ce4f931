package pbstore

import (
	"encoding/json"
	"slices"
	"time"

	"doorstep/internal/access"
	"doorstep/internal/care"
	"doorstep/internal/handover"
	"doorstep/internal/identifier"
)

// Person is who a handover is about, as far as the reader may know.
type Person struct {
	ID                 string   `json:"id"`
	FamilyName         string   `json:"family_name,omitempty"`
	GivenName          string   `json:"given_name,omitempty"`
	PreferredName      string   `json:"preferred_name,omitempty"`
	DateOfBirth        string   `json:"date_of_birth,omitempty"`
	NHSNumber          string   `json:"nhs_number,omitempty"` // 3-3-4
	NHSNumberStatus    string   `json:"nhs_number_status,omitempty"`
	Address            string   `json:"address,omitempty"`
	Postcode           string   `json:"postcode,omitempty"`
	Phone              string   `json:"phone,omitempty"`
	Practice           string   `json:"practice,omitempty"`
	CommunicationNeeds []string `json:"communication_needs,omitempty"`
	RiskNote           string   `json:"risk_note,omitempty"`
}

// Call is a telephone call somebody recorded.
type Call struct {
	At       string `json:"at"`
	Name     string `json:"name"`
	Role     string `json:"role"`
	Reached  bool   `json:"reached"`
	ReadBack bool   `json:"read_back"`
}

// HandoverView is a handover as one reader gets it.
type HandoverView struct {
	ID      string `json:"id"`
	Version int64  `json:"version"`
	// Projection: full; limited (the ask and the note that is safe to share); sealed (a
	// safeguarding concern, whose content is for the safeguarding lead only).
	Projection string `json:"projection"`
	// Side: received, sent, or escalated (with somebody else for want of an answer from here).
	Side    string `json:"side"`
	State   string `json:"state"`
	Class   string `json:"class"`
	Overdue bool   `json:"overdue"`
	Due     string `json:"due,omitempty"`
	AckDue  string `json:"ack_due,omitempty"`
	ActDue  string `json:"act_due,omitempty"`
	Mine    bool   `json:"mine"`
	Patient Person `json:"patient"`

	FromStaff *care.Named `json:"from_staff"`
	FromTeam  *care.Named `json:"from_team"`
	ToTeam    *care.Named `json:"to_team"`
	ReplyTeam *care.Named `json:"reply_team,omitempty"`

	NamedRegistrant *care.Named        `json:"named_registrant,omitempty"`
	ByHand          bool               `json:"by_hand"`
	Rules           []RuleHeld         `json:"rules"`
	Unverified      bool               `json:"unverified"`
	ConfirmedBy     *care.Named        `json:"confirmed_by,omitempty"`
	SupersededBy    string             `json:"superseded_by,omitempty"`
	Situation       string             `json:"situation,omitempty"`
	Background      string             `json:"background,omitempty"`
	Assessment      string             `json:"assessment,omitempty"`
	Recommendation  string             `json:"recommendation,omitempty"`
	SafeNote        string             `json:"safe_note,omitempty"`
	Provenance      HandoverProvenance `json:"provenance"`

	SeenBy         *care.Named `json:"seen_by,omitempty"`
	AcknowledgedBy *care.Named `json:"acknowledged_by,omitempty"`
	AcknowledgedAt string      `json:"acknowledged_at,omitempty"`
	Owner          *care.Named `json:"owner,omitempty"`
	Call           *Call       `json:"call,omitempty"`
	DeclineReason  string      `json:"decline_reason,omitempty"`
	Outcome        string      `json:"outcome,omitempty"`
	Answer         string      `json:"answer,omitempty"`
	FiledBy        *care.Named `json:"filed_by,omitempty"`
	FiledAt        string      `json:"filed_at,omitempty"`
}

// RuleHeld is a rule that led to a handover.
type RuleHeld struct {
	Rule    string `json:"rule"`
	Version int    `json:"version"`
	Title   string `json:"title"` // of the version in force now; "" when the rule was withdrawn
}

func (s *Store) rulesHeld(rec *care.Record) []RuleHeld {
	held := []RuleHeld{}
	var reasons []handover.Reason
	raw, _ := rec.Get("rules").(json.RawMessage)
	if len(raw) == 0 || json.Unmarshal(raw, &reasons) != nil {
		return held // by hand
	}
	s.mem.mu.RLock()
	set := s.mem.rules
	s.mem.mu.RUnlock()
	for _, r := range reasons {
		row := RuleHeld{Rule: r.Rule, Version: r.Version}
		if rule, ok := set.Rule(r.Rule); ok {
			row.Title = rule.Title
		}
		held = append(held, row)
	}
	return held
}

// HandoverProvenance says when it happened at the door and when the server knew.
type HandoverProvenance struct {
	RecordedAt    string `json:"recorded_at,omitempty"` // corrected by the phone's measured offset
	RaisedAt      string `json:"raised_at"`             // when it reached the server
	LateBySeconds int64  `json:"late_by_seconds"`
}

// Projections of a handover.
const (
	FullView    = "full"
	LimitedView = "limited"
	SealedView  = "sealed"
)

const voluntaryTeam = "voluntary"

// projectionOf says how much of a handover a reader gets (DESIGN §1, decision 12).
func (s *Store) projectionOf(v *access.Access, rec *care.Record) string {
	sender := slices.Contains(v.Teams, rec.Text("from_team")) || rec.Text("from_staff") == v.Staff
	to := s.NamedTeam(rec.Text("to_team"))
	switch {
	case care.Class(rec.Text("class")) == care.Safeguarding && !v.Duty.ReadsConcerns:
		return SealedView
	case v.Limited(), !sender && to != nil && to.Kind == voluntaryTeam:
		return LimitedView
	}
	return FullView
}

// View shapes a handover for a reader who may see it.
func (s *Store) View(v *access.Access, row *InboxRow) HandoverView {
	rec := row.Record
	flag := func(f string) bool { b, _ := rec.Get(f).(bool); return b }
	late, _ := rec.Get("late_by_seconds").(int64)
	h := HandoverView{ID: rec.ID, Version: rec.Version, Projection: s.projectionOf(v, rec), Side: sideOf(v, rec), State: rec.Text("state"),
		Class: rec.Text("class"), Overdue: row.Overdue, Due: row.Due, AckDue: rec.Text("ack_due"), ActDue: rec.Text("act_due"),
		Mine:      rec.Text("owner") == v.Staff || rec.Text("acknowledged_by") == v.Staff,
		FromStaff: s.NamedStaff(rec.Text("from_staff")), FromTeam: s.NamedTeam(rec.Text("from_team")), ToTeam: s.NamedTeam(rec.Text("to_team")),
		ReplyTeam: s.NamedTeam(rec.Text("reply_team")), NamedRegistrant: s.NamedStaff(rec.Text("named_registrant")), ByHand: flag("by_hand"),
		Unverified: flag("unverified"), ConfirmedBy: s.NamedStaff(rec.Text("confirmed_by")),
		SeenBy: s.NamedStaff(rec.Text("seen_by")), AcknowledgedBy: s.NamedStaff(rec.Text("acknowledged_by")), AcknowledgedAt: rec.Text("acknowledged_at"),
		Owner: s.NamedStaff(rec.Text("owner")), Outcome: rec.Text("outcome"), FiledBy: s.NamedStaff(rec.Text("filed_by")), FiledAt: rec.Text("filed_at"),
		Provenance: HandoverProvenance{RecordedAt: rec.Text("clinical_time"), RaisedAt: rec.Text("raised_at"), LateBySeconds: late},
		Rules:      []RuleHeld{}}
	h.Patient = s.personView(v, h.Projection, rec.Text("patient"), row.Person)
	switch h.Projection {
	case FullView:
		h.Rules = s.rulesHeld(rec)
		h.SupersededBy, h.SafeNote = rec.Text("superseded_by"), rec.Text("safe_note")
		h.Situation, h.Background, h.Assessment, h.Recommendation = rec.Text("situation"), rec.Text("background"), rec.Text("assessment"), rec.Text("recommendation")
		h.DeclineReason, h.Answer, h.Call = rec.Text("decline_reason"), rec.Text("answer"), callOf(rec, flag)
	case LimitedView:
		h.SafeNote = rec.Text("safe_note")
		if slices.Contains(v.Teams, rec.Text("to_team")) { // their own words, not a clinician's
			h.DeclineReason, h.Answer, h.Call = rec.Text("decline_reason"), rec.Text("answer"), callOf(rec, flag)
		}
	case SealedView:
		text := sealedText(rec, late)
		h.Situation, h.Recommendation = text.Situation, text.Recommendation
	}
	return h
}

func sideOf(v *access.Access, rec *care.Record) string {
	switch {
	case slices.Contains(v.InboxTeams(), rec.Text("to_team")):
		return Received
	case rec.Text("from_staff") == v.Staff, slices.Contains(v.Teams, rec.Text("from_team")):
		return SentSide
	}
	return "escalated"
}

func callOf(rec *care.Record, flag func(string) bool) *Call {
	if rec.Text("called_at") == "" {
		return nil
	}
	return &Call{At: rec.Text("called_at"), Name: rec.Text("called_name"), Role: rec.Text("called_role"), Reached: flag("reached"), ReadBack: flag("read_back")}
}

// sealedText is what anybody but the safeguarding lead reads, whatever the record holds.
func sealedText(rec *care.Record, late int64) handover.Text {
	h := handover.FromRecord(rec)
	return handover.Compose(handover.Case{Class: care.Safeguarding, ClinicalTime: h.ClinicalTime, ActDue: h.ActDue,
		LateBy: time.Duration(late) * time.Second})
}

// personView gives the identity a projection allows. A limited reader learns who it is only
// where the person is on their own caseload, which takes the person's consent.
func (s *Store) personView(v *access.Access, projection, id string, p *care.Record) Person {
	out := Person{ID: id}
	if p == nil {
		return out
	}
	limited := v.Limited() || projection == LimitedView
	if limited && !v.Holds(id) {
		return out
	}
	out.PreferredName, out.Address, out.Postcode, out.Phone, out.RiskNote = p.Text("preferred_name"), p.Text("address"), p.Text("postcode"), p.Text("phone"), p.Text("risk_note")
	out.CommunicationNeeds, _ = p.Get("communication_needs").([]string)
	if limited {
		out.PreferredName = p.CalledName()
		return out
	}
	out.FamilyName, out.GivenName, out.DateOfBirth, out.Practice = p.Text("family_name"), p.Text("given_name"), p.Text("date_of_birth"), p.Text("practice")
	out.NHSNumber, out.NHSNumberStatus = identifier.NHSNumber(p.Text("nhs_number")).Display(), p.Text("nhs_number_status")
	return out
}

// Evidence is one record behind a handover as a reader gets it.
type Evidence struct {
	Collection string          `json:"collection"`
	ID         string          `json:"id"`
	RecordedAt string          `json:"recorded_at"`
	ReachedAt  string          `json:"reached_at,omitempty"` // "" for what was refused: it is in quarantine
	LateBy     int64           `json:"late_by_seconds"`
	RecordedBy *care.Named     `json:"recorded_by,omitempty"`
	ClockKnown bool            `json:"clock_known"`
	Verified   bool            `json:"verified"`
	Values     map[string]any  `json:"values"`
	NEWS2      json.RawMessage `json:"news2,omitempty"` // total, band and the seven sub-scores
}

// EvidenceView shapes the evidence of a handover: all of it for a full reader; for a limited one
// only what their own projection holds, which no reading does; none of a sealed one.
func (s *Store) EvidenceView(v *Snapshot, projection string, rec *care.Record) ([]Evidence, error) {
	list := []Evidence{}
	raw, _ := rec.Get("evidence").(json.RawMessage)
	if projection == SealedView || len(raw) == 0 {
		return list, nil
	}
	var kept struct {
		Records []struct {
			Collection string          `json:"collection"`
			ID         string          `json:"id"`
			At         string          `json:"at"`
			ClockKnown bool            `json:"clock_known"`
			Verified   bool            `json:"verified"`
			Values     map[string]any  `json:"values"`
			NEWS2      json.RawMessage `json:"news2"`
		} `json:"records"`
	}
	if err := json.Unmarshal(raw, &kept); err != nil {
		return nil, err
	}
	ids := map[string][]string{}
	for _, item := range kept.Records {
		e := Evidence{Collection: item.Collection, ID: item.ID, RecordedAt: item.At, ClockKnown: item.ClockKnown, Verified: item.Verified, Values: map[string]any{}, NEWS2: item.NEWS2}
		c, ok := care.ByName(item.Collection)
		if !ok {
			continue
		}
		for name, value := range item.Values {
			if f, ok := c.Field(name); ok && !f.Sealed && (f.Limited || projection == FullView) {
				e.Values[name] = value
			}
		}
		if projection == LimitedView {
			e.NEWS2 = nil
			if len(e.Values) == 0 {
				continue
			}
		}
		list = append(list, e)
		ids[item.Collection] = append(ids[item.Collection], item.ID)
	}
	return list, s.originate(v, list, ids)
}

// originate adds where evidence came from.
func (s *Store) originate(v *Snapshot, list []Evidence, ids map[string][]string) error {
	for collection, of := range ids {
		origins, err := v.Origins(collection, of)
		if err != nil {
			return err
		}
		for i := range list {
			o, ok := origins[list[i].ID]
			if !ok || list[i].Collection != collection {
				continue
			}
			list[i].RecordedBy, list[i].ReachedAt = s.NamedStaff(o.Author), care.Stamp(o.ReceivedAt)
			if at, err := care.ParseStamp(list[i].RecordedAt); err == nil {
				list[i].LateBy = int64(max(0, o.ReceivedAt.Sub(at)) / time.Second)
			}
		}
	}
	return nil
}

// HandoverEvent is one line of a handover's history as a reader gets it.
type HandoverEvent struct {
	ID     string          `json:"id"`
	At     string          `json:"at"`
	Kind   string          `json:"kind"`
	By     *care.Named     `json:"by,omitempty"` // nil = the server
	Team   *care.Named     `json:"team,omitempty"`
	Text   string          `json:"text,omitempty"`
	Detail json.RawMessage `json:"detail,omitempty"`
}

// HistoryView shapes a history. What people wrote in it is theirs who may read the content; a
// limited reader gets what was written by, or for, their own teams.
func (s *Store) HistoryView(v *access.Access, projection string, history []*care.Record) []HandoverEvent {
	list := make([]HandoverEvent, 0, len(history))
	for _, r := range history {
		e := HandoverEvent{ID: r.ID, At: r.Text("at"), Kind: r.Text("kind"), By: s.NamedStaff(r.Text("by")), Team: s.NamedTeam(r.Text("team"))}
		if projection == FullView || projection == LimitedView && slices.Contains(v.Teams, r.Text("team")) {
			e.Text = r.Text("text")
			e.Detail, _ = r.Get("detail").(json.RawMessage)
		}
		list = append(list, e)
	}
	return list
}

// MaySee says whether a handover is a viewer's to look at: it stands with their team or was
// escalated away from it, or they or their team sent it.
func MaySee(v *access.Access, h handover.Handover) bool {
	inbox := v.InboxTeams()
	if slices.Contains(inbox, h.ToTeam) || ShareTeam(h.Former, inbox) {
		return true
	}
	own := h.FromStaff == v.Staff && v.Duty.May(care.Create, care.Handovers)
	return own || h.FromTeam != "" && slices.Contains(v.SentTeams(), h.FromTeam)
}

// ShareTeam says whether a team is on both lists.
func ShareTeam(a, b []string) bool {
	return slices.ContainsFunc(a, func(t string) bool { return slices.Contains(b, t) })
}

// ActorOf is a viewer as the one who does something to a handover.
func ActorOf(v *access.Access) handover.Actor {
	return handover.Actor{Staff: v.Staff, Role: v.Role, Teams: v.ActsFor()}
}

// people is what a person can do to a handover, in the order in which pages offer it.
var people = []handover.Kind{handover.See, handover.Acknowledge, handover.Unacknowledge, handover.Accept, handover.Decline, handover.Answer,
	handover.HandOn, handover.RecordCall, handover.File, handover.StandDown, handover.Confirm}

// Possible lists what a viewer may do to a handover as it stands, by the names of the actions.
func (s *Store) Possible(v *access.Access, h handover.Handover) []string {
	core, _ := s.Hours("")
	m := handover.Machine{Clocks: handover.DefaultClocks(), Calendar: core}
	now := s.now()
	// Filled in as a form would be: what is asked here is who may, and from where.
	filled := handover.Action{Reason: "-", Text: "-", Outcome: "advice_given", SafeNote: "-", Name: "-", Reached: true, CalledAt: now,
		To: handover.Team{ID: "another", Kind: "safeguarding"}}
	list := []string{}
	for _, k := range people {
		filled.Kind = k
		if _, _, err := m.Apply(h, filled, ActorOf(v), now); err == nil {
			list = append(list, string(k))
		}
	}
	return list
}
