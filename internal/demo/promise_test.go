package demo

import (
	"fmt"
	"strings"
	"testing"

	"github.com/pocketbase/dbx"

	"doorstep/internal/care"
)

// Each promise must break when the data breaks it. Each case spoils the tables in a transaction
// that is rolled back, or the tape, and names the promise that must notice.
func TestEveryPromiseCanBreak(t *testing.T) {
	l := sharedTown(t)
	if !l.kept {
		t.Fatalf("the days broke a promise by themselves:\n%s", l.text)
	}
	w := l.town
	visit, observation := w.recordedOn(t, care.Visits), w.recordedOn(t, care.Observations)
	applied := w.tape.entries[0]
	cases := []struct {
		name    string
		promise func(*witnesses) *verdict
		spoil   []string // statements
		tape    func(*witnesses)
	}{
		{"a change is not in the ledger", noneLost, []string{`DELETE FROM sync_ledger WHERE key = '` + applied.key + `'`}, nil},
		{"a confirmed record is not there", noneLost, []string{`DELETE FROM observations WHERE id = '` + observation + `'`}, nil},
		{"a change that was held back is not in the quarantine", noneLost, []string{`DELETE FROM quarantine WHERE kind = 'mutation'`}, nil},
		{"a decision left its conflict open", noneLost, []string{`UPDATE conflicts SET state = 'open'`}, nil},
		{"a change never left the phone", noneLost, nil, func(w *witnesses) {
			w.tape = &tape{entries: append(w.tape.entries[:len(w.tape.entries):len(w.tape.entries)], &entry{key: "01jxxxxxxxxxxxxxxxxxxxxxxx", on: w.handsets[0], at: thursday})}
		}},

		{"a record stands twice", noneDoubled, []string{copyOfRow(t, w, care.Observations, observation)}, nil},
		{"two changes share a number", noneDoubled, []string{`UPDATE sync_ledger SET seq = (SELECT max(seq) FROM sync_ledger)`}, nil},
		{"the ledger knows a change that nobody made", noneDoubled,
			[]string{`INSERT INTO sync_ledger (key, client, mid, status, seq) VALUES ('01jyyyyyyyyyyyyyyyyyyyyyyy', 1, 9999, 'applied', 999999)`}, nil},
		{"a change took effect again", noneDoubled, nil, func(w *witnesses) {
			w.books.ledger[applied.key] = append(w.books.ledger[applied.key], ledgerLine{client: 1, status: "applied", seq: 999998})
		}},

		{"the losing note is gone", everyLoserFindable, []string{`DELETE FROM conflicts`}, nil},
		{"the refused reading is gone", everyLoserFindable, []string{`UPDATE quarantine SET content = '"27"' WHERE kind = 'field'`}, nil},
		{"part of what was held back is gone", everyLoserFindable,
			[]string{`UPDATE quarantine SET content = json_remove(content, '$.ops[0].set.note') WHERE kind = 'mutation' AND state = 'open'`}, nil},
		{"a stored value was overwritten unseen", everyLoserFindable, []string{`UPDATE visits SET note = 'something else' WHERE id = '` + visit + `'`}, nil},

		{"a value differs on the phones", phonesAgree, []string{`UPDATE visits SET note = note || '.' WHERE id = '` + visit + `'`}, nil},
		{"a version differs on the phones", phonesAgree, []string{`UPDATE visits SET version = version + 1 WHERE id = '` + visit + `'`}, nil},
		{"the phones lack a record", phonesAgree, []string{copyOfRow(t, w, care.Visits, visit)}, nil},
		{"the phones hold a record that was withdrawn", phonesAgree, []string{`UPDATE visits SET retracted = '2026-03-05 10:00:00.000Z' WHERE id = '` + visit + `'`}, nil},
		{"the phones hold people who are not theirs any more", phonesAgree, []string{`UPDATE caseload SET "to" = '2026-03-05 10:00:00.000Z'`}, nil},
		{"the phones hold people who withdrew consent", phonesAgree, []string{`UPDATE patients SET consent = NULL`}, nil},

		{"an alarm was not raised", alarmsOnce, []string{`DELETE FROM alarms WHERE id = (SELECT min(id) FROM alarms WHERE holds)`}, nil},
		{"an alarm of a refused value was not raised", alarmsOnce, []string{`DELETE FROM alarms WHERE collection = 'observations' AND record IN (SELECT record FROM quarantine WHERE kind = 'field')`}, nil},
		{"an alarm is in no handover", alarmsOnce, []string{`UPDATE alarms SET handover = '' WHERE id = (SELECT min(id) FROM alarms)`}, nil},
		{"an alarm is in somebody else's handover", alarmsOnce,
			[]string{`UPDATE alarms SET handover = (SELECT id FROM handovers h WHERE h.patient <> alarms.patient LIMIT 1) WHERE id = (SELECT min(id) FROM alarms)`}, nil},
		{"an alarm rests on nothing", alarmsOnce, []string{`UPDATE alarms SET id = '0' || substr(id, 2, 24) || 'z' WHERE id = (SELECT min(id) FROM alarms WHERE holds)`}, nil},
		{"an alarm was muted", alarmsOnce, []string{`UPDATE alarms SET holds = 0 WHERE id = (SELECT min(id) FROM alarms WHERE holds)`}, nil},
		{"a reading that should alarm does not", alarmsOnce, []string{`UPDATE observations SET respiration_rate = 30, spo2 = 85, on_oxygen = 'true' WHERE id = '` + w.quietSet(t) + `'`}, nil},
		{"a handover was raised twice", alarmsOnce, []string{`UPDATE handover_events SET kind = 'raised' WHERE kind = 'sent'`}, nil},
		{"a handover stands with nobody", alarmsOnce, []string{`UPDATE handovers SET to_team = '' WHERE id = (SELECT min(id) FROM handovers)`}, nil},

		{"a record is stored at the phone's time", clocksPutRight, []string{`UPDATE observations SET clinical_time = '2026-03-07 10:00:00.000Z' WHERE id = '` + observation + `'`}, nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if v := w.spoiled(t, c.spoil, c.tape, c.promise)[0]; v.kept() {
				t.Errorf("nobody noticed: %s", v.promise)
			}
		})
	}
	if unspoiled := w.spoiled(t, nil, nil, promises...); len(unspoiled) != len(promises) {
		t.Errorf("%d promises", len(unspoiled))
	} else {
		for _, v := range unspoiled {
			if !v.kept() || v.evidence == 0 {
				t.Errorf("%s: %d looked at, %v", v.promise, v.evidence, v.broken)
			}
		}
	}
}

