package desk

import (
	"encoding/json"

	"doorstep/internal/care"
)

// SayStore is what recording a person's word to a voluntary service reads and writes.
type SayStore interface {
	care.Moment
	// Record returns a stored record, nil when there is none.
	Record(c *care.Collection, id string) (*care.Record, error)
	// Update stores the named fields and the meta of rec, which was read as old.
	Update(rec, old *care.Record, fields []string) error
}

// Saying is what a person said to the voluntary service that has them: that it may go on coming, or not.
type Saying struct {
	Person  string
	Service string // that of whoever records it; "" = they are of none
	Given   bool
	How     string // in which way they said it
	Expires string // the last day on which it counts; "" = until they say otherwise
}

// SayConsent records what a person said to a voluntary service, by whoever looks after its volunteers. They read nothing of
// what was said to others, and of whom they have not got they know nothing: a first word is for direct care to record. What
// takes the person away takes them away at once.
func SayConsent(store SayStore, lead Lead, s Saying) error {
	patients, _ := care.ByName(care.Patients)
	old, err := store.Record(patients, s.Person)
	if err != nil {
		return err
	}
	if s.Service == "" || !lead.Limited() || !lead.Knows(old) || !lead.Holds(old.ID) {
		return refuse(CodeNotFound, "There is no such person among yours.")
	}
	now := store.Now()
	if s.Given && s.Expires != "" && s.Expires < care.Today(now) {
		return refuse(CodeInvalid, "This day has passed.").about("expires")
	}
	word := map[string]any{"service": s.Service, "given": s.Given, "by": lead.Staff, "at": care.Stamp(now)}
	if s.How != "" {
		word["how"] = s.How
	}
	if s.Given && s.Expires != "" {
		word["expires"] = s.Expires
	}
	var all []any
	if raw := old.Raw(consentField); len(raw) > 0 && json.Unmarshal(raw, &all) != nil {
		return refuse(CodeInvalid, "What was said before cannot be read. Ask the team that looks after this person to mend it.")
	}
	f, _ := patients.Field(consentField)
	value, wrong := f.Check(append(all, word))
	if wrong != nil {
		field := "how"
		if s.Expires != "" && wrong.Code != care.CodeTooLong {
			field = "expires"
		}
		return refuse(wrong.Code, "%s", wrong.Message).about(field)
	}
	rec := old.Clone()
	rec.SetAll(map[string]any{consentField: value})
	rec.Stamped(consentField, care.Change{Seq: store.Seq(), Author: lead.Staff, At: now})
	return store.Update(rec, old, []string{consentField})
}
