package httpapi

import (
	"encoding/json"
	"time"

	"doorstep/internal/access"
	"doorstep/internal/care"
	"doorstep/internal/handover"
	"doorstep/internal/pbpages"
)

// Call is what somebody said of a telephone call: to whoever a handover goes to, or to 999.
type Call struct {
	// Answer is one of care.CallAnswers: made, tried in vain, or not needed.
	Answer   string `json:"answer"`
	At       string `json:"at"` // "" where none was made
	Name     string `json:"name"`
	Role     string `json:"role"`
	Reached  bool   `json:"reached"`
	ReadBack bool   `json:"read_back"`
	Why      string `json:"why"` // it could not be made
}

// HandoverView is a handover as one reader gets it.
type HandoverView struct {
	ID      string `json:"id"`
	Version int64  `json:"version"`
	// Projection: full; limited (the ask and the note that is safe to share); sealed (a
	// safeguarding concern, whose content is for the safeguarding lead only); given (how it ended).
	Projection access.Projection `json:"projection"`
	// Side: received, sent, escalated (with somebody else for want of an answer from here), or given (handed on or
	// declined here, and closed since).
	Side    string        `json:"side"`
	State   string        `json:"state"`
	Class   string        `json:"class"`
	Overdue bool          `json:"overdue"`
	Due     string        `json:"due,omitempty"`
	AckDue  string        `json:"ack_due,omitempty"`
	ActDue  string        `json:"act_due,omitempty"`
	Mine    bool          `json:"mine"`
	Patient access.Person `json:"patient"`

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
	Call999        *Call       `json:"call_999,omitempty"`
	DeclineReason  string      `json:"decline_reason,omitempty"`
	Outcome        string      `json:"outcome,omitempty"`
	Answer         string      `json:"answer,omitempty"`
	FiledBy        *care.Named `json:"filed_by,omitempty"`
	FiledAt        string      `json:"filed_at,omitempty"`
	ClosedAt       string      `json:"closed_at,omitempty"`
	ClosedBy       *care.Named `json:"closed_by,omitempty"` // nil where the server closed it, or while it is open
	// Follows is the handover whose answer asks for this one; AmendedAt when its sender's side last added to it, or
	// what it rests on was corrected.
	Follows   string `json:"follows,omitempty"`
	AmendedAt string `json:"amended_at,omitempty"`
	// Unreadable names fields that are stored and cannot be read at the moment.
	Unreadable []string `json:"unreadable,omitempty"`
}

// RuleHeld is a rule that led to a handover.
type RuleHeld struct {
	Rule    string `json:"rule"`
	Version int    `json:"version"`
	Title   string `json:"title"` // of the version in force now; "" when the rule was withdrawn
}

// HandoverProvenance says when it happened at the door and when the server knew.
type HandoverProvenance struct {
	RecordedAt    string `json:"recorded_at,omitempty"` // corrected by the phone's measured offset
	RaisedAt      string `json:"raised_at"`             // when it reached the server
	LateBySeconds int64  `json:"late_by_seconds"`
}