// spoiled checks promises after statements that are rolled back.
func (t *town) spoiled(tb testing.TB, statements []string, change func(*witnesses), asked ...func(*witnesses) *verdict) (verdicts []*verdict) {
	tb.Helper()
	w, err := t.witness()
	if err != nil {
		tb.Fatal(err)
	}
	db, ok := t.house.app.NonconcurrentDB().(*dbx.DB)
	if !ok {
		tb.Fatal("no plain database connection")
	}
	tx, err := db.Begin()
	if err != nil {
		tb.Fatal(err)
	}
	defer func() {
		if err := tx.Rollback(); err != nil {
			tb.Error(err)
		}
	}()
	for _, s := range statements {
		result, err := tx.NewQuery(s).Execute()
		if err != nil {
			tb.Fatalf("%s: %v", s, err)
		}
		if n, err := result.RowsAffected(); err != nil || n == 0 {
			tb.Fatalf("%s: changed %d rows, %v", s, n, err)
		}
	}
	if w.books, err = readBooks(tx, t.clock.Now()); err != nil {
		tb.Fatal(err)
	}
	if change != nil {
		change(w)
	}
	for _, promise := range asked {
		verdicts = append(verdicts, promise(w))
	}
	return verdicts
}

// recordedOn finds a record of a collection that a phone made or finished and that was stored.
func (t *town) recordedOn(tb testing.TB, collection string) string {
	tb.Helper()
	for _, e := range t.tape.entries {
		for _, n := range e.notes {
			if n.collection == collection && (n.set["note"] != nil || n.set["pulse"] != nil) {
				return n.id
			}
		}
	}
	tb.Fatalf("nobody recorded %s", collection)
	return ""
}

// quietSet finds a stored set of readings that raised nothing.
func (t *town) quietSet(tb testing.TB) string {
	tb.Helper()
	b, err := readBooks(t.house.app.ConcurrentDB(), t.clock.Now())
	if err != nil {
		tb.Fatal(err)
	}
	loud := map[string]bool{}
	for _, a := range b.alarms {
		loud[a.patient] = true
	}
	for id, o := range b.rows[care.Observations] {
		if !loud[o.text("patient")] {
			return id
		}
	}
	tb.Fatal("every set of readings raised an alarm")
	return ""
}

// copyOfRow is the statement that stores a row once more under another id.
func copyOfRow(tb testing.TB, t *town, table, id string) string {
	tb.Helper()
	var columns []string
	if err := t.house.app.ConcurrentDB().NewQuery(fmt.Sprintf(`SELECT '"' || name || '"' FROM pragma_table_info('%s') WHERE name <> 'id'`, table)).Column(&columns); err != nil {
		tb.Fatal(err)
	}
	list := strings.Join(columns, ", ")
	return fmt.Sprintf(`INSERT INTO %s (id, %s) SELECT '01jzzzzzzzzzzzzzzzzzzzzzzz', %s FROM %s WHERE id = '%s'`, table, list, list, table, id)
}
