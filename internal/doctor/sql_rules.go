package doctor

import (
	"fmt"
	"strings"

	"doorstep/internal/care"
	"doorstep/internal/columns"
)

// sqlRule is something that holds in every database, whatever happened to it: its query finds what breaks it.
type sqlRule struct {
	check    string
	severity Severity
	// one is what a finding is about, such as "visit"; found goes on from "3 visits", with {is} for is or are and {has} for has or have.
	one, found string
	means, do  string
	// query gives an id a row. {now}, {now-late} and the like stand for moments as plain tables have them, {column} and
	// {column-late} as PocketBase's columns do.
	query string
	// mend are the statements that put it right, with the same places; {query} stands for the query. None: a person has to.
	mend []string
}

// sqlRules makes a check of the rules that are said to be of it.
func sqlRules(check string) func(*look) error {
	return func(l *look) error {
		for i := range everyRule {
			if everyRule[i].check != check {
				continue
			}
			if err := l.hold(&everyRule[i]); err != nil {
				return err
			}
		}
		return nil
	}
}

// hold holds the database to a rule.
func (l *look) hold(r *sqlRule) error {
	query := l.at(r.query)
	n, first, err := l.texts(query)
	if err != nil {
		return fmt.Errorf("look for what breaks a rule (%s): %w", r.found, err)
	}
	if n == 0 {
		return nil
	}
	f := l.found(r.severity, plural(n, r.one)+" "+strings.ReplaceAll(strings.ReplaceAll(r.found, "{is}", are(n)), "{has}", has(n))+".", r.means, r.do)
	f.Examples = first
	if len(r.mend) > 0 {
		var list []string
		for _, s := range r.mend {
			list = append(list, l.at(strings.ReplaceAll(s, "{query}", r.query)))
		}
		f.mends(statements(list...))
	}
	return nil
}

func has(n int) string {
	if n == 1 {
		return "has"
	}
	return "have"
}

// at puts moments into a statement.
func (l *look) at(statement string) string {
	return strings.NewReplacer("{now}", l.stamp(0), "{now-late}", l.stamp(late), "{now-hour}", l.stamp(hour), "{now-day}", l.stamp(day), "{now-week}", l.stamp(week),
		"{column}", l.column(0), "{column-late}", l.column(late), "{column-day}", l.column(day), "{column-week}", l.column(week)).Replace(statement)
}

// inNoFeed finds records that have to be in a feed at their version and are not, and that do not wait to be put there.
// A record that was sent again stands there under a later number.
func inNoFeed(collection, where string) string {
	return `SELECT v.id FROM ` + columns.Quote(collection) + ` v WHERE v.retracted = '' AND ` + where + `
		AND NOT EXISTS (SELECT 1 FROM sync_feed f WHERE f.seq = v.version AND f.record = v.id)
		AND NOT EXISTS (SELECT 1 FROM sync_feed f WHERE f.seq > v.version AND f.record = v.id)
		AND v.id NOT IN (SELECT record FROM sync_dirty)`
}

// feedRule holds a collection to the feed.
func feedRule(collection, where string) sqlRule {
	query := inNoFeed(collection, where)
	return sqlRule{check: "feed", severity: Problem, one: "record", found: "of " + collection + " {is} in no feed at the version it has", query: query,
		means: "No phone gets it, or phones show what it was before.",
		do:    "doorstep doctor --fix has the server send it again, at once or at its next start.",
		mend:  []string{`INSERT INTO sync_dirty (collection, record, op, was) SELECT '` + collection + `', id, 'update', '{}' FROM (` + query + `)`}}
}

