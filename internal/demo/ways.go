package demo

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"doorstep/internal/care"
)

// way is a route of a team, as its administrator sets it up.
type way struct {
	id      string
	Channel string   `json:"channel"`
	Address string   `json:"address"`
	Classes []string `json:"classes"`
	Hours   string   `json:"hours"`
	Digest  []string `json:"digest"`
	Place   int      `json:"place"`
}

// everyClass and atOnce are the classes that a way takes: all of them, or those that cannot wait for another day.
var (
	everyClass = care.Classes
	atOnce     = []string{string(care.Emergency), string(care.Urgent), string(care.SameDay)}
)

// mailbox is the one that all of a team read. It is named by a code, for a team's name may be that of a person.
func (o *org) mailbox() string { return "front.desk@" + strings.ToLower(o.code) + ".demo.example" }

// oldMailbox is the one of the second practice that there is not any more.
func (o *org) oldMailbox() string {
	return "old.front.desk@" + strings.ToLower(o.code) + ".demo.example"
}

// hook is the path of a team's own program.
func (o *org) hook() string { return "/" + strings.ToLower(o.code) }

// setUpWays tells partners beyond their inbox: by e-mail, by their own programs, or by both. One practice has given up the mailbox that
// is written down for it, and the program of another never answers.
func (t *town) setUpWays(ctx context.Context) error {
	h := t.hood
	mail := func(to *team, classes []string, digest ...string) *way {
		return &way{Channel: "email", Address: to.org.mailbox(), Classes: classes, Hours: "always", Digest: digest}
	}
	hook := func(to *team) *way {
		return &way{Channel: "webhook", Address: "https://" + t.house.caught.Receiver + to.org.hook(), Classes: atOnce, Hours: "always"}
	}
	first, second, third := h.surgeries[0].team, h.surgeries[1].team, h.surgeries[2].team
	t.bouncing = mail(second, everyClass)
	t.bouncing.Address = second.org.oldMailbox()
	t.house.caught.Unknown(t.bouncing.Address, true)
	t.house.caught.Silent(third.org.hook())
	for _, one := range []struct {
		to *team
		by *way
	}{
		{first, mail(first, everyClass, "12:30", "16:30")}, {first, hook(first)}, {second, t.bouncing}, {third, hook(third)},
		{h.mental.team, mail(h.mental.team, everyClass)}, {h.social.team, hook(h.social.team)}, {h.chain, mail(h.chain, everyClass)},
		{h.services[0].team, mail(h.services[0].team, everyClass)}, {h.guards, mail(h.guards, []string{string(care.Safeguarding)})},
	} {
		var made struct{ ID, Secret string }
		if err := t.counter.call(ctx, h.administrator(), http.MethodPost, carePath+"/teams/"+one.to.id+"/routes", one.by, &made); err != nil {
			return fmt.Errorf("tell %s by %s: %w", one.to.name, one.by.Channel, err)
		}
		one.by.id = made.ID
		t.house.caught.Secret(one.to.org.hook(), made.Secret)
	}
	return t.takeNotices(ctx)
}

// takeNotices lets a receptionist, a doctor and the coordinator be told in their own browsers.
func (t *town) takeNotices(ctx context.Context) error {
	for i, who := range []*worker{t.hood.surgeries[0].reception, t.hood.surgeries[0].gp, t.hood.surgeries[1].gp, t.hood.cora} {
		browser, err := t.house.caught.Subscribe(fmt.Sprint("browser-", i+1))
		if err != nil {
			return err
		}
		page := "practice"
		if care.DutyOf(who.role).Desk {
			page = "desk"
		}
		body := map[string]string{"page": page, "endpoint": browser.Endpoint, "p256dh": browser.P256dh, "auth": browser.Auth}
		if err := t.counter.call(ctx, who, http.MethodPost, carePath+"/notices", body, nil); err != nil {
			return fmt.Errorf("let somebody at %s take notices: %w", who.team.name, err)
		}
	}
	return nil
}

// administrator administers the whole server.
func (h *hood) administrator() *worker {
	for _, w := range h.others {
		if w.role == care.ServerAdministrator {
			return w
		}
	}
	return nil // hireOthers hires one
}

// undelivered is what a desk has to chase.
type undelivered struct {
	Delivery struct {
		ID  int64  `json:"id"`
		Why string `json:"why"`
	} `json:"delivery"`
	Handover item `json:"handover"`
}

// Undelivered finds what could not be delivered about a person, for whoever works at a desk; nil when there is nothing.
func (c *counter) Undelivered(ctx context.Context, w *worker, p *person) (*undelivered, error) {
	var page struct {
		Items []undelivered `json:"items"`
	}
	if err := c.call(ctx, w, http.MethodGet, carePath+"/deliveries", nil, &page); err != nil {
		return nil, err
	}
	for i := range page.Items {
		if page.Items[i].Handover.Patient.ID == p.id {
			return &page.Items[i], nil
		}
	}
	return nil, nil
}

