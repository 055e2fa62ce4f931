package rulebook

import (
	"bytes"
	"strings"
	"testing"

	"doorstep/internal/rules"
)

func read(t *testing.T) []Entry {
	t.Helper()
	list, err := ReadFile("testdata/rules.json")
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestRulesOfAFileRunAndSayWhatTheirGoldenCasesWant(t *testing.T) {
	list := read(t)
	var out bytes.Buffer
	if n := Check(&out, list); n != 0 || !strings.Contains(out.String(), "falls_3_in_30, version 1, shadow: Three falls in 30 days; looks back 30 days; 4 golden cases") {
		t.Errorf("%d are broken:\n%s", n, &out)
	}
	out.Reset()
	if n := Test(&out, list); n != 0 || strings.Count(out.String(), "passes") != 13 {
		t.Errorf("%d cases fail:\n%s", n, &out)
	}
}

func TestARuleThatDoesNotRunAndACaseThatComesOutOtherwiseAreSaid(t *testing.T) {
	list := read(t)
	list[0].Trigger = "record.reason == 1"
	list[1].Cases[0].Holds = true
	list[2].Days = 40
	var out bytes.Buffer
	if n := Check(&out, list); n != 2 || !strings.Contains(out.String(), `BROKEN  falls_3_in_30, version 1: trigger: record has no field "reason"`) || !strings.Contains(out.String(), "looks back 40 days") {
		t.Errorf("%d are broken:\n%s", n, &out)
	}
	out.Reset()
	if n := Test(&out, list); n != 4+1+4 || !strings.Contains(out.String(), `"the first weight": it does not hold, and is to hold`) {
		t.Errorf("%d cases fail:\n%s", n, &out)
	}
}

func TestShippedRulesHoldNoCasesAndRun(t *testing.T) {
	var list []Entry
	for _, r := range rules.Defaults() {
		list = append(list, Entry{Rule: r})
	}
	var out bytes.Buffer
	if n := Check(&out, list) + Test(&out, list); n != 0 {
		t.Errorf("%s", &out)
	}
}
