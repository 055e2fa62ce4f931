package access

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"doorstep/internal/care"
)

// Concerns says of handovers, by id, whether they are safeguarding concerns.
type Concerns map[string]bool

// Concern says whether a handover is one, or may be: of one that nobody knows it cannot be told.
func (c Concerns) Concern(handover string) bool {
	concern, known := c[handover]
	return concern || !known
}

// TellsOfConcern says whether a field of a safeguarding concern, or of a line of its history, tells what is for the
// safeguarding lead alone.
func TellsOfConcern(collection, field string) bool {
	return slices.Contains(concernContent[collection], field)
}

// HandoversIn lists the handovers, and the lines of their histories, that issues may speak of, whatever collection they
// claim it to be.
func HandoversIn(issues ...*care.Record) []string {
	var ids []string
	add := func(id string) {
		if care.IsID(id) && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	for _, issue := range issues {
		i := care.AsIssue(issue)
		if concernContent[i.Collection()] != nil {
			add(i.About())
		}
		if i.HoldsChange() {
			for _, op := range keptOps(issue) {
				add(op.ID)
				add(lineOf(op.Set))
			}
		}
	}
	return ids
}

// lineOf is the handover whose history the values of a line belong to, "" for what is no line.
func lineOf(values map[string]any) string {
	id, _ := values["handover"].(string)
	return id
}

// sealJSON takes out of what somebody sent all that is for the safeguarding lead alone: by the name of the
// field, however deep it lies and whatever collection it is said to be of, and of a safeguarding concern all of
// its words. It stays in the database; its alarm has gone to that lead.
func sealJSON(raw json.RawMessage, concerns Concerns) json.RawMessage {
	var v any
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	if dec.Decode(&v) != nil {
		return json.RawMessage("null")
	}
	s := sealer{concerns: concerns}
	s.walk(v, false)
	if !s.sealed {
		return raw // to the last byte
	}
	out, err := json.Marshal(v)
	if err != nil {
		return json.RawMessage("null") // unreachable: it was read from JSON
	}
	return out
}

type sealer struct {
	concerns Concerns
	sealed   bool
}

// walk seals within a value. Concern: it is part of what is said about a safeguarding concern.
func (s *sealer) walk(v any, concern bool) {
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			s.walk(item, concern)
		}
	case map[string]any:
		concern = concern || s.aboutConcern(v)
		field, _ := v["field"].(string) // of an add or a remove, whose values stand beside it
		for name, value := range v {
			hides := care.SealedName(name) || concern && slices.Contains(concernWords, name) || name == "values" && care.SealedName(field)
			switch {
			case !hides:
				s.walk(value, concern)
			case value != nil && value != "":
				v[name], s.sealed = care.SealedReceipt, true
			}
		}
	}
}

// aboutConcern says whether an object is an op about a safeguarding concern, or the fields of one: what says
// so itself, what changes one or adds a line to it, and what does so to a handover of which nobody knows what it is.
func (s *sealer) aboutConcern(v map[string]any) bool {
	if class, _ := v["class"].(string); strings.EqualFold(strings.TrimSpace(class), string(care.Safeguarding)) {
		return true
	}
	if about := lineOf(v); about != "" && s.concerns.Concern(about) {
		return true
	}
	for _, part := range []string{"set", "was"} {
		if values, ok := v[part].(map[string]any); ok && s.aboutConcern(values) {
			return true
		}
	}
	id, _ := v["id"].(string)
	if v["collection"] == care.Handovers && v["op"] != string(care.OpCreate) {
		return s.concerns.Concern(id)
	}
	return s.concerns[id]
}

// concernWords are the names under which a safeguarding concern holds words.
var concernWords = slices.Concat(concernContent[care.Handovers], concernContent[care.HandoverEvents])

// ConcernIn is what an op says that is a safeguarding concern by hand, as lines; "" for any other.
func ConcernIn(op *care.Op) string {
	class, _ := op.Set["class"].(string)
	if !strings.EqualFold(strings.TrimSpace(class), string(care.Safeguarding)) {
		return ""
	}
	var lines []string
	for _, name := range concernWords {
		if text, _ := op.Set[name].(string); text != "" && !slices.Contains(lines, text) {
			lines = append(lines, text)
		}
	}
	return strings.Join(lines, "\n")
}
