package access

import (
	"reflect"
	"testing"
	"time"

	"doorstep/internal/care"
)

func TestHowMuchOfAPersonIsTold(t *testing.T) {
	person := record(care.Patients, ada, map[string]any{"family_name": "Testpatient", "given_name": "Ada", "nhs_number": "9990000018", "nhs_number_status": "verified",
		"date_of_birth": "1941-05-17", "phone": "0161", "practice": "oak", "risk_note": "dog"})
	for _, c := range []struct {
		name    string
		role    care.Role
		about   Projection
		held    bool
		called  string
		family  bool
		contact bool
	}{
		{"a GP is told who a handover is about", care.DutyGP, FullView, false, "", true, true},
		{"a lead is told at the desk", care.TeamLead, FullView, false, "", true, true},
		{"the sender of a concern is told whom it is about", care.DistrictNurse, SealedView, false, "", true, true},
		{"a volunteer who visits is told the first name and where", care.Volunteer, FullView, true, "Ada", false, true},
		{"a volunteer who does not visit is told nothing", care.Volunteer, FullView, false, "", false, false},
		{"a nurse who reads what volunteers were asked is told nothing of a person she does not have", care.DistrictNurse, LimitedView, false, "", false, false},
		{"a nurse who has the person is told what the volunteers know", care.DistrictNurse, LimitedView, true, "Ada", false, true},
	} {
		me := who(c.role, trust, nurses)
		w := newTown(t, me)
		if c.held {
			w.give(ada, care.StaffScope("me"), now)
		}
		p := w.Of(me).SeePerson(c.about, ada, person)
		if p.ID != ada || p.PreferredName != c.called || (p.FamilyName != "") != c.family || (p.NHSNumber != "") != c.family || (p.DateOfBirth != "") != c.family ||
			(p.Phone != "") != c.contact || (p.RiskNote != "") != c.contact {
			t.Errorf("%s: %+v", c.name, p)
		}
	}
	me := who(care.TeamLead, trust, nurses)
	if p := newTown(t, me).Of(me).SeePerson(FullView, ada, nil); !reflect.DeepEqual(p, Person{ID: ada}) {
		t.Errorf("of a person who is not there: %+v", p)
	}
}

func TestASensitiveAddressIsToldToThoseWhoVisitAlone(t *testing.T) {
	values := map[string]any{"family_name": "Testpatient", "given_name": "Ada", "address": "1 Old Road", "postcode": "ZZ99 3WZ", "phone": "0161", "died_on": "2026-03-01"}
	for _, c := range []struct {
		name   string
		role   care.Role
		held   bool
		hidden any
		told   bool
	}{
		{"a nurse who visits", care.DistrictNurse, true, true, true},
		{"a volunteer who visits", care.Volunteer, true, true, true},
		{"a GP who is asked for help", care.DutyGP, false, true, false},
		{"a reception that receives a handover", care.Reception, false, true, false},
		{"a lead who has not got the person", care.TeamLead, false, true, false},
		{"a GP, of an address that is not sensitive", care.DutyGP, false, false, true},
		{"a GP, of one about which nothing is said", care.DutyGP, false, nil, true},
	} {
		me := who(c.role, trust, nurses)
		w := newTown(t, me)
		if c.held {
			w.give(ada, care.StaffScope("me"), now)
		}
		values["address_hidden"] = c.hidden
		rec := record(care.Patients, ada, values)
		a := w.Of(me)
		p := a.SeePerson(FullView, ada, rec)
		if told := p.Address != "" && p.Postcode != "" && p.Phone != ""; told != c.told || p.AddressHidden != (c.hidden == true) || p.DiedOn != "2026-03-01" {
			t.Errorf("%s: %+v", c.name, p)
		}
		for _, field := range wherePeopleAre {
			if a.hides(rec, field) == c.told {
				t.Errorf("%s: %s hidden %v", c.name, field, !c.told)
			}
		}
		if a.hides(rec, "family_name") {
			t.Errorf("%s: a name is hidden", c.name)
		}
	}
	unread := record(care.Patients, ada, map[string]any{"address": "1 Old Road"})
	unread.Unreadable = []string{"address_hidden"}
	me := who(care.DutyGP, trust, nurses)
	if p := newTown(t, me).Of(me).SeePerson(FullView, ada, unread); p.Address != "" {
		t.Errorf("whether it is sensitive cannot be read: %+v", p)
	}
}

