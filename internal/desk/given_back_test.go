package desk

import (
	"slices"
	"testing"

	"doorstep/internal/care"
)

// What a survivor's record gets back when one registration becomes two again: what the decision put there and nobody changed
// since, of a list what the decision added, and a home as a whole.
func TestWhatASurvivorsRecordGetsBack(t *testing.T) {
	const decided = 10
	const charity, befrienders = "01jz1yq0t9c2m4n8r5w7x3y1k0", "01jz1yq0t9c2m4n8r5w7x3y1k1"
	word := func(service string, given bool, at string) any {
		return map[string]any{"service": service, "given": given, "at": at}
	}
	words := func(list ...any) any { return care.JSON(list) }
	type values = map[string]any
	for _, c := range []struct {
		name               string
		before, after, now values
		later              []string // fields that somebody changed after the decision
		set                values
		stays              []string
	}{
		{name: "a phone that came with the other one", before: values{"phone": nil}, after: values{"phone": "01632 960001"}, now: values{"phone": "01632 960001"}, set: values{"phone": nil}},
		{name: "a phone that somebody changed since", before: values{"phone": nil}, after: values{"phone": "01632 960001"}, now: values{"phone": "01632 960009"}, stays: []string{"phone"}},
		{name: "a phone that somebody took away since", before: values{"phone": nil}, after: values{"phone": "01632 960001"}, now: values{}},
		{name: "a field that there is no more", before: values{"shoe_size": nil}, after: values{"shoe_size": "43"}, now: values{}},
		{name: "needs that were added, one since", before: values{"communication_needs": []string{"braille"}}, after: values{"communication_needs": []string{"braille", "interpreter"}},
			now: values{"communication_needs": []string{"braille", "interpreter", "large_print"}}, set: values{"communication_needs": []string{"braille", "large_print"}}},
		{name: "what was said to the other one", before: values{"consent": words(word(charity, true, "2026-01-02T10:00:00.000Z"))}, // 4
			after: values{"consent": words(word(befrienders, true, "2026-01-01T10:00:00.000Z"), word(charity, true, "2026-01-02T10:00:00.000Z"))},
			now:   values{"consent": words(word(befrienders, true, "2026-01-01T10:00:00.000Z"), word(charity, true, "2026-01-02T10:00:00.000Z"), word(charity, false, "2026-02-01T10:00:00.000Z"))},
			set:   values{"consent": words(word(charity, true, "2026-01-02T10:00:00.000Z"), word(charity, false, "2026-02-01T10:00:00.000Z"))}},
		{name: "what was said to the other one alone", before: values{"consent": nil}, after: values{"consent": words(word(befrienders, true, "2026-01-01T10:00:00.000Z"))},
			now: values{"consent": words(word(befrienders, true, "2026-01-01T10:00:00.000Z"), word(charity, true, "2026-02-01T10:00:00.000Z"))}, set: values{"consent": words(word(charity, true, "2026-02-01T10:00:00.000Z"))}},
		{name: "the same word said to both, taken back once", before: values{"consent": words(word(charity, false, "2026-01-01T10:00:00.000Z"))},
			after: values{"consent": words(word(charity, false, "2026-01-01T10:00:00.000Z"), word(charity, false, "2026-01-01T10:00:00.000Z"))},
			now:   values{"consent": words(word(charity, false, "2026-01-01T10:00:00.000Z"), word(charity, false, "2026-01-01T10:00:00.000Z"), word(befrienders, true, "2026-02-01T10:00:00.000Z"))},
			set:   values{"consent": words(word(charity, false, "2026-01-01T10:00:00.000Z"), word(befrienders, true, "2026-02-01T10:00:00.000Z"))}},
		{name: "a home that is theirs again", before: values{"address": "1 Mill Row", "postcode": "M1 1AA"}, after: values{"address": "2 Oak Street", "postcode": "M2 2BB"},
			now: values{"address": "2 Oak Street", "postcode": "M2 2BB"}, set: values{"address": "1 Mill Row", "postcode": "M1 1AA"}},
		{name: "a home of which one line was corrected since", before: values{"address": "1 Mill Row", "postcode": "M1 1AA"}, after: values{"address": "2 Oak Street", "postcode": "M2 2BB"},
			now: values{"address": "3 Elm Close", "postcode": "M2 2BB"}, stays: []string{"address", "postcode"}},
		{name: "an address that was to be hidden, and another home since", before: values{"address_hidden": false}, after: values{"address_hidden": true},
			now: values{"address_hidden": true, "address": "3 Elm Close"}, later: []string{"address"}, stays: []string{"address_hidden"}},
		{name: "an address that was to be hidden, and the home of old", before: values{"address_hidden": false}, after: values{"address_hidden": true},
			now: values{"address_hidden": true, "address": "1 Mill Row"}, set: values{"address_hidden": false}},
	} {
		t.Run(c.name, func(t *testing.T) {
			survivor := record(care.Patients, "x", map[string]any{})
			survivor.SetAll(c.now)
			for name := range c.now {
				survivor.Stamped(name, care.Change{Seq: decided})
			}
			for _, name := range c.later {
				survivor.Stamped(name, care.Change{Seq: decided + 1})
			}
			set, stays := givenBack(survivor, &Merge{Before: plainValues(c.before), After: plainValues(c.after)}, decided)
			if !slices.Equal(stays, c.stays) {
				t.Errorf("left alone are %q, want %q", stays, c.stays)
			}
			if len(set) != len(c.set) {
				t.Errorf("set are %s, want %s", care.JSON(set), care.JSON(c.set))
			}
			for name, want := range c.set {
				if got, there := set[name]; !there || !care.Same(got, want) {
					t.Errorf("%s is set to %s, want %s", name, care.JSON(got), care.JSON(want))
				}
			}
		})
	}
}

// filedBy answers what a decision filed; whatever else is asked of it fails the test.
type filedBy struct {
	MergeRows
	FiledRows
	filed, planned, read []string
}

func (f filedBy) FiledBy(_ *Merge, collection string) ([]string, error) {
	if collection != care.Visits {
		return nil, nil
	}
	return f.filed, nil
}
func (f filedBy) PlannedSince(*Merge) ([]string, error)     { return f.planned, nil }
func (f filedBy) ReadAt(string, []string) ([]string, error) { return f.read, nil }

// 12: all of an undoing is one change, as the decision was.
func TestWhatGoesBackIsBounded(t *testing.T) {
	many := make([]string, MostFiled)
	for _, c := range []struct {
		name string
		rows filedBy
	}{
		{"filed by the decision", filedBy{filed: many, planned: []string{"one more"}}},
		{"planned since", filedBy{filed: []string{"one"}, planned: many}},
		{"read since", filedBy{filed: []string{"one"}, read: many}},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := &Merger{Rows: c.rows, Filed: c.rows}
			_, err := m.goingBack(&Merge{})
			refusedWith(t, err, CodeInvalid)
		})
	}
}
