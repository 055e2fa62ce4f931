package takein

import "doorstep/internal/care"

// refusal says why a mutation cannot be represented; it is quarantined, never dropped.
type refusal struct {
	code     string
	field    string
	message  string
	waitsFor string // record whose appearance runs it again
}

// Error implements error.
func (r *refusal) Error() string { return r.code + ": " + r.message }

func unreadable(fault *care.Problem) *refusal {
	return &refusal{code: fault.Code, message: fault.Message}
}

func missing(record string) *refusal {
	return &refusal{code: care.CodeMissingRecord, waitsFor: record,
		message: "The record this change is about has not reached the server yet."}
}

func moved() *refusal {
	return &refusal{code: care.CodeMoved,
		message: "The record this change is about has been filed under another person meanwhile. Somebody decides whose the change is; nothing is lost."}
}

func recordedSince() *refusal {
	return &refusal{code: care.CodeRecordedSince,
		message: "Somebody else has recorded this visit since. Take this in as a visit of its own, or say that both are one visit."}
}

func missingPerson(patient string) *refusal {
	return &refusal{code: care.CodeMissingRecord, waitsFor: patient,
		message: "The person this is about has not reached the server yet."}
}

func idTaken() *refusal {
	return &refusal{code: care.CodeIDTaken,
		message: "A record with this id exists already. The first one is kept; this one waits for a decision."}
}

// noPermission answers "not yours" and "not there" alike.
func noPermission() *refusal {
	return &refusal{code: care.CodeNoPermission,
		message: "This person is not on your caseload, or your role may not make this change. It is kept for the team's lead."}
}

// notApproved answers whoever approves what neither they nor its author may do.
func notApproved() *refusal {
	return &refusal{code: care.CodeNoPermission,
		message: "Neither its author nor whoever approves it may make this change. Somebody who may must decide; nothing is lost."}
}

// ownApproval answers a lead who wants to approve their own change.
func ownApproval() *refusal {
	return &refusal{code: care.CodeNoPermission,
		message: "Nobody approves their own change. Another lead or the care coordinator decides this one."}
}

// notInQuestion answers a decision that sets something else than its issue is about.
func notInQuestion(field string) *refusal {
	return &refusal{code: care.CodeOtherField, field: care.Clip(field, 60),
		message: "This issue is not about " + care.Clip(field, 40) + ". A decision sets what its issue is about and nothing else."}
}

func tooManyLines() *refusal {
	return &refusal{code: care.CodeTooManyLines,
		message: "You have written as much into this handover as one person may. This is kept whole, and your team's lead can let it in."}
}

func tooManyHandovers() *refusal {
	return &refusal{code: care.CodeTooManyHandovers,
		message: "You have handed over as often in a day as one person may. This is kept whole and your team's lead can let it in; if it cannot wait, ring."}
}

// noIssue answers "not yours" and "not there" alike.
func noIssue() *refusal {
	return &refusal{code: care.CodeNoPermission, message: "There is no such issue for you to settle."}
}

func serverError() *refusal {
	return &refusal{code: care.CodeServerError,
		message: "The server could not take this change in. It is kept whole and somebody will look at it."}
}

func noRoom() *refusal {
	return &refusal{code: care.CodeNoRoom,
		message: "Too much of your work waits for a decision, so the server did not keep this. It stays on the phone and is sent again. Please tell your team's lead."}
}

func keyTaken() *refusal {
	return &refusal{code: care.CodeKeyTaken,
		message: "The key of this change was used for another one before. It is kept whole and waits for a decision."}
}
