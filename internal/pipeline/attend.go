package pipeline

import (
	"encoding/json"
	"errors"
	"slices"

	"doorstep/internal/care"
	"doorstep/internal/handover"
)

// CodeChanged refuses a decision about a handover whose evidence grew after its author looked.
const CodeChanged = "changed"

// Attend is Act for somebody at an inbox, whose version says what they were looking at.
//
//   - The same thing done again by the same person, because the answer was lost, changes nothing
//     and is no error: the record comes back as it stands now.
//   - Who decides about a handover that has since become more urgent must read it first.
//   - Who comes too late for one that a colleague declined or handed on learns who did.
//
// a.To needs only its id; a hand-on without one goes to the person's practice.
func Attend(tx Tx, id string, a handover.Action, actor handover.Actor, version int64) (*care.Record, error) {
	rec, err := loadHandover(tx, id)
	if err != nil {
		return nil, err
	}
	history, err := tx.History(id)
	if err != nil {
		return nil, err
	}
	since := slices.DeleteFunc(slices.Clone(history), func(e *care.Record) bool { return e.Version <= version })
	if version > 0 && repeated(since, a, actor.Staff) {
		return rec, nil
	}
	var noTeam *handover.Error
	if a.Kind == handover.HandOn && rec != nil {
		a.To, err = handOnTo(tx, rec, a.To.ID)
		if err != nil && !errors.As(err, &noTeam) {
			return nil, err
		}
	}
	was := rec
	rec, err = Act(tx, id, a, actor, version)
	var refused *handover.Error
	switch {
	case errors.As(err, &refused):
		if noTeam != nil && refused.Code == noTeam.Code { // only to whom the handover is there at all
			refused = noTeam
		}
		return rec, tooLate(since, actor, refused)
	case err != nil:
		return rec, err
	case version > 0 && decides(a.Kind) && grown(since):
		return rec, &handover.Error{Code: CodeChanged, State: care.State(was.Text("state")),
			Message: "New evidence came in after you opened it. Please read it again, then decide."}
	case a.Kind == handover.HandOn:
		return rec, retell(tx, rec, was, a)
	}
	return rec, nil
}

// left is the event by which each thing that people do shows in a history.
var left = map[handover.Kind][]string{
	handover.Acknowledge: {handover.EventAcknowledged}, handover.Unacknowledge: {handover.EventUnacknowledged},
	handover.Accept: {handover.EventAccepted}, handover.Decline: {handover.EventDeclined}, handover.Answer: {handover.EventAnswered},
	handover.HandOn: {handover.EventHandedOn}, handover.RecordCall: {handover.EventCallReached, handover.EventCallNotReached},
	handover.File: {handover.EventFiled}, handover.StandDown: {handover.EventStoodDown}, handover.Confirm: {handover.EventConfirmed},
}

// repeated says whether somebody has done just this since they looked.
func repeated(since []*care.Record, a handover.Action, staff string) bool {
	return slices.ContainsFunc(since, func(e *care.Record) bool {
		return e.Text("by") == staff && slices.Contains(left[a.Kind], e.Text("kind")) && said(e, a)
	})
}

// said compares what an event holds with what is asked for now.
func said(e *care.Record, a handover.Action) bool {
	var d struct {
		To       string `json:"to"`
		Outcome  string `json:"outcome"`
		Name     string `json:"name"`
		Role     string `json:"role"`
		Reached  bool   `json:"reached"`
		ReadBack bool   `json:"read_back"`
	}
	if raw, ok := e.Get("detail").(json.RawMessage); ok {
		_ = json.Unmarshal(raw, &d) // written by us
	}
	text := e.Text("text")
	switch a.Kind {
	case handover.Decline, handover.StandDown:
		return text == clip(a.Reason, 4000)
	case handover.HandOn:
		return text == clip(a.Reason, 4000) && (a.To.ID == "" || d.To == a.To.ID)
	case handover.Answer:
		return text == clip(a.Text, 4000) && d.Outcome == a.Outcome
	case handover.RecordCall:
		return text == clip(a.Text, 4000) && d.Name == a.Name && d.Role == a.CalledRole && d.Reached == a.Reached && d.ReadBack == a.ReadBack
	}
	return true
}

