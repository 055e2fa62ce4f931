package doctor

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/rules"
)

// How long something may take before it is late.
const (
	late = 10 * time.Minute
	hour = time.Hour
	day  = 24 * time.Hour
	week = 7 * day
)

// works is a condition on staff: they have not left.
const works = `(s.inactive_since = '' OR s.inactive_since > {column})`

// teamsOf is a query for the teams in which somebody who has not left has a duty: to decide at the desk, to work the inbox, or to
// answer there.
func teamsOf(duty string) string {
	var roles []string
	for _, d := range care.Duties() {
		if duty == "desk" && d.Desk || duty == "inbox" && d.Inbox || duty == "answers" && d.Answers {
			roles = append(roles, "'"+string(d.Role)+"'")
		}
	}
	return `SELECT t.value FROM staff s, json_each(CASE WHEN json_valid(CAST(s.teams AS TEXT)) THEN CAST(s.teams AS TEXT) ELSE '[]' END) t WHERE s.role IN (` +
		strings.Join(roles, ", ") + `) AND ` + works
}

// deadlines looks whether what must happen later is written down, and happens.
func (l *look) deadlines() error {
	const unwatched = `SELECT id FROM handovers WHERE retracted = '' AND state NOT IN ` + care.SQLOffTheClock + ` AND state NOT IN ` + care.SQLInHand +
		` AND ack_due <> '' AND id NOT IN (SELECT ref FROM sync_due WHERE kind = 'handover')`
	if err := l.hold(&sqlRule{check: l.check, severity: Problem, one: "open handover", found: "{has} no time at which it is looked at", query: unwatched,
		means: "If nobody answers it, it does not escalate: nobody is told.", do: "doorstep doctor --fix has the server look at it at once.",
		mend: []string{`INSERT OR IGNORE INTO sync_due (at, kind, ref) SELECT {now}, 'handover', id FROM ({query})`}}); err != nil {
		return err
	}
	overdue := sqlRule{check: l.check, one: "deadline", query: `SELECT kind || ' ' || ref FROM sync_due WHERE at < {now-late}`}
	if l.Served != nil && l.Served() {
		overdue.severity, overdue.found = Problem, "passed more than ten minutes ago, and {has} not been worked off by the server that runs"
		overdue.means, overdue.do = "Handovers that nobody answered do not escalate.", "Look at what the server prints about the job due; start it again. See \"escalation_late\" in docs/operate/runbook.md."
	} else {
		overdue.severity, overdue.found = Warning, "passed while no server ran"
		overdue.means, overdue.do = "Nothing escalated since then.", "Start the server: it works them off before it answers anybody."
	}
	return l.hold(&overdue)
}

// alarms looks for what was raised and reaches nobody.
func (l *look) alarms() error {
	for _, r := range []sqlRule{
		{severity: Problem, one: "alarm", found: "that holds {has} no handover", query: `SELECT a.id FROM alarms a WHERE a.holds = 1 AND a.patient IN (SELECT id FROM patients)
			AND NOT EXISTS (SELECT 1 FROM handovers h WHERE h.id = a.handover)`,
			means: "Something alarming was written down at a door, and nobody was told.", do: "Look at the record it is about now, and ring who is to know. Then look in the audit who deleted the handover."},
		{severity: Problem, one: "delivery", found: "waited for more than ten minutes", query: `SELECT o.handover FROM outbox o WHERE o.state = 'waiting' AND o.due_at < {now-late}`,
			means: "A handover has not reached its inbox.", do: "Start the server, or look at what it prints about deliveries."},
		{severity: Problem, one: "delivery", found: "of an open handover was given up", query: `SELECT o.handover FROM outbox o JOIN handovers h ON h.id = o.handover WHERE o.state = 'given_up' AND h.state NOT IN ` + care.SQLClosed,
			means: "Whoever it is for may never have seen it.", do: "Ring them. What refused it stands in the column last_error of the table outbox."},
		{severity: Problem, one: "open handover", found: "{is} with a team in whose inbox nobody works", query: `SELECT h.id FROM handovers h WHERE h.retracted = '' AND h.state NOT IN ` + care.SQLClosed +
			` AND h.to_team <> '' AND h.to_team NOT IN (` + teamsOf("inbox") + `)`,
			means: "Nobody fetches it. It escalates when its time is over.", do: "Ring the team now. Give somebody there an account, under Set up at the desk."},
		{severity: Warning, one: "handover", found: "reached the end of the chain and nobody answered", query: `SELECT id FROM handovers WHERE retracted = '' AND state = '` + string(care.Failed) + `'`,
			means: "It stays with the care coordinators until somebody answers it.", do: "Ask a care coordinator to work through them in the inbox."},
	} {
		r.check = l.check
		if err := l.hold(&r); err != nil {
			return err
		}
	}
	return nil
}

// post is something that somebody in a neighbourhood has to be.
type post struct {
	role         care.Role
	kind         string // of the team that they belong to
	what, misses string
}

var posts = []post{
	{care.CareCoordinator, "coordination", "a care coordinator", "What no practice and no team answers reaches nobody."},
	{care.SafeguardingLead, "safeguarding", "a safeguarding lead", "A safeguarding concern reaches nobody who may read it."},
}

