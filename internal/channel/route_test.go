package channel

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/delivery"
	"doorstep/internal/handover"
	"doorstep/internal/worktime"
)

func classes(names string) (list []care.Class) {
	for name := range strings.FieldsSeq(names) {
		list = append(list, care.Class(name))
	}
	return list
}

// routes are those of a practice: at its desk while it is open, elsewhere while it is closed, and a program beside.
var routes = []Route{
	{ID: "pager", Place: 3, Classes: classes("E U2"), Hours: WhenClosed},
	{ID: "desk", Place: 1, Classes: classes("E U2 SD R I"), Hours: WhenOpen},
	{ID: "program", Place: 2, Classes: classes("E U2 SD R"), Hours: Always},
	{ID: "late", Place: 4, Classes: classes("SD R"), Hours: Always},
}

func ids(list []Route) (names []string) {
	for _, r := range list {
		names = append(names, r.ID)
	}
	return names
}

func TestWhichWayGoesFirst(t *testing.T) {
	for _, c := range []struct {
		class care.Class
		open  bool
		want  string
	}{
		{care.Emergency, true, "desk program pager"}, {care.Emergency, false, "desk program pager"}, {care.Urgent, true, "desk program pager"}, {care.Urgent, false, "desk program pager"},
		{care.SameDay, true, "desk"}, {care.SameDay, false, "program"}, {care.Routine, true, "desk"}, {care.Routine, false, "program"},
		{care.Information, true, "desk"}, {care.Information, false, "desk"}, {care.Safeguarding, true, ""},
	} {
		if got := strings.Join(ids(Choose(routes, c.class, c.open)), " "); got != c.want {
			t.Errorf("%s, open %v: %q, want %q", c.class, c.open, got, c.want)
		}
	}
	if got := ids(routes); !slices.Equal(got, []string{"pager", "desk", "program", "late"}) {
		t.Errorf("choosing turned the list round: %v", got)
	}
}

func TestWhichWayGoesNext(t *testing.T) {
	for _, c := range []struct {
		class  care.Class
		failed string
		open   bool
		want   string
	}{
		{care.SameDay, "desk", true, "program"}, {care.SameDay, "program", true, "late"}, {care.SameDay, "late", true, ""},
		{care.SameDay, "desk", false, "program"}, {care.Information, "desk", true, ""},
		{care.Routine, "gone meanwhile", true, "desk"},
		{care.Emergency, "desk", true, ""}, // all were asked at once
	} {
		next, found := Next(routes, c.failed, c.class, c.open)
		if next.ID != c.want || found != (c.want != "") {
			t.Errorf("%s after %s: %q %v, want %q", c.class, c.failed, next.ID, found, c.want)
		}
	}
}

func at(t *testing.T, text string) time.Time {
	t.Helper()
	when, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return when
}

