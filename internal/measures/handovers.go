package measures

import (
	"cmp"
	"time"
)

// Handover is what became of a handover, by its history. A zero time: it did not happen.
type Handover struct {
	ID           string    `json:"i"`
	From         string    `json:"f,omitzero"` // teams: whose people sent it, and whom it came to first
	To           string    `json:"t,omitzero"`
	Class        string    `json:"c,omitzero"`
	AtDoor       time.Time `json:"d,omitzero"` // when what it is about happened
	Sent         time.Time `json:"s,omitzero"` // when it came to the first team; zero: nobody could take it
	Acknowledged time.Time `json:"k,omitzero"` // when the first person took it in hand, answered it, or said why it is not for them
	Late         bool      `json:"l,omitzero"` // the first team's time had run out by then, or has
	Due          time.Time `json:"u,omitzero"` // until when it is to be acknowledged; zero = nothing is due any more
	NoClock      bool      `json:"n,omitzero"` // nothing ever was
	Accepted     time.Time `json:"a,omitzero"` // when the first clinician took it on
	SameDay      time.Time `json:"y,omitzero"` // until when a clinician was to take it on, of what is for the same day
	Declined     bool      `json:"r,omitzero"` // somebody of the first team said why it is not for them
	Why          string    `json:"q,omitzero"` // the reason that was chosen then, "" = none
	Elsewhere    bool      `json:"e,omitzero"` // the first team takes this class elsewhere, and nobody there saw it
	Teams        int       `json:"m,omitzero"` // that it came to
	Closed       time.Time `json:"z,omitzero"`
	Withdrawn    bool      `json:"w,omitzero"` // it was closed because nobody need answer it
	Advised      bool      `json:"v,omitzero"` // a clinician closed it with advice, and said that no more was needed
}

// What became of a handover at the team to which it came first. Each is one of them and no other.
const (
	OutcomeAccepted   = "accepted"
	OutcomeDeclined   = "declined"
	OutcomeElsewhere  = "elsewhere"
	OutcomeUnanswered = "unanswered" // nobody there answered in time, and it went on
	OutcomeWithdrawn  = "withdrawn"
	OutcomeOpen       = "open"
)

// Outcomes lists them in the order in which pages show them.
var Outcomes = []string{OutcomeAccepted, OutcomeDeclined, OutcomeElsewhere, OutcomeUnanswered, OutcomeWithdrawn, OutcomeOpen}

// NotSaid: it was declined and no reason was chosen, or before there were reasons to choose.
const NotSaid = "not_said"

// manyTeams: what came to three teams was sent on twice.
const manyTeams = 3

// knownAfter is how long after advice it is looked whether the person was seen, or referred after all.
const knownAfter = 7 * 24 * time.Hour

func (p Person) countHandovers(c Counts) {
	for _, h := range p.Handovers {
		if h.Sent.IsZero() {
			continue
		}
		put := func(measure, value string) {
			c.add(Key{Week: WeekOf(h.Sent), Measure: measure, Team: h.To, With: h.From, Class: h.Class, Value: value}, 1)
		}
		put(Referred, h.becameOf())
		if h.becameOf() == OutcomeDeclined {
			put(DeclinedFor, cmp.Or(h.Why, NotSaid))
		}
		if h.Teams >= manyTeams {
			put(SentOn, yes)
		} else {
			put(SentOn, no)
		}
		put(Accepting, h.took(h.Sent, h.Accepted))
		p.countAcknowledged(h, put)
		if !h.SameDay.IsZero() {
			put(SameDay, by(h.Accepted, h.SameDay, h.Withdrawn || h.closedUnaccepted()))
		}
		if !h.Closed.IsZero() && !h.Withdrawn {
			p.countAdvice(h, put)
		}
	}
}

func (p Person) countAcknowledged(h Handover, put func(measure, value string)) {
	if h.Elsewhere { // nobody there was asked
		put(Acknowledging, leftOut)
		put(FromDoor, leftOut)
		put(InTime, leftOut)
		return
	}
	put(Acknowledging, h.took(h.Sent, h.Acknowledged))
	put(FromDoor, h.took(h.AtDoor, h.Acknowledged))
	switch {
	case h.NoClock:
		put(InTime, leftOut)
	case h.Late:
		put(InTime, no)
	case !h.Acknowledged.IsZero():
		put(InTime, yes)
	case !h.Closed.IsZero() || h.Due.IsZero():
		put(InTime, leftOut)
	default:
		put(InTime, noAfter(h.Due))
	}
}

// took is how long something took from a moment; of what has not happened at least until now.
func (h Handover) took(from, until time.Time) string {
	switch {
	case !until.IsZero():
		return seconds(until.Sub(from))
	case !h.Closed.IsZero(): // nobody waits for it any more
		return leftOut
	}
	return waitsSince(from)
}

// closedUnaccepted: it was closed, and no clinician took it on.
func (h Handover) closedUnaccepted() bool { return !h.Closed.IsZero() && h.Accepted.IsZero() }

// by says whether something happened by a moment.
func by(at, due time.Time, nothing bool) string {
	switch {
	case nothing:
		return leftOut
	case at.IsZero():
		return noAfter(due)
	case at.After(due):
		return no
	}
	return yes
}

func (h Handover) becameOf() string {
	switch {
	case h.Elsewhere:
		return OutcomeElsewhere
	case h.Declined:
		return OutcomeDeclined
	case h.Teams > 1 && h.Late:
		return OutcomeUnanswered
	case !h.Accepted.IsZero():
		return OutcomeAccepted
	case h.Withdrawn || !h.Closed.IsZero():
		return OutcomeWithdrawn
	case h.Late:
		return OutcomeUnanswered
	}
	return OutcomeOpen
}

// countAdvice counts what clinicians closed with advice alone. It is their word at that moment, and no more is claimed: who
// was handed over as urgent within a week after all is not among them, and of whom nothing was heard in that week is
// said to be unknown.
func (p Person) countAdvice(h Handover, put func(measure, value string)) {
	if !h.Advised {
		put(Advice, no)
		return
	}
	for _, later := range p.Handovers {
		if later.ID != h.ID && later.Sent.After(h.Closed) && later.Sent.Sub(h.Closed) <= knownAfter && urgent(later.Class) {
			put(Advice, no)
			return
		}
	}
	heard := no
	for _, v := range p.Visits {
		if v.seen() && v.At.After(h.Closed) && v.At.Sub(h.Closed) <= knownAfter {
			if v.Outcome == "admitted" || v.Outcome == "died" {
				put(Advice, no)
				return
			}
			heard = yes
		}
	}
	put(Advice, yes)
	if heard == yes {
		put(AdviceUnknown, no)
	} else {
		put(AdviceUnknown, yes)
	}
}

func urgent(class string) bool { return class == "E" || class == "U2" || class == "SD" }
