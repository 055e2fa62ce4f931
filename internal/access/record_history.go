package access

import (
	"cmp"
	"slices"

	"doorstep/internal/care"
)

// RecordSeen is a stored record with who wrote it and what was changed of it since, as somebody at a desk may see it.
type RecordSeen struct {
	Collection, ID string
	Version        int64
	// At is when it happened at the door, "" for what has no such time; RecordedAt by the corrected clock of the phone.
	At, RecordedAt, ReachedAt, Retracted string
	Author, Client                       string         // ids
	Fields                               map[string]any // those that hold something
	Changes                              []ChangeSeen   // the last change of each field since it was recorded, the latest first
}

// ChangeSeen is the last change of a field; of "retracted", that the record was withdrawn.
type ChangeSeen struct {
	Field, At, Author, Client string
}

// withdrawn is the name under which a record keeps who withdrew it; see takein.
const withdrawn = "retracted"

// SeeRecord is a record with its history; false where somebody sees nothing of it.
func (a *Access) SeeRecord(rec *care.Record) (RecordSeen, bool) {
	s := RecordSeen{Collection: rec.Collection.Name, ID: rec.ID, Version: rec.Version, At: care.Stamp(rec.ClinicalTime), RecordedAt: care.Stamp(rec.AuthoredAt),
		ReachedAt: care.Stamp(rec.ReceivedAt), Retracted: care.Stamp(rec.Retracted), Author: rec.Author, Client: rec.Client, Fields: map[string]any{}}
	change := func(field string, c care.Change) {
		s.Changes = append(s.Changes, ChangeSeen{Field: field, At: care.Stamp(c.At), Author: c.Author, Client: c.Client})
	}
	for i := range rec.Collection.Fields {
		name := rec.Collection.Fields[i].Name
		value, last, shown := a.SeeStored(rec, name)
		if !shown || name == "patient" {
			continue
		}
		if value != nil {
			s.Fields[name] = value
		}
		if _, changed := rec.Changed[name]; changed {
			change(name, last)
		}
	}
	if c, ok := rec.Changed[withdrawn]; ok {
		change(withdrawn, c)
	}
	slices.SortStableFunc(s.Changes, func(x, y ChangeSeen) int { return cmp.Compare(y.At, x.At) })
	return s, len(s.Fields) > 0
}
