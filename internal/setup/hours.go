package setup

import (
	"regexp"
	"slices"
	"strings"
)

// typedHours is an opening as people type it: 8:00 - 18.30, 08:00–18:30, 8.30 to 12.
var typedHours = regexp.MustCompile(`^(\d{1,2})(?:[:.](\d{2}))?\s*(?:-|–|—|to|until)\s*(\d{1,2})(?:[:.](\d{2}))?$`)

// tidyHours puts the hours of a week into the form in which they are stored; days without any are left out, and a week
// without any is none. What is no opening stays as it was typed, for whoever checks it.
func tidyHours(week map[string]any) any {
	tidied := map[string]any{}
	for day, v := range week {
		text, isText := v.(string)
		if !isText {
			if v != nil {
				tidied[day] = v
			}
			continue
		}
		if text = tidyOpenings(text); text != "" {
			tidied[day] = text
		}
	}
	if len(tidied) == 0 {
		return nil
	}
	return tidied
}

func tidyOpenings(text string) string {
	parts := strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ';' })
	var openings []string
	for _, part := range parts {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		if m := typedHours.FindStringSubmatch(part); m != nil {
			part = clockOf(m[1], m[2]) + "-" + clockOf(m[3], m[4])
		}
		openings = append(openings, part)
	}
	return strings.Join(openings, ", ")
}

func clockOf(hour, minute string) string {
	if len(hour) == 1 {
		hour = "0" + hour
	}
	if minute == "" {
		minute = "00"
	}
	return hour + ":" + minute
}

// tidyDays does the same with days that have hours of their own, puts them in order and leaves out lines without anything.
func tidyDays(days []any) any {
	tidied := []any{}
	for _, v := range days {
		day, ok := v.(map[string]any)
		if !ok {
			return days
		}
		one := map[string]any{}
		for field, v := range day {
			text, isText := v.(string)
			if isText && field == "hours" {
				v = tidyOpenings(text)
			} else if isText {
				v = strings.Join(strings.Fields(text), " ")
			}
			if v != nil && v != "" {
				one[field] = v
			}
		}
		if len(one) > 0 {
			tidied = append(tidied, one)
		}
	}
	if len(tidied) == 0 {
		return nil
	}
	slices.SortStableFunc(tidied, func(a, b any) int { return strings.Compare(dayOf(a), dayOf(b)) })
	return tidied
}

func dayOf(v any) string {
	day, _ := v.(map[string]any)
	text, _ := day["day"].(string)
	return strings.TrimSpace(text)
}

func dayTwice(days []any) bool {
	seen := map[string]bool{}
	for _, v := range days {
		day := dayOf(v)
		if day != "" && seen[day] {
			return true
		}
		seen[day] = true
	}
	return false
}
