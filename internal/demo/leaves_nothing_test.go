package demo

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/pocketbase/dbx"

	"doorstep/internal/care"
	"doorstep/internal/demo/catcher"
)

// secret is something about somebody that must not leave by mail, by a receiver's program, by a notice or by the log.
type secret struct{ what, text string }

// secrets are all that the neighbourhood keeps of its people: who they are, and every text that somebody wrote of them.
func (t *town) secrets() (list []secret) {
	add := func(what, text string) {
		if text = strings.ToLower(strings.TrimSpace(text)); len(text) > 3 {
			list = append(list, secret{what, text})
		}
	}
	for _, p := range t.hood.people {
		add("family name", p.family)
		add("given name", p.given)
		add("NHS number", p.nhs)
		add("NHS number", p.nhs[:3]+" "+p.nhs[3:6]+" "+p.nhs[6:])
		add("telephone", p.phone)
		add("address", p.address)
		add("postcode", p.postcode)
		add("date of birth", p.born.Format("2006-01-02"))
		add("date of birth", p.born.Format("2 January 2006"))
		for _, text := range []string{p.need, p.risk, p.access} {
			add("note", text)
		}
	}
	for _, w := range t.hood.workers {
		add("name of staff", w.name)
		add("address of staff", w.email)
	}
	for _, e := range t.tape.entries {
		for _, n := range e.notes {
			for field, v := range n.set {
				if text, is := v.(string); is && strings.Contains(text, " ") {
					add("what was written ("+field+")", text)
				}
			}
		}
	}
	return list
}

var notWord = regexp.MustCompile(`[^\p{L}\p{N}]+`)

// words is a text in small letters with one space between words, so that lines broken elsewhere are the same.
func words(text string) string {
	return " " + strings.Trim(notWord.ReplaceAllString(strings.ToLower(text), " "), " ") + " "
}

// leaked are the secrets that a text gives away, whole or, of what was written, in any five words of it.
func leaked(text string, secrets []secret) (found []string) {
	in := words(text)
	for _, s := range secrets {
		parts := strings.Fields(words(s.text))
		if len(parts) == 0 {
			continue
		}
		for i := 0; i+min(5, len(parts)) <= len(parts); i++ {
			if strings.Contains(in, " "+strings.Join(parts[i:i+min(5, len(parts))], " ")+" ") {
				found = append(found, fmt.Sprintf("%s %q", s.what, s.text))
				break
			}
		}
	}
	return found
}

func TestNothingThatLeavesSaysOfWhomItIs(t *testing.T) {
	l := sharedTown(t)
	secrets := l.town.secrets()
	if len(secrets) < 1000 {
		t.Fatalf("%d secrets to look for", len(secrets))
	}
	came, ways := l.town.house.caught.Caught(), map[string]int{}
	for _, c := range came {
		ways[c.Way]++
		if found := leaked(c.Raw+"\n"+c.Text+"\n"+c.To, secrets); len(found) > 0 {
			t.Errorf("%s to %s gives away %v:\n%s", c.Way, c.To, found, c.Raw)
		}
	}
	if ways[catcher.Mail] < 5 || ways[catcher.Webhook] < 5 || ways[catcher.Notice] < 2 {
		t.Errorf("too little came to look at: %v", ways)
	}
	logs := l.logged(t)
	if found := leaked(logs, secrets); len(found) > 0 {
		t.Errorf("the log gives away %v", found)
	}
	if !strings.Contains(logs, logBegins) {
		t.Errorf("nothing of the log was looked at: %q", logs)
	}
}

// What looks finds each kind of secret where there is one.
func TestWhatGivesSomethingAwayIsFound(t *testing.T) {
	l := sharedTown(t)
	secrets, kinds := l.town.secrets(), map[string]bool{}
	for _, s := range secrets {
		if kinds[s.what] {
			continue
		}
		kinds[s.what] = true
		parts := strings.Fields(s.text)
		text := "Doorstep: a handover waits\r\n\r\nfor " + strings.Join(parts[max(0, len(parts)-6):], "\r\n") + ", please."
		if len(leaked(text, secrets)) == 0 {
			t.Errorf("%s is not found in %q", s.what, text)
		}
	}
	if len(kinds) < 9 {
		t.Errorf("these kinds alone: %v", kinds)
	}
}

// logged is all that the server wrote into its log, and PocketBase into its own.
func (l *lived) logged(t *testing.T) string {
	t.Helper()
	text := l.log.String()
	if err := each(l.town.house.app.AuxDB(), `SELECT message, data FROM _logs`, func(m dbx.NullStringMap) error {
		text += "\n" + m["message"].String + " " + m["data"].String
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return text
}

// What could not be delivered stood before a person, and the mail that came back arrived once its address was right.
func TestWhatIsNotDeliveredIsChased(t *testing.T) {
	l := sharedTown(t)
	for _, part := range []string{"there is no such mailbox", "sends it again, and it arrives", "has not answered for five minutes", "How teams were told"} {
		if !strings.Contains(l.text, part) {
			t.Errorf("the story does not say %q\n%s", part, l.text)
		}
	}
	b, err := readBooks(l.town.house.app.ConcurrentDB(), l.town.clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	for _, channel := range []string{"email", "webhook", "webpush"} {
		if b.beyond[channel]["delivered"] == 0 {
			t.Errorf("nothing was delivered by %s: %v", channel, b.beyond)
		}
	}
	history := map[string]int{}
	for _, e := range b.rows[care.HandoverEvents] {
		history[e.text("kind")]++
	}
	if history["not_delivered"] == 0 || history["notified"] == 0 {
		t.Errorf("the histories do not say how it went: %v", history)
	}
	silent, bounced, signed := 0, 0, 0
	for _, c := range l.town.house.caught.Caught() {
		switch {
		case c.Way == catcher.Webhook && !c.Took:
			silent++
		case c.Way == catcher.Mail && !c.Took:
			bounced++
		case c.Signed == "holds":
			signed++
		case c.Way == catcher.Webhook:
			t.Errorf("a webhook to %s: its signature %s", c.To, c.Signed)
		}
	}
	if silent < 3 || bounced == 0 || signed == 0 {
		t.Errorf("%d were not answered, %d came back, %d were signed", silent, bounced, signed)
	}
}
