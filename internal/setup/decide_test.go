package setup

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"doorstep/internal/access"
	"doorstep/internal/care"
)

// registry is what decisions look at: a trust and a charity, with a team each and one that answers for the neighbourhood.
type registry struct {
	records map[string]map[string]Values
	only    string // who alone administers
}

func (r registry) Find(collection, id string) (Values, error) { return r.records[collection][id], nil }

func (r registry) TeamsOf(organisation string) (map[string]Values, error) {
	teams := map[string]Values{}
	for id, t := range r.records[care.Teams] {
		if t.text("organisation") == organisation {
			teams[id] = t
		}
	}
	return teams, nil
}

func (r registry) OnlyAdministrator(staff string) (bool, error) { return staff == r.only, nil }

func aRegistry() registry {
	return registry{records: map[string]map[string]Values{
		care.Neighbourhoods: {"river": {"name": "River"}, "hill": {"name": "Hill"}},
		care.Organisations:  {"trust": {"name": "Trust", "kind": "community_trust"}, "charity": {"name": "Charity", "kind": "voluntary"}},
		care.Teams: {"nurses": {"name": "Nurses", "kind": "nursing", "organisation": "trust", "neighbourhood": "river"}, "desk": {"name": "Desk", "kind": "coordination", "organisation": "trust", "neighbourhood": "river"},
			"safe": {"name": "Safe", "kind": "safeguarding", "organisation": "trust", "neighbourhood": "river"}, "friends": {"name": "Friends", "kind": "voluntary", "organisation": "charity", "neighbourhood": "river"}},
		care.StaffName: {"adam": {"name": "Adam", "role": "administrator", "organisation": "trust"}, "eve": {"name": "Eve", "role": "administrator", "organisation": "charity"},
			"root": {"name": "Root", "role": "server_administrator", "organisation": "trust"}, "ann": {"name": "Ann", "role": "district_nurse", "organisation": "trust", "teams": []string{"nurses"}},
			"cora": {"name": "Cora", "role": "care_coordinator", "organisation": "trust", "teams": []string{"desk"}}, "val": {"name": "Val", "role": "volunteer", "organisation": "charity", "teams": []string{"friends"}}},
	}, only: "adam"}
}

