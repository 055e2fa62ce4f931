package arrange

import (
	"errors"
	"slices"
	"strings"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/handover"
	"doorstep/internal/rules"
)

// Input is what the rules found about a person, with the evidence behind it.
type Input struct {
	Person *care.Record
	// Sender is the team whose report is judged; Reported is false where nobody reported anything and the
	// person's first team stands in.
	Sender   string
	Reported bool
	// Alarms that hold and the sets of readings that end a run of them; Since is the moment from which on the
	// evidence was judged anew. See handover.Input.
	Alarms   []handover.Alarm
	Clearing []handover.Clearing
	Since    time.Time
	// Known are the alarms as stored until now, Handovers those of the person's handovers that are not closed or that a known
	// alarm belongs to.
	Known     []care.Alarm
	Handovers []*care.Record
	// Lapsed are alarms, new or known, that are stored as not holding.
	Lapsed []care.Alarm
	// Moved are records, by id, that the change filed under somebody else: what rests on them was never about
	// this person.
	Moved map[string]bool
	// Amended are the records that the change made of what was recorded before: what a text says of them it says anew.
	Amended []Amendment
	// Events are the evidence; Doubts says, by record, why a value is not verified.
	Events []rules.Event
	Doubts map[string]string
}

// Arrange turns a person's alarms into handovers and stores what comes of it.
func (r *Room) Arrange(in Input) error {
	for _, a := range in.Lapsed {
		if err := r.Store.PutAlarm(a); err != nil {
			return err
		}
	}
	in.inherit()
	place := r.placeOf(in.Person)
	if in.Reported {
		place.FromTeam = in.Sender
		place = r.nearSender(place)
	}
	var failed error
	stored := func(id string) *handover.Existing {
		rec, err := r.stored(id)
		if failed = errors.Join(failed, err); rec == nil {
			return nil
		}
		h := existingOf(rec)
		return &h
	}
	plan := handover.Arrange(handover.Input{Patient: in.Person.ID, Place: place, Alarms: in.Alarms, Clearing: in.Clearing, Since: in.Since,
		Existing: Existing(in.Handovers, in.Known), Stored: stored, Now: r.Moment.Now(), Calendar: r.Reference.Calendar(""), Clocks: r.Reference.Clocks(),
		Directory: r.Reference.Directory()})
	if failed != nil {
		return failed
	}
	return (&applier{Room: r, findings: newFindings(in, plan.Attached, r.Reference.Rules())}).apply(in, plan)
}

// longestChain is how many corrections of corrections are followed.
const longestChain = 50

// inherit lets an alarm at a corrected set of readings belong where that of the set it replaces belongs, whatever
// became of it: a correction by which the same rule still holds is no new matter, and nobody is asked a second time. A
// rule that did not hold before is one.
func (in *Input) inherit() {
	replaces := map[string]string{}
	for i := range in.Events {
		if e := &in.Events[i]; e.Collection == care.Observations {
			if first, _ := e.Values["replaces"].(string); first != "" {
				replaces[e.ID] = first
			}
		}
	}
	if len(replaces) == 0 {
		return
	}
	was := map[[2]string]*care.Alarm{} // by rule and record
	for i := range in.Known {
		was[[2]string{in.Known[i].Rule, in.Known[i].Record}] = &in.Known[i]
	}
	for i := range in.Alarms {
		a := &in.Alarms[i]
		if a.Handover != "" {
			continue
		}
		for first, n := replaces[a.Record], 0; first != "" && n < longestChain; first, n = replaces[first], n+1 {
			if k := was[[2]string{a.Rule, first}]; k != nil && k.Handover != "" {
				a.Handover, a.Destination = k.Handover, k.Destination
				break
			}
		}
	}
}

// applier carries a plan out, in this transaction.
type applier struct {
	*Room
	findings *findings
}

func (a *applier) apply(in Input, plan handover.Plan) error {
	if err := a.letSendersRead(in.Handovers); err != nil {
		return err
	}
	for i := range plan.New {
		if err := a.raiseNew(in.Person, &plan.New[i]); err != nil {
			return err
		}
	}
	for i := range plan.Changes {
		if err := a.change(in.Person, &plan.Changes[i]); err != nil {
			return err
		}
	}
	for _, j := range plan.Joins {
		if _, err := a.Act(j.From, handover.Action{Kind: handover.Join, Into: j.Into}, system, 0); err != nil {
			return err
		}
	}
	for _, id := range plan.Withdrawn {
		if err := a.withdraw(in, id); err != nil {
			return err
		}
	}
	if err := a.retellAmended(in, plan); err != nil {
		return err
	}
	return a.storeAlarms(in, plan.Attached)
}

