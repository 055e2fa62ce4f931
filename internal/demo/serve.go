package demo

import (
	"cmp"
	"fmt"
	"slices"

	"doorstep/internal/care"
	"doorstep/internal/demo/catcher"
)

// open leaves the neighbourhood to itself, in real time, and says where to look.
func (r *run) open(t *town, p *page) error {
	t.house.letGo()
	t.directions(p, r)
	if r.faults {
		t.house.flaky.turnOn(r.seed)
		p.head("Flaky on purpose")
		p.para(fmt.Sprintf("Of a hundred requests to /api/sync and /api/care, %d are refused with 503 and Retry-After, %d are done and their answer is lost, "+
			"%d are done and their answer is cut in half, and %d wait up to two seconds. Sign-in and pages work as usual.", refusedOf100, lostOf100, halfOf100, slowOf100))
	}
	p.line("\n  %s", p.in(bold, "Ctrl-C ends it."))
	return nil
}

// directions say where to look, and as whom.
func (t *town) directions(p *page, r *run) {
	h, url := t.hood, t.house.url
	p.head("Where to look")
	p.line("  %s", url)
	p.facts([][3]string{
		{url + "/app/", "", "visits and check-ins, on the phone of a nurse or volunteer"},
		{url + "/practice/", "", "the inbox of a practice or partner team"},
		{url + "/desk/", "", "the desk of a lead or coordinator"},
		{url + "/board/", "", "how the partners work together, for the neighbourhood lead"},
		{url + catcher.Path, "", "the mail, the webhooks and the notices that left, as they came"},
	})
	if t.house.administration != nil {
		p.line("  http://%s/_/   the dashboard", t.house.administration.Addr)
	}
	if r.dir != "" {
		p.line("  data in %s", r.dir)
	}
	p.para(fmt.Sprintf("The clock of the neighbourhood reads %s on %s and runs on from there. A phone learns how far its own is off in its first hello.",
		clockTime(t.clock.Now()), inLondon(t.clock.Now()).Format("Monday 2 January 2006")))
	p.line("  recovery key in %s", recoveryFile(t.house.app.DataDir()))
	p.head("Who you can be, password " + Password)
	p.facts(h.logins())
	p.head("Try it")
	gp := h.surgeries[0].reception
	p.line("  TOKEN=$(curl -s %s/api/collections/staff/auth-with-password \\", url)
	p.line("    -d identity=%s -d password=%s \\", gp.email, Password)
	p.line("    | sed 's/.*\"token\":\"\\([^\"]*\\)\".*/\\1/')")
	p.line("  curl -s -H \"Authorization: Bearer $TOKEN\" '%s%s/handovers?state=all&limit=2'", url, carePath)
	p.line("  curl -s %s/api/doorstep/health", url)
}

// logins are somebody of every role, and the two receptionists of one practice, each with the page to begin at.
func (h *hood) logins() [][3]string {
	cast := append([]*worker{h.north.nurses[0], h.support, h.services[0].volunteers[0], h.surgeries[0].reception, h.surgeries[0].gp, h.mental.workers[0],
		h.social.workers[0], h.guard, h.north.lead, h.services[0].coordinator, h.cora, h.clinical}, h.others...)
	slices.SortStableFunc(cast, func(a, b *worker) int { return cmp.Compare(firstPage(a.role), firstPage(b.role)) })
	rows := make([][3]string, len(cast))
	for i, w := range cast {
		rows[i] = [3]string{w.email, firstPage(w.role), roleNames[w.role] + ", " + w.team.name}
	}
	return rows
}

// firstPage is where somebody of a role begins their day.
func firstPage(r care.Role) string {
	switch d := care.DutyOf(r); {
	case d.Desk:
		return "/desk/"
	case d.Inbox:
		return "/practice/"
	case d.Device:
		return "/app/"
	case d.KeepsAccounts(), r == care.ClinicalLead: // who keeps the rules
		return "/desk/"
	case d.Figures:
		return "/board/"
	default:
		return "no page yet"
	}
}

// roleNames are how people call the roles.
var roleNames = map[care.Role]string{
	care.Reception: "reception", care.DutyGP: "duty GP", care.DistrictNurse: "district nurse", care.TeamLead: "team lead",
	care.SupportWorker: "support worker", care.MentalHealth: "practitioner", care.SocialCare: "social worker", care.Volunteer: "volunteer",
	care.VolunteerCoordinator: "coordinator", care.SafeguardingLead: "lead", care.CareCoordinator: "coordinator",
	care.Matron: "matron", care.LinkWorker: "link worker", care.ClinicalLead: "clinical lead",
	care.NeighbourhoodLead: "lead", care.PrivacyOfficer: "privacy officer", care.Administrator: "administrator", care.ServerAdministrator: "server administrator",
}