func TestWhatAVoluntaryServiceNeedsConsentFor(t *testing.T) {
	consent := func(list ...map[string]any) map[string]any { return map[string]any{"consent": object(list)} }
	yes := map[string]any{"service": charity, "given": true}
	for _, c := range []struct {
		name    string
		team    string
		staff   string
		values  map[string]any
		agreed  bool
		expires string
	}{
		{"nurses need none", nurses, "", nil, true, ""},
		{"nurses visit whoever objects to volunteers", nurses, "", map[string]any{"objection": true}, true, ""},
		{"volunteers need it", friends, "", nil, false, ""},
		{"volunteers have it", friends, "", consent(yes), true, ""},
		{"a volunteer by name has it through their service", "", "me", consent(yes), true, ""},
		{"consent to another service is none", friends, "", consent(map[string]any{"service": "another", "given": true}), false, ""},
		{"the last word counts", friends, "", consent(yes, map[string]any{"service": charity, "given": false}), false, ""},
		{"an objection ends it", friends, "", map[string]any{"consent": object([]any{yes}), "objection": true}, false, ""},
		{"an objection that says neither is none", friends, "", map[string]any{"consent": object([]any{yes}), "objection": false}, true, ""},
		{"it holds to the end of its last day", friends, "", consent(map[string]any{"service": charity, "given": true, "expires": "2026-03-02"}), true, "2026-03-03"},
		{"the day after it has ended", friends, "", consent(map[string]any{"service": charity, "given": true, "expires": "2026-03-01"}), false, "2026-03-02"},
		{"an end that cannot be read has passed", friends, "", consent(map[string]any{"service": charity, "given": true, "expires": "soon"}), false, ""},
		{"consent that cannot be read is none", friends, "", map[string]any{"consent": object("yes")}, false, ""},
	} {
		w := newTown(t, care.Viewer{Staff: "me", Role: care.Volunteer, Organisation: charity, Teams: []string{friends}})
		service := w.Directory().Service(c.team)
		if c.staff != "" {
			service = w.Directory().ServiceOf(w.Member(c.staff).Viewer)
		}
		agreed, expires := Consented(record(care.Patients, ada, c.values), service, now)
		ends := ""
		if !expires.IsZero() {
			ends = expires.Format("2006-01-02")
		}
		if agreed != c.agreed || ends != c.expires {
			t.Errorf("%s: %t until %q, want %t until %q", c.name, agreed, ends, c.agreed, c.expires)
		}
	}
}

// D3. Consent ends, and an organisation closes, with the days of London, which in summer begin an hour earlier than in UTC,
// and where the clocks change last 23 and 25 hours.
func TestConsentAndClosingGoByTheDaysOfLondon(t *testing.T) {
	at := func(text string) time.Time {
		moment, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		return moment
	}
	for _, c := range []struct{ last, closes, midnight string }{
		{"2026-03-02", "2026-03-03", "2026-03-03T00:00:00Z"},
		{"2026-03-28", "2026-03-29", "2026-03-29T00:00:00Z"},
		{"2026-03-29", "2026-03-30", "2026-03-29T23:00:00Z"},
		{"2026-07-01", "2026-07-02", "2026-07-01T23:00:00Z"},
		{"2026-10-24", "2026-10-25", "2026-10-24T23:00:00Z"},
		{"2026-10-25", "2026-10-26", "2026-10-26T00:00:00Z"},
	} {
		person := record(care.Patients, ada, map[string]any{"consent": object([]any{map[string]any{"service": charity, "given": true, "expires": c.last}})})
		o := &Organisation{ID: surgery, ClosedOn: c.closes}
		d := NewDirectory(nil, []*Organisation{o, {ID: trust}})
		midnight := at(c.midnight)
		for moment, over := range map[time.Time]bool{midnight.Add(-time.Millisecond): false, midnight: true} {
			if agreed, expires := Consented(person, charity, moment); agreed == over || !expires.Equal(midnight) {
				t.Errorf("consent to the end of %s, at %s: %t until %s", c.last, moment, agreed, expires)
			}
			if o.Closed(moment) != over {
				t.Errorf("closed on %s, at %s: %t", c.closes, moment, !over)
			}
			if closings := d.Closings(moment); over != (len(closings) == 0) || !over && !closings[surgery].Equal(midnight) {
				t.Errorf("closed on %s, at %s there are to close %v", c.closes, moment, closings)
			}
		}
	}
}
