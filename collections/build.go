package collections

import (
	"fmt"

	"doorstep/internal/care"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"
)

const (
	// idLength is the length of a record id, a lower-case ULID.
	idLength = 26
	// idPattern is what makes PocketBase look an id up by its index.
	//
	// NB! Any other pattern, however similar, makes it scan the whole index on every insert.
	idPattern = `^[a-z0-9]+$`
	// idMade is the id of a row made in the dashboard: it passes as a ULID, its time means nothing.
	idMade = `0[0-9a-hjkmnp-tv-z]{25}`
	// datePattern is a Date of internal/care.
	datePattern = `^\d{4}-\d{2}-\d{2}$`

	// textLimit is the longest Text, in characters, where internal/care sets none.
	textLimit = 5000
	// valueSize bounds the JSON of one number or truth value, in bytes.
	valueSize = 64
	// listSize bounds the JSON of a List, in bytes.
	listSize = 64 << 10
	// objectSize bounds the JSON of an Object, in bytes: the 64 kB a device may send, as one
	// side of a conflict or quoted in an evidence.
	objectSize = 256 << 10
	// contentSize bounds a quarantined mutation, in bytes.
	contentSize = 512 << 10
	// maxTeams is how many teams one member of staff can be in.
	maxTeams = 200
)

// Names of the meta columns every synced collection has beside its wire fields; see care.Meta.
const (
	FieldVersion      = "version"
	FieldAuthor       = "author"
	FieldClient       = "client"
	FieldAuthoredAt   = "authored_at"
	FieldReceivedAt   = "received_at"
	FieldClinicalTime = "clinical_time"
	FieldClockOffset  = "clock_offset_ms"
	FieldChanged      = "changed"
	FieldRetracted    = "retracted"
)

// build makes a collection from the noun of that name: its id, its wire fields, its meta
// columns when it is synced, and no rule at all. It panics on a name care does not know.
func build(name string) *core.Collection {
	noun, ok := care.ByName(name)
	if !ok {
		panic("collections: care has no collection " + name)
	}
	c := blank(name)
	id := c.Fields.GetByName(core.FieldNameId).(*core.TextField)
	id.Min, id.Max, id.Pattern, id.AutogeneratePattern = idLength, idLength, idPattern, idMade
	for i := range noun.Fields {
		c.Fields.Add(wireField(&noun.Fields[i]))
	}
	if noun.Synced {
		addMeta(c)
	}
	return c
}

// blank makes the empty collection of that name. Its id is PocketBase's own hash of type and
// name, so it is the same in every database.
func blank(name string) *core.Collection {
	if name == care.StaffName {
		return core.NewAuthCollection(name)
	}
	return core.NewBaseCollection(name)
}

// wireField is the PocketBase field that holds a field of internal/care; see care.Kind.
//
// Numbers and truth values are JSON fields because PocketBase's own are NOT NULL DEFAULT 0, and
// a missing reading is never 0 or false.
//
// NB! What is quoted as it came is text: a column declared JSON has SQLite's numeric affinity, which
// would turn a bare 1e400 into infinity and round 12345678901234567890.
func wireField(f *care.Field) core.Field {
	switch f.Kind {
	case care.Text:
		limit := int(f.Max)
		if limit == 0 {
			limit = textLimit
		}
		return &core.TextField{Name: f.Name, Max: limit, Hidden: f.Sealed}
	case care.ID:
		return &core.TextField{Name: f.Name, Min: idLength, Max: idLength, Pattern: idPattern}
	case care.Date:
		return &core.TextField{Name: f.Name, Max: 10, Pattern: datePattern}
	case care.Ref:
		return relation(f, 1)
	case care.Enum:
		return &core.SelectField{Name: f.Name, Values: f.Values, MaxSelect: 1}
	case care.Time:
		return &core.DateField{Name: f.Name}
	case care.Int, care.Decimal, care.Bool:
		return &core.JSONField{Name: f.Name, MaxSize: valueSize}
	case care.List:
		if f.Ref != "" {
			return relation(f, maxTeams) // rules of access must be able to join it
		}
		return &core.JSONField{Name: f.Name, MaxSize: listSize}
	case care.Object:
		size := objectSize
		if f.Name == "content" {
			size = contentSize
		}
		if f.Shape.Quoted {
			return &core.TextField{Name: f.Name, Max: size}
		}
		return &core.JSONField{Name: f.Name, MaxSize: int64(size)}
	}
	panic(fmt.Sprintf("collections: field %s has an unknown kind %d", f.Name, f.Kind))
}

// relation deletes with the person it is about and with nothing else.
func relation(f *care.Field, most int) *core.RelationField {
	return &core.RelationField{
		Name:          f.Name,
		CollectionId:  blank(f.Ref).Id,
		MaxSelect:     most,
		CascadeDelete: f.Ref == care.Patients,
	}
}

// addMeta adds what the server keeps beside the wire fields, except where a wire field of that
// name already says it (quarantine.author, quarantine.client, handovers.clinical_time).
func addMeta(c *core.Collection) {
	meta := []core.Field{
		&core.NumberField{Name: FieldVersion, OnlyInt: true},
		&core.TextField{Name: FieldAuthor, Max: idLength},
		&core.TextField{Name: FieldClient, Max: idLength},
		&core.DateField{Name: FieldAuthoredAt},
		&core.DateField{Name: FieldReceivedAt},
		&core.JSONField{Name: FieldClockOffset, MaxSize: valueSize},
		&core.JSONField{Name: FieldChanged, MaxSize: objectSize, Hidden: true},
		&core.DateField{Name: FieldRetracted},
	}
	if hasClinicalTime[c.Name] {
		meta = append(meta, &core.DateField{Name: FieldClinicalTime})
	}
	for _, f := range meta {
		if c.Fields.GetByName(f.GetName()) == nil {
			c.Fields.Add(f)
		}
	}
}

// readable opens the built-in list and view of a collection to those the rule lets through.
// Everything else stays closed: what writes goes through our own routes, which know the actor.
func readable(c *core.Collection, rule string) *core.Collection {
	c.ListRule, c.ViewRule = types.Pointer(rule), types.Pointer(rule)
	return c
}
