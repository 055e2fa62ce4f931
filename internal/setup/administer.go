package setup

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"doorstep/internal/access"
	"doorstep/internal/care"
)

// ErrNotThere is the error of what is not there, or not theirs who asked: the two answer alike.
var ErrNotThere = errors.New("there is nothing of that name that you administer")

// Write is a change of an organisation, a team or an account, or a new one.
type Write struct {
	Collection string
	ID         string
	New        bool
	// Set has the fields that change. Of staff "email" is one.
	Set map[string]any
	// At is the day from which it holds; zero = now. Of accounts only.
	At time.Time
}

// Values are the fields of a record that are not empty.
type Values map[string]any

func (v Values) text(field string) string {
	s, _ := v[field].(string)
	return s
}

func (v Values) list(field string) []string {
	list, _ := v[field].([]string)
	return list
}

// Administration keeps organisations, teams and accounts for those who administer them.
type Administration interface {
	// Write makes a change, with its line of the audit, or plans one of an account for a later day. Errors: ErrNotThere,
	// Problems.
	Write(ctx context.Context, by access.Rights, w Write) error
	// TakeBack drops what is planned of an account. Error: ErrNotThere.
	TakeBack(ctx context.Context, by access.Rights, staff string) error
	// Organisations lists those that somebody administers, with their teams, by name.
	Organisations(ctx context.Context, by access.Rights) ([]StoredOrganisation, error)
	// StaffOf lists the accounts that somebody administers, by name.
	StaffOf(ctx context.Context, by access.Rights) ([]StoredAccount, error)
	// Invite makes a one-time code for an account that somebody administers. Errors: ErrNotThere, identity.ErrInactive.
	Invite(ctx context.Context, by access.Rights, staff string) (code string, expires time.Time, err error)
}

// StoredOrganisation is an organisation with its teams, as it stands.
type StoredOrganisation struct {
	ID     string       `json:"id"`
	Values Values       `json:"values"`
	Teams  []StoredTeam `json:"teams"`
}

// StoredTeam is a team as it stands.
type StoredTeam struct {
	ID     string `json:"id"`
	Values Values `json:"values"`
}

// StoredAccount is an account as it stands, and how it will from a later day.
type StoredAccount struct {
	ID     string `json:"id"`
	Values Values `json:"values"`
	// HasPassword is false until somebody has set one of their own.
	HasPassword bool `json:"has_password"`
	// Begun is false until their first day has come.
	Begun     bool   `json:"begun"`
	PlannedAt string `json:"planned_at,omitempty"`
	Planned   Values `json:"planned,omitempty"`
}

// settable are the fields that an administrator may set, by collection.
var settable = map[string][]string{
	care.Neighbourhoods: {"name"},
	care.Organisations:  {"name", "kind", "ods_code", "phone", "address", "postcode", "opening_hours", "nation", "special_days", "out_of_hours", "closed_on", "shift_pin", "offline_lease_hours", "templates"},
	care.Teams:          {"name", "kind", "phone", "route", "neighbourhood", "lone_working"},
	care.StaffName:      {"name", "email", "role", "organisation", "teams", "registration_number"},
}

// needed are the fields that are never empty.
var needed = map[string][]string{
	care.Neighbourhoods: {"name"},
	care.Organisations:  {"name", "kind"}, care.Teams: {"name", "kind", "route", "organisation"}, care.StaffName: {"name", "email", "role"},
}

// usual is what a new record has where nothing was said.
var usual = map[string]map[string]any{care.Teams: {"route": "inbox"}, care.Organisations: {"out_of_hours": "111"}}

// Sentences beside fields.
const (
	notHere    = "This cannot be set here."
	isMissing  = "This is missing."
	notAnEmail = "This is not an e-mail address, such as ann.lee@nhs.example."
	oneLine    = "This must be one line of text."
	// LastOfThem is said to whoever would leave nobody who administers.
	LastOfThem  = "Nobody else administers this for good and has a password. Give somebody else the role first, and have them set one."
	ownAccount  = "Somebody else has to change your own role or organisation."
	onlyServer  = "Only whoever administers the whole server may set this."
	noSuchThing = "There is none of this name."
	odsWrong    = "This is not an ODS code: letters and digits, such as RX1 or A81001. Leave it empty where there is none."
	daysWrong   = "Give each day a date, and its hours as 08:00-12:00; no hours where it is closed."
	loneWrong   = "Write minutes as whole numbers up to 240, and who the manager is in one line."
	loneOrder   = "They are told in this order: whoever is alone, the desk, the manager. Nobody may be told before those who are nearer."
	hoursWrong  = "Write the hours of a day as 08:00-18:30, with a break as 08:00-13:00, 14:00-18:30."
)

