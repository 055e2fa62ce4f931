package pbrecords_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/importer"
	"doorstep/internal/pbrecords"
	"doorstep/internal/testkit/pbtest"
)

// planTown is a team with three people on its caseload, and one that is on another's.
type planTown struct {
	*pbtest.App
	t *testing.T
}

func newPlanTown(t *testing.T) *planTown {
	app := pbtest.New(t)
	trust := app.Org(t, "community_trust", "Trust")
	team, other := app.Team(t, trust, "nursing", "North"), app.Team(t, trust, "nursing", "South")
	friends := app.Team(t, app.Org(t, care.VoluntaryKind, "Friends"), care.VoluntaryKind, "Befrienders")
	app.Staff(t, care.TeamLead, "Lea Hart", team)
	app.Staff(t, care.DistrictNurse, "Ann Lee", team)
	app.Staff(t, care.DistrictNurse, "Siân Fry", team)
	app.Staff(t, care.SupportWorker, "Sue May", team)
	app.Staff(t, care.Volunteer, "Vic Day", friends)
	for number, name := range map[string]string{"9990000018": "Testpatient", "9990000026": "Otherpatient", "9990000034": "Thirdpatient"} {
		p := app.Patient(t, name, nil)
		p.Set("nhs_number", number)
		p.Set("date_of_birth", "1941-05-06")
		if err := app.Save(p); err != nil {
			t.Fatal(err)
		}
		switch name {
		case "Otherpatient":
			app.Caseload(t, p, other)
		default:
			app.Caseload(t, p, team)
		}
		if name == "Thirdpatient" {
			app.Caseload(t, p, friends)
		}
	}
	return &planTown{app, t}
}

// takeIn imports plans in the name of a lead and gives the report.
func (w *planTown) takeIn(change func(*importer.Options), rows ...string) string {
	w.t.Helper()
	var lines bytes.Buffer
	o := importOptions(&lines)
	if change != nil {
		change(&o)
	}
	by, err := pbrecords.OperatorsPlanner(w, "Lea.Hart@example.org", o.Now)
	if err != nil {
		w.t.Fatal(err)
	}
	sheet := "NHS number,Surname,DOB,Team,Purpose,Days,Every weeks,Rule,From,To,Minutes,Nurse,Second,Start\n" + strings.Join(rows, "\n")
	report, err := importer.Plans(w.t.Context(), strings.NewReader(sheet), pbrecords.NewImporter(w), by, o)
	if err != nil {
		w.t.Fatal(err)
	}
	if err := report.Write(&lines); err != nil {
		w.t.Fatal(err)
	}
	return lines.String()
}

func (w *planTown) count(query string) (n int) {
	w.t.Helper()
	if err := w.NonconcurrentDB().NewQuery(query).Row(&n); err != nil {
		w.t.Fatal(err)
	}
	return n
}

func says(t *testing.T, report string, want ...string) {
	t.Helper()
	for _, w := range want {
		if !strings.Contains(report, w) {
			t.Errorf("%q is not in\n%s", w, report)
		}
	}
}

const insulinRow = "999 000 0018,,,North,Insulin,daily,,,8:00,10:00,20,Ann Lee,,"

func TestPlansComeFromASheetOnceWithTheirVisits(t *testing.T) {
	w := newPlanTown(t)
	rows := []string{insulinRow, "9990000018,,,North,wound care,\"Thu, Mon\",2,,10.00,1200,40 min,,,01/12/2026", ",THIRDPATIENT,06/05/1941,north,bloods,,,FREQ=MONTHLY;BYDAY=1MO,09:00,11:00,15,sian fry,Ann Lee,"}
	says(t, w.takeIn(nil, rows...), "3 rows: 3 created, 0 updated, 0 unchanged, 0 differs, 0 refused")
	// From 24 November to 6 December: the visits of insulin every day, of the wound on 3 December; the first Monday of December is the 7th.
	if n := w.count(`SELECT count(*) FROM visits WHERE status = 'planned' AND version = 0`); n != 13+1 {
		t.Errorf("%d visits stand", n)
	}
	if n := w.count(`SELECT count(*) FROM visits WHERE planned_start = '2026-11-24 08:00:00.000Z' AND purpose = 'insulin' AND staff IN (SELECT id FROM staff WHERE name = 'Ann Lee')`); n != 1 {
		t.Error("the first is not Ann's at eight")
	}
	if n := w.count(`SELECT count(*) FROM audit WHERE action = 'plan' AND actor IN (SELECT id FROM staff WHERE name = 'Lea Hart')`); n != 3 {
		t.Errorf("%d lines in the audit", n)
	}
	says(t, w.takeIn(nil, rows...), "3 rows: 0 created, 0 updated, 3 unchanged, 0 differs, 0 refused")
	later := func(o *importer.Options) {
		now := o.Now().Add(48 * time.Hour)
		o.Now = func() time.Time { return now }
	}
	says(t, w.takeIn(later, rows...), "3 unchanged")
	if n := w.count(`SELECT count(*) FROM visit_plans`); n != 3 {
		t.Errorf("%d plans stand", n)
	}
}