// raiseNew stores a new handover, its history and its delivery.
func (a *applier) raiseNew(person *care.Record, n *handover.New) error {
	alarms := n.Alarms
	if n.CopyOf != "" { // a copy rests on what its original rests on
		alarms = a.findings.behind(n.CopyOf)
	}
	evidence := handover.Evidence{Key: n.Route.Key, CopyOf: n.CopyOf, Stranger: a.stranger(n.FromStaff, person.ID)}
	if who := a.whoHas(person, n.Alarms); evidence.Stranger && who != nil {
		n.FromStaff, n.FromTeam, n.ReplyTeam, evidence.Stranger = who.Staff, who.Team, who.Team, false
	} else if evidence.Stranger {
		n.ReplyTeam = a.repliesTo(person)
	}
	own, of := ownWords(&evidence, n.ID, n.FromTeam, n.Route.Team.ID), a.findings
	if own {
		of = of.reportedBy(n.FromTeam)
		n.Reasons = of.reasonsIn(n.Reasons)
	}
	if n.Route.Missing {
		evidence.Meant = a.meant(n.Destination, person)
	}
	c := handover.Case{To: n.Route.Team, Class: n.Class, Asks: of.asks(n.Reasons, n.Class), Unverified: n.Unverified, Copy: n.CopyOf != "",
		Meant: evidence.Meant, ClinicalTime: n.ClinicalTime, ActDue: n.ActDue, LateBy: n.LateBy, Findings: of.of(alarms)}
	if !own {
		c.Findings = of.around(c.Findings, n.Visit)
		c.Before = of.before(c.Findings)
	}
	evidence.Records = of.records(alarms)
	if n.CopyOf != "" {
		original, err := a.stored(n.CopyOf)
		if err != nil {
			return err
		}
		if original != nil && care.AsHandover(original).ByHand() && !own {
			if evidence.Words = handover.EvidenceIn(original).Words; evidence.Words == nil {
				evidence.Words = handover.SenderTextOf(original)
			}
		}
	}
	return a.raise(person, n, c, evidence)
}

// change stores what became of a handover that stands.
func (a *applier) change(person *care.Record, ch *handover.Change) error {
	rec, err := a.stored(ch.ID)
	if err != nil || rec == nil {
		return err
	}
	old := rec.Clone()
	evidence := handover.EvidenceIn(rec)
	a.followedByWhoHas(person, rec, &evidence)
	of := a.findings
	if h := care.AsHandover(rec); ownWords(&evidence, rec.ID, h.FromTeam(), h.ToTeam()) {
		of = of.reportedBy(h.FromTeam())
		ch.Reasons, person = of.reasonsIn(ch.Reasons), nil
	}
	rec.SetAll(map[string]any{"class": string(ch.Class), "rules": care.JSON(ch.Reasons), "clinical_time": care.Stamp(ch.ClinicalTime),
		"late_by_seconds": int64(ch.LateBy / time.Second), "ack_due": care.Stamp(ch.AckDue), "act_due": care.Stamp(ch.ActDue),
		"unverified": ch.Unverified, "superseded_by": ch.SupersededBy})
	evidence.Add(of.records(ch.Added)...)
	a.rewriteText(of, person, rec, &evidence, ch)
	rec.Values["evidence"] = care.JSON(evidence)
	if err := a.save(rec, old); err != nil {
		return err
	}
	for _, e := range ch.Events {
		if err := a.writeEvent(rec, e); err != nil {
			return err
		}
	}
	if ch.Again {
		_, err := a.Act(ch.ID, handover.Action{Kind: handover.Raise, Class: ch.Class}, system, 0)
		return err
	}
	return a.watch(rec)
}

// rewriteText writes the text of a handover anew from all that it now rests on: what its sender wrote by
// hand, if anybody did, and what the rules found. Person is nil where its reader may know nothing of them.
func (a *applier) rewriteText(of *findings, person, rec *care.Record, evidence *handover.Evidence, ch *handover.Change) {
	h := care.AsHandover(rec)
	original := rec.ID
	if evidence.CopyOf != "" {
		original = evidence.CopyOf
	}
	alarms := of.behind(original)
	byHand := h.ByHand()
	if byHand && evidence.Words == nil {
		if len(alarms) == 0 && len(h.FilledIn()) == 0 {
			return // as its sender wrote it
		}
		evidence.Words = handover.SenderTextOf(rec)
	}
	to, _ := a.Reference.Directory().Team(h.ToTeam())
	c := handover.Case{To: to, Class: ch.Class, Asks: of.asks(ch.Reasons, ch.Class), Unverified: ch.Unverified,
		Confirmed: h.ConfirmedBy() != "", Copy: evidence.CopyOf != "", Meant: evidence.Meant, ClinicalTime: ch.ClinicalTime, ActDue: ch.ActDue,
		LateBy: ch.LateBy, Findings: of.of(alarms), Called999: h.Called999() == care.CallMade}
	if len(alarms) == 0 && !byHand {
		c.Asks, c.Withdrawn = nil, true
	}
	if person != nil {
		c.Findings = of.around(c.Findings, h.Visit())
		c.Before = of.before(c.Findings)
	}
	if ch.Class == care.Safeguarding {
		c.Findings = kept(c.Findings, evidence)
	}
	text := evidence.Words.Compose(caseFor(c, person))
	if byHand && to.Kind == care.VoluntaryKind {
		// A voluntary team reads the ask and what is safe to share; the rest stays the sender's.
		rec.SetAll(map[string]any{"safe_note": handover.ClipSafe(text.SafeNote)})
		return
	}
	if ch.Class == care.Safeguarding { // what its reader was told once stays told
		text.Assessment = withEarlier(h.Assessment(), text.Assessment)
	}
	setText(rec, text)
}

