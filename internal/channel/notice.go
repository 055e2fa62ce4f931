package channel

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"doorstep/internal/care"
)

// Notice is what leaves: that something waits for a team, of which class, and where to read it.
type Notice struct {
	// Key names it for ever: a receiver that has it drops it.
	Key string
	// Classes are those of what waits, one for each handover.
	Classes []care.Class
	// Handover is its id; "" for several.
	Handover string
	Team     string    // its id
	Link     string    // to it in the inbox, or to the inbox
	At       time.Time // of this attempt
	// Alone: somebody of the team who is alone pressed for help, or did not say in time that they are out; the link leads to the desk.
	Alone bool
	// Once: the link opens the handover without an account, once.
	Once bool
	// Test: nothing waits; somebody tries whether the route works.
	Test bool
}

// Most is the most urgent class of what waits.
func (n Notice) Most() care.Class {
	var most care.Class
	for i, c := range n.Classes {
		if i == 0 || c.Urgency() > most.Urgency() {
			most = c
		}
	}
	return most
}

// inTitle and inSentence are a class in the words of people who wait for it.
var (
	inTitle = map[care.Class]string{care.Emergency: "EMERGENCY: a handover waits", care.Urgent: "URGENT, within 2 hours: a handover waits",
		care.SameDay: "Same day: a handover waits", care.Routine: "Routine: a handover waits", care.Information: "For information: something waits",
		care.Safeguarding: "URGENT: a concern waits for you"}
	inSentence = map[care.Class][2]string{care.Emergency: {"1 emergency", "%d emergencies"}, care.Urgent: {"1 urgent one", "%d urgent ones"},
		care.SameDay: {"1 for the same day", "%d for the same day"}, care.Routine: {"1 routine one", "%d routine ones"},
		care.Information: {"1 for information", "%d for information"}, care.Safeguarding: {"1 concern", "%d concerns"}}
)

// Title says it in one line.
func (n Notice) Title() string {
	switch {
	case n.Test:
		return "A test: no handover waits"
	case n.Once:
		return "The one-time link that was asked for"
	case n.Alone:
		return "EMERGENCY: an alarm of a colleague who is alone"
	case len(n.Classes) > 1:
		return fmt.Sprintf("%d handovers wait", len(n.Classes))
	}
	if title, known := inTitle[n.Most()]; known {
		return title
	}
	return "A handover waits"
}

// Text says what waits, where, and what opening it does not do. Its lines are of plain text.
func (n Notice) Text() string {
	if n.Test {
		return "Somebody at your organisation tries whether Doorstep reaches you this way.\nIt does. No handover waits because of this message, and nothing is asked of you.\n\n" + ends
	}
	if n.Once {
		return "Somebody asked for a link that opens one handover without an account.\n\n" + n.Link + "\n\n" +
			"It works once, within fifteen minutes, to read the handover and to acknowledge it. If nobody at your practice asked for it, please leave it alone and tell the sender.\n\n" + ends
	}
	if n.Alone {
		return "A colleague of your team who is alone pressed for help, or did not say in time that they are out.\n\nWho it is, and what is known, stands here:\n" + n.Link + "\n\n" + aloneOnly + ends
	}
	var b strings.Builder
	b.WriteString(n.Title() + " in Doorstep.\n")
	if len(n.Classes) > 1 {
		var parts []string
		for _, name := range care.Classes {
			class := care.Class(name)
			count := len(slices.DeleteFunc(slices.Clone(n.Classes), func(c care.Class) bool { return c != class }))
			switch form := inSentence[class]; {
			case count == 1:
				parts = append(parts, form[0])
			case count > 1:
				parts = append(parts, fmt.Sprintf(form[1], count))
			}
		}
		b.WriteString("They are " + strings.Join(parts, ", ") + ".\n")
	}
	b.WriteString("\nRead and answer here:\n" + n.Link + "\n\n" + onlyThere + ends)
	return b.String()
}

const (
	onlyThere = "This message says nothing of whom it is about: that stands in Doorstep alone. Having this message acknowledges nothing; please open the handover.\n"
	aloneOnly = "Having this message tells nobody that somebody sees to it; please take it there. Doorstep is no lone-worker service to BS 8484. In danger, ring 999.\n"
	ends      = "Nobody reads answers to this message.\n"
)
