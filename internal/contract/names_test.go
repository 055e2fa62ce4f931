package contract_test

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"sort"
	"strings"
)

// names gives values that differ from run to run (ids, tokens, cursors, keys) a name by what
// they are and in the order in which they are first seen, the same wherever they come up.
type names struct {
	value map[string]string // by name
	name  map[string]string // by value
	count map[string]int    // by kind
}

func newNames() *names {
	return &names{value: map[string]string{}, name: map[string]string{}, count: map[string]int{}}
}

func (n *names) bind(name, value string) {
	n.value[name], n.name[value] = value, name
	// "visit 2" makes the next visit the third.
	var number int
	if i := strings.LastIndexByte(name, ' '); i > 0 {
		if _, err := fmt.Sscanf(name[i+1:], "%d", &number); err == nil {
			n.count[name[:i]] = max(n.count[name[:i]], number)
		}
	}
}

func (n *names) see(kind, value string) {
	if n.name[value] == "" && value != "" {
		n.bind(fmt.Sprintf("%s %d", kind, n.count[kind]+1), value)
	}
}

var id = regexp.MustCompile(`\b[0-9][0-9a-z]{25}\b`)

// secrets are members whose values are named whole.
var secrets = map[string]string{"access_token": "access token", "secret": "secret", "server_key": "key for notices", "receiver_token": "receiver token", "session": "session", "token": "staff token", "cursor": "cursor", "code": "sign-in code", "kid": "key id", "x": "server key", "epoch": "epoch", "history": "history"}

var plainEpoch = regexp.MustCompile(`^(e[0-9]+)?$`)

// plural of a collection or list, and what one of it is called.
var singular = map[string]string{"patients": "person", "sync_issues": "issue", "conflicts": "issue", "issues": "issue", "handover_events": "event", "events": "event", "changes": "change", "issue": "issue", "row": "caseload row", "devices": "device"}

// shapes are what records of the desk's lists are known by: they do not name their collection.
var shapes = []struct {
	kind    string
	members []string
}{
	{"rule", []string{"trigger"}}, {"backtest", []string{"totals"}}, {"handover", []string{"class", "to_team"}}, {"device", []string{"platform"}}, {"issue", []string{"owner_team"}},
	{"caseload row", []string{"patient", "team", "staff"}}, {"visit", []string{"patient", "planned_start"}}, {"event", []string{"kind", "at"}},
	{"person", []string{"family_name"}}, {"handover", []string{"state", "to_team"}},
}

// learn names what an answer brings that was not seen before.
func (n *names) learn(v *node, where string) {
	for i, m := range v.members {
		if v.open == '[' {
			n.learn(m, where)
			continue
		}
		name := v.names[i]
		text := v.string(name)
		switch kind := secrets[name]; {
		case m.open != 0:
			n.learn(m, name)
		case name == "code" && v.string("expires_at") == "": // an error's, or an issue's
		case name == "epoch" && plainEpoch.MatchString(text): // the first is the same everywhere
		case name == "base":
			if _, history, named := strings.Cut(text[strings.IndexByte(text, '.')+1:], "."); named {
				n.see("history", history)
			}
		case kind != "":
			n.see(kind, text)
		case name == "key" && where == "sealing":
			n.see("sealing key", text)
		case id.MatchString(text) && len(text) == 26:
			n.see(kindOf(v, name, where), text)
		}
	}
}

func kindOf(v *node, name, where string) string {
	if name != "id" {
		return strings.ReplaceAll(name, "_", " ")
	}
	for _, shape := range shapes {
		if !slices.ContainsFunc(shape.members, func(m string) bool { return !slices.Contains(v.names, m) }) {
			return shape.kind
		}
	}
	if c := v.string("collection"); c != "" && where != "conflicts" {
		where = c
	}
	if one := singular[where]; one != "" {
		return one
	}
	return cmp.Or(strings.TrimSuffix(where, "s"), "record")
}

// hide puts names in place of values.
func (n *names) hide(text string) string {
	values := make([]string, 0, len(n.name))
	for value := range n.name {
		values = append(values, value)
	}
	sort.Slice(values, func(i, j int) bool {
		return len(values[i]) > len(values[j]) || len(values[i]) == len(values[j]) && values[i] < values[j]
	})
	pairs := make([]string, 0, 2*len(values))
	for _, value := range values {
		pairs = append(pairs, value, "{{"+n.name[value]+"}}")
	}
	text = strings.NewReplacer(pairs...).Replace(text)
	return id.ReplaceAllStringFunc(text, func(unseen string) string {
		n.see("id", unseen)
		return "{{" + n.name[unseen] + "}}"
	})
}

var placeholder = regexp.MustCompile(`\{\{([^{}]+)\}\}`)

// show puts values in place of names; a name that has none yet gets one from mint.
func (n *names) show(text string, mint func(name string) (string, error)) (string, error) {
	var failed error
	text = placeholder.ReplaceAllStringFunc(text, func(mark string) string {
		name := placeholder.FindStringSubmatch(mark)[1]
		if n.value[name] == "" {
			value, err := mint(name)
			if err != nil {
				failed = err
			}
			n.bind(name, value)
		}
		return n.value[name]
	})
	return text, failed
}
