package takein_test

import (
	"testing"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/storetest"
	"doorstep/internal/takein"
	"doorstep/internal/wire"
)

// U1: a line of a handover that its author sees is handed on to be done, with its person, whoever has that person now;
// what of it cannot be stored is set aside, and the line goes on.
func TestALineOfAHandoverIsHandedOn(t *testing.T) {
	d := newDesk(t)
	one, two := storetest.ID(1001), storetest.ID(1002)
	d.stands(two, d.Town.Others, d.Town.Nurses)
	res := d.push(d.Town.Nurse(), create(care.HandoverEvents, one, map[string]any{"patient": d.Town.Ada, "handover": two, "kind": "answered", "text": "Done", "by": "me"}))
	if res.Status != care.Merged || len(d.lines) != 1 || len(res.Issues) != 1 || res.Issues[0].Code != "server_only" {
		t.Fatalf("%+v, lines %v", res, d.lines)
	}
	l := care.AsHandoverEvent(d.lines[0])
	if l.Handover() != two || l.Patient() != d.Town.Ada || l.Kind() != "answered" || l.Text() != "Done" || l.By() != "" || l.Record.AuthoredAt.IsZero() {
		t.Errorf("%+v", l.Record)
	}
}

// Whatever cannot be taken in is kept whole, with a code, somebody who can mend it, and what it waits for.
func TestAccept_KeepsWholeWhatItCannotTakeIn(t *testing.T) {
	one, two := storetest.ID(1001), storetest.ID(1002)
	for _, c := range []struct {
		name  string
		who   func(*storetest.Town) care.Viewer
		ops   func(*desk) []op
		alter func(*desk, *care.Mutation, *takein.By)
		code  string
		fix   string
		waits func(*desk) string
	}{
		{name: "a collection there is not", ops: func(d *desk) []op {
			return []op{create("wound_photos", one, map[string]any{"patient": d.Town.Ada})}
		}, code: "unknown_collection", fix: "supervisor"},
		{name: "a collection phones do not write", ops: func(d *desk) []op { return []op{create(care.Teams, one, map[string]any{"name": "Mine"})} },
			code: "no_permission", fix: "supervisor"},
		{name: "an id that is none", ops: func(d *desk) []op { return []op{create(care.Visits, "7", d.visit(nil))} }, code: "invalid_id", fix: "supervisor"},
		{name: "a visit to nobody", ops: func(*desk) []op { return []op{create(care.Visits, one, map[string]any{"status": "completed"})} },
			code: "invalid_identity", fix: "edit"},
		{name: "a visit to somebody the server does not know", ops: func(*desk) []op {
			return []op{create(care.Visits, one, map[string]any{"patient": two, "status": "completed"})}
		}, code: "no_permission", fix: "supervisor", waits: func(*desk) string { return two }},
		{name: "a visit to somebody on another caseload", who: (*storetest.Town).Stranger,
			ops:  func(d *desk) []op { return []op{create(care.Visits, one, d.visit(nil))} },
			code: "no_permission", fix: "supervisor", waits: func(d *desk) string { return d.Town.Ada }},
		{name: "what a role may not make", who: (*storetest.Town).Doctor,
			ops:  func(d *desk) []op { return []op{create(care.Visits, one, d.visit(nil))} },
			code: "no_permission", fix: "supervisor"},
		{name: "what a role may not change", who: (*storetest.Town).Doctor, ops: func(d *desk) []op {
			d.makeVisit(one, nil)
			return []op{d.update(care.Visits, one, 0, map[string]any{"note": "x"}, nil)}
		}, code: "no_permission", fix: "supervisor", waits: func(d *desk) string { return d.Town.Ada }},
		{name: "an edit of a record that is not there", ops: func(d *desk) []op {
			return []op{d.update(care.Visits, one, 0, map[string]any{"note": "x"}, nil)}
		}, code: "missing_record", fix: "none", waits: func(*desk) string { return one }},
		{name: "a line of a handover that does not say which", ops: func(d *desk) []op {
			return []op{create(care.HandoverEvents, one, map[string]any{"patient": d.Town.Ada, "kind": "added", "text": "x"})}
		}, code: "invalid_identity", fix: "edit"},
		{name: "a line of a handover that is not there yet", ops: func(d *desk) []op {
			return []op{create(care.HandoverEvents, one, map[string]any{"patient": d.Town.Ada, "handover": two, "kind": "added", "text": "x"})}
		}, code: "missing_record", fix: "none", waits: func(*desk) string { return two }},
		{name: "a line of somebody else's handover", ops: func(d *desk) []op {
			d.stands(two, d.Town.Others, d.Town.Others)
			return []op{create(care.HandoverEvents, one, map[string]any{"patient": d.Town.Ada, "handover": two, "kind": "answered"})}
		}, code: "missing_record", fix: "none", waits: func(*desk) string { return two }},
		{name: "a line of a handover about another person than it names", ops: func(d *desk) []op {
			d.stands(two, d.Town.Nurses, d.Town.Others)
			d.Give(d.Town.Ben, d.Town.Nurses, storetest.Monday)
			return []op{create(care.HandoverEvents, one, map[string]any{"patient": d.Town.Ben, "handover": two, "kind": "added"})}
		}, code: "missing_record", fix: "none", waits: func(*desk) string { return two }},
		{name: "an edit of a record that is not there, about somebody else's person", who: (*storetest.Town).Stranger, ops: func(d *desk) []op {
			return []op{d.update(care.Visits, one, 0, map[string]any{"note": "x"}, nil)}
		}, code: "no_permission", fix: "supervisor", waits: func(d *desk) string { return d.Town.Ada }},
		{name: "an edit that names another person than the record", ops: func(d *desk) []op {
			d.makeVisit(one, nil)
			d.Give(d.Town.Ben, d.Town.Nurses, storetest.Monday)
			o := d.update(care.Visits, one, 0, map[string]any{"note": "x"}, nil)
			o["patient"] = d.Town.Ben
			return []op{o}
		}, code: "missing_record", fix: "none", waits: func(*desk) string { return one }},
		{name: "a withdrawal of somebody else's", who: (*storetest.Town).Stranger, ops: func(d *desk) []op {
			d.makeVisit(one, nil)
			return []op{{"op": "retract", "collection": care.Visits, "id": one, "patient": d.Town.Ada, "base": ""}}
		}, code: "no_permission", fix: "supervisor", waits: func(d *desk) string { return d.Town.Ada }},
		{name: "an id that is taken", ops: func(d *desk) []op {
			d.makeVisit(one, nil)
			return []op{create(care.Visits, one, d.visit(map[string]any{"note": "second"}))}
		}, code: "id_taken", fix: "supervisor"},
		{name: "an id that is taken, among others", ops: func(d *desk) []op {
			d.makeVisit(one, nil)
			return []op{create(care.Visits, two, d.visit(nil)), create(care.Visits, one, d.visit(nil))}
		}, code: "id_taken", fix: "supervisor"},
		{name: "one id twice in a change", ops: func(d *desk) []op {
			return []op{create(care.Visits, one, d.visit(nil)), create(care.Visits, one, d.visit(nil))}
		}, code: "id_taken", fix: "supervisor"},
		{name: "somebody else as author", ops: func(d *desk) []op { return []op{create(care.Visits, one, d.visit(nil))} },
			alter: func(d *desk, m *care.Mutation, _ *takein.By) { m.Author = d.Town.Bob }, code: "author_mismatch", fix: "supervisor"},
		{name: "written after its author had left", ops: func(d *desk) []op { return []op{create(care.Visits, one, d.visit(nil))} },
			alter: func(d *desk, _ *care.Mutation, by *takein.By) { by.InactiveSince = storetest.Monday.Add(-time.Hour) },
			code:  "author_inactive", fix: "supervisor"},
		{name: "what could not be decoded", ops: func(d *desk) []op { return []op{create(care.Visits, one, d.visit(nil))} },
			alter: func(_ *desk, m *care.Mutation, _ *takein.By) {
				*m = care.Mutation{Mid: 1, Key: storetest.ID(7001), Raw: []byte(`{"ops":[{"op":`), Fault: &care.Problem{Code: "malformed", Message: "Unreadable."}}
			}, code: "malformed", fix: "supervisor"},
		{name: "what is too large", ops: func(d *desk) []op { return []op{create(care.Visits, one, d.visit(nil))} },
			alter: func(_ *desk, m *care.Mutation, _ *takein.By) {
				m.Fault = &care.Problem{Code: "oversized", Message: "Too large."}
			},
			code: "oversized", fix: "edit"},
		{name: "a decision about an issue there is not", ops: func(d *desk) []op {
			return []op{{"op": "resolve", "issue": one, "patient": d.Town.Ada, "base": "", "set": map[string]any{}}}
		}, code: "no_permission", fix: "supervisor"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := newDesk(t)
			who := d.Town.Nurse()
			if c.who != nil {
				who = c.who(&d.Town)
			}
			ops := c.ops(d)
			m, by := d.mutation(who.Staff, ops...), d.by(who)
			if c.alter != nil {
				c.alter(d, m, &by)
			}
			before := len(d.judged)
			row := d.held(d.accept(by, m), c.code)
			if row.Text("fix") != c.fix {
				t.Errorf("%s can mend it, want %s", row.Text("fix"), c.fix)
			}
			want := ""
			if c.waits != nil {
				want = c.waits(d)
			}
			if got := row.Text("waits_for"); got != want {
				t.Errorf("it waits for %q, want %q", got, want)
			}
			if row.Text("owner_team") == "" || row.Time("due_at").IsZero() {
				t.Errorf("nobody owns it, or it is never due: %v", row.Values)
			}
			last := d.judged[len(d.judged)-1]
			if len(d.judged) != before+1 || len(last.Refused) != 1 || last.Refused[0].ID != row.ID || len(last.Written) > 0 {
				t.Error("what was refused is not judged, or something beside it")
			}
			if d.stored(care.Visits, two) != nil {
				t.Error("part of it was stored")
			}
		})
	}
}

