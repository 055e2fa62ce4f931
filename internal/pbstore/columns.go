package pbstore

import (
	"strings"

	"doorstep/internal/access"
	"doorstep/internal/care"
)

// shape is the SQL of one synced collection, made once from its fields in care.
type shape struct {
	c       *care.Collection
	number  int64 // the collection's number in the feed
	timed   bool  // has the meta column clinical_time
	columns []string
	selects string // SELECT id, fields…, meta… FROM c
	insert  string
	clin    string // json_object of the clinical projection
	limited string // json_object of the limited projection
	scopes  []string
}

// metaColumns come after the wire fields, in this order.
var metaColumns = []string{"version", "author", "client", "authored_at", "received_at", "clock_offset_ms", "changed", "retracted"}

func newShape(c *care.Collection, number int64) *shape {
	s := &shape{c: c, number: number, scopes: care.ScopeFields[c.Name]}
	switch c.Name {
	case care.Visits, care.Observations, care.Checkins:
		s.timed = true
	}
	s.columns = append(s.columns, "id")
	for _, f := range c.Fields {
		s.columns = append(s.columns, f.Name)
	}
	s.columns = append(s.columns, metaColumns...)
	if s.timed {
		s.columns = append(s.columns, "clinical_time")
	}
	quoted := make([]string, len(s.columns))
	for i, name := range s.columns {
		quoted[i] = quote(name)
	}
	list := strings.Join(quoted, ", ")
	s.selects = "SELECT " + list + " FROM " + quote(c.Name)
	// NB! OR FAIL spares the journal SQLite keeps for one statement: with a trigger on the table it
	// would copy every page it is about to change. What a failed statement leaves is undone with
	// its transaction or savepoint.
	s.insert = "INSERT OR FAIL INTO " + quote(c.Name) + " (" + list + ") VALUES (?" + strings.Repeat(", ?", len(s.columns)-1) + ") ON CONFLICT (id) DO NOTHING"
	s.clin = s.projection(care.Clinical)
	s.limited = s.projection(care.Limited)
	return s
}

// calledName is care.Record.CalledName in SQL.
const calledName = "coalesce(nullif(preferred_name, ''), given_name)"

// projection is the JSON of a record as one kind of viewer gets it, built by SQLite from what
// access.OnPhones says of each field.
func (s *shape) projection(view care.View) string {
	var b strings.Builder
	b.WriteString("json_object('id', id")
	for i := range s.c.Fields {
		f := &s.c.Fields[i]
		column := jsonColumn(f)
		switch access.OnPhones(view, s.c, f) {
		case access.Hidden:
			continue
		case access.Called:
			column = "nullif(" + calledName + ", '')"
		case access.Receipt:
			column = receiptColumn(f)
		case access.ReceiptIfConcern:
			column = "CASE WHEN " + s.class() + " = '" + string(care.Safeguarding) + "' THEN " + receiptColumn(f) + " ELSE " + column + " END"
		case access.Whole:
		}
		b.WriteString(", '" + f.Name + "', " + column)
	}
	if view == care.Clinical {
		b.WriteString(", 'author', author, 'authored_at', " + jsonTime("authored_at") +
			", 'received_at', " + jsonTime("received_at") + ", 'clock_offset_ms', json(clock_offset_ms)")
		if s.timed {
			b.WriteString(", 'clinical_time', " + jsonTime("clinical_time"))
		}
	}
	b.WriteString(")")
	return b.String()
}

// class is the class of a handover, of its history that of the handover.
func (s *shape) class() string {
	if s.c.Name == care.HandoverEvents {
		return `(SELECT class FROM handovers WHERE handovers.id = handover)`
	}
	return `"class"`
}

// receiptColumn stands in the place of what is sealed: of a text that it went, of anything else nothing.
func receiptColumn(f *care.Field) string {
	if f.Kind != care.Text {
		return "NULL"
	}
	return "CASE " + quote(f.Name) + " WHEN '' THEN NULL ELSE '" + care.SealedReceipt + "' END"
}

func jsonColumn(f *care.Field) string {
	name := quote(f.Name)
	switch f.Kind {
	case care.Time:
		return jsonTime(f.Name)
	case care.Int, care.Decimal, care.Bool, care.List, care.Object:
		return "json(" + name + ")"
	}
	return "nullif(" + name + ", '')"
}

func jsonTime(name string) string {
	return "CASE " + quote(name) + " WHEN '' THEN NULL ELSE replace(" + quote(name) + ", ' ', 'T') END"
}

func quote(name string) string { return `"` + name + `"` }

// shapes holds every synced collection's SQL, by name and by number.
type shapes struct {
	byName   map[string]*shape
	byNumber map[int64]*shape
}

// collectionNumbers are stored in the feed: append only, never renumber.
var collectionNumbers = []string{care.Neighbourhoods, care.Organisations, care.Teams, care.Patients, care.Visits,
	care.Observations, care.Checkins, care.Handovers, care.HandoverEvents, care.Conflicts, care.Quarantine}

func newShapes() *shapes {
	all := &shapes{byName: map[string]*shape{}, byNumber: map[int64]*shape{}}
	for i, name := range collectionNumbers {
		c, _ := care.ByName(name)
		s := newShape(c, int64(i+1))
		all.byName[name], all.byNumber[s.number] = s, s
	}
	return all
}
