package handover

import "doorstep/internal/care"

// Kind is something done to a handover.
type Kind string

// What people do.
const (
	See           Kind = "see"
	Acknowledge   Kind = "acknowledge"   // received; reception may
	Unacknowledge Kind = "unacknowledge" // undo of one's own click within [UndoWindow]
	Accept        Kind = "accept"        // a clinician owns it
	Decline       Kind = "decline"       // with a reason and a place to go; goes to the next in the chain
	Answer        Kind = "answer"        // with an outcome; closes the loop
	HandOn        Kind = "hand_on"       // to another team, with a reason
	RecordCall    Kind = "record_call"   // one that reached a named person is the acknowledgement
	File          Kind = "file"          // put into the destination's own record
	StandDown     Kind = "stand_down"    // need not be answered, with a reason
	Confirm       Kind = "confirm"       // a clinician confirms what a rule or a value in doubt raised
	GiveBack      Kind = "give_back"     // its owner does not look after it any more: somebody else may
	Read          Kind = "read"          // its sender has read what became of it
	Add           Kind = "add"           // a line more, from either side
)

// What the machine does.
const (
	Deliver Kind = "deliver" // it is in the team's inbox, or the team must be rung
	Overdue Kind = "overdue" // no answer in time is a failure
	// TeamGone: the team that has it takes nothing any more.
	TeamGone Kind = "team_gone"
	// NotHere: the team takes this class elsewhere, and it never came before anybody there.
	NotHere Kind = "not_here"
	Raise   Kind = "raise" // evidence raised the class: people are told again
	Join    Kind = "join"  // the same matter stands in another handover
	// Misfiled: what it rests on was recorded under the wrong person and is with the right one now.
	Misfiled Kind = "misfiled"
	// Corrected: whoever recorded the visit that it rests on has since said that it was not so.
	Corrected Kind = "corrected"
)

// cell is what an action does in a state: the state it leads to, or one of these.
type cell string

const (
	stays   cell = "stays"
	next    cell = "next"    // to the next in the chain: escalated or declined, else failed
	already cell = "already" // somebody was first
	wrong   cell = "wrong_state"
)

const (
	toQueued       = cell(care.Queued)
	toSent         = cell(care.Sent)
	toSeen         = cell(care.Seen)
	toAcknowledged = cell(care.Acknowledged)
	toAccepted     = cell(care.Accepted)
	toDone         = cell(care.Done)
	toStoodDown    = cell(care.StoodDown)
)

// column lists the cells of an action in the order of care.States: queued, sent, call_needed,
// no_destination, seen, acknowledged, accepted, done, declined, escalated, failed, stood_down.
// Declined, escalated and failed handovers are with the next in the chain, who may do all that
// the first could. What must be rung stays "call needed" until a call is recorded.
type column [12]cell

var table = map[Kind]column{
	See:           {toSeen, toSeen, stays, stays, stays, stays, stays, stays, stays, stays, stays, stays},
	Acknowledge:   {toAcknowledged, toAcknowledged, wrong, toAcknowledged, toAcknowledged, already, already, already, toAcknowledged, toAcknowledged, toAcknowledged, already},
	Unacknowledge: {wrong, wrong, wrong, wrong, wrong, toSeen, wrong, wrong, wrong, wrong, wrong, wrong},
	Accept:        {toAccepted, toAccepted, wrong, toAccepted, toAccepted, toAccepted, already, already, toAccepted, toAccepted, toAccepted, already},
	Decline:       {next, next, wrong, next, next, next, next, already, next, next, wrong, already},
	Answer:        {toDone, toDone, wrong, toDone, toDone, toDone, toDone, already, toDone, toDone, toDone, already},
	HandOn:        {toQueued, toQueued, toQueued, toQueued, toQueued, toQueued, toQueued, already, toQueued, toQueued, toQueued, already},
	RecordCall:    {toAcknowledged, toAcknowledged, toAcknowledged, toAcknowledged, toAcknowledged, stays, stays, stays, toAcknowledged, toAcknowledged, toAcknowledged, stays},
	File:          {wrong, wrong, wrong, wrong, wrong, stays, stays, stays, wrong, wrong, wrong, stays},
	StandDown:     {toStoodDown, toStoodDown, toStoodDown, toStoodDown, toStoodDown, toStoodDown, toStoodDown, already, toStoodDown, toStoodDown, toStoodDown, already},
	Confirm:       {stays, stays, stays, stays, stays, stays, stays, wrong, stays, stays, stays, wrong},
	GiveBack:      {wrong, wrong, wrong, wrong, wrong, wrong, toAcknowledged, wrong, wrong, wrong, wrong, wrong},
	Read:          {stays, stays, stays, stays, stays, stays, stays, stays, stays, stays, stays, stays},
	Add:           {stays, stays, stays, stays, stays, stays, stays, stays, stays, stays, stays, stays},
	Deliver:       {toSent, stays, stays, stays, stays, stays, stays, stays, stays, stays, stays, stays},
	Overdue:       {next, next, next, next, next, next, next, stays, next, next, stays, stays},
	NotHere:       {next, stays, stays, stays, stays, stays, stays, stays, stays, stays, stays, stays},
	TeamGone:      {next, next, next, next, next, next, next, stays, next, next, stays, stays},
	Raise:         {stays, stays, stays, stays, toSent, toSent, toSent, wrong, stays, stays, stays, wrong},
	Misfiled:      {toStoodDown, toStoodDown, toStoodDown, toStoodDown, toStoodDown, toStoodDown, toStoodDown, stays, toStoodDown, toStoodDown, toStoodDown, stays},
	Corrected:     {toStoodDown, toStoodDown, toStoodDown, toStoodDown, toStoodDown, stays, stays, stays, toStoodDown, toStoodDown, toStoodDown, stays},
	Join:          {toStoodDown, toStoodDown, toStoodDown, toStoodDown, toStoodDown, wrong, wrong, wrong, wrong, toStoodDown, toStoodDown, stays},
}

var position = func() map[care.State]int {
	m := make(map[care.State]int, len(care.States))
	for i, s := range care.States {
		m[care.State(s)] = i
	}
	return m
}()

// machines are the actions people cannot do.
func (k Kind) machine() bool {
	switch k {
	case Deliver, Overdue, TeamGone, NotHere, Raise, Join, Misfiled, Corrected:
		return true
	}
	return false
}

// may says whether a role may do this from the side it stands on. Destination: a member of the
// team that has it. Sender: whoever raised it, or a member of their team.
func may(k Kind, d care.Duty, h Handover, destination, sender bool) bool {
	clinician := d.Answers && d.View != care.Limited
	switch k {
	case See, Acknowledge, Unacknowledge, File:
		return destination && d.Inbox
	case Accept, Decline, Answer, HandOn, GiveBack:
		return destination && d.Answers
	case Read:
		return sender
	case Add:
		return destination && d.Inbox || sender
	case RecordCall:
		return destination && d.Inbox || sender && d.May(care.Create, care.Handovers)
	case StandDown:
		if h.Class == care.Safeguarding { // only by the safeguarding lead
			return destination && d.Answers
		}
		return destination && d.Answers || sender && (d.Registered || clinician)
	case Confirm:
		if h.Class == care.Safeguarding {
			return destination && clinician
		}
		return destination && clinician || sender && d.Registered
	}
	return false
}
