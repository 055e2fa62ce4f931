package demo

import (
	"context"
	"fmt"

	"doorstep/internal/care"
)

// serve keeps the neighbourhood open in real time until the context ends.
func (r *run) serve(ctx context.Context, t *town, p *page) error {
	if err := t.house.letGo(); err != nil {
		return err
	}
	t.directions(p, r)
	if r.faults {
		t.house.flaky.turnOn(r.seed)
		p.head("Flaky on purpose")
		p.para(fmt.Sprintf("Of a hundred requests to /api/sync and /api/care, %d are refused with 503 and Retry-After, %d are done and their answer is lost, "+
			"%d are done and their answer is cut in half, and %d wait up to two seconds. Sign-in and pages work as usual.", refusedOf100, lostOf100, halfOf100, slowOf100))
	}
	p.line("\n  %s", p.in(bold, "Ctrl-C ends it."))
	select {
	case <-ctx.Done():
		return nil
	case err := <-t.house.done:
		t.house.done <- err // close waits for it as well
		return fmt.Errorf("serve: %w", err)
	}
}

// directions say where to look, and as whom.
func (t *town) directions(p *page, r *run) {
	h, url := t.hood, t.house.url
	p.head("Where to look")
	p.line("  %s", url)
	if r.settings.AllowAdmin {
		p.line("  %s/_/   the dashboard", url)
	}
	if r.dir != "" {
		p.line("  data in %s", r.dir)
	}
	p.para(fmt.Sprintf("  The clock of the neighbourhood reads %s on %s and runs on from there. A phone learns how far its own is off in its first hello.",
		clockTime(t.clock.Now()), inLondon(t.clock.Now()).Format("Monday 2 January 2006")))
	p.head("Who you can be, password " + Password)
	rows := [][]string{}
	for _, w := range []*worker{h.surgeries[0].reception, h.surgeries[0].gp, h.north.nurses[0], h.north.lead, h.support, h.mental.workers[0], h.social.workers[0],
		h.services[0].volunteers[0], h.services[0].coordinator, h.guard, h.cora} {
		rows = append(rows, []string{w.email, pad(roleNames[w.role], 34), pad(w.team.name, 30)})
	}
	p.table(rows)
	p.head("Try it")
	gp := h.surgeries[0].reception
	p.line("  TOKEN=$(curl -s %s/api/collections/staff/auth-with-password \\", url)
	p.line("    -d identity=%s -d password=%s | sed 's/.*\"token\":\"\\([^\"]*\\)\".*/\\1/')", gp.email, Password)
	p.line("  curl -s -H \"Authorization: Bearer $TOKEN\" '%s%s/handovers?state=all&limit=2'", url, carePath)
	p.line("  curl -s %s/api/doorstep/health", url)
}

// pad fills a text up to n columns, so that a table sets it to the left.
func pad(s string, n int) string { return fmt.Sprintf("%-*s", n, s) }

// roleNames are how people call the roles.
var roleNames = map[care.Role]string{
	care.Reception: "reception: sees, acknowledges", care.DutyGP: "duty GP: accepts, answers", care.DistrictNurse: "district nurse, with a phone",
	care.TeamLead: "team lead: decides conflicts", care.SupportWorker: "support worker, with a phone", care.MentalHealth: "mental health practitioner",
	care.SocialCare: "social worker", care.Volunteer: "volunteer, with a phone", care.VolunteerCoordinator: "coordinator of volunteers",
	care.SafeguardingLead: "safeguarding lead", care.CareCoordinator: "care coordinator",
}