func TestWhatAnAdministratorMaySetUp(t *testing.T) {
	teams := func(ids ...string) []string { return ids }
	for _, c := range []struct {
		name, who, collection, id string // id "": a new one
		set                       Values
		field                     string // what is refused, "" nothing, "-" all of it
	}{
		{"their own organisation's telephone", "adam", care.Organisations, "trust", Values{"phone": "1"}, ""},
		{"another organisation's", "adam", care.Organisations, "charity", Values{"phone": "1"}, "-"},
		{"what kind their organisation is: consent hangs on it", "eve", care.Organisations, "charity", Values{"kind": "practice"}, "kind"},
		{"the whole server's administrator sets any kind", "root", care.Organisations, "charity", Values{"kind": "practice"}, ""},
		{"a new organisation", "adam", care.Organisations, "", Values{"name": "New", "kind": "practice"}, "-"},
		{"a new organisation, by who may", "root", care.Organisations, "", Values{"name": "New", "kind": "practice"}, ""},
		{"a neighbourhood", "adam", care.Neighbourhoods, "river", Values{"name": "Mine"}, "-"},
		{"a neighbourhood, by who may", "root", care.Neighbourhoods, "", Values{"name": "Third"}, ""},

		{"a team of their own where they have one", "adam", care.Teams, "", Values{"name": "Night", "kind": "nursing", "organisation": "trust", "neighbourhood": "river"}, ""},
		{"a team in no neighbourhood", "adam", care.Teams, "", Values{"name": "Night", "kind": "nursing", "organisation": "trust"}, ""},
		{"a team where they have none", "adam", care.Teams, "", Values{"name": "Night", "kind": "nursing", "organisation": "trust", "neighbourhood": "hill"}, "neighbourhood"},
		{"a team there, by who may", "root", care.Teams, "", Values{"name": "Night", "kind": "nursing", "organisation": "trust", "neighbourhood": "hill"}, ""},
		{"a team in a neighbourhood that is not there", "root", care.Teams, "", Values{"name": "Night", "kind": "nursing", "organisation": "trust", "neighbourhood": "moon"}, "neighbourhood"},
		{"a team of another organisation", "adam", care.Teams, "", Values{"name": "Night", "kind": "voluntary", "organisation": "charity"}, "-"},
		{"a team that answers for the neighbourhood", "eve", care.Teams, "", Values{"name": "Desk", "kind": "coordination", "organisation": "charity"}, "kind"},
		{"a team that becomes one", "adam", care.Teams, "nurses", Values{"kind": "safeguarding"}, "kind"},
		{"one that would not be it any more", "adam", care.Teams, "desk", Values{"kind": "nursing"}, "kind"},
		{"its telephone", "adam", care.Teams, "desk", Values{"phone": "1"}, ""},
		{"a clinical team of a charity", "eve", care.Teams, "", Values{"name": "Nurses", "kind": "nursing", "organisation": "charity"}, "kind"},
		{"two of one name", "adam", care.Teams, "", Values{"name": "nurses", "kind": "nursing", "organisation": "trust"}, "name"},

		{"a nurse", "adam", care.StaffName, "", Values{"name": "Nia", "role": "district_nurse", "organisation": "trust", "teams": teams("nurses")}, ""},
		{"a nurse elsewhere", "adam", care.StaffName, "", Values{"name": "Nia", "role": "district_nurse", "organisation": "charity"}, "organisation"},
		{"a nurse of nowhere", "adam", care.StaffName, "", Values{"name": "Nia", "role": "district_nurse"}, "organisation"},
		{"a nurse in a team of others", "adam", care.StaffName, "", Values{"name": "Nia", "role": "district_nurse", "organisation": "trust", "teams": teams("friends")}, "teams"},
		{"a nurse in a team that is not there", "root", care.StaffName, "", Values{"name": "Nia", "role": "district_nurse", "organisation": "trust", "teams": teams("gone")}, "teams"},
		{"an account of others", "adam", care.StaffName, "val", Values{"name": "Mine"}, "-"},
		{"the account of who administers more", "adam", care.StaffName, "root", Values{"name": "Mine"}, "-"},
		{"a second administrator", "adam", care.StaffName, "ann", Values{"role": "administrator"}, ""},
		{"one of the whole server", "adam", care.StaffName, "ann", Values{"role": "server_administrator"}, "role"},
		{"one of the whole server, by who may", "root", care.StaffName, "ann", Values{"role": "server_administrator"}, ""},
		{"who writes rules", "adam", care.StaffName, "ann", Values{"role": "clinical_lead"}, "role"},
		{"a coordinator, in the team for it", "adam", care.StaffName, "ann", Values{"role": "care_coordinator", "teams": teams("desk", "nurses")}, ""},
		{"a coordinator without it", "eve", care.StaffName, "val", Values{"role": "care_coordinator"}, "role"},
		{"a coordinator who leaves it", "adam", care.StaffName, "cora", Values{"teams": teams("nurses")}, "role"},
		{"a safeguarding lead, in the team for it", "adam", care.StaffName, "ann", Values{"role": "safeguarding_lead", "teams": teams("safe")}, ""},
		{"a safeguarding lead without it", "eve", care.StaffName, "val", Values{"role": "safeguarding_lead"}, "role"},
		{"a nurse in a charity", "eve", care.StaffName, "val", Values{"role": "district_nurse"}, "role"},
		{"an administrator of no organisation", "root", care.StaffName, "", Values{"name": "Ida", "role": "administrator"}, "organisation"},
		{"their own role", "root", care.StaffName, "root", Values{"role": "administrator"}, "role"},
		{"their own name", "adam", care.StaffName, "adam", Values{"name": "Adam Two"}, ""},
		{"the last one's role", "root", care.StaffName, "adam", Values{"role": "team_lead"}, "role"},
		{"the last one's organisation", "root", care.StaffName, "adam", Values{"organisation": "charity"}, "role"},
		{"another one's role", "root", care.StaffName, "eve", Values{"role": "volunteer"}, ""},
		{"a nurse sets nothing up", "ann", care.Organisations, "trust", Values{"phone": "1"}, "-"},
		{"a collection that is not set up", "root", care.Patients, "x", Values{"family_name": "X"}, "-"},
	} {
		t.Run(c.name, func(t *testing.T) {
			see := aRegistry()
			who := see.records[care.StaffName][c.who]
			by := access.RightsOf(care.Viewer{Staff: c.who, Role: care.Role(who.text("role")), Organisation: who.text("organisation")})
			was := see.records[c.collection][c.id]
			is := Values{}
			maps.Copy(is, was)
			maps.Copy(is, c.set)
			err := Decide(by, c.collection, c.id, was, is, see)
			problems := Problems{}
			switch {
			case c.field == "-":
				if !errors.Is(err, ErrNotThere) {
					t.Errorf("%v", err)
				}
			case c.field == "":
				if err != nil {
					t.Errorf("%v", err)
				}
			case !errors.As(err, &problems) || len(problems) != 1 || problems[0].Field != c.field:
				t.Errorf("%v", err)
			}
		})
	}
}