// SendAgain lets something that could not be delivered leave once more.
func (c *counter) SendAgain(ctx context.Context, w *worker, u *undelivered) error {
	return c.call(ctx, w, http.MethodPost, fmt.Sprintf("%s/deliveries/%d/again", carePath, u.Delivery.ID), struct{}{}, nil)
}

// mailBounces: a practice has a new mailbox, and nobody has said so. The nurse's lead is told that nothing arrived.
func mailBounces(s *script) func() {
	w, gp := s.h.north.nurses[4], s.h.surgeries[1]
	p := s.someone("mailBounces", adult(s.h.north.team, gp.org))
	return func() {
		h, lead := s.t.phones[w], s.h.north.lead
		d := s.t.deskOf(gp.team)
		d.shut = append(d.shut, span{s.when(15, 0), s.when(15, 25)})
		s.at(15, 4, func(ctx context.Context) error {
			if _, err := h.handOver(p, gp.team, care.SameDay, "Dressing soaked through twice since the morning, smells. No fever.", "Please say today whether a swab is wanted."); err != nil {
				return err
			}
			return h.settle(ctx)
		})
		s.at(15, 7, func(ctx context.Context) error {
			u, err := s.t.counter.Undelivered(ctx, lead, p)
			if err != nil {
				return err
			}
			if u == nil || u.Delivery.Why != "refused" {
				return fmt.Errorf("the mail to %s came back, and nobody is told", gp.org.name)
			}
			s.t.tell("A mail to %s comes back: there is no such mailbox. %s, who leads the nurses, has it before them as not delivered, and rings for the new address.", gp.org.name, lead.given())
			return nil
		})
		s.at(15, 12, func(ctx context.Context) error { return s.t.newMailbox(ctx, gp.team) })
		s.at(15, 13, func(ctx context.Context) error {
			u, err := s.t.counter.Undelivered(ctx, lead, p)
			if err != nil || u == nil {
				return fmt.Errorf("what came back is before nobody any more: %w", err)
			}
			return s.t.counter.SendAgain(ctx, lead, u)
		})
		s.at(15, 15, func(ctx context.Context) error {
			u, err := s.t.counter.Undelivered(ctx, lead, p)
			if err != nil {
				return err
			}
			if u != nil || !s.t.house.has(gp.org.mailbox()) {
				return fmt.Errorf("the mail to %s was sent again, and did not arrive", gp.org.name)
			}
			s.t.tell("With the new address written down %s sends it again, and it arrives.", lead.given())
			return nil
		})
	}
}

// newMailbox writes down the mailbox that a practice reads now.
func (t *town) newMailbox(ctx context.Context, to *team) error {
	t.bouncing.Address = to.org.mailbox()
	return t.counter.call(ctx, t.hood.administrator(), http.MethodPost, carePath+"/routes/"+t.bouncing.id, t.bouncing, nil)
}

// has says whether a mail came to a mailbox.
func (h *house) has(mailbox string) bool {
	for _, c := range h.caught.Caught() {
		if c.To == mailbox && c.Took {
			return true
		}
	}
	return false
}

// neverAnswers is what becomes of a handover to a practice whose program takes everything and answers nothing.
func (s *script) neverAnswers(p *person, lead *worker, from time.Time) {
	s.t.agenda.add(from.Add(7*time.Minute), func(ctx context.Context) error {
		u, err := s.t.counter.Undelivered(ctx, lead, p)
		if err != nil {
			return err
		}
		if u == nil || u.Delivery.Why != "unreachable" {
			return fmt.Errorf("the program of a practice never answers, and nobody is told")
		}
		s.t.tell("The practice's own program has not answered for five minutes. %s, who leads the nurses, has it before them as not delivered.", lead.given())
		return nil
	})
}

// channelNames are how people call the channels.
var channelNames = map[string]string{"email": "by e-mail", "webhook": "to their own program", "webpush": "to phones and pages"}

// outcomes are what came of a delivery beyond the inbox, as the table shows it.
var outcomes = []struct {
	name   string
	states []string
}{
	{"delivered", []string{"delivered"}}, {"not delivered", []string{"given_up", "settled"}}, {"another way", []string{"passed_on"}},
	{"not needed any more", []string{"not_needed"}}, {"waiting", []string{"waiting"}},
}

// printWays writes how often teams were told, by which way, and what came of it.
func (s *tally) printWays(p *page) {
	p.head("How teams were told")
	head := []string{"way"}
	for _, o := range outcomes {
		head = append(head, o.name)
	}
	rows := [][]string{head, {"into the inbox", thousands(s.inboxes)}}
	for _, channel := range []string{"email", "webhook", "webpush"} {
		if s.beyond[channel] == nil {
			continue
		}
		r := []string{channelNames[channel]}
		for _, o := range outcomes {
			n := 0
			for _, state := range o.states {
				n += s.beyond[channel][state]
			}
			r = append(r, thousands(n))
		}
		rows = append(rows, r)
	}
	p.table(rows)
	p.para("What was not delivered stood before a person, who could ring or send it another way. Delivered means that a machine took it: what people did is in the other tables.")
}
