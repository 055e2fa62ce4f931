package rules

import "doorstep/internal/identifier"

// ID makes the id of something that follows from its parts; see identifier.Derived.
func ID(parts ...string) string { return identifier.Derived(parts...) }

// AlarmID is the id of the alarm of a rule at a record of a person.
func AlarmID(code, patient, record string) string { return ID("alarm", code, patient, record) }
