package plan

import (
	"iter"
	"regexp"
	"strings"
	"time"

	"github.com/teambition/rrule-go"

	"doorstep/internal/worktime"
)

// rule is a recurrence rule that repeats by days. The library is given what was checked here, because it takes more
// than RFC 5545 does and says nothing: INTERVAL=0 and COUNT=-1 count as not there, DTSTART inside a rule replaces the
// start, 2MO in a weekly rule is MO, and a day as UNTIL ends with the midnight before it.
type rule struct {
	option rrule.ROption
	until  worktime.Date // the last day by UNTIL; zero = none
}

// longestRule in characters.
const longestRule = 200

// parts are the parts of a rule that a plan may have, with how their values are written.
var parts = map[string]*regexp.Regexp{
	"FREQ":       regexp.MustCompile(`^(DAILY|WEEKLY|MONTHLY)$`),
	"INTERVAL":   regexp.MustCompile(`^[1-9][0-9]?$`),
	"COUNT":      regexp.MustCompile(`^[1-9][0-9]{0,3}$`),
	"UNTIL":      regexp.MustCompile(`^[0-9]{8}(T[0-9]{6}Z?)?$`),
	"BYDAY":      regexp.MustCompile(`^[+-]?[1-5]?(MO|TU|WE|TH|FR|SA|SU)(,[+-]?[1-5]?(MO|TU|WE|TH|FR|SA|SU))*$`),
	"BYMONTHDAY": regexp.MustCompile(`^-?([1-9]|[12][0-9]|3[01])(,-?([1-9]|[12][0-9]|3[01]))*$`),
	"BYSETPOS":   regexp.MustCompile(`^-?[1-9][0-9]?(,-?[1-9][0-9]?)*$`),
	"WKST":       regexp.MustCompile(`^(MO|TU|WE|TH|FR|SA|SU)$`),
}

// ordinal is a numbered weekday: 2MO, -1FR.
var ordinal = regexp.MustCompile(`[0-9]`)

// readRule reads a rule whose first day may be start.
func readRule(text string, start worktime.Date) (*rule, *Fault) {
	value, no := readParts(text)
	if no != nil {
		return nil, no
	}
	r := &rule{}
	if until, given := value["UNTIL"]; given {
		if r.until, no = readUntil(until); no != nil {
			return nil, no
		}
		delete(value, "UNTIL")
	}
	var kept []string
	for _, name := range []string{"FREQ", "INTERVAL", "COUNT", "BYDAY", "BYMONTHDAY", "BYSETPOS", "WKST"} {
		if v, given := value[name]; given {
			kept = append(kept, name+"="+v)
		}
	}
	option, err := rrule.StrToROption(strings.Join(kept, ";"))
	if err != nil {
		return nil, fault("rule", "The rule %q cannot be read: %s.", text, err)
	}
	option.Dtstart = noon(start)
	if _, err := rrule.NewRRule(*option); err != nil {
		return nil, fault("rule", "The rule %q cannot be read: %s.", text, err)
	}
	r.option = *option
	return r, nil
}

// readParts takes a rule apart.
func readParts(text string) (map[string]string, *Fault) {
	if len(text) > longestRule {
		return nil, fault("rule", "The rule is longer than %d characters.", longestRule)
	}
	value := map[string]string{}
	for part := range strings.SplitSeq(strings.TrimPrefix(strings.ToUpper(strings.TrimSpace(text)), "RRULE:"), ";") {
		name, v, _ := strings.Cut(part, "=")
		form, known := parts[name]
		switch _, twice := value[name]; {
		case !known:
			return nil, fault("rule", "Say how it repeats by day, week or month, such as FREQ=WEEKLY;BYDAY=MO,TH. %q is not part of such a rule.", short(name))
		case twice:
			return nil, fault("rule", "The rule says %s twice.", name)
		case !form.MatchString(v):
			return nil, fault("rule", "%s cannot be %q in the rule of a plan.", name, short(v))
		}
		value[name] = v
	}
	switch {
	case value["FREQ"] == "":
		return nil, fault("rule", "The rule does not say whether it repeats by day, week or month (FREQ).")
	case value["COUNT"] != "" && value["UNTIL"] != "":
		return nil, fault("rule", "The rule has both an end (UNTIL) and a number of times (COUNT); leave one out.")
	case value["FREQ"] != "MONTHLY" && ordinal.MatchString(value["BYDAY"]):
		return nil, fault("rule", "A numbered weekday such as 2MO is for a rule by month.")
	case value["FREQ"] == "WEEKLY" && value["BYMONTHDAY"] != "":
		return nil, fault("rule", "Days of the month (BYMONTHDAY) are not for a rule by week.")
	}
	return value, nil
}

func readUntil(text string) (worktime.Date, *Fault) {
	for _, layout := range []string{"20060102", "20060102T150405", "20060102T150405Z"} {
		t, err := time.Parse(layout, text)
		if err != nil {
			continue
		}
		if strings.HasSuffix(layout, "Z") {
			return DayOf(t), nil
		}
		return worktime.DateOf(t), nil
	}
	return worktime.Date{}, fault("rule", "UNTIL names a day that does not exist.")
}

// days are the days of the rule in order, from the start of the plan.
func (r *rule) days(start worktime.Date) iter.Seq[worktime.Date] {
	return func(yield func(worktime.Date) bool) {
		option := r.option
		option.Dtstart = noon(start)
		made, err := rrule.NewRRule(option)
		if err != nil {
			return // it was read before
		}
		for next := made.Iterator(); ; {
			t, ok := next()
			if !ok || !yield(worktime.DateOf(t)) {
				return
			}
		}
	}
}

// noon stands for a day: the library reckons in moments, and no clock changes at noon in UTC.
func noon(d worktime.Date) time.Time { return time.Date(d.Year, d.Month, d.Day, 12, 0, 0, 0, time.UTC) }

func short(s string) string {
	if r := []rune(s); len(r) > 20 {
		return string(r[:20]) + "…"
	}
	return s
}
