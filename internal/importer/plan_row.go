package importer

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"doorstep/internal/plan"
)

// planColumns are those of a plan file. A column that is none of them is an error: it might say on which days.
var planColumns = &columns{
	required: []string{"from", "to", "minutes"},
	optional: []string{"nhs_number", "family_name", "given_name", "date_of_birth", "team", "purpose", "days", "every_weeks", "rule", "start", "until",
		"staff", "second", "at_door", "closed_days"},
	called: map[string]string{
		"nhsno": "nhs_number", "nhs": "nhs_number", "patientnhsnumber": "nhs_number", "surname": "family_name", "lastname": "family_name",
		"forename": "given_name", "firstname": "given_name", "dob": "date_of_birth", "birthdate": "date_of_birth", "born": "date_of_birth",
		"teamname": "team", "visittype": "purpose", "visitfor": "purpose", "day": "days", "visitdays": "days", "daysofweek": "days", "weekdays": "days",
		"everyweeks": "every_weeks", "rrule": "rule", "earliest": "from", "timefrom": "from", "starttime": "from",
		"latest": "to", "timeto": "to", "endtime": "to", "mins": "minutes", "duration": "minutes", "length": "minutes",
		"startdate": "start", "firstday": "start", "enddate": "until", "lastday": "until",
		"nurse": "staff", "carer": "staff", "visitor": "staff", "secondnurse": "second", "secondcarer": "second", "doubleup": "at_door", "closed": "closed_days",
	},
	strict: true,
}

// readPlanRow checks one row of a plan file in itself.
func readPlanRow(r *record, o Options) *planRow {
	p := &planRow{person: newPerson(r.where())}
	for _, column := range slices.Concat(planColumns.required, planColumns.optional) {
		if text := r.cell(column); text != "" {
			p.cells[column] = text
		}
	}
	p.report.Cells = p.cells
	if r.fault != "" {
		p.refuse("%s", r.fault)
		return p
	}
	p.setNumber(r.cell("nhs_number"))
	p.set("family_name", tidy(r.cell("family_name")))
	p.set("given_name", tidy(r.cell("given_name")))
	p.setBirth(r.cell("date_of_birth"), o.Now())
	if p.text("nhs_number") == "" && (p.text("family_name") == "" || p.text("date_of_birth") == "") {
		p.refuse("nhs_number: give it, or a family name and a date of birth")
	}
	p.team = tidy(r.cell("team"))
	p.who = [2]string{tidy(r.cell("staff")), tidy(r.cell("second"))}
	p.content = plan.Content{Purpose: strings.ReplaceAll(strings.ToLower(tidy(r.cell("purpose"))), " ", "_"), From: p.clock(r, "from"), To: p.clock(r, "to"),
		Minutes: p.whole(r, "minutes", 0), AtDoor: 1, Closed: string(plan.Skip)}
	if p.who[1] != "" {
		p.content.AtDoor = 2
	}
	p.content.AtDoor = p.whole(r, "at_door", p.content.AtDoor)
	if closed := strings.ToLower(tidy(r.cell("closed_days"))); closed != "" {
		p.content.Closed = closed
	}
	p.begins = r.cell("start") != ""
	p.content.Start = plan.Later(plan.DayOf(o.Now()), 1).String()
	if p.begins {
		p.content.Start = p.day(r, "start")
	}
	p.content.Until = p.day(r, "until")
	p.repeats(r)
	return p
}

// repeats reads on which days it falls: a rule, or days of the week.
func (p *planRow) repeats(r *record) {
	rule, days := tidy(r.cell("rule")), tidy(r.cell("days"))
	switch {
	case rule != "" && days != "":
		p.refuse("rule: give the rule or the days, one of them")
	case rule != "":
		p.content.Rule = rule
	case days == "":
		p.refuse("days: missing. Write days of the week, such as Mon Thu, or daily")
	default:
		p.content.Rule = p.weekly(days, p.whole(r, "every_weeks", 1))
	}
}

var (
	betweenDays = regexp.MustCompile(`[\s,;/+&.]+|\band\b`)
	everyDay    = regexp.MustCompile(`^(daily|every ?day|each day|all days)$`)
	dayGroups   = map[string][]time.Weekday{
		"weekdays": {time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday},
		"weekends": {time.Saturday, time.Sunday}, "weekend": {time.Saturday, time.Sunday},
	}
)

