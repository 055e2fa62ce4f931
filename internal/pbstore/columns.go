package pbstore

import (
	"slices"
	"strings"

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

// projection is the JSON of a record as one kind of viewer gets it, built by SQLite.
func (s *shape) projection(view care.View) string {
	var b strings.Builder
	b.WriteString("json_object('id', id")
	for _, f := range s.c.Fields {
		if view == care.Limited && !f.Limited {
			continue
		}
		column := s.unlessConcern(&f, jsonColumn(&f))
		if view == care.Limited && s.c.Name == care.Patients && f.Name == "preferred_name" {
			column = "nullif(" + calledName + ", '')"
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

// concernContent are the fields of handovers, and of their history, whose content is for the
// safeguarding lead alone where it is a safeguarding concern. That lead carries no device, so no
// pull ever brings it; everybody else keeps a receipt.
var concernContent = map[string][]string{
	care.Handovers:      {"situation", "background", "assessment", "recommendation", "safe_note", "evidence", "decline_reason", "answer"},
	care.HandoverEvents: {"text", "detail"},
}

// unlessConcern puts a receipt in the place of what is sealed.
func (s *shape) unlessConcern(f *care.Field, column string) string {
	if !slices.Contains(concernContent[s.c.Name], f.Name) {
		return column
	}
	class, receipt := `"class"`, "NULL"
	if s.c.Name == care.HandoverEvents {
		class = `(SELECT class FROM handovers WHERE handovers.id = handover)`
	} else if f.Kind == care.Text {
		receipt = "CASE " + quote(f.Name) + " WHEN '' THEN NULL ELSE '" + care.SealedReceipt + "' END"
	}
	return "CASE WHEN " + class + " = '" + string(care.Safeguarding) + "' THEN " + receipt + " ELSE " + column + " END"
}

func jsonColumn(f *care.Field) string {
	name := quote(f.Name)
	switch {
	case f.Sealed:
		return "CASE " + name + " WHEN '' THEN NULL ELSE '" + care.SealedReceipt + "' END"
	case f.Kind == care.Time:
		return jsonTime(f.Name)
	case f.Kind == care.Int, f.Kind == care.Decimal, f.Kind == care.Bool, f.Kind == care.List, f.Kind == care.Object:
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
