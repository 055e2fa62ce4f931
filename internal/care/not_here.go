package care

import (
	"encoding/json"
	"time"
)

// NotHere is a class of handovers that a practice does not take in its inbox until a day, and what to do instead. It
// can be said of what can wait alone: what is in a hurry always arrives.
type NotHere struct {
	Class   Class  `json:"class"`
	Until   string `json:"until"`   // the last day on which it counts
	Instead string `json:"instead"` // a place to go, in the practice's words
	By      string `json:"by"`      // who decided it
	At      string `json:"at"`
}

// CanBeElsewhere are the classes that a practice may take elsewhere.
var CanBeElsewhere = []string{string(Routine), string(Information)}

// NotHeres are what a team takes elsewhere, at most one for a class.
type NotHeres []NotHere

// Scan reads the column of a team, so that a directory is read row by row; what nobody can read says nothing.
func (list *NotHeres) Scan(column any) error {
	raw, _ := column.(string)
	if bytes, ok := column.([]byte); ok {
		raw = string(bytes)
	}
	if *list = nil; raw != "" && json.Unmarshal([]byte(raw), list) != nil {
		*list = nil
	}
	return nil
}

// Of is what a team says of a class at a moment; false: it takes it.
func (list NotHeres) Of(class Class, now time.Time) (NotHere, bool) {
	for _, n := range list {
		if n.Class == class && Today(now) <= n.Until && (class == Routine || class == Information) {
			return n, true
		}
	}
	return NotHere{}, false
}
