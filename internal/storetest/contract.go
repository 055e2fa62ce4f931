package storetest

import (
	"encoding/base64"
	"slices"
	"testing"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/rooms"
)

// Contract holds a store to what the rooms rely on. Open makes a fresh store with the town in it.
func Contract(t *testing.T, open func(*testing.T) World) {
	for _, c := range []struct {
		name string
		run  func(*bench, *Town)
	}{
		{"a record comes back as it was inserted", insertAndRead},
		{"an id is taken once", takenID},
		{"an update stores the fields it names and no others", updateNamed},
		{"an update keeps who changed a field, and that a record is withdrawn", updateMeta},
		{"a field that is not there cannot be updated", updateUnknown},
		{"an offset that is not proven is not kept", unprovenOffset},
		{"what waits for a record is found in the order it was written", waiting},
		{"a held create is known by what it creates, until it is settled", heldCreate},
		{"a create that nobody could read is known by what can be read of it", tornCreate},
		{"who names a record before it comes is found when it does, once", expecting},
		{"a base counts in its own epoch, and never ahead", bases},
		{"who is admitted is held at once", admitted},
		{"who has a person now, and had them then", holding},
		{"the directory knows teams, neighbourhoods and organisations", directories},
		{"evidence is what stands in the window", evidence},
		{"a set is replaced by one of the same person that was not withdrawn", replacing},
		{"open issues are conflicts first, and those of the person", issues},
		{"a held change is an issue of everybody it names", named},
		{"alarms are changed, not doubled, and forgotten after thirty days", alarms},
		{"a person is watched for open handovers and later alarms", watching},
		{"somebody need not be told twice of a rule", told},
		{"handovers and their history come in order", histories},
		{"handovers are found by the visit they are about and by what they rest on", telling},
		{"what waits of an author until somebody decides is counted", heldOf},
		{"a delivery and a due row are written once", once},
		{"a rule is counted once for each record", counting},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := open(t)
			c.run(&bench{World: w, t: t, now: Monday}, w.People())
		})
	}
}

func waiting(b *bench, t *Town) {
	waitsFor := map[string]any{"waits_for": ID(1001)}
	b.do(func(s rooms.Store) {
		for _, n := range []int{12, 3, 7} {
			must(s.Insert(held(t, n, creates(t, ID(1000+n)), waitsFor)))(b.t)
		}
		must(s.Insert(held(t, 5, creates(t, ID(1005)), map[string]any{"waits_for": ID(1099)})))(b.t)
		if got := idsOf(must(s.WaitingFor(ID(1001), "", 0, 9))(b.t)); !slices.Equal(got, []string{ID(2003), ID(2007), ID(2012)}) {
			b.t.Errorf("in the change that held them, %v wait", got)
		}
	})
	b.do(func(s rooms.Store) { b.decideIssue(s, care.Quarantine, ID(2007)) })
	b.do(func(s rooms.Store) {
		if got := idsOf(must(s.WaitingFor(ID(1001), "", 0, 9))(b.t)); !slices.Equal(got, []string{ID(2003), ID(2012)}) {
			b.t.Errorf("when one is settled, %v wait", got)
		}
		if got := idsOf(must(s.WaitingFor(ID(1001), ID(500), 3, 9))(b.t)); !slices.Equal(got, []string{ID(2012)}) {
			b.t.Errorf("behind the first, %v wait", got)
		}
		if got := idsOf(must(s.WaitingFor(ID(1001), "", 0, 1))(b.t)); !slices.Equal(got, []string{ID(2003)}) {
			b.t.Errorf("the first is %v", got)
		}
		if got := must(s.WaitingFor(ID(1050), "", 0, 9))(b.t); len(got) != 0 {
			b.t.Errorf("%d wait for what nobody waits for", len(got))
		}
	})
}