// everyRule is the table. A rule that a program of old broke rightly is none: each holds in a database that was lived in.
var everyRule = append([]sqlRule{
	{check: "sequence", severity: Problem, one: "number", found: "of the feed {is} beyond the head", query: `SELECT seq FROM sync_feed WHERE seq > (SELECT seq FROM sync_meta)`,
		means: "The row that counts changes is older than the rest: files of two copies were mixed, or somebody wrote it. Numbers would be given out twice, and phones would miss work.",
		do:    "Stop the server and put the newest backup in place: see docs/operate/runbook.md."},
	{check: "sequence", severity: Problem, one: "row", found: "of sync_meta {is} there, and there must be one", query: `SELECT id FROM sync_meta WHERE (SELECT count(*) FROM sync_meta) <> 1`,
		means: "Nothing can be stored.", do: "Put the newest backup in place."},
	{check: "sequence", severity: Note, one: "write", found: "past the server {is} not taken in yet", query: `SELECT id FROM sync_dirty`,
		means: "An import, the dashboard or a program wrote while no server ran, or did so just now.", do: "Nothing: the server takes it in at its next start, or within a second where one runs. If the number stands still, look at what the server prints."},

	{check: "feed", severity: Warning, one: "record", found: "{is} in one feed twice", query: `SELECT record FROM sync_feed GROUP BY scope, collection, record HAVING count(*) > 1`,
		means: "Phones that start anew get it twice, which costs a little data and nothing else.", do: "Nothing. An earlier server did it to what an import brought. If the number grows, report it."},

	{check: "ledger", severity: Problem, one: "number", found: "of the ledger was given twice", query: `SELECT seq FROM sync_ledger GROUP BY seq HAVING count(*) > 1`,
		means: "Two changes have one place in the order of things; a phone may take one for the other.", do: "Stop the server and put the newest backup in place: see docs/operate/runbook.md."},
	{check: "ledger", severity: Problem, one: "phone", found: "{has} a hole in its numbers", query: `SELECT client FROM (SELECT client, mid FROM sync_ledger UNION SELECT client, mid FROM sync_renumbered)
		GROUP BY client HAVING max(mid) - min(mid) + 1 <> count(*) AND client IN (SELECT client FROM sync_results WHERE first_mid = 1)`, // of whom no answer was cleared away yet
		means: "A change that its phone was told is safe is not in the ledger.", do: "Put the newest backup in place beside this folder and compare (doorstep restore --dir ANOTHER-FOLDER). Phones send again what a restored database lacks."},
	{check: "ledger", severity: Problem, one: "phone", found: "{has} a last number that the ledger does not know", query: `SELECT client FROM sync_clients c WHERE last_mid > 0 AND NOT EXISTS (SELECT 1 FROM sync_ledger l WHERE l.key = c.last_key)
		AND NOT EXISTS (SELECT 1 FROM sync_renumbered r WHERE r.client = c.id AND r.key = c.last_key)`,
		means: "The last change of that phone is not in the ledger: sent once more it would take effect twice.", do: "Put the newest backup in place: see docs/operate/runbook.md."},

	{check: "index", severity: Warning, one: "person", found: "cannot be found at the desk", query: `SELECT id FROM patients WHERE id NOT IN (SELECT patient FROM people_sorted) AND id NOT IN (SELECT patient FROM people_unindexed)`,
		means: "A search does not show them, and somebody registers them a second time.", do: "doorstep doctor --fix has the server index them again, within ten seconds.",
		mend: []string{`INSERT OR IGNORE INTO people_unindexed SELECT id FROM ({query})`}},

	{check: "issues", severity: Warning, one: "conflict", found: "{has} waited for a decision for more than a week after it was due", query: `SELECT id FROM conflicts WHERE ` + care.SQLIssueOpen + ` AND policy <> '` + care.PolicyLatest + `' AND due_at <> '' AND due_at < {column-week}`,
		means: "Two people said different things about somebody, and nobody has decided which is right. What stands may be wrong.", do: "Ask the team lead to look under To decide at the desk."},
	{check: "issues", severity: Warning, one: "change", found: "that was set aside {has} waited for a decision for more than a week after it was due", query: `SELECT id FROM quarantine WHERE ` + care.SQLIssueOpen + ` AND due_at <> '' AND due_at < {column-week}`,
		means: "Somebody's work is kept, and is not in the record.", do: "Ask the team lead to look under To decide at the desk."},
	{check: "issues", severity: Problem, one: "issue", found: "{is} with a team that nobody decides for", query: `SELECT i.id FROM (SELECT id, owner_team FROM conflicts WHERE ` + care.SQLIssueOpen + ` AND policy <> '` + care.PolicyLatest + `'
		UNION ALL SELECT id, owner_team FROM quarantine WHERE ` + care.SQLIssueOpen + `) i WHERE i.owner_team <> '' AND i.owner_team NOT IN (` + teamsOf("desk") + `)`,
		means: "It is shown to nobody until it escalates to the care coordinators.", do: "Give the team a lead, or ask a care coordinator to move it, under Set up at the desk."},

	{check: "audit", severity: Problem, one: "seal", found: "of the audit names a line that is not there", query: `SELECT line FROM audit_seals WHERE line > (SELECT coalesce(max(id), 0) FROM audit)`,
		means: "Lines of the audit were taken out.", do: "doorstep audit verify --seal SEAL with a seal that the server printed. Keep a copy of the folder as it is."},
	{check: "audit", severity: Warning, one: "line", found: "of the audit {is} older than a day and not sealed", query: `SELECT id FROM audit WHERE id > (SELECT coalesce(max(line), 0) FROM audit_seals) AND at < {now-day} ORDER BY id LIMIT 1`,
		means: "The job that seals the audit has not run for a day; until it does, a line could be changed without a trace.", do: "Look at what the server prints about the job seal_audit."},

	{check: "recovery", severity: Warning, one: "organisation", found: "whose staff carry phones {has} no recovery key", query: `SELECT DISTINCT o.name FROM organisations o JOIN staff s ON s.organisation = o.id JOIN devices d ON d.staff = s.id
		WHERE d.state = 'active' AND o.retracted = '' AND coalesce(CAST(o.recovery_key AS TEXT), '') IN ('', 'null', '{}')`,
		means: "Where somebody forgets their passphrase, what their phone has not sent is lost.", do: "doorstep recovery new --organisation NAME --out FILE, and keep the file off this machine."},
},
	feedRule(care.Neighbourhoods, "1"), feedRule(care.Organisations, "1"), feedRule(care.Teams, "1"), feedRule(care.Patients, "1"),
	feedRule(care.Visits, "v.patient <> ''"), feedRule(care.Observations, "v.patient <> ''"), feedRule(care.Checkins, "v.patient <> ''"),
	feedRule(care.Goals, "v.patient <> ''"), feedRule(care.GoalSteps, "v.patient <> ''"), feedRule(care.LoneStays, "v.closed_at = '' AND v.author || v.team <> ''"),
	feedRule(care.Handovers, "v.from_staff || v.from_team || v.to_team <> ''"), feedRule(care.HandoverEvents, "v.from_staff || v.from_team || v.team <> ''"),
	feedRule(care.Conflicts, "v."+care.SQLIssueOpen+" AND v.owner_team <> ''"), feedRule(care.Quarantine, "v."+care.SQLIssueOpen+" AND v.owner_team <> ''"))