// core is 08:00 to 18:30, Monday to Friday.
func core(t *testing.T) Doors {
	t.Helper()
	doors, err := worktime.New(worktime.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return doors
}

// What comes while a way is not used is told when its hours begin: nobody looks into an inbox because the doors open.
func TestWhatComesWhileAWayIsNotUsedGoesWhenItIs(t *testing.T) {
	for _, c := range []struct {
		hours     Hours
		class     care.Class
		from, due string
	}{
		{WhenOpen, care.SameDay, "2026-11-30T10:00:00Z", "2026-11-30T10:00:00Z"}, {WhenOpen, care.Emergency, "2026-11-30T20:00:00Z", "2026-12-01T08:00:00Z"},
		{WhenOpen, care.SameDay, "2026-11-27T18:30:00Z", "2026-11-30T08:00:00Z"}, // over a weekend
		{WhenOpen, care.Routine, "2026-11-28T10:00:00Z", "2026-11-30T14:00:00Z"}, // with the first digest after the doors open
		{WhenClosed, care.Urgent, "2026-11-30T10:00:00Z", "2026-11-30T18:30:00Z"}, {WhenClosed, care.Urgent, "2026-11-30T07:59:00Z", "2026-11-30T07:59:00Z"},
		{Always, care.Urgent, "2026-11-29T10:00:00Z", "2026-11-29T10:00:00Z"},
	} {
		if due, _ := DueAt(Route{Hours: c.hours, Digest: []string{"07:00", "14:00"}}, c.class, at(t, c.from), core(t)); !due.Equal(at(t, c.due)) {
			t.Errorf("%s, %s from %s: %s, want %s", c.hours, c.class, c.from, due.Format(time.RFC3339), c.due)
		}
	}
}

func TestWhatCanWaitGoesWithTheNextDigest(t *testing.T) {
	r := Route{Digest: []string{"14:00", "08:30"}}
	for _, c := range []struct {
		class     care.Class
		from, due string
		digest    bool
	}{
		{care.Routine, "2026-11-30T07:00:00Z", "2026-11-30T08:30:00Z", true},
		{care.Routine, "2026-11-30T08:30:00Z", "2026-11-30T14:00:00Z", true}, // never with one that has left
		{care.Information, "2026-11-30T14:00:01Z", "2026-12-01T08:30:00Z", true},
		{care.Routine, "2026-06-30T07:00:00Z", "2026-06-30T07:30:00Z", true},  // in summer 08:30 is 07:30 of the world
		{care.Routine, "2026-03-28T20:00:00Z", "2026-03-29T07:30:00Z", true},  // the night in which the clocks go forward
		{care.Routine, "2026-10-24T20:00:00Z", "2026-10-25T08:30:00Z", true},  // and back
		{care.Routine, "2026-12-31T23:30:00Z", "2027-01-01T08:30:00Z", true},  // a new year
		{care.SameDay, "2026-11-30T07:00:00Z", "2026-11-30T07:00:00Z", false}, // nobody may have to wait for it
		{care.Urgent, "2026-11-30T07:00:00Z", "2026-11-30T07:00:00Z", false},
		{care.Emergency, "2026-11-30T07:00:00Z", "2026-11-30T07:00:00Z", false},
		{care.Safeguarding, "2026-11-30T07:00:00Z", "2026-11-30T07:00:00Z", false},
	} {
		due, digest := DueAt(r, c.class, at(t, c.from), core(t))
		if !due.Equal(at(t, c.due)) || digest != c.digest {
			t.Errorf("%s from %s: %s %v, want %s", c.class, c.from, due.Format(time.RFC3339), digest, c.due)
		}
	}
	if due, digest := DueAt(Route{}, care.Routine, at(t, "2026-11-30T07:00:00Z"), core(t)); digest || !due.Equal(at(t, "2026-11-30T07:00:00Z")) {
		t.Errorf("without a digest: %s", due)
	}
}

// Whoever is told that something could not be delivered must be able to ring before the time for an answer is over.
func TestADeliveryIsGivenUpBeforeItsHandoverIsLate(t *testing.T) {
	from := at(t, "2026-11-30T10:00:00Z")
	for _, name := range care.Classes {
		class := care.Class(name)
		until, clock := Until(class, from), handover.DefaultClocks()[class].Acknowledge
		if !until.After(from) {
			t.Errorf("%s is given up at once", class)
		}
		if clock.Real > 0 && until.Sub(from) >= clock.Real {
			t.Errorf("%s is tried for %s, and has to be received in %s", class, until.Sub(from), clock.Real)
		}
	}
}

func TestWhatANoticeSays(t *testing.T) {
	for _, c := range []struct{ classes, title, says string }{
		{"E", "EMERGENCY: a handover waits", ""}, {"U2", "URGENT, within 2 hours: a handover waits", ""}, {"SD", "Same day: a handover waits", ""},
		{"R", "Routine: a handover waits", ""}, {"I", "For information: something waits", ""}, {"SG", "URGENT: a concern waits for you", ""},
		{"R R I", "3 handovers wait", "They are 2 routine ones, 1 for information."}, {"?", "A handover waits", ""},
	} {
		n := Notice{Classes: classes(c.classes), Link: "https://doorstep.example/practice/"}
		if n.Title() != c.title || !strings.Contains(n.Text(), c.says) || !strings.Contains(n.Text(), n.Link) {
			t.Errorf("%s: %q\n%s", c.classes, n.Title(), n.Text())
		}
	}
	if n := (Notice{Test: true}); !strings.Contains(n.Text(), "No handover waits") {
		t.Errorf("a test: %s", n.Text())
	}
}

func TestLinksLeadIntoTheInbox(t *testing.T) {
	for l, want := range map[Links]string{"https://a.example": "https://a.example/practice/#/h/1", "https://a.example/": "https://a.example/practice/#/h/1"} {
		if got := l.To("1"); got != want {
			t.Errorf("%s: %s", l, got)
		}
	}
	if got := Links("https://a.example").To(""); got != "https://a.example/practice/" {
		t.Error(got)
	}
}

// took is a channel that notes what it is asked to send.
type took struct {
	route  Route
	notice Notice
}

func (*took) Name() string          { return "took" }
func (*took) Problem(string) string { return "" }
func (c *took) Send(_ context.Context, r Route, n Notice) error {
	c.route, c.notice = r, n
	return nil
}

func TestARouteIsAskedForWhenSomethingLeavesByIt(t *testing.T) {
	known, ch := map[string]Route{"r1": {ID: "r1", Address: "here"}}, &took{}
	now := at(t, "2026-11-30T10:00:00Z")
	c := Courier{Channel: ch, Links: "https://a.example", Now: func() time.Time { return now },
		Routes: func(_ context.Context, id string) (Route, bool, error) { r, ok := known[id]; return r, ok, nil }}
	item := delivery.Item{Key: "k", Route: "r1", Handover: "h1", Team: "t1", Classes: classes("U2")}
	if err := c.Deliver(t.Context(), item); err != nil {
		t.Fatal(err)
	}
	if ch.route.Address != "here" || ch.notice.Key != "k" || ch.notice.Link != "https://a.example/practice/#/h/h1" || ch.notice.Most() != care.Urgent || !ch.notice.At.Equal(now) {
		t.Errorf("%+v", ch)
	}
	item.Route = "taken away"
	var f *delivery.Failure
	if err := c.Deliver(t.Context(), item); !errors.As(err, &f) || f.Why != delivery.RouteEnded || f.Temporary() {
		t.Errorf("a route that is gone is tried again: %v", err)
	}
}

func TestLinksLeadSomewhereFromOutside(t *testing.T) {
	for l, want := range map[Links]bool{"https://a.example": true, "https://a.example/": true, "http://127.0.0.1:8090": true, "": false, "a.example": false, "/practice": false,
		"ftp://a.example": false, "https://": false, "https://u:p@a.example": false, "https://a.example/?x": false, "https://a.example/#x": false} {
		if l.Usable() != want {
			t.Errorf("%q: %v", l, !want)
		}
	}
}

// wholly is a channel that takes whole handovers.
type wholly struct {
	took
	whole string
}

func (c *wholly) SendWhole(ctx context.Context, r Route, n Notice, whole json.RawMessage) error {
	c.whole = string(whole)
	return c.Send(ctx, r, n)
}

// A whole handover leaves by a channel that can take it, where that was agreed, alone, and never a safeguarding concern.
func TestWhatLeavesInFull(t *testing.T) {
	agreed := Agreement{Body: InFull, With: "Dr Owen", On: "2026-11-30"}
	one := delivery.Item{Key: "k", Route: "r", Handover: "h", Team: "t", Classes: classes("U2")}
	with := func(change func(*delivery.Item)) delivery.Item { i := one; change(&i); return i }
	for name, c := range map[string]struct {
		agreement Agreement
		item      delivery.Item
		whole     string
		want      string
	}{
		"as agreed":                     {agreed, one, "{}", "{}"},
		"by reference":                  {Agreement{ByReference, "Dr Owen", "2026-11-30"}, one, "{}", ""},
		"nobody agreed":                 {Agreement{Body: InFull}, one, "{}", ""},
		"nobody knows when":             {Agreement{Body: InFull, With: "Dr Owen"}, one, "{}", ""},
		"a concern":                     {agreed, with(func(i *delivery.Item) { i.Classes = classes("SG") }), "{}", ""},
		"several at once":               {agreed, with(func(i *delivery.Item) { i.Handover, i.Classes = "", classes("R R") }), "{}", ""},
		"a one-time link":               {agreed, with(func(i *delivery.Item) { i.Key = OnceKey("1") }), "{}", ""},
		"nothing of it is for the team": {agreed, one, "", ""},
	} {
		ch := &wholly{}
		courier := Courier{Channel: ch, Links: "https://a.example", Now: func() time.Time { return at(t, "2026-11-30T10:00:00Z") }, Once: func(string) string { return "" },
			Routes: func(context.Context, string) (Route, bool, error) {
				return Route{ID: "r", Agreement: c.agreement}, true, nil
			},
			Whole: func(context.Context, Route, delivery.Item) (json.RawMessage, error) {
				if c.whole == "" {
					return nil, nil
				}
				return json.RawMessage(c.whole), nil
			}}
		if err := courier.Deliver(t.Context(), c.item); err != nil || ch.whole != c.want || ch.notice.Key != c.item.Key {
			t.Errorf("%s: %q, %v", name, ch.whole, err)
		}
	}
	failing := Courier{Channel: &wholly{}, Now: func() time.Time { return at(t, "2026-11-30T10:00:00Z") },
		Routes: func(context.Context, string) (Route, bool, error) {
			return Route{ID: "r", Agreement: agreed}, true, nil
		},
		Whole: func(context.Context, Route, delivery.Item) (json.RawMessage, error) {
			return nil, errors.New("the disk is full")
		}}
	var f *delivery.Failure
	if err := failing.Deliver(t.Context(), one); err == nil || errors.As(err, &f) && !f.Temporary() {
		t.Errorf("what could not be read is tried again, and does not leave by halves: %v", err)
	}
	mail := Courier{Channel: &took{}, Links: "https://a.example", Now: failing.Now, Routes: failing.Routes, Whole: failing.Whole}
	if err := mail.Deliver(t.Context(), one); err != nil {
		t.Errorf("a channel that takes nothing whole sends its link: %v", err)
	}
}

func TestWhatIsAgreedIsChecked(t *testing.T) {
	for name, c := range map[string]struct {
		channel Channel
		a       Agreement
		digest  []string
		wrong   string
	}{
		"nothing": {&wholly{}, Agreement{}, nil, ""}, "in full": {&wholly{}, Agreement{InFull, " Dr  Owen ", "2026-11-30"}, nil, ""}, "to read": {&wholly{}, Agreement{ByReference, "Dr Owen", "2026-11-30"}, []string{"08:30"}, ""},
		"in full by mail": {&took{}, Agreement{InFull, "Dr Owen", "2026-11-30"}, nil, "body"}, "in full and nobody agreed": {&wholly{}, Agreement{Body: InFull}, nil, "agreed_with"},
		"in full with a digest": {&wholly{}, Agreement{InFull, "Dr Owen", "2026-11-30"}, []string{"08:30"}, "digest"}, "no body": {&wholly{}, Agreement{Body: "half"}, nil, "body"},
		"no day": {&wholly{}, Agreement{InFull, "Dr Owen", ""}, nil, "agreed_on"}, "a day of its own": {&wholly{}, Agreement{ByReference, "Dr Owen", "30/11/2026"}, nil, "agreed_on"},
		"nobody": {&wholly{}, Agreement{ByReference, " ", "2026-11-30"}, nil, "agreed_with"}, "too long": {&wholly{}, Agreement{ByReference, strings.Repeat("ŵ", 201), "2026-11-30"}, nil, "agreed_with"},
	} {
		r := Route{Channel: "took", Classes: classes("U2"), Hours: Always, Agreement: c.a, Digest: c.digest}
		found := Check(&r, []Channel{c.channel})
		if c.wrong == "" && len(found) > 0 || c.wrong != "" && (len(found) != 1 || found[0].Field != c.wrong) {
			t.Errorf("%s: %+v", name, found)
		}
		if c.wrong == "" && r.Agreement.Body == "" || strings.Contains(r.Agreement.With, "  ") {
			t.Errorf("%s is kept as %+v", name, r.Agreement)
		}
	}
}
