package care

import "time"

// Alarm is one rule holding at one record, as stored.
type Alarm struct {
	ID           string
	Rule         string // the rule's code
	Version      int64  // the rule's version
	Patient      string
	Collection   string
	Record       string
	Visit        string
	ClinicalTime time.Time
	ClockKnown   bool // false: the time is as an unknown clock said
	Class        Class
	Destination  string // key of the route it was arranged under
	NEWS2        bool   // the rule reads the early warning score
	Staff, Team  string
	Verified     bool
	Holds        bool
	Handover     string
}