// withEarlier is a text after the lines of an earlier one that it does not hold itself.
func withEarlier(earlier, text string) string {
	var kept []string
	for _, line := range strings.Split(earlier, "\n") {
		if line != "" && !strings.Contains("\n"+text+"\n", "\n"+line+"\n") {
			kept = append(kept, line)
		}
	}
	return strings.Join(append(kept, text), "\n")
}

// withdraw deals with a handover that has lost its last reason. What rested on records of somebody else alone is
// stood down, with its copies; so is what rested on nobody having opened, where somebody did, unless somebody has taken it
// on. Anything else stays with whoever has it.
func (a *applier) withdraw(in Input, id string) error {
	kind := handover.Kind("")
	switch {
	case in.restedOn(id, func(k *care.Alarm) bool { return in.Moved[k.Record] }):
		kind = handover.Misfiled
	case in.restedOn(id, in.notSo):
		kind = handover.Corrected
	default:
		return a.noteWithdrawn(id)
	}
	for _, id := range append([]string{id}, handover.CopiesOf(id)...) {
		rec, err := a.stored(id)
		if err != nil {
			return err
		}
		if rec == nil {
			continue
		}
		if _, err := a.Act(id, handover.Action{Kind: kind}, system, 0); err != nil && !refused(err) {
			return err
		}
	}
	if rec, err := a.stored(id); err != nil || rec == nil || care.AsHandover(rec).State().Closed() {
		return err
	}
	return a.noteWithdrawn(id)
}

// restedOn says whether a handover rested until now on alarms of that kind alone.
func (in *Input) restedOn(id string, kind func(*care.Alarm) bool) bool {
	any := false
	for i := range in.Lapsed {
		if k := &in.Lapsed[i]; k.Handover == id {
			if !kind(k) {
				return false
			}
			any = true
		}
	}
	return any
}

// notSo says whether the visit of an alarm that has lapsed was one without access, stands, and says now that something else
// happened. What else was corrected of a visit, a medicine say, is judged by whoever has it; a visit that was taken back says
// nothing.
func (in *Input) notSo(k *care.Alarm) bool {
	return k.Collection == care.Visits && k.Class != care.Emergency && slices.ContainsFunc(in.Amended, func(a Amendment) bool {
		was, now := care.AsVisit(a.Was), care.AsVisit(a.Record)
		return a.Record.ID == k.Record && a.Record.Retracted.IsZero() && was.Status() == "no_access" && now.Status() != "retracted" &&
			(now.Status() != was.Status() || now.NoAccessKind() != was.NoAccessKind())
	})
}

// noteWithdrawn notes, once, that the last reason of a handover was corrected or retracted. It stays
// with whoever has it, who decides what becomes of it.
func (a *applier) noteWithdrawn(id string) error {
	rec, err := a.stored(id)
	if err != nil || rec == nil {
		return err
	}
	history, err := a.Store.History(id, []string{handover.EventWithdrawn, handover.EventAttached})
	if err != nil {
		return err
	}
	if n := len(history); n > 0 && care.AsHandoverEvent(history[n-1]).Kind() == handover.EventWithdrawn {
		return nil
	}
	return a.writeEvent(rec, handover.Event{Kind: handover.EventWithdrawn, At: a.Moment.Now(), Team: care.AsHandover(rec).ToTeam(),
		Text: handover.DecideAnew})
}

// storeAlarms stores where each alarm belongs, and alarms whose verification or time changed.
func (a *applier) storeAlarms(in Input, attached []handover.Attachment) error {
	to := make(map[string]handover.Attachment, len(attached))
	for _, at := range attached {
		to[at.Alarm] = at
	}
	known := make(map[string]care.Alarm, len(in.Known))
	for _, k := range in.Known {
		known[k.ID] = k
	}
	for _, alarm := range a.findings.sorted {
		row := alarm.Stored(in.Person.ID)
		row.Destination, row.Holds = known[alarm.ID].Destination, true
		if at, ok := to[alarm.ID]; ok {
			row.Handover, row.Destination = at.Handover, at.Key
		}
		if old, ok := known[alarm.ID]; ok && sameAlarm(old, row) {
			continue
		}
		if err := a.Store.PutAlarm(row); err != nil {
			return err
		}
	}
	return nil
}

func sameAlarm(a, b care.Alarm) bool {
	return a.Handover == b.Handover && a.Destination == b.Destination && a.Verified == b.Verified && a.Holds == b.Holds &&
		a.ClinicalTime.Equal(b.ClinicalTime) && a.ClockKnown == b.ClockKnown && a.Visit == b.Visit
}
