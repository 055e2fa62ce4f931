package pbchannels

// Statements whose plans a test looks at.
const (
	Undelivered      = undelivered
	UndeliveredCount = undeliveredCount
)
