package rulebook

import (
	"fmt"
	"io"

	"doorstep/internal/rules"
)

// Check says of each rule whether it runs, and returns how many do not.
func Check(out io.Writer, list []Entry) (broken int) {
	_, wrong := rules.Compile(rulesOf(list))
	why := map[string]string{}
	for _, b := range wrong {
		why[b.Rule.ID] = b.Reason
	}
	for i := range list {
		e := &list[i]
		if reason, is := why[e.ID]; is {
			broken++
			fmt.Fprintf(out, "BROKEN  %s, version %d: %s\n", e.Code, e.Version, reason)
			continue
		}
		fmt.Fprintf(out, "runs    %s, version %d, %s: %s; %s; %s\n", e.Code, e.Version, e.State, e.Title, window(&e.Rule), plural(len(e.Cases), "golden case"))
	}
	return broken
}

// Test asks each rule for its golden cases, and returns how many come out otherwise.
func Test(out io.Writer, list []Entry) (failed int) {
	for i := range list {
		e := &list[i]
		if len(e.Cases) == 0 {
			fmt.Fprintf(out, "no case %s, version %d\n", e.Code, e.Version)
		}
		for _, c := range e.Cases {
			holds, err := e.Holds(c)
			switch {
			case err != nil:
				failed++
				fmt.Fprintf(out, "FAILS   %s, %q: %v\n", e.Code, c.Name, err)
			case holds != c.Holds:
				failed++
				fmt.Fprintf(out, "FAILS   %s, %q: it %s, and is to %s\n", e.Code, c.Name, does(holds), want(c.Holds))
			default:
				fmt.Fprintf(out, "passes  %s, %q\n", e.Code, c.Name)
			}
		}
	}
	return failed
}

func does(holds bool) string {
	if holds {
		return "holds"
	}
	return "does not hold"
}

func want(holds bool) string {
	if holds {
		return "hold"
	}
	return "hold nothing"
}

func plural(n int, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %ss", n, one)
}
