package care

// Doubt says of an issue why what it keeps is not certain, as part of a sentence to somebody who did not write it: the
// message of an issue speaks to its author. It holds the value in question.
func Doubt(issue *Record) string {
	i := AsIssue(issue)
	if i.HoldsChange() {
		if why := heldWhy[i.Code()]; why != "" {
			return "it is held back, because " + why
		}
		return "it is held back, because it could not be stored as it came"
	}
	what := FieldLabel(i.Field())
	if r := readingOf(i.Field()); r != nil {
		if v := r.text(DecodeJSON(i.Content())); v != "" {
			what += " " + v
			if i.Code() == CodeOutOfRange {
				what += r.Unit
			}
		}
	}
	if why := refusedWhy[i.Code()]; why != "" {
		return what + " was refused: " + why
	}
	return what + " was refused"
}

// heldWhy says, by code, why a change was held back whole.
var heldWhy = map[string]string{
	CodeNoPermission:      "its author did not have this person on their caseload, or not in a role that records this; the lead of their team decides",
	CodeAuthorInactive:    "its author had left when it was written",
	CodeAuthorMismatch:    "it names another author than whose phone it came from",
	CodeMoved:             "the record it changes has been filed under another person",
	CodeRecordedSince:     "somebody else has recorded the same visit",
	CodeMissingRecord:     "the record it belongs to has not arrived",
	CodeDependsOn:         "the record it belongs to is held back too",
	CodeIDTaken:           "another record has its number",
	CodeKeyTaken:          "another change has its number",
	CodeInvalidIdentity:   "it does not say rightly whom it is about",
	CodeUnknownCollection: "this server does not know its kind",
	CodeOversized:         "it is larger than one change may be",
	CodeMalformed:         "it could not be read",
	CodeTooManyLines:      "its author has written as much into that handover as one person may",
	CodeTooManyHandovers:  "its author has handed over by hand as often in a day as one person may",
	CodeServerError:       "the server failed at it",
	CodeNoRoom:            "too much of its author's work waits for a decision",
}

// refusedWhy says, by code, why one value was refused.
var refusedWhy = map[string]string{
	CodeWrongType:    "it is not of the right kind",
	CodeOutOfRange:   "it is outside what is possible",
	CodeUnknownValue: "it is none of the known values",
	CodeTooLong:      "it is too long",
	CodeNotYours:     "the role of its author does not record it",
	CodeOtherPerson:  "it belongs to another person",
}
