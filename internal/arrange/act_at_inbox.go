package arrange

import (
	"encoding/json"
	"errors"
	"slices"

	"doorstep/internal/care"
	"doorstep/internal/handover"
)

// CodeTooManyLines refuses what somebody does to a handover into which they have written MaxLines already.
const CodeTooManyLines = "too_many_lines"

// ActFromInbox is Act for somebody at an inbox, whose version says what they were looking at.
//
//   - The same thing done again by the same person, because the answer was lost, changes nothing
//     and is no error: the record comes back as it stands now.
//   - Who decides about a handover that has since become more urgent must read it first.
//   - Who comes too late for one that a colleague declined or handed on learns who did.
//
// a.To is where a hand-on goes and needs only its id; without one it goes to the person's practice. Nothing else is
// sent where its actor says: the chain names who is next.
func (r *Room) ActFromInbox(id string, a handover.Action, actor handover.Actor, version int64) (*care.Record, error) {
	if a.Kind != handover.HandOn {
		a.To = handover.Team{}
	}
	before, err := r.stored(id)
	if err != nil {
		return nil, err
	}
	history, err := r.Store.History(id, weighed())
	if err != nil {
		return nil, err
	}
	since := slices.DeleteFunc(slices.Clone(history), func(e *care.Record) bool { return e.WrittenUnder() <= version })
	if version > 0 && repeated(since, a, actor.Staff) {
		return before, nil
	}
	if before != nil && a.Kind != handover.See {
		if may, err := r.mayAdd(id, actor.Staff, decides(a.Kind), 1); err != nil {
			return nil, err
		} else if !may {
			return before, tooManyLines(before)
		}
	}
	var noTeam *handover.Error
	if a.Kind == handover.HandOn && before != nil {
		a.To, err = r.handOnTo(before, a.To.ID)
		if err != nil && !errors.As(err, &noTeam) {
			return nil, err
		}
	}
	with := a.With
	if with != nil && before != nil {
		// What stands beside it is said only to whom the handover is there at all.
		if no := handover.Permitted(HandoverOf(before, history), a.Kind, actor); no != nil {
			return before, tooLate(since, actor, no)
		}
		if a.With, err = r.besides(before, with.ID); err != nil {
			return before, err
		}
		a.Reason = r.joinedText(a.With, a.Reason)
	}
	rec, err := r.Act(id, a, actor, version)
	if err == nil && with != nil {
		err = r.tookIn(rec, a.With, actor)
	}
	var no *handover.Error
	switch {
	case errors.As(err, &no):
		if noTeam != nil && no.Code == noTeam.Code { // only to whom the handover is there at all
			no = noTeam
		}
		return rec, tooLate(since, actor, no)
	case err != nil:
		return rec, err
	case version > 0 && decides(a.Kind) && becameUrgent(since):
		return rec, &handover.Error{Code: CodeChanged, State: care.AsHandover(before).State(),
			Message: "New evidence came in after you opened it. Please read it again, then decide."}
	case a.Kind == handover.HandOn:
		return rec, r.rewriteForClinicalTeam(rec, before, a)
	}
	return rec, nil
}

func tooManyLines(rec *care.Record) error {
	return &handover.Error{Code: CodeTooManyLines, State: care.AsHandover(rec).State(),
		Message: "You have written as much into this handover as one person may. Please ask a colleague."}
}

// eventsLeft are the events by which each thing that people do shows in a history.
var eventsLeft = map[handover.Kind][]string{
	handover.Acknowledge: {handover.EventAcknowledged}, handover.Unacknowledge: {handover.EventUnacknowledged},
	handover.Accept: {handover.EventAccepted}, handover.Decline: {handover.EventDeclined}, handover.Answer: {handover.EventAnswered},
	handover.HandOn: {handover.EventHandedOn}, handover.RecordCall: {handover.EventCallReached, handover.EventCallNotReached},
	handover.File: {handover.EventFiled}, handover.StandDown: {handover.EventStoodDown, handover.EventJoined}, handover.Confirm: {handover.EventConfirmed},
}

// repeated says whether somebody has done just this since they looked.
func repeated(since []*care.Record, a handover.Action, staff string) bool {
	return slices.ContainsFunc(since, func(e *care.Record) bool {
		return care.AsHandoverEvent(e).By() == staff && slices.Contains(eventsLeft[a.Kind], care.AsHandoverEvent(e).Kind()) && saysTheSame(e, a)
	})
}

// saysTheSame compares what an event holds with what is asked for now.
func saysTheSame(e *care.Record, a handover.Action) bool {
	ev := care.AsHandoverEvent(e)
	var d struct {
		To       string `json:"to"`
		Into     string `json:"into"`
		Outcome  string `json:"outcome"`
		Name     string `json:"name"`
		Role     string `json:"role"`
		Reached  bool   `json:"reached"`
		ReadBack bool   `json:"read_back"`
	}
	if raw := ev.Detail(); raw != nil {
		_ = json.Unmarshal(raw, &d) // written by us
	}
	text := ev.Text()
	switch a.Kind {
	case handover.Decline:
		return text == care.Clip(a.WhyDeclined(), maxEventText)
	case handover.StandDown:
		if a.With != nil {
			return d.Into == a.With.ID
		}
		return ev.Kind() == handover.EventStoodDown && text == care.Clip(a.Reason, maxEventText)
	case handover.HandOn:
		return text == care.Clip(a.Reason, maxEventText) && (a.To.ID == "" || d.To == a.To.ID)
	case handover.Answer:
		return text == care.Clip(a.Text, maxEventText) && d.Outcome == a.Outcome
	case handover.RecordCall:
		return text == care.Clip(a.Text, maxEventText) && d.Name == a.Name && d.Role == a.CalledRole && d.Reached == a.Reached && d.ReadBack == a.ReadBack
	}
	return true
}