// Clean puts the values of a write into the form in which they are stored. Errors: ErrNotThere, Problems.
func Clean(w *Write) error {
	c, ok := care.ByName(w.Collection)
	if !ok {
		return ErrNotThere
	}
	if w.New {
		for name, v := range usual[w.Collection] {
			if given, said := w.Set[name]; !said || given == nil || given == "" {
				w.Set[name] = v
			}
		}
	}
	found := Problems{}
	for name, v := range w.Set {
		stored, message := clean(c, name, v, w.New)
		if message != "" {
			found = append(found, Problem{name, message})
		}
		w.Set[name] = stored
	}
	for _, name := range needed[w.Collection] {
		v, given := w.Set[name]
		if (w.New || given) && v == nil && !found.has(name) {
			found = append(found, Problem{name, isMissing})
		}
	}
	slices.SortFunc(found, func(a, b Problem) int { return strings.Compare(a.Field, b.Field) })
	return found.orNil()
}

// clean is one value as it is stored, nil for none, or what is wrong with it.
func clean(c *care.Collection, name string, v any, isNew bool) (stored any, message string) {
	// Where a new team belongs stands in its address.
	if !slices.Contains(settable[c.Name], name) && (!isNew || c.Name != care.Teams || name != "organisation") {
		return nil, notHere
	}
	text, isText := v.(string)
	if name == "email" {
		if email := care.FoldEmail(text); isEmail(email) {
			return email, ""
		}
		return nil, notAnEmail
	}
	f, known := c.Field(name)
	if !known {
		return nil, notHere
	}
	if hours, ok := v.(map[string]any); ok && name == "opening_hours" {
		v = tidyHours(hours)
	}
	if days, ok := v.([]any); ok && name == "special_days" {
		if v = tidyDays(days); dayTwice(days) {
			return nil, "Two lines are about the same day."
		}
	}
	if isText && f.Kind == care.Text {
		if strings.ContainsFunc(text, func(r rune) bool { return r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0x7f }) {
			return nil, oneLine
		}
		if v = strings.Join(strings.Fields(text), " "); f.Rule == "ods" {
			v = strings.ToUpper(strings.Join(strings.Fields(text), ""))
		}
	} else if isText {
		v = strings.TrimSpace(text)
	}
	if templates, ok := v.([]any); ok && name == "templates" {
		if message := templatesWrong(templates); message != "" || len(templates) == 0 {
			return nil, message
		}
	}
	if manager, ok := v.(map[string]any); ok && name == "lone_working" {
		if who, is := manager["manager"].(string); is {
			manager["manager"] = strings.Join(strings.Fields(who), " ")
		}
	}
	stored, wrong := f.Check(v)
	if wrong != nil {
		return nil, inSentence(f, wrong)
	}
	if name == "lone_working" && stored != nil {
		var set care.LoneWorking
		if err := set.Scan(string(care.JSON(stored))); err != nil || !set.InOrder() {
			return nil, loneOrder
		}
	}
	return stored, ""
}

func isEmail(text string) bool {
	check, err := rules()
	return err == nil && check.Var(text, "required,email,max=255") == nil
}

// inSentence says what is wrong with a value, for whoever typed it.
func inSentence(f *care.Field, wrong *care.Problem) string {
	switch {
	case f.Name == "lone_working":
		return loneWrong
	case f.Name == "special_days":
		return daysWrong
	case f.Name == "opening_hours":
		_, at, _ := strings.Cut(wrong.Message, "opening_hours.")
		day, _, named := strings.Cut(at, ":")
		if !named || day == "" {
			return hoursWrong
		}
		return strings.ToUpper(day[:1]) + day[1:] + ": " + strings.ToLower(hoursWrong[:1]) + hoursWrong[1:]
	case f.Rule == "ods":
		return odsWrong
	case wrong.Code == care.CodeUnknownValue:
		return "This must be one of " + strings.Join(f.Values, ", ") + "."
	}
	rest, named := strings.CutPrefix(wrong.Message, f.Name+" ")
	if named {
		return "This " + rest + "."
	}
	return "This cannot be stored: " + wrong.Message + "."
}

func (p Problems) has(field string) bool {
	return slices.ContainsFunc(p, func(one Problem) bool { return one.Field == field })
}

// add notes what is wrong with a field where that is so, once a field.
func (p *Problems) add(wrong bool, field, message string) {
	if wrong && !p.has(field) {
		*p = append(*p, Problem{field, message})
	}
}

func (p Problems) orNil() error {
	if len(p) == 0 {
		return nil
	}
	return p
}
