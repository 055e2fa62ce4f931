package care

import "strings"

// Kind says what values a field can hold and how they look in Go, JSON and SQL.
//
//	kind     | Go value (nil = missing)       | JSON                    | SQL
//	Text     | string, "" = missing           | string                  | TEXT
//	ID       | string, 26-character ULID      | string                  | TEXT
//	Ref      | string, ULID of Field.Ref      | string                  | TEXT
//	Enum     | string, one of Field.Values    | string                  | TEXT
//	Date     | string "2006-01-02"            | string                  | TEXT
//	Time     | string, RFC 3339 UTC with ms   | string                  | TEXT, space instead of T
//	Int      | int64, Field.Min..Field.Max    | number                  | JSON
//	Decimal  | float64, at most one decimal   | number                  | JSON
//	Bool     | bool                           | true, false             | JSON
//	List     | []string, sorted, no doubles   | array of strings        | JSON
//	Object   | json.RawMessage, compact       | object or array         | JSON
//
// A missing value is nil in Go and null in JSON, whatever the kind; it is never 0 or false.
type Kind int

// The kinds; see Kind for what each holds.
const (
	Text Kind = iota
	ID
	Ref
	Enum
	Date
	Time
	Int
	Decimal
	Bool
	List
	Object
)

// Policy says what happens when two people changed the same field without seeing each other.
type Policy int

const (
	// Manual: clean only if the stored value is the one the author saw; otherwise a conflict
	// opens and the stored value stays until a person resolves it. The default.
	Manual Policy = iota
	// Latest: of concurrent values the later corrected authored time wins; the loser is kept.
	Latest
	// Set: members are added and removed; a remove takes away only what its author saw.
	Set
	// Immutable: the first value wins, later ones are kept as losers.
	Immutable
	// Server: only the server writes it; a device's value is set aside.
	Server
)

// Field is one wire field of a collection. The name is the same in SQL, JSON and Go tags.
type Field struct {
	Name     string
	Kind     Kind
	Policy   Policy
	Ref      string   // collection a Ref points to
	Values   []string // allowed values of an Enum, or of the members of a List; empty = any
	Min, Max float64  // inclusive limits of Int and Decimal; Max also the longest Text in runes
	Limited  bool     // part of the projection volunteers and other limited viewers get
	Sealed   bool     // content goes to the safeguarding lead only; everyone else reads SealedReceipt
	Identity bool     // a change without it cannot be represented and is quarantined whole
	Rule     string   // named extra check of a Text: "nhsnumber", "ods", "hours"; of an Object: "p256"
	Shape    *Shape   // what JSON an Object holds; every Object has one
}

// SealedReceipt stands in a pull for the content of a sealed field: its author sees that it went.
const SealedReceipt = "sent to the safeguarding lead"

// SealedName says whether a field of that name holds what is for the safeguarding lead alone, whatever
// collection it is said to be of: a name counts where a phone and the server know different collections.
func SealedName(field string) bool {
	return strings.Contains(strings.ToLower(field), "safeguarding")
}

// Collection is one kind of record: its fields and how it takes part in sync.
type Collection struct {
	Name   string
	Fields []Field
	// Synced: carries versions and enters the feed.
	Synced bool
	// Pushable: devices may create or change it through a push; the role table says who.
	Pushable bool
	// AppendOnly: never changed after creation; a correction is a new record.
	AppendOnly bool
	// OfStaff: about a member of staff and no person; its author alone writes it from a phone, whoever they have.
	OfStaff bool

	index map[string]int
}

// Field returns the field of that name and whether there is one.
func (c *Collection) Field(name string) (*Field, bool) {
	i, ok := c.index[name]
	if !ok {
		return nil, false
	}
	return &c.Fields[i], true
}

// WireName is what a phone calls a collection: issues of every kind are one collection to it.
func (c *Collection) WireName() string {
	if c.Name == Conflicts || c.Name == Quarantine {
		return SyncIssues
	}
	return c.Name
}

// ByName returns the collection of that name and whether there is one.
func ByName(name string) (*Collection, bool) {
	c, ok := byName[name]
	return c, ok
}

// Collections lists every collection in the order in which they may refer to each other.
func Collections() []*Collection { return all }

var all = []*Collection{
	neighbourhoods, organisations, teams, staff, patients, caseload, visits, observations,
	checkins, goals, goalSteps, loneStays, handovers, handoverEvents, handoverRules, devices, conflicts, quarantine,
}

var byName = index(all)

func index(list []*Collection) map[string]*Collection {
	names := make(map[string]*Collection, len(list))
	for _, c := range list {
		c.index = make(map[string]int, len(c.Fields))
		for i, f := range c.Fields {
			c.index[f.Name] = i
		}
		names[c.Name] = c
	}
	return names
}