// viewHandover shapes a handover for a reader who may see it.
func (a *API) viewHandover(who *access.Access, row *pbpages.InboxRow) HandoverView {
	seen, side, person, staff, team := who.SeeHandover(row.Record), who.SideOf(row.Record), who.SeePersonOf(row.Record, row.Person), a.Store.Access.NamedStaff, a.Store.Access.NamedTeam
	if row.Given {
		seen, side, person = who.SeeGiven(row.Record), access.Given, who.SeePersonGiven(row.Record, row.Person)
	}
	h := HandoverView{ID: seen.ID, Version: seen.Version, Projection: seen.Projection, Side: side, State: seen.Text("state"),
		Class: seen.Text("class"), Overdue: row.Overdue, Due: row.Due, AckDue: seen.Text("ack_due"), ActDue: seen.Text("act_due"),
		Mine:      seen.Text("owner") == who.Staff || seen.Text("acknowledged_by") == who.Staff,
		FromStaff: staff(seen.Text("from_staff")), FromTeam: team(seen.Text("from_team")), ToTeam: team(seen.Text("to_team")),
		ReplyTeam: team(seen.Text("reply_team")), NamedRegistrant: staff(seen.Text("named_registrant")), ByHand: seen.Flag("by_hand"),
		Unverified: seen.Flag("unverified"), ConfirmedBy: staff(seen.Text("confirmed_by")),
		SeenBy: staff(seen.Text("seen_by")), AcknowledgedBy: staff(seen.Text("acknowledged_by")), AcknowledgedAt: seen.Text("acknowledged_at"),
		Owner: staff(seen.Text("owner")), Outcome: seen.Text("outcome"), FiledBy: staff(seen.Text("filed_by")), FiledAt: seen.Text("filed_at"),
		Follows: seen.Text("follows"), AmendedAt: seen.Text("amended_at"),
		Provenance: HandoverProvenance{RecordedAt: seen.Text("clinical_time"), RaisedAt: seen.Text("raised_at"), LateBySeconds: seen.Number("late_by_seconds")},
		Rules:      a.rulesHeld(seen), SupersededBy: seen.Text("superseded_by"), SafeNote: seen.Text("safe_note"),
		Situation: seen.Text("situation"), Background: seen.Text("background"), Assessment: seen.Text("assessment"), Recommendation: seen.Text("recommendation"),
		DeclineReason: seen.Text("decline_reason"), Answer: seen.Text("answer"), Call: callOf(seen), Call999: call999Of(seen),
		Patient: person, Unreadable: seen.Unreadable(), ClosedAt: row.ClosedAt, ClosedBy: staff(row.ClosedBy)}
	if seen.Projection == access.SealedView {
		text := sealedText(seen)
		h.Situation, h.Recommendation = text.Situation, text.Recommendation
	}
	return h
}

func (a *API) rulesHeld(seen *access.Seen) []RuleHeld {
	held := []RuleHeld{}
	var reasons []handover.Reason
	if raw := seen.JSON("rules"); len(raw) == 0 || json.Unmarshal(raw, &reasons) != nil { // of another shape it says nothing
		return held // by hand, or not for this reader
	}
	for _, r := range reasons {
		held = append(held, RuleHeld{Rule: r.Rule, Version: r.Version, Title: a.Store.RuleTitle(r.Rule)})
	}
	return held
}

func callOf(seen *access.Seen) *Call {
	c := &Call{Answer: seen.Text("called"), At: seen.Text("called_at"), Name: seen.Text("called_name"), Role: seen.Text("called_role"),
		Reached: seen.Flag("reached"), ReadBack: seen.Flag("read_back"), Why: seen.Text("called_why")}
	switch {
	case c.Answer != "":
	case c.At == "":
		return nil
	case c.Reached: // an app from before the answer was asked for
		c.Answer = care.CallMade
	default:
		c.Answer = care.CallInVain
	}
	return c
}

func call999Of(seen *access.Seen) *Call {
	answer := seen.Text("called_999")
	if answer == "" {
		return nil
	}
	return &Call{Answer: answer, At: seen.Text("called_999_at"), Name: seen.Text("called_999_name"), Reached: answer == care.CallMade,
		ReadBack: seen.Flag("called_999_read_back"), Why: seen.Text("called_999_why")}
}

// sealedText is what anybody but the safeguarding lead reads, whatever the record holds.
func sealedText(seen *access.Seen) handover.Text {
	at := func(field string) time.Time {
		t, _ := care.ParseStamp(seen.Text(field)) // zero for none
		return t
	}
	return handover.Compose(handover.Case{Class: care.Safeguarding, ClinicalTime: at("clinical_time"), ActDue: at("act_due"),
		LateBy: time.Duration(seen.Number("late_by_seconds")) * time.Second})
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
	// Unreadable names fields that are stored and cannot be read at the moment.
	Unreadable []string `json:"unreadable,omitempty"`
}

// viewHistory shapes the history of a handover for a reader who sees the handover so.
func (a *API) viewHistory(who *access.Access, handover *access.Seen, history []*care.Record) []HandoverEvent {
	list := make([]HandoverEvent, 0, len(history))
	for _, event := range history {
		seen := who.SeeEvent(handover, event)
		list = append(list, HandoverEvent{ID: seen.ID, At: seen.Text("at"), Kind: seen.Text("kind"), By: a.Store.Access.NamedStaff(seen.Text("by")),
			Team: a.Store.Access.NamedTeam(seen.Text("team")), Text: seen.Text("text"), Detail: seen.JSON("detail"), Unreadable: seen.Unreadable()})
	}
	return list
}