// roles looks for duties that nobody has.
func (l *look) roles() error {
	people, err := l.number(`SELECT count(*) FROM patients WHERE retracted = ''`)
	if err != nil {
		return err
	}
	for _, p := range posts {
		held := `SELECT 1 FROM staff s, json_each(CASE WHEN json_valid(CAST(s.teams AS TEXT)) THEN CAST(s.teams AS TEXT) ELSE '[]' END) t JOIN teams x ON x.id = t.value
			WHERE s.role = '` + string(p.role) + `' AND x.kind = '` + p.kind + `' AND x.retracted = '' AND ` + l.at(works)
		n, first, err := l.texts(`SELECT n.name FROM neighbourhoods n WHERE n.retracted = '' AND NOT EXISTS (` + held + ` AND x.neighbourhood = n.id)`)
		if err != nil {
			return err
		}
		anywhere, err := l.number(`SELECT count(*) FROM (` + held + `)`)
		if err != nil {
			return err
		}
		if n == 0 && (anywhere > 0 || people == 0) {
			continue
		}
		where := "on this server"
		if n > 0 {
			where = "in " + plural(n, "neighbourhood")
		}
		l.found(Problem, "Nobody is "+p.what+" "+where+".", p.misses, "Give somebody the role, in a team of the kind "+p.kind+" there, under Set up at the desk.").Examples = first
	}
	administers, err := l.number(`SELECT count(*) FROM staff s WHERE s.role IN ('` + string(care.Administrator) + `', '` + string(care.ServerAdministrator) + `') AND ` + l.at(works))
	if err != nil {
		return err
	}
	if administers == 0 && people > 0 {
		l.found(Warning, "Nobody administers this server.", "Nobody can make accounts at the desk.", "Make somebody a server administrator in the dashboard (--admin-http).")
	}
	return l.hold(&sqlRule{check: l.check, severity: Warning, one: "practice", found: "with people {has} no account that answers", query: `SELECT DISTINCT o.name FROM organisations o JOIN patients p ON p.practice = o.id
		WHERE o.retracted = '' AND p.retracted = '' AND o.kind = 'practice' AND o.closed_on = '' AND NOT EXISTS (SELECT 1 FROM teams x WHERE x.organisation = o.id AND x.route = 'phone')
		AND o.id NOT IN (SELECT x.organisation FROM teams x WHERE x.id IN (` + teamsOf("answers") + `))`,
		means: "A handover to it waits, and escalates to the care coordinators.", do: "Make an account for a duty GP there, or set the team's route to phone, under Set up at the desk."})
}

// handoverRules compiles the rules in force as the server does.
func (l *look) handoverRules() error {
	var list []rules.Rule
	rows, err := l.db.QueryContext(l.ctx, `SELECT id, code, version, title, collection, "trigger", unless, class, destination, ask, state, owner, approved_by, review_on
		FROM handover_rules WHERE state IN ('active', 'shadow') ORDER BY code, version`)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var x rules.Rule
		if err := rows.Scan(&x.ID, &x.Code, &x.Version, &x.Title, &x.Collection, &x.Trigger, &x.Unless, &x.Class, &x.Destination, &x.Ask, &x.State, &x.Owner, &x.ApprovedBy, &x.ReviewOn); err != nil {
			return err
		}
		list = append(list, x)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	_, broken := rules.Compile(list)
	for _, b := range broken {
		l.found(Problem, fmt.Sprintf("The rule %s, version %d, does not compile: %s.", b.Rule.Code, b.Rule.Version, strings.TrimSuffix(b.Reason, ".")),
			"It raises no alarm. What it was to notice is noticed by nobody.", "Ask its owner to put it right, or the clinical lead to bring back the version before.")
	}
	if len(list) == 0 {
		l.found(Problem, "No handover rule is in force.", "Nothing that is written down at a door raises an alarm.", "Ask the clinical lead to put the rules in force that apply.")
	}
	today := l.Now.UTC().Format(time.DateOnly)
	if past := slices.DeleteFunc(list, func(r rules.Rule) bool { return r.ReviewOn == "" || r.ReviewOn >= today }); len(past) > 0 {
		var codes []string
		for _, r := range past {
			codes = append(codes, r.Code)
		}
		l.found(Warning, plural(len(codes), "rule")+" should have been reviewed by now.", "It may not be what guidance says today.", "Ask the clinical lead to review it and to set its next date.").Examples = codes[:min(len(codes), shown)]
	}
	return nil
}

// phones looks for work that lies on phones nobody has heard of.
func (l *look) phones() error {
	return l.hold(&sqlRule{check: l.check, severity: Warning, one: "phone", found: "said that it holds unsent work and {has} not been heard of for a week", query: `SELECT id FROM devices WHERE state IN ('active', 'draining')
		AND coalesce(outbox_count, 0) > 0 AND last_seen <> '' AND last_seen < {column-week}`,
		means: "What was written on it is nowhere else.", do: "Phones at the desk says whose it is and why it may be silent. Ask them to open the app where there is a network."})
}

// jobs looks whether what is done by night was done.
func (l *look) jobs() error {
	served := l.Served != nil && l.Served()
	since, err := l.text(`SELECT opened_at FROM sync_histories ORDER BY number DESC LIMIT 1`)
	if err != nil {
		return err
	}
	opened, err := time.Parse(time.RFC3339, since)
	if !served || err != nil || l.Now.Sub(opened) < nightly {
		return nil //nolint:nilerr // no server runs, or none has run for a night
	}
	for _, job := range []struct{ name, does string }{{"clean_up", "removes what no phone needs any more"}, {"check", "looks through the database"}} {
		ran, err := l.text(`SELECT ran_at FROM sync_jobs WHERE name = '` + job.name + `'`)
		if err != nil {
			return err
		}
		if at, err := time.Parse(time.RFC3339, ran); err != nil || l.Now.Sub(at) >= nightly {
			l.found(Warning, "The nightly job "+job.name+", which "+job.does+", has not ended well for more than a day.", "The database grows, or damage goes unnoticed.",
				"Look at what the server prints about it; start the server again if it prints nothing.")
		}
	}
	return nil
}

// nightly is how long after one night the next must have come.
const nightly = 26 * time.Hour
