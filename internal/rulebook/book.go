package rulebook

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"doorstep/internal/care"
	"doorstep/internal/rules"
)

// Entry is a rule with the golden cases kept with it.
type Entry struct {
	rules.Rule
	Cases []rules.Case
}

// written is a rule as a file has it: by the names of the fields of handover_rules.
type written struct {
	Code        string          `json:"code"`
	Version     int             `json:"version"`
	Title       string          `json:"title"`
	Collection  string          `json:"collection"`
	Trigger     string          `json:"trigger"`
	Unless      string          `json:"unless"`
	WindowDays  int             `json:"window_days"`
	Class       care.Class      `json:"class"`
	Destination string          `json:"destination"`
	Ask         string          `json:"ask"`
	State       string          `json:"state"`
	Cases       json.RawMessage `json:"cases"`
}

// ReadFile reads a list of rules from a JSON file. A rule without a state is in shadow, one without a version is the first.
func ReadFile(path string) ([]Entry, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var list []written
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&list); err != nil {
		return nil, fmt.Errorf("%s is no list of rules: %w", path, err)
	}
	entries := make([]Entry, len(list))
	for i, w := range list {
		if w.State == "" {
			w.State = rules.Shadow
		}
		if w.Version == 0 {
			w.Version = 1
		}
		e := &entries[i]
		e.Rule = rules.Rule{ID: rules.ID("rule", w.Code, fmt.Sprint(w.Version)), Code: w.Code, Version: w.Version, Title: w.Title, Collection: w.Collection,
			Trigger: w.Trigger, Unless: w.Unless, Days: w.WindowDays, Class: w.Class, Destination: w.Destination, Ask: w.Ask, State: w.State}
		if e.Cases, err = rules.ReadCases(w.Cases); err != nil {
			return nil, fmt.Errorf("rule %s: %w", w.Code, err)
		}
	}
	return entries, nil
}

// rulesOf are the rules of entries.
func rulesOf(list []Entry) []rules.Rule {
	all := make([]rules.Rule, len(list))
	for i := range list {
		all[i] = list[i].Rule
	}
	return all
}

// window says in words how far back the history of a rule reaches.
func window(r *rules.Rule) string {
	switch {
	case strings.TrimSpace(r.Unless) == "":
		return "looks at the record alone"
	case r.Days == 0:
		return "looks back 48 hours"
	case r.Days == 1:
		return "looks back 1 day"
	}
	return fmt.Sprintf("looks back %d days", r.Days)
}