// decides: what somebody must not do without having read the latest evidence.
func decides(k handover.Kind) bool {
	switch k {
	case handover.Acknowledge, handover.Accept, handover.Decline, handover.Answer, handover.HandOn, handover.StandDown, handover.Confirm:
		return true
	}
	return false
}

// grown says whether evidence made a handover weigh more.
func grown(since []*care.Record) bool {
	return slices.ContainsFunc(since, func(e *care.Record) bool {
		switch e.Text("kind") {
		case handover.EventAttached, handover.EventRisen, handover.EventRaisedAgain, handover.EventUnverified, handover.EventStandsAnew:
			return true
		}
		return false
	})
}

// tooLate names whoever gave a handover away while the actor was looking at it. To anybody else
// what is not theirs is not there.
func tooLate(since []*care.Record, actor handover.Actor, refused *handover.Error) error {
	if refused.Code != handover.CodeNotFound {
		return refused
	}
	for _, e := range since {
		verb := map[string]string{handover.EventHandedOn: "handed this on", handover.EventDeclined: "declined this"}[e.Text("kind")]
		if verb != "" && slices.Contains(actor.Teams, e.Text("team")) {
			return &handover.Error{Code: handover.CodeAlready, Message: "Somebody " + verb + " already.", By: e.Text("by"), At: stampOf(e, "at")}
		}
	}
	return refused
}

// handOnTo finds the team of a hand-on, "" for the person's practice.
func handOnTo(tx Tx, rec *care.Record, id string) (handover.Team, error) {
	if id != "" {
		team, ok := tx.Directory().Team(id)
		if !ok {
			return handover.Team{}, &handover.Error{Code: handover.CodeTeamNeeded, Message: "There is no such team, or its organisation has closed."}
		}
		return team, nil
	}
	person, err := tx.Patient(rec.Text("patient"))
	if err != nil || person == nil {
		return handover.Team{}, err
	}
	team, ok := tx.Directory().Practice(person.Text("practice"))
	if !ok {
		return handover.Team{}, &handover.Error{Code: handover.CodeTeamNeeded, Message: "The person has no practice that is open. Please choose a team."}
	}
	return team, nil
}

// retell writes the text anew when a handover leaves a voluntary team for a clinical one: until
// then it held the ask and the safe note only. This is how a volunteer's concern becomes a
// clinical handover by one action of their coordinator.
func retell(tx Tx, rec, was *care.Record, a handover.Action) error {
	from, _ := tx.Directory().Team(was.Text("to_team"))
	if from.Kind != voluntaryTeam || a.To.Kind == voluntaryTeam || rec.Text("situation") != "" {
		return nil
	}
	person, err := tx.Patient(rec.Text("patient"))
	if err != nil || person == nil {
		return err
	}
	h := handover.FromRecord(rec)
	ask := a.Text
	if ask == "" {
		ask = a.Reason
	}
	text := handover.Compose(tell(handover.Case{To: a.To, Class: h.Class, ByHand: true, Findings: retold(tx, rec),
		Situation: "Handed on by " + from.Name + ": " + a.Reason, Recommendation: ask,
		Unverified: h.Unverified, ClinicalTime: h.ClinicalTime, ActDue: h.ActDue}, person))
	old := clone(rec)
	put(rec, map[string]any{"situation": clip(text.Situation, textMax), "background": clip(text.Background, textMax),
		"assessment": clip(text.Assessment, textMax), "recommendation": clip(text.Recommendation, textMax)})
	return saveHandover(tx, rec, old)
}

// retold are the findings behind a stored handover, as far as it keeps them.
func retold(tx Tx, rec *care.Record) []handover.Finding {
	title := ""
	for _, r := range existingOf(rec).Reasons {
		if rule, ok := tx.Rules().Rule(r.Rule); ok && title == "" {
			title = rule.Title
		}
	}
	var list []handover.Finding
	for _, item := range keptEvidence(rec).Records {
		f := handover.Finding{Collection: item.Collection, Record: item.ID, Title: title, ClockKnown: item.ClockKnown, Verified: item.Verified, Values: item.Values}
		f.At, _ = care.ParseStamp(item.At) // written by us
		list = append(list, f)
	}
	return list
}

// HandoverOf is a stored handover with what only its history knows.
func HandoverOf(rec *care.Record, history []*care.Record) handover.Handover {
	return handover.WithHistory(handover.FromRecord(rec), eventsOf(history))
}
