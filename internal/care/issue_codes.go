package care

// Fix says who can settle an issue.
type Fix = string

// The fixes.
const (
	FixEdit       Fix = "edit"       // the author, by another value
	FixSupervisor Fix = "supervisor" // the lead of the team
	FixNone       Fix = "none"       // nobody: it settles itself when the record it waits for arrives
)

// Fixes lists them.
var Fixes = []string{FixEdit, FixSupervisor, FixNone}

// Codes of what could not be stored: of a Problem with a value, and of an issue about a value or a whole change.
// They are part of the protocol.
const (
	CodeWrongType         = "wrong_type"
	CodeOutOfRange        = "out_of_range"
	CodeUnknownValue      = "unknown_value"
	CodeTooLong           = "too_long"
	CodeInvalidNHSNumber  = "invalid_nhs_number"
	CodeInvalidODSCode    = "invalid_ods_code"
	CodeInvalidKey        = "invalid_key"
	CodeRegistrantNeeded  = "registrant_needed"
	CodeSafeNoteNeeded    = "safe_note_needed"
	CodeOtherPerson       = "other_person"
	CodeSameNumber        = "same_number"
	CodeUnknownField      = "unknown_field"
	CodeServerOnly        = "server_only"
	CodeNotYours          = "not_yours"
	CodeNotYourTeam       = "not_your_team"
	CodeMalformed         = "malformed"
	CodeOversized         = "oversized"
	CodeInvalidIdentity   = "invalid_identity"
	CodeInvalidID         = "invalid_id"
	CodeIDTaken           = "id_taken"
	CodeKeyTaken          = "key_taken"
	CodeUnknownCollection = "unknown_collection"
	CodeNoPermission      = "no_permission"
	CodeAuthorMismatch    = "author_mismatch"
	CodeAuthorInactive    = "author_inactive"
	CodeMoved             = "moved"
	CodeRecordedSince     = "recorded_since"
	CodeMissingRecord     = "missing_record"
	CodeDependsOn         = "depends_on"
	CodeOtherField        = "other_field"
	CodeTooManyLines      = "too_many_lines"
	CodeTooManyHandovers  = "too_many_handovers"
	CodeServerError       = "server_error"
	CodeNoRoom            = "no_room"
	CodeSealed            = "sealed"
)

// IssueCode is a row of the table of codes of issues.
type IssueCode struct {
	Code string
	// Whole: the change is quarantined whole; otherwise one value of it is set aside.
	Whole bool
	Fix   Fix
	// Means completes "What came is …", for the protocol.
	Means string
}

// IssueCodes is the one table of what an issue that is no conflict can be about.
var IssueCodes = []IssueCode{
	{CodeWrongType, false, FixEdit, "a value of another kind or shape than the field's"},
	{CodeOutOfRange, false, FixEdit, "a number outside the field's limits"},
	{CodeUnknownValue, false, FixEdit, "a value that is not one of the field's"},
	{CodeTooLong, false, FixEdit, "more text than the field holds"},
	{CodeInvalidNHSNumber, false, FixEdit, "not an NHS number: its check digit is wrong"},
	{CodeInvalidODSCode, false, FixEdit, "not an ODS code"},
	{CodeInvalidKey, false, FixEdit, "not a public key of the kind asked for"},
	{CodeRegistrantNeeded, false, FixEdit, "an urgent handover by hand that names no registered clinician; it went out"},
	{CodeSafeNoteNeeded, false, FixSupervisor, "a voluntary team as the destination of a handover without `safe_note`; it went to the care coordinator"},
	{CodeOtherPerson, false, FixEdit, "a visit or a set of readings that is another person's, or the record itself"},
	{CodeSameNumber, false, FixSupervisor, "an NHS number that another person has"},
	{CodeUnknownField, false, FixSupervisor, "a field that this server has not"},
	{CodeServerOnly, false, FixSupervisor, "a field that only the server writes"},
	{CodeNotYours, false, FixSupervisor, "a field that the author's role does not write"},
	{CodeNotYourTeam, false, FixEdit, "a team that its author does not work for, as the one a handover comes from or is answered to; it went out from a team of theirs"},
	{CodeMalformed, true, FixSupervisor, "a change that could not be read"},
	{CodeOversized, true, FixEdit, "a change larger than one may be"},
	{CodeInvalidIdentity, true, FixEdit, "a change that does not say whom it is about"},
	{CodeInvalidID, true, FixSupervisor, "a record under an id that is none"},
	{CodeIDTaken, true, FixSupervisor, "another record has this id"},
	{CodeKeyTaken, true, FixSupervisor, "the key stands for another change"},
	{CodeUnknownCollection, true, FixSupervisor, "a collection that this server has not"},
	{CodeNoPermission, true, FixSupervisor, "not on the author's caseload, or not for their role"},
	{CodeAuthorMismatch, true, FixSupervisor, "somebody else's change"},
	{CodeAuthorInactive, true, FixSupervisor, "its author had left"},
	{CodeMoved, true, FixSupervisor, "the record it is about has been filed under another person"},
	{CodeRecordedSince, true, FixSupervisor, "another has recorded the visit since; `{\"id\": …}` makes this a visit of its own, `{\"together\": true}` merges the two"},
	{CodeMissingRecord, true, FixNone, "the record it is about has not arrived; it runs when it does"},
	{CodeDependsOn, true, FixNone, "a record it refers to is held back; it runs when that one is settled"},
	{CodeOtherField, true, FixEdit, "a decision that sets something else than what its issue is about"},
	{CodeTooManyLines, true, FixSupervisor, "its author has written as much into that handover as one person may, see §5.6"},
	{CodeTooManyHandovers, true, FixSupervisor, "its author has handed over by hand as often in a day as one person may, see §5.6"},
	{CodeServerError, true, FixSupervisor, "the server failed at it"},
	{CodeSealed, true, FixNone, "a change of a locked phone that could not be opened; the phone has it and sends it again once it is unlocked, see §6.6"},
	{CodeNoRoom, true, FixNone, "too much of the author's work waits for a decision; the phone keeps it, see §6.4"},
}

// FixOf says who can settle an issue with that code.
func FixOf(code string) Fix {
	for _, row := range IssueCodes {
		if row.Code == code {
			return row.Fix
		}
	}
	return FixSupervisor
}