func TestAPlanThatDiffersIsLeftAloneUnlessAskedFor(t *testing.T) {
	w := newPlanTown(t)
	w.takeIn(nil, insulinRow)
	longer := strings.Replace(strings.Replace(insulinRow, "10:00", "11:00", 1), ",20,", ",30,", 1)
	says(t, w.takeIn(nil, longer), "differs", "to, minutes: left alone")
	says(t, w.takeIn(func(o *importer.Options) { o.Update = true }, longer), "updated", "to, minutes")
	if n := w.count(`SELECT count(*) FROM visits WHERE planned_end LIKE '% 11:00:00.000Z' AND retracted = ''`); n != 13 {
		t.Errorf("%d visits follow", n)
	}
}

// The same sheet with other days, or another first hour, changes a plan and makes no second one; where both are meant, the
// sheet holds both.
func TestASheetWithOtherDaysDoublesNoPlan(t *testing.T) {
	update := func(o *importer.Options) { o.Update = true }
	const (
		mondays  = "9990000018,,,North,insulin,Mon Thu,,,08:00,10:00,20,,,"
		tuesdays = "9990000018,,,North,insulin,Tue Fri,,,08:00,10:00,20,,,"
		earlier  = "9990000018,,,North,insulin,Mon Thu,,,07:30,09:00,20,,,"
		evenings = "9990000018,,,North,insulin,Mon Thu,,,18:00,20:00,20,,,"
		wounds   = "9990000018,,,North,wound care,Tue Fri,,,08:00,10:00,20,,,"
	)
	for _, c := range []struct {
		name          string
		first, second []string
		says, updated string
		plans         int
	}{
		{"other days", []string{mondays}, []string{tuesdays}, "rule: left alone. A plan for the same purpose stands at this time of the day", "1 updated", 1},
		{"another hour", []string{mondays}, []string{earlier}, "from, to: left alone", "1 updated", 1},
		{"a second plan beside it", []string{mondays}, []string{tuesdays, mondays}, "1 created, 0 updated, 1 unchanged", "2 unchanged", 2},
		{"one of two with other days", []string{mondays, wounds}, []string{wounds, tuesdays}, "1 unchanged, 1 differs", "1 updated", 2},
		{"another time of the day", []string{mondays}, []string{evenings}, "1 created", "1 unchanged", 2},
		{"another purpose", []string{mondays}, []string{wounds}, "1 created", "1 unchanged", 2},
		{"two that it may mean", []string{mondays, tuesdays}, []string{earlier}, "2 plans for the same purpose stand here at this time of the day", "1 refused", 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newPlanTown(t)
			says(t, w.takeIn(nil, c.first...), "0 refused")
			says(t, w.takeIn(nil, c.second...), c.says)
			says(t, w.takeIn(update, c.second...), c.updated)
			if n := w.count(`SELECT count(*) FROM visit_plans WHERE ended_at = ''`); n != c.plans {
				t.Errorf("%d plans stand, want %d", n, c.plans)
			}
			if refused := strings.Contains(c.updated, "refused"); !refused {
				says(t, w.takeIn(nil, c.second...), "0 created, 0 updated", "0 differs, 0 refused") // it is what the sheet says now
			}
			if n := w.count(`SELECT count(*) FROM (SELECT 1 FROM visits WHERE retracted = '' GROUP BY patient, purpose, substr(planned_start, 1, 10) HAVING count(*) > 1 AND max(planned_start) < min(planned_end))`); n != 0 {
				t.Errorf("%d visits are doubled", n)
			}
		})
	}
}

