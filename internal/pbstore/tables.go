package pbstore

import (
	"slices"
	"sort"
	"strings"
	"sync"

	"doorstep/internal/access"
	"doorstep/internal/care"
	"doorstep/internal/columns"
	"doorstep/internal/rules"
)

// table is the SQL of one synced collection, made once from its fields in care.
type table struct {
	columns.Layout
	number   int64  // the collection's number in the feed
	list     string // its columns, with commas between them
	insert   string // made by insertion
	clinical string // json_object of the clinical projection
	limited  string // json_object of the limited projection
	legible  map[care.View]legible
	scopes   []string
	reads    sync.Map // made by where: statement by condition
}

func newTable(c *care.Collection, number int64) *table {
	s := &table{Layout: columns.LayoutOf(c), number: number, scopes: care.ScopeFields[c.Name]}
	quoted := make([]string, len(s.Names))
	for i, name := range s.Names {
		quoted[i] = columns.Quote(name)
	}
	s.list = strings.Join(quoted, ", ")
	s.insertion() // made before anybody shares the table
	s.clinical = s.projection(care.Clinical, columns.InJSON)
	s.limited = s.projection(care.Limited, columns.InJSON)
	s.legible = map[care.View]legible{care.Clinical: s.legibleOf(care.Clinical), care.Limited: s.legibleOf(care.Limited)}
	return s
}

// where reads the records that meet a condition; the condition also gives their order.
func (s *table) where(condition string) string {
	if made, ok := s.reads.Load(condition); ok {
		return made.(string)
	}
	statement := "SELECT " + s.list + " FROM " + columns.Quote(s.Collection.Name) + " WHERE " + condition
	s.reads.Store(condition, statement)
	return statement
}

// deliveries reads, of records by id, what a pull needs to know of each, its JSON as a kind of viewer gets it, and
// the fields that say where it belongs.
func (s *table) deliveries(view care.View) string {
	projection := s.clinical
	if view != care.Clinical {
		projection = s.limited
	}
	return s.deliveriesAs(projection)
}

// deliveriesAs is deliveries with the JSON of a projection.
func (s *table) deliveriesAs(projection string) string {
	var scopes strings.Builder
	for _, f := range s.scopes {
		scopes.WriteString(", " + columns.Quote(f))
	}
	about := "''"
	if s.Collection.Name == care.Patients {
		about = "id"
	} else if _, ok := s.Collection.Field("patient"); ok {
		about = "patient"
	}
	return "SELECT id, version, retracted, author, " + about + ", " + projection + scopes.String() + " FROM " + columns.Quote(s.Collection.Name) +
		" WHERE " + withIDs
}

// CalledName is care.Record.CalledName in SQL.
const CalledName = "coalesce(nullif(preferred_name, ''), given_name)"

// projection is the JSON of a record as one kind of viewer gets it, built by SQLite from what
// access.OnPhones says of each field.
func (s *table) projection(view care.View, inJSON func(*care.Field) string) string {
	var b strings.Builder
	b.WriteString("json_object('id', id")
	for i := range s.Collection.Fields {
		f := &s.Collection.Fields[i]
		column := inJSON(f)
		switch access.OnPhones(view, s.Collection, f) {
		case access.Hidden:
			continue
		case access.Called:
			column = "nullif(" + CalledName + ", '')"
		case access.Receipt:
			column = columns.ReceiptInJSON(f)
		case access.ReceiptIfConcern:
			column = "CASE WHEN " + s.class() + " = '" + string(care.Safeguarding) + "' THEN " + columns.ReceiptInJSON(f) + " ELSE " + column + " END"
		case access.Whole:
		}
		b.WriteString(", '" + f.Name + "', " + column)
	}
	if view == care.Clinical {
		b.WriteString(", 'author', author, 'authored_at', " + columns.TimeInJSON("authored_at") +
			", 'received_at', " + columns.TimeInJSON("received_at") + ", 'clock_offset_ms', " + inJSON(care.ClockOffset))
		if s.Timed {
			b.WriteString(", 'clinical_time', " + columns.TimeInJSON("clinical_time"))
		}
	}
	b.WriteString(")")
	return b.String()
}

// class is the class of a handover, of its history that of the handover.
func (s *table) class() string {
	if s.Collection.Name == care.HandoverEvents {
		return `(SELECT class FROM handovers WHERE handovers.id = handover)`
	}
	return `"class"`
}

// tables holds every synced collection's SQL, by name and by number.
type tables struct {
	byName   map[string]*table
	byNumber map[int64]*table
	judged   []any // the numbers of those whose records rules judge
}

// collectionNumbers are stored in the feed: append only, never renumber.
var collectionNumbers = []string{care.Neighbourhoods, care.Organisations, care.Teams, care.Patients, care.Visits,
	care.Observations, care.Checkins, care.Handovers, care.HandoverEvents, care.Conflicts, care.Quarantine, care.Goals, care.GoalSteps, care.LoneStays}

func newTables() *tables {
	all := &tables{byName: map[string]*table{}, byNumber: map[int64]*table{}}
	for i, name := range collectionNumbers {
		c, _ := care.ByName(name)
		s := newTable(c, int64(i+1))
		all.byName[name], all.byNumber[s.number] = s, s
	}
	for _, name := range rules.Collections {
		all.judged = append(all.judged, all.byName[name].number)
	}
	return all
}

func jsonList(items []string) string { return string(care.JSON(items)) }

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

// CollectionNumber is what the feed calls a synced collection; 0 for none.
func CollectionNumber(name string) int64 { return int64(slices.Index(collectionNumbers, name) + 1) }
