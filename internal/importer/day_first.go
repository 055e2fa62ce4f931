package importer

import (
	"strings"
)

// dayFirst refuses a table whose days were written month first: half of them would be other days here, and nobody would
// see it.
func dayFirst(s *source, c *columns, fields ...string) error {
	t, err := openSheet(s, &columns{required: c.required, optional: c.optional, called: c.called, more: c.more}, nil)
	if err != nil {
		return nil // said when it is read
	}
	american, british, line := 0, 0, 0
	for {
		r, err := t.next()
		if err != nil {
			break
		}
		for _, field := range fields {
			switch text := r.cell(field); {
			case text == "":
			case monthFirst(text):
				if american++; line == 0 {
					line = r.number
				}
			case monthFirst(swapped(text)):
				british++
			}
		}
	}
	if american > british {
		return faultf("the days are written month first, as on line %d: write them 2001-12-31 or 31/12/2001. Nothing was taken in", line)
	}
	return nil
}

// swapped has the first two parts of a day the other way round.
func swapped(text string) string {
	for _, mark := range []string{"/", "-"} {
		if parts := strings.SplitN(tidy(text), mark, 3); len(parts) == 3 {
			return parts[1] + mark + parts[0] + mark + parts[2]
		}
	}
	return text
}