func TestAPlanThatCannotBeIsRefusedWithTheColumnAndWhatToDo(t *testing.T) {
	w := newPlanTown(t)
	w.takeIn(nil, insulinRow)
	before := w.count(`SELECT (SELECT count(*) FROM visits) + (SELECT count(*) FROM plan_visits)`)
	for _, c := range []struct{ name, row, says string }{
		{"a number nobody has", "9990000042,,,North,insulin,daily,,,08:00,10:00,20,,,", "nhs_number: nobody is registered here with it: import the person first"},
		{"a number that is none", "9990000019,,,North,insulin,daily,,,08:00,10:00,20,,,", "nhs_number, rule \"modulus 11\""},
		{"nobody named", ",,,North,insulin,daily,,,08:00,10:00,20,,,", "nhs_number: give it, or a family name and a date of birth"},
		{"a rule by the hour", "9990000018,,,North,insulin,,,FREQ=HOURLY,08:00,10:00,20,,,", "rule: FREQ cannot be \"HOURLY\""},
		{"a day that is none", "9990000018,,,North,insulin,Someday,,,08:00,10:00,20,,,", "days: \"someday\" is no day of the week. Write them such as Mon Thu, or daily"},
		{"no day", "9990000018,,,North,insulin,,,,08:00,10:00,20,,,", "days: missing"},
		{"both a rule and days", "9990000018,,,North,insulin,Mon,,FREQ=DAILY,08:00,10:00,20,,,", "rule: give the rule or the days, one of them"},
		{"a time that is none", "9990000018,,,North,insulin,daily,,,8 in the morning,10:00,20,,,", "from: must be a time of the day such as 08:00"},
		{"longer than its window", "9990000018,,,North,insulin,daily,,,11:00,12:00,90,,,", "minutes: It takes 90 minutes, and between 11:00 and 12:00 there are 60"},
		{"what no visit is for", "9990000018,,,North,tea,daily,,,08:00,10:00,20,,,", "purpose: Say what the visit is for"},
		{"a team that is none", "9990000018,,,West,insulin,daily,,,08:00,10:00,20,,,", "team: there is none called \"West\""},
		{"a team that does not have them", "9990000026,,,North,insulin,daily,,,08:00,10:00,20,,,", "team: This person is not on the caseload of that team. Put them on it first"},
		{"somebody who is not in the team", "9990000018,,,North,insulin,Mon,,,08:00,10:00,20,Vic Day,,", "staff: there is nobody of this name in the team"},
		{"a support worker who does not have them", "9990000018,,,North,insulin,Mon,,,14:00,16:00,20,Sue May,,", "staff: Sue May does not have this person on a caseload"},
		{"two doors at once", "9990000034,,,North,insulin,daily,,,08:00,10:00,110,Ann Lee,,", "staff: Ann Lee would have 130 minutes of visits between 08:00 and 10:00 on Tuesday 24 November. Choose somebody else, or another time"},
		{"the second of two at once", "9990000034,,,North,insulin,daily,,,08:00,10:00,110,Siân Fry,Ann Lee,", "second: Ann Lee would have 130 minutes"},
		{"a purpose for a check-in", "9990000034,,,Befrienders,insulin,Tue,,,14:00,15:00,45,,,", "purpose: A check-in has no purpose of its own"},
	} {
		t.Run(c.name, func(t *testing.T) {
			report := w.takeIn(nil, c.row)
			says(t, report, "line 2", "refused", c.says, "1 row: 0 created, 0 updated, 0 unchanged, 0 differs, 1 refused")
		})
	}
	if after := w.count(`SELECT (SELECT count(*) FROM visits) + (SELECT count(*) FROM plan_visits)`); after != before || w.count(`SELECT count(*) FROM visit_plans`) != 1 {
		t.Errorf("a refused row left something: %d, not %d", after, before)
	}
}

func TestAVoluntaryServicesPlanComesToCheckins(t *testing.T) {
	w := newPlanTown(t)
	says(t, w.takeIn(nil, "9990000034,,,Befrienders,,Tue,,,14:00,15:00,45,,,"), "1 created")
	if n := w.count(`SELECT count(*) FROM checkins WHERE planned_start <> ''`); n != 2 {
		t.Errorf("%d check-ins stand", n)
	}
}

func TestADayOnWhichTheTeamIsClosedIsSaidBeforeItIsStored(t *testing.T) {
	w := newPlanTown(t)
	trust, err := w.FindFirstRecordByData(care.Organisations, "name", "Trust")
	if err != nil {
		t.Fatal(err)
	}
	trust.Set("opening_hours", map[string]string{"monday": "08:00-18:00", "tuesday": "08:00-18:00"})
	if err := w.Save(trust); err != nil {
		t.Fatal(err)
	}
	says(t, w.takeIn(nil, "9990000018,,,North,insulin,Sun,,,08:00,10:00,20,,,"), "closed_days: The team is closed on Sunday 29 November")
}

func TestOnlyWhoPlansMayBeNamedAsThePlanner(t *testing.T) {
	w := newPlanTown(t)
	for _, c := range []struct{ email, says string }{{"nobody@example.org", "nobody here has the e-mail address"}, {"ann.lee@example.org", "plans nothing: name a lead or a coordinator"}} {
		if _, err := pbrecords.OperatorsPlanner(w, c.email, importOptions(nil).Now); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", c.email, err)
		}
	}
}

// The rows of one file are weighed against each other, as they stand: one that was refused takes nobody's time, and one that
// was given another hour leaves the hour that it had.
func TestRowsOfOneFileAreWeighedAgainstEachOther(t *testing.T) {
	w := newPlanTown(t)
	all, early := "9990000034,,,North,bloods,daily,,,08:00,09:00,60,Ann Lee,,", "9990000034,,,North,insulin,daily,,,08:00,09:00,30,Ann Lee,,"
	says(t, w.takeIn(nil, strings.Replace(insulinRow, "10:00,20", "9:00,30", 1), all, early), "3 rows: 2 created, 0 updated, 0 unchanged, 0 differs, 1 refused", "Ann Lee would have 90 minutes")
	update := func(o *importer.Options) { o.Update = true }
	moved := strings.Replace(insulinRow, "8:00,10:00,20", "8:00,12:00,30", 1)
	says(t, w.takeIn(update, moved, "9990000034,,,North,wound care,daily,,,08:00,09:00,30,Ann Lee,,", all), "1 created, 1 updated", "1 refused", "Ann Lee would have 120 minutes")
	if n := w.count(`SELECT count(*) FROM visit_plans`); n != 3 {
		t.Errorf("%d plans stand", n)
	}
}