func TestValuesAreStoredInOneFormOrRefusedBesideTheirField(t *testing.T) {
	for _, c := range []struct {
		name, collection string
		isNew            bool
		set              map[string]any
		want             string // "field: stored", or "field! a part of what is said"
	}{
		{"spaces", care.Organisations, false, map[string]any{"name": "  Hill \n Surgery "}, "name: Hill Surgery"},
		{"an ODS code in small letters", care.Organisations, false, map[string]any{"ods_code": " rx1 "}, "ods_code: RX1"},
		{"no ODS code", care.Organisations, false, map[string]any{"ods_code": "!"}, "ods_code! not an ODS code"},
		{"nothing", care.Organisations, false, map[string]any{"phone": "  "}, "phone: <nil>"},
		{"a name taken away", care.Organisations, false, map[string]any{"name": " "}, "name! missing"},
		{"a name that is long", care.Organisations, false, map[string]any{"name": strings.Repeat("é", 201)}, "name! longer than 200"},
		{"a name with a control character", care.Organisations, false, map[string]any{"name": "a\x00b"}, "name! one line"},
		{"a name that is a number", care.Organisations, false, map[string]any{"name": true}, "name! must be text"},
		{"a kind that is none", care.Organisations, false, map[string]any{"kind": "hospital"}, "kind! one of practice"},
		{"hours as people type them", care.Organisations, false, map[string]any{"opening_hours": map[string]any{"monday": "8.00 – 13:00, 14 to 18.30", "friday": " "}}, `opening_hours: {"monday":"08:00-13:00, 14:00-18:30"}`},
		{"a week without hours", care.Organisations, false, map[string]any{"opening_hours": map[string]any{"monday": ""}}, "opening_hours: <nil>"},
		{"hours that are none", care.Organisations, false, map[string]any{"opening_hours": map[string]any{"tuesday": "late"}}, "opening_hours! Tuesday: write the hours"},
		{"hours that end before they begin", care.Organisations, false, map[string]any{"opening_hours": map[string]any{"sunday": "18:00-08:00"}}, "opening_hours! Sunday: write"},
		{"a day that is none", care.Organisations, false, map[string]any{"opening_hours": map[string]any{"someday": "08:00-09:00"}}, "opening_hours! Write the hours"},
		{"hours that are no object", care.Organisations, false, map[string]any{"opening_hours": "always"}, "opening_hours! Write the hours"},
		{"days with hours of their own", care.Organisations, false, map[string]any{"special_days": []any{map[string]any{"day": "2026-12-28", "hours": "9-12", "name": " Open all the same "}, map[string]any{}, map[string]any{"day": "2026-12-24"}}},
			`special_days: [{"day":"2026-12-24"},{"day":"2026-12-28","hours":"09:00-12:00","name":"Open all the same"}]`},
		{"one of them twice", care.Organisations, false, map[string]any{"special_days": []any{map[string]any{"day": "2026-12-24"}, map[string]any{"day": "2026-12-24", "hours": "09:00-12:00"}}}, "special_days! the same day"},
		{"one without a date", care.Organisations, false, map[string]any{"special_days": []any{map[string]any{"hours": "09:00-12:00"}}}, "special_days! a date"},
		{"one that is no day", care.Organisations, false, map[string]any{"special_days": []any{map[string]any{"day": "31/12/2026"}}}, "special_days! a date"},
		{"days that are none", care.Organisations, false, map[string]any{"special_days": []any{"2026-12-24"}}, "special_days! a date"},
		{"no days", care.Organisations, false, map[string]any{"special_days": []any{}}, "special_days: <nil>"},
		{"a nation that is none", care.Organisations, false, map[string]any{"nation": "cornwall"}, "nation! one of england"},
		{"what the keys of phones hang on", care.Organisations, false, map[string]any{"recovery_key": nil}, "recovery_key! cannot be set here"},
		{"where a team belongs", care.Teams, false, map[string]any{"organisation": "x"}, "organisation! cannot be set here"},
		{"a new team", care.Teams, true, map[string]any{"name": "N", "kind": "nursing", "organisation": "01jz1yq0t9c2m4n8r5w7x3y1k0"}, "route: inbox"},
		{"an address in capitals", care.StaffName, false, map[string]any{"email": " Ann.Lee@NHS.example "}, "email: ann.lee@nhs.example"},
		{"an address that is none", care.StaffName, false, map[string]any{"email": "ann.lee"}, "email! not an e-mail address"},
		{"an address that is a list", care.StaffName, false, map[string]any{"email": []any{"a@b.example"}}, "email! not an e-mail address"},
		{"a password", care.StaffName, false, map[string]any{"password": "x"}, "password! cannot be set here"},
		{"when somebody left", care.StaffName, false, map[string]any{"inactive_since": nil}, "inactive_since! cannot be set here"},
		{"a role that is none", care.StaffName, false, map[string]any{"role": "wizard"}, "role! one of district_nurse"},
		{"no role", care.StaffName, true, map[string]any{"name": "A", "email": "a@b.example"}, "role! missing"},
		{"teams", care.StaffName, false, map[string]any{"teams": []any{"b", "a", "b"}}, "teams: [a b]"},
		{"teams that are none", care.StaffName, false, map[string]any{"teams": "a"}, "teams! must be a list"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := Write{Collection: c.collection, New: c.isNew, Set: c.set}
			err := Clean(&w)
			if field, said, wrong := strings.Cut(c.want, "! "); wrong {
				problems := Problems{}
				if !errors.As(err, &problems) || !slices.ContainsFunc(problems, func(p Problem) bool { return p.Field == field && strings.Contains(p.Message, said) }) {
					t.Errorf("%v, want %s", err, c.want)
				}
				return
			}
			field, stored, _ := strings.Cut(c.want, ": ")
			if got := text(w.Set[field]); err != nil || got != stored {
				t.Errorf("%q, %v", got, err)
			}
		})
	}
}

func text(v any) string {
	if raw, ok := v.(json.RawMessage); ok {
		return string(raw)
	}
	return fmt.Sprint(v)
}
