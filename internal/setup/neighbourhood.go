package setup

import (
	"cmp"
	"strings"

	"doorstep/internal/care"
)

// Neighbourhood is what is to be made. A description says at least who administers the server, and one organisation.
type Neighbourhood struct {
	ID            string         `json:"-" yaml:"-"` // "" = a new one
	Name          string         `json:"name" yaml:"name" setup:"required,line,max=200"`
	Administrator Administrator  `json:"administrator" yaml:"administrator"`
	Organisations []Organisation `json:"organisations" yaml:"organisations" setup:"min=1,max=100,dive"`
}

// Administrator is the first of the whole server, who makes everybody else's account.
type Administrator struct {
	ID       string `json:"-" yaml:"-"`
	Name     string `json:"name" yaml:"name" setup:"required,line,max=200"`
	Email    string `json:"email" yaml:"email" setup:"required,email,max=255"`
	Password string `json:"password" yaml:"password" setup:"required,min=10,max=72"`
}

// Organisation is a partner with its teams.
type Organisation struct {
	ID   string `json:"-" yaml:"-"`
	Name string `json:"name" yaml:"name" setup:"required,line,max=200"`
	// Kind is one of care.OrganisationKinds.
	Kind string `json:"kind" yaml:"kind" setup:"required,organisation_kind"`
	// ODSCode is the code of the Organisation Data Service; "" where there is none, as of a charity.
	ODSCode string `json:"ods_code,omitempty" yaml:"ods_code" setup:"omitempty,ods"`
	Phone   string `json:"phone,omitempty" yaml:"phone" setup:"omitempty,line,max=40"`
	// OutOfHours is where to turn while it is closed, in its own words.
	OutOfHours string         `json:"out_of_hours,omitempty" yaml:"out_of_hours" setup:"omitempty,line,max=200"`
	Teams      []Team         `json:"teams" yaml:"teams" setup:"max=200,dive"`
	More       map[string]any `json:"-" yaml:"-"` // further fields of the record, which only a program gives
}

// Team is a team of an organisation.
type Team struct {
	ID   string `json:"-" yaml:"-"`
	Name string `json:"name" yaml:"name" setup:"required,line,max=200"`
	// Kind is one of care.TeamKinds.
	Kind  string   `json:"kind" yaml:"kind" setup:"required,team_kind"`
	Phone string   `json:"phone,omitempty" yaml:"phone" setup:"omitempty,line,max=40"`
	Staff []Member `json:"staff,omitempty" yaml:"staff" setup:"max=1000,dive"`
}

// Member is somebody who works in a team. They set a password of their own with a one-time code.
type Member struct {
	ID    string `json:"-" yaml:"-"`
	Name  string `json:"name" yaml:"name" setup:"required,line,max=200"`
	Email string `json:"email" yaml:"email" setup:"required,email,max=255"`
	// Role is one of the table of duties.
	Role               string `json:"role" yaml:"role" setup:"required,role"`
	RegistrationNumber string `json:"registration_number,omitempty" yaml:"registration_number" setup:"omitempty,line,max=40"`
	Password           string `json:"-" yaml:"-"` // only a program gives one
}

// Tidy puts what was typed into the form in which it is stored. It changes the description.
func (n *Neighbourhood) Tidy() {
	tidy(&n.Name, &n.Administrator.Name)
	n.Administrator.Email = care.FoldEmail(n.Administrator.Email)
	for i := range n.Organisations {
		o := &n.Organisations[i]
		tidy(&o.Name, &o.Kind, &o.ODSCode, &o.Phone, &o.OutOfHours)
		o.ODSCode = strings.ToUpper(strings.ReplaceAll(o.ODSCode, " ", ""))
		for j := range o.Teams {
			t := &o.Teams[j]
			tidy(&t.Name, &t.Kind, &t.Phone)
			for k := range t.Staff {
				m := &t.Staff[k]
				tidy(&m.Name, &m.Role, &m.RegistrationNumber)
				m.Email = care.FoldEmail(m.Email)
			}
		}
	}
}

func tidy(texts ...*string) {
	for _, text := range texts {
		*text = strings.Join(strings.Fields(*text), " ")
	}
}

// Warnings are sentences about what will not work with what a description has, though it can be made.
func Warnings(n *Neighbourhood) (warnings []string) {
	has := map[string]bool{}
	for _, o := range n.Organisations {
		for _, t := range o.Teams {
			has[t.Kind] = true
		}
	}
	for _, w := range missing {
		if !has[w.kind] {
			warnings = append(warnings, w.sentence)
		}
	}
	return warnings
}

var missing = []struct{ kind, sentence string }{
	{"coordination", "There is no care coordination team: a handover that no practice answers, or that has no destination, reaches nobody."},
	{"safeguarding", "There is no safeguarding team: a safeguarding concern has no lead to go to."},
}

// Row is one record that is to be stored; accounts are apart, for their passwords.
type Row struct {
	Collection, ID string
	Values         map[string]any
}

// Account is one member of staff who is to have one.
type Account struct {
	ID, Email string
	Password  string // "" = none yet: whoever it is sets one with a one-time code
	Values    map[string]any
}

// Plan lists what a description makes, in the order in which it has to be stored. NewID makes ids for what has none.
func Plan(n *Neighbourhood, newID func() (string, error)) (rows []Row, accounts []Account, err error) {
	id := func(given string) string {
		if given != "" || err != nil {
			return given
		}
		given, err = newID()
		return given
	}
	hood := id(n.ID)
	rows = append(rows, Row{care.Neighbourhoods, hood, map[string]any{"name": n.Name}})
	for i, o := range n.Organisations {
		org := id(o.ID)
		values := map[string]any{"name": o.Name, "kind": o.Kind, "ods_code": o.ODSCode, "phone": o.Phone, "out_of_hours": cmp.Or(o.OutOfHours, "111")}
		for field, v := range o.More {
			values[field] = v
		}
		rows = append(rows, Row{care.Organisations, org, values})
		if i == 0 && n.Administrator.Email != "" {
			accounts = append(accounts, Account{id(n.Administrator.ID), n.Administrator.Email, n.Administrator.Password, map[string]any{
				"name": n.Administrator.Name, "role": string(care.ServerAdministrator), "organisation": org, "teams": []string{}}})
		}
		for _, t := range o.Teams {
			team := id(t.ID)
			rows = append(rows, Row{care.Teams, team, map[string]any{"name": t.Name, "organisation": org, "neighbourhood": hood, "kind": t.Kind,
				"phone": t.Phone, "route": "inbox"}})
			for _, m := range t.Staff {
				accounts = append(accounts, Account{ID: id(m.ID), Email: m.Email, Password: m.Password, Values: map[string]any{"name": m.Name, "role": m.Role,
					"organisation": org, "teams": []string{team}, "registration_number": m.RegistrationNumber}})
			}
		}
	}
	return rows, accounts, err
}