// weekly is the rule of days of the week.
func (p *planRow) weekly(text string, every int64) string {
	text = strings.ToLower(text)
	if everyDay.MatchString(text) && every == 1 {
		return "FREQ=DAILY"
	}
	var days []time.Weekday
	for _, name := range betweenDays.Split(text, -1) {
		switch group, known := dayGroups[name]; {
		case name == "":
		case known:
			days = append(days, group...)
		default:
			day, ok := weekdayOf(name)
			if !ok {
				p.refuse("days: %q is no day of the week. Write them such as Mon Thu, or daily", name)
				return ""
			}
			days = append(days, day)
		}
	}
	return plan.Weekly(every, days)
}

// weekdayOf reads the name of a day, or its first letters, two at least.
func weekdayOf(name string) (time.Weekday, bool) {
	for d := time.Sunday; d <= time.Saturday; d++ {
		full := strings.ToLower(d.String())
		if len(name) >= 2 && (strings.HasPrefix(full, name) || full+"s" == name) {
			return d, true
		}
	}
	return 0, false
}

var clocks = regexp.MustCompile(`^([0-9]{1,2})[:.]?([0-9]{2})(?::00)?$`)

// clock reads a time of the day as people and spreadsheets write it, and gives it as 08:00.
func (p *planRow) clock(r *record, column string) string {
	text := tidy(r.cell(column))
	parts := clocks.FindStringSubmatch(text)
	if parts == nil {
		p.refuse("%s: must be a time of the day such as 08:00", column)
		return ""
	}
	if len(parts[1]) == 1 {
		parts[1] = "0" + parts[1]
	}
	at := parts[1] + ":" + parts[2]
	if _, ok := plan.ParseClock(at); !ok {
		p.refuse("%s: must be a time of the day such as 08:00", column)
	}
	return at
}

var wholeNumber = regexp.MustCompile(`^([0-9]{1,4})(?:\.0+)?(?: ?(?:m|mins?|minutes))?$`)

// whole reads a whole number; usual where the cell is blank, 0: it must not be.
func (p *planRow) whole(r *record, column string, usual int64) int64 {
	text := strings.ToLower(tidy(r.cell(column)))
	if text == "" && usual != 0 {
		return usual
	}
	var n int64
	if parts := wholeNumber.FindStringSubmatch(text); parts != nil {
		n, _ = strconv.ParseInt(parts[1], 10, 64)
	}
	if n < 1 {
		p.refuse("%s: must be a whole number from 1", column)
	}
	return n
}

// day reads a day, as 2026-12-01; "" where the cell is blank.
func (p *planRow) day(r *record, column string) string {
	text := tidy(r.cell(column))
	if text == "" {
		return ""
	}
	day, ok := parseDay(text)
	if !ok {
		p.refuse("%s: must be a day of the calendar, written 2026-12-01 or 01/12/2026", column)
		return ""
	}
	return day.Format(time.DateOnly)
}

// knownBy is the column by which the row says whom it is about.
func (p *planRow) knownBy() string {
	if p.text("nhs_number") != "" {
		return "nhs_number"
	}
	return "family_name"
}

// named finds who goes, by name, among those who work in the team; a blank cell is nobody as yet.
func (p *planRow) named(k *planKnown, team string) bool {
	into := []*string{&p.content.Staff, &p.content.Second}
	for i, column := range []string{"staff", "second"} {
		if p.who[i] == "" {
			continue
		}
		var found []string
		for _, s := range k.staff[fold(p.who[i])] {
			if teams, _ := s.Values["teams"].([]string); slices.Contains(teams, team) {
				found = append(found, s.ID)
			}
		}
		if len(found) != 1 {
			p.refuse("%s: there is nobody of this name in the team, or more than one. Leave it blank where nobody has been found yet", column)
			return false
		}
		*into[i] = found[0]
	}
	return true
}

// columnOfPlan is the column that a field of a plan was read from.
func columnOfPlan(field string, r *planRow) string {
	if _, typed := r.cells["days"]; field == "rule" && typed {
		return "days"
	}
	return field
}
