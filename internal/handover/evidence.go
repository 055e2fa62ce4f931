package handover

import (
	"encoding/json"

	"doorstep/internal/care"
	"doorstep/internal/news2"
)

// Evidence is what a handover keeps, in its field evidence, of what it rests on.
type Evidence struct {
	Key     string         `json:"key"` // what it was raised for; see Route.Key
	Records []EvidenceItem `json:"records,omitempty"`
	CopyOf  string         `json:"copy_of,omitempty"` // the handover that this is a copy of
	// Stranger: who reported it had not got the person when it was raised; see care.ByStranger.
	Stranger bool `json:"stranger,omitempty"`
	// Meant is whom it was meant for where they cannot take it; see Case.Meant.
	Meant string `json:"meant,omitempty"`
	// Words of the sender, kept apart once the text has been written anew.
	Words *SenderText `json:"words,omitempty"`
}

// EvidenceItem is one record as it was read when the handover was raised or grew.
type EvidenceItem struct {
	Collection string         `json:"collection"`
	ID         string         `json:"id"`
	At         string         `json:"at"` // clinical time, as care.Stamp writes it
	ClockKnown bool           `json:"clock_known"`
	Verified   bool           `json:"verified"`
	Values     map[string]any `json:"values"`
	NEWS2      *news2.Score   `json:"news2,omitempty"`
	// ReplacedBy is the set of readings that corrects this one, and ReplacedAt when that was; "" where none does.
	ReplacedBy string `json:"replaced_by,omitempty"`
	ReplacedAt string `json:"replaced_at,omitempty"`
}

// MaxEvidence is how many records are kept with a handover; more are found in the alarms it rests on.
const MaxEvidence = 100

// EvidenceIn reads what a stored handover keeps. The server wrote it; anything else reads as nothing.
func EvidenceIn(rec *care.Record) Evidence {
	kept, err := ReadEvidence(care.AsHandover(rec).Evidence())
	if err != nil {
		return Evidence{}
	}
	return kept
}

// ReadEvidence reads evidence as a handover keeps it; nil is none.
func ReadEvidence(raw json.RawMessage) (kept Evidence, err error) {
	if len(raw) > 0 {
		err = json.Unmarshal(raw, &kept)
	}
	return kept, err
}

// Has says whether one reading of a record is kept already: a record in doubt has several.
func (e *Evidence) Has(record string, verified bool) bool {
	for _, item := range e.Records {
		if item.ID == record && item.Verified == verified {
			return true
		}
	}
	return false
}

// Add keeps further records, as long as there is room.
func (e *Evidence) Add(items ...EvidenceItem) {
	for _, item := range items {
		if len(e.Records) < MaxEvidence && !e.Has(item.ID, item.Verified) {
			e.Records = append(e.Records, item)
		}
	}
}
