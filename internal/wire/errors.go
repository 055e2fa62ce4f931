package wire

// Retry tells a client whether sending the same request again makes sense.
type Retry string

// The answers to "shall I try again?".
const (
	RetryNow      Retry = "now"
	RetryLater    Retry = "later"
	RetryNever    Retry = "never"
	RetryAfterFix Retry = "after_fix"
)

// Error is the body of every answer that is not a success.
type Error struct {
	Status     int    `json:"-"`
	Code       string `json:"code"`
	Message    string `json:"message"`
	Retry      Retry  `json:"retry"`
	Expected   int64  `json:"expected,omitempty"`    // gap: the mid the server waits for
	Epoch      string `json:"epoch,omitempty"`       // epoch: the present one
	LastMid    *int64 `json:"last_mid,omitempty"`    // epoch, forked
	LastKey    string `json:"last_key,omitempty"`    // epoch, forked
	ServerTime string `json:"server_time,omitempty"` // clock
	Directive  string `json:"directive,omitempty"`   // wipe, drain, relogin, upgrade
	By         string `json:"by,omitempty"`          // already: who was first
	At         string `json:"at,omitempty"`          // already: when
	ByName     string `json:"by_name,omitempty"`     // already: their name, for those who may know it
	State      string `json:"state,omitempty"`       // where a handover stands
	RetryAfter int    `json:"-"`                     // seconds, sent as a header
	// Fields say what is wrong with which field of a form, where an answer is about one.
	Fields []FieldError `json:"fields,omitempty"`
}

// FieldError is what is wrong with one field, in a sentence that can stand beside it.
type FieldError struct {
	Field   string `json:"field"` // its place, such as organisations[0].teams[1].name
	Message string `json:"message"`
}

// Error implements error; the text is safe to show.
func (e *Error) Error() string { return e.Code + ": " + e.Message }