// decides lists what somebody must not do without having read the latest evidence.
func decides(k handover.Kind) bool {
	switch k {
	case handover.Acknowledge, handover.Accept, handover.Decline, handover.Answer, handover.HandOn, handover.StandDown, handover.Confirm:
		return true
	}
	return false
}

// urgent are the events by which evidence makes a handover weigh more.
var urgent = []string{handover.EventAttached, handover.EventRisen, handover.EventRaisedAgain, handover.EventUnverified, handover.EventStandsAnew,
	handover.EventCorrected, handover.EventUpdated}

func becameUrgent(since []*care.Record) bool {
	return slices.ContainsFunc(since, func(e *care.Record) bool { return slices.Contains(urgent, care.AsHandoverEvent(e).Kind()) })
}

// weighed are the kinds of event that somebody who acts must have seen, or may have written themselves.
func weighed() []string {
	kinds := append(handover.Moves(), urgent...)
	for _, left := range eventsLeft {
		kinds = append(kinds, left...)
	}
	return kinds
}

// tooLate names whoever gave a handover away while the actor was looking at it. To anybody else
// what is not theirs is not there.
func tooLate(since []*care.Record, actor handover.Actor, no *handover.Error) error {
	if no.Code != handover.CodeNotFound {
		return no
	}
	for _, e := range since {
		verb := map[string]string{handover.EventHandedOn: "handed this on", handover.EventDeclined: "declined this"}[care.AsHandoverEvent(e).Kind()]
		if verb != "" && slices.Contains(actor.Teams, care.AsHandoverEvent(e).Team()) {
			return &handover.Error{Code: handover.CodeAlready, Message: "Somebody " + verb + " already.", By: care.AsHandoverEvent(e).By(), At: care.AsHandoverEvent(e).At()}
		}
	}
	return no
}

// handOnTo finds the team of a hand-on, "" for the person's practice.
func (r *Room) handOnTo(rec *care.Record, id string) (handover.Team, error) {
	if id != "" {
		team, ok := r.Reference.Directory().Team(id)
		if !ok {
			return handover.Team{}, &handover.Error{Code: handover.CodeTeamNeeded, Message: "There is no such team, or its organisation has closed."}
		}
		return team, nil
	}
	person, err := r.Reference.Patient(care.AsHandover(rec).Patient())
	if err != nil || person == nil {
		return handover.Team{}, err
	}
	team, ok := r.Reference.Directory().Practice(care.AsPatient(person).Practice())
	if !ok {
		return handover.Team{}, &handover.Error{Code: handover.CodeTeamNeeded, Message: "The person has no practice that is open. Please choose a team."}
	}
	return team, nil
}

// rewriteForClinicalTeam writes the text anew when a handover leaves a voluntary team for a clinical one:
// until then it held the ask and the safe note only. This is how a volunteer's concern becomes a
// clinical handover by one action of their coordinator.
func (r *Room) rewriteForClinicalTeam(rec, before *care.Record, a handover.Action) error {
	hand := care.AsHandover(rec)
	from, _ := r.Reference.Directory().Team(care.AsHandover(before).ToTeam())
	if from.Kind != care.VoluntaryKind || a.To.Kind == care.VoluntaryKind || hand.Situation() != "" {
		return nil
	}
	person, err := r.Reference.Patient(hand.Patient())
	if err != nil || person == nil {
		return err
	}
	h := handover.FromRecord(rec)
	ask := a.Text
	if ask == "" {
		ask = a.Reason
	}
	text := handover.Compose(caseFor(handover.Case{To: a.To, Class: h.Class, ByHand: true, Findings: r.keptFindings(rec),
		Situation: "Handed on by " + from.Name + ": " + a.Reason, Recommendation: ask,
		Unverified: h.Unverified, ClinicalTime: h.ClinicalTime, ActDue: h.ActDue}, person))
	old := rec.Clone()
	setText(rec, text)
	return r.save(rec, old)
}

// keptFindings are the findings behind a stored handover, as far as it keeps them.
func (r *Room) keptFindings(rec *care.Record) []handover.Finding {
	title := ""
	for _, reason := range reasonsOf(rec) {
		if rule, ok := r.Reference.Rules().Rule(reason.Rule); ok && title == "" {
			title = rule.Title
		}
	}
	var list []handover.Finding
	for _, item := range handover.EvidenceIn(rec).Records {
		f := handover.Finding{Collection: item.Collection, Record: item.ID, Title: title, ClockKnown: item.ClockKnown, Verified: item.Verified, Values: item.Values}
		f.At, _ = care.ParseStamp(item.At) // written by us
		list = append(list, f)
	}
	return list
}
