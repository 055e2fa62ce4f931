package identifier

// Code names the rule an identifier was refused by.
type Code string

// The rules.
const (
	CodeLength      Code = "length"      // too few or too many characters
	CodeDigits      Code = "digits"      // NHS number: something that is not a digit
	CodeCheckDigit  Code = "check_digit" // NHS number: modulus 11 does not hold
	CodePlaceholder Code = "placeholder" // NHS number: one digit ten times
	CodeCharacters  Code = "characters"  // ODS code, ULID: a character outside the set
	CodeTime        Code = "time"        // ULID: the time part is not a time
)

// Kind names the sort of identifier that was refused.
type Kind string

// The kinds.
const (
	KindNHSNumber Kind = "nhs_number"
	KindODSCode   Kind = "ods_code"
	KindULID      Kind = "ulid"
)

// Error is a refusal. It never holds the refused text, because errors reach logs and
// an almost right NHS number still points at a person.
type Error struct {
	Kind    Kind
	Code    Code
	Message string // a plain sentence for the person who typed it
}

// Error returns the sentence for people.
func (e *Error) Error() string { return e.Message }

// refuse builds a refusal as a plain error, so that nil stays nil.
func refuse(kind Kind, code Code, message string) error {
	return &Error{Kind: kind, Code: code, Message: message}
}
