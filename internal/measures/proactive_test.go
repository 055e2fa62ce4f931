package measures

import (
	"testing"
	"time"
)

func TestWhoIsSeenAsOftenAsTheirListsAskFor(t *testing.T) {
	today := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	seen := today.AddDate(0, 0, -3)
	for _, c := range []struct {
		name string
		list []ListedContact
		want Proactive
	}{
		{"nobody", nil, Proactive{}},
		{"one who was seen", []ListedContact{{"ada", seen, "2026-03-13", "2026-01-10"}}, Proactive{People: 1, Seen: 1, Reviewed: 1}},
		{"on the day itself nobody is overdue", []ListedContact{{"ada", seen, "2026-03-02", ""}}, Proactive{People: 1, Seen: 1}},
		{"one who is overdue", []ListedContact{{"ada", seen, "2026-03-01", ""}}, Proactive{People: 1, Overdue: 1}},
		{"one who is new is not counted before their first contact was due", []ListedContact{{"ada", time.Time{}, "2026-03-02", ""}}, Proactive{}},
		{"and then is", []ListedContact{{"ada", time.Time{}, "2026-03-01", ""}}, Proactive{People: 1, Overdue: 1, Never: 1}},
		{"one on two lists counts once, and as the stricter says", []ListedContact{{"ada", seen, "2026-03-01", ""}, {"ada", seen, "2026-05-01", "2025-06-01"}}, Proactive{People: 1, Overdue: 1, Reviewed: 1}},
		{"a review of more than a year ago is none", []ListedContact{{"ada", seen, "2026-03-05", "2025-03-01"}}, Proactive{People: 1, Seen: 1}},
		{"one of a year ago is one", []ListedContact{{"ada", seen, "2026-03-05", "2025-03-02"}}, Proactive{People: 1, Seen: 1, Reviewed: 1}},
		{"two people", []ListedContact{{"ada", seen, "2026-03-05", ""}, {"bea", seen, "2026-02-05", ""}}, Proactive{People: 2, Seen: 1, Overdue: 1}},
	} {
		if got := ProactiveOf(c.list, today); got != c.want {
			t.Errorf("%s: %+v", c.name, got)
		}
	}
}