func heldCreate(b *bench, t *Town) {
	b.do(func(s rooms.Store) {
		must(s.Insert(held(t, 1, creates(t, ID(1001)), nil)))(b.t)
		must(s.Insert(held(t, 2, creates(t, ID(1002)), map[string]any{"code": "id_taken"})))(b.t)
		update := map[string]any{"op": "update", "collection": care.Visits, "id": ID(1003), "patient": t.Ada, "base": "", "set": map[string]any{"note": "x"}}
		must(s.Insert(held(t, 3, update, nil)))(b.t)
		if got := must(s.QuarantinedCreate(ID(1001)))(b.t); got != ID(2001) {
			b.t.Errorf("in the change that holds it, its create is held by %q", got)
		}
	})
	b.do(func(s rooms.Store) {
		for record, want := range map[string]string{ID(1001): ID(2001), ID(1002): "", ID(1003): "", ID(1004): ""} {
			if got := must(s.QuarantinedCreate(record))(b.t); got != want {
				b.t.Errorf("the create of %s is held by %q, want %q", record, got, want)
			}
		}
		b.decideIssue(s, care.Quarantine, ID(2001))
		if got := must(s.QuarantinedCreate(ID(1001)))(b.t); got != "" {
			b.t.Errorf("settled in this change, it is held by %q", got)
		}
	})
	b.do(func(s rooms.Store) {
		if got := must(s.QuarantinedCreate(ID(1001)))(b.t); got != "" {
			b.t.Errorf("settled, it is held by %q", got)
		}
	})
}

func tornCreate(b *bench, t *Town) {
	torn := `{"mid":1,"key":"` + ID(1) + `","ops":[{"op":"create","collection":"visits","id":"` + ID(1001) + `","set":{"patient":"` + t.Ada + `","note":"two` + "\n" + `lines"}}]}`
	row := held(t, 1, creates(t, ID(1001)), map[string]any{"code": care.CodeMalformed, "content": nil, "raw": base64.StdEncoding.EncodeToString([]byte(torn))})
	b.do(func(s rooms.Store) { must(s.Insert(row))(b.t) })
	b.do(func(s rooms.Store) {
		if got := must(s.QuarantinedCreate(ID(1001)))(b.t); got != ID(2001) {
			b.t.Errorf("its create is held by %q", got)
		}
	})
}

func expecting(b *bench, _ *Town) {
	first, second := care.Reference{Collection: care.Observations, ID: ID(2001), Field: "visit"}, care.Reference{Collection: care.Handovers, ID: ID(2002), Field: "visit"}
	b.do(func(s rooms.Store) {
		ok(b.t, s.Expect(ID(1001), first))
		ok(b.t, s.Expect(ID(1001), first))
		ok(b.t, s.Expect(ID(1002), second))
		if got := must(s.Expecting(ID(1002)))(b.t); !slices.Equal(got, []care.Reference{second}) {
			b.t.Errorf("in the change that names it, %v name it", got)
		}
	})
	b.do(func(s rooms.Store) {
		for record, want := range map[string][]care.Reference{ID(1001): {first}, ID(1002): nil, ID(1003): nil} {
			if got := must(s.Expecting(record))(b.t); !slices.Equal(got, want) {
				b.t.Errorf("%v name %s, want %v", got, record, want)
			}
		}
	})
	b.do(func(s rooms.Store) {
		if got := must(s.Expecting(ID(1001)))(b.t); len(got) != 0 {
			b.t.Errorf("%v name it again", got)
		}
	})
}

func bases(b *bench, _ *Town) {
	b.do(func(s rooms.Store) {
		for _, c := range []struct {
			base care.Base
			want int64
		}{{care.Base{}, 0}, {care.Base{Epoch: "e1", Seq: 1}, 1}, {care.Base{Epoch: "e1", Seq: 1 << 40}, s.Seq()}, {care.Base{Epoch: "e9", Seq: 1}, 0}} {
			if got := s.BaseSeq(c.base); got != c.want {
				b.t.Errorf("%+v counts as %d, want %d", c.base, got, c.want)
			}
		}
	})
}

func admitted(b *bench, t *Town) {
	b.do(func(s rooms.Store) {
		must(s.Insert(held(t, 1, creates(t, ID(1001)), map[string]any{"waits_for": t.Ben})))(b.t)
	})
	b.do(func(s rooms.Store) {
		ok(b.t, s.Admit(t.Ben, t.Others, "test"))
		if now, _ := s.Holds(t.Stranger(), t.Ben, s.Now()); !now || !slices.Equal(s.Teams(t.Ben), []string{t.Others}) {
			b.t.Errorf("in the change that admits them, held %v, by %v", now, s.Teams(t.Ben))
		}
	})
	b.do(func(s rooms.Store) {
		if now, _ := s.Holds(t.Stranger(), t.Ben, s.Now()); !now || !slices.Equal(s.Teams(t.Ben), []string{t.Others}) {
			b.t.Errorf("held %v, by %v", now, s.Teams(t.Ben))
		}
	})
	if got := b.due(b.now.Add(time.Hour)); !slices.Contains(got, care.DueWake) {
		b.t.Errorf("what waits for the person is not woken: %v is due", got)
	}
}