func TestAccept_TakesInWhatWasWrittenWhileThePersonWasHeld(t *testing.T) {
	for _, c := range []struct {
		name  string
		known bool
		want  care.Status
	}{
		{"by a clock that is known", true, care.Applied},
		{"by a clock that is not", false, care.Quarantined},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := newDesk(t)
			d.Take(d.Town.Ada)
			by := d.by(d.Town.Nurse())
			by.Clock.Known = c.known
			m := d.mutation(d.Town.Ann, create(care.Visits, storetest.ID(1001), d.visit(nil)))
			held := heldThen{d}
			var res wire.Result
			d.must(func(r *takein.Room) (err error) {
				r.Reference = held
				res, err = r.Accept(m, by)
				return err
			})
			if res.Status != c.want {
				t.Errorf("it ended %s", res.Status)
			}
		})
	}
}

// heldThen is a town in which nobody has anybody now, and everybody had everybody before.
type heldThen struct{ *desk }

func (heldThen) Holds(care.Viewer, string, time.Time) (now, then bool) { return false, true }

func TestAccept_ASenderRecordsTheCallWhoeverHasThePersonNow(t *testing.T) {
	d := newDesk(t)
	id := storetest.ID(1001)
	d.applied(d.Town.Nurse(), create(care.Handovers, id, map[string]any{"patient": d.Town.Ada, "class": "SD", "recommendation": "Please ring."}))
	rec := d.stored(care.Handovers, id)
	sent := rec.Clone()
	sent.SetAll(map[string]any{"from_staff": d.Town.Ann})
	if err := d.Update(sent, rec, []string{"from_staff"}); err != nil {
		t.Fatal(err)
	}
	d.Take(d.Town.Ada)
	d.applied(d.Town.Nurse(), d.update(care.Handovers, id, 0, map[string]any{"called_name": "Dr Guy", "reached": true}, nil))
	if len(d.calls) != 1 || d.calls[0].Text("called_name") != "Dr Guy" {
		t.Errorf("calls: %v", d.calls)
	}
}
