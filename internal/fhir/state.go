package fhir

import "doorstep/internal/care"

// status is where a handover stands as a Task has it, with what that means in our words.
type status struct{ status, display string }

// statuses is the table. A Task is at an end (completed, cancelled) exactly where a handover is closed. That one was
// declined, or that nobody answered in time, ends nothing: it is with the next in the chain, and still asked for. A
// receiver that took "rejected" or "failed" for an end would lose somebody who is waiting.
var statuses = map[care.State]status{
	care.Queued:        {"requested", "Raised, not yet in an inbox"},
	care.Sent:          {"requested", "In the inbox, not yet seen"},
	care.CallNeeded:    {"requested", "To be rung, no call recorded yet"},
	care.NoDestination: {"requested", "No practice to go to: with the care coordinator"},
	care.Seen:          {"received", "Seen by a person"},
	care.Acknowledged:  {"received", "Received by a person, no clinician has accepted it yet"},
	care.Accepted:      {"accepted", "A clinician looks after it"},
	care.Done:          {"completed", "Answered"},
	care.Declined:      {"requested", "Declined with a reason, and with the next in the chain"},
	care.Escalated:     {"requested", "Not answered in time, and with the next in the chain"},
	care.Failed:        {"requested", "Not answered by anybody in the chain: the care coordinator keeps it"},
	care.StoodDown:     {"cancelled", "Need not be answered, as a person said with a reason"},
}

// statusOf is the state of a Task; one that is not known is asked for, because nobody has said that it is not.
func statusOf(s care.State) (task string, business *Concept) {
	row, known := statuses[s]
	if !known {
		row = status{"requested", "In a state that is not known here"}
	}
	return row.status, concept(row.display, Coding{stateSystem, oneLine(string(s)), row.display})
}
