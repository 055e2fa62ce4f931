package phone

import (
	"slices"
	"testing"
	"time"

	"doorstep/internal/wire"
)

// confirmed records, pushes and confirms changes, and returns their keys.
func (b *bench) confirmed(values ...string) []string {
	b.Helper()
	var all []string
	for _, v := range values {
		all = append(all, b.edit("phone", v))
	}
	b.on(onPush, applied(b))
	last := b.outbox[len(b.outbox)-1]
	b.on(onPull, pulled("e1.20", confirms(last.Mid, last.Key)))
	b.sync()
	if b.Pending() != 0 {
		b.Fatalf("%d pending", b.Pending())
	}
	b.calls = nil
	return all
}

func inEpoch(epoch string) func(*wire.PullResponse) {
	return func(r *wire.PullResponse) { r.Epoch = epoch }
}

// inE2 answers a push in the epoch after the restore.
func inE2(b *bench) answer {
	r := &wire.PushResponse{}
	return answer{status: 200, body: r, during: func(c *call) {
		*r = answerPush(b, c)
		r.Epoch = "e2"
	}}
}

func TestARestoredServerIsGivenAgainWhatItLost(t *testing.T) {
	b := enrolled(t)
	all := b.confirmed("2", "3", "4")
	all = append(all, b.edit("phone", "5"))
	one := int64(1)
	b.on(onPush, refuse(410, "epoch", func(e *wire.Error) { e.Epoch, e.LastMid, e.LastKey = "e2", &one, all[0] }), inE2(b))
	b.on(onPull, pulled("e2.900", inEpoch("e2"), confirms(4, all[3])))
	b.sync()
	if got := b.sentMutations(); !slices.Equal(mids(got), []int64{2, 3, 4}) || !slices.Equal(keys(got), all[1:]) {
		t.Errorf("sent %v %v, want 2–4 %v", mids(got), keys(got), all[1:])
	}
	if b.Epoch() != "e2" || b.Pending() != 0 {
		t.Errorf("epoch %s, %d pending", b.Epoch(), b.Pending())
	}
	// Edits authored before the restore keep the base they were made on.
	if got := b.sentMutations()[2].Ops[0].Base; got != "e1.5" {
		t.Errorf("base %s", got)
	}
}

func TestAfterARestoreLastMidAloneProvesNothing(t *testing.T) {
	b := enrolled(t)
	before := b.confirmed("2", "3", "4")
	// A fork: from here on another client numbers from one again.
	open := b.edit("phone", "5")
	b.on(onPush, refuse(409, "forked"), applied(b))
	b.on(onDevices, ok(wire.EnrolResponse{Device: device2, Client: client2}))
	b.on(onPull, pulled("e1.30", confirms(1, open)))
	b.sync()
	// The backup knows client 2 only by a change that was re-sent to it: mid 1 is another key.
	last := b.edit("phone", "6")
	one := int64(1)
	b.on(onPush, refuse(410, "epoch", func(e *wire.Error) { e.Epoch, e.LastMid, e.LastKey = "e2", &one, before[1] }), inE2(b))
	b.on(onPull, pulled("e2.900", inEpoch("e2"), confirms(4, last)))
	b.calls = nil
	b.sync()
	got := b.sentMutations()
	if !slices.Equal(mids(got), []int64{2, 3, 4}) || got[0].Key != before[2] || got[1].Key != open {
		t.Errorf("sent %v %v", mids(got), keys(got))
	}
}

func TestARestoredServerThatKnowsNothingGetsTheWholeSentLog(t *testing.T) {
	b := enrolled(t)
	all := b.confirmed("2", "3")
	b.on(onPush, refuse(503, "busy"))
	b.on(onPull, pulled("e2.900", inEpoch("e2"), tells(reset("*"), add("pc:"+oldie)),
		brings(record("patients", oldie, 4, []string{"pc:" + oldie}, `{"phone":"1"}`))))
	b.syncFails() // noticed on a pull
	b.unsent(2)
	if s := b.holds("patients", oldie, true); s.Text("phone") != "3" {
		t.Errorf("own work is not on top again: %v", s.Values)
	}
	b.on(onPush, inE2(b))
	b.on(onPull, pulled("e2.902", inEpoch("e2"), confirms(2, all[1])))
	b.sync()
	if got := b.sentMutations(); !slices.Equal(mids(got), []int64{1, 2}) || !slices.Equal(keys(got), all) {
		t.Errorf("sent %v %v", mids(got), keys(got))
	}
	if b.Pending() != 0 {
		t.Errorf("%d pending", b.Pending())
	}
}

func TestANewEpochInTheMiddleOfAPullStartsItOver(t *testing.T) {
	b := enrolled(t)
	b.on(onPull,
		pulled("e1.15.a", more, tells(add("pc:"+other)), brings(record("patients", other, 12, []string{"pc:" + other}, `{"phone":"8"}`))),
		pulled("e2.800.b", inEpoch("e2"), brings(record("visits", visit, 700, []string{"pc:" + oldie}, `{"patient":"`+oldie+`"}`))),
		pulled("e2.801", inEpoch("e2")))
	b.sync()
	b.holds("patients", other, false)
	b.holds("visits", visit, false)
	var cursors []string
	for _, c := range b.calls {
		if c.what == onPull {
			cursors = append(cursors, c.query.Get("cursor"))
		}
	}
	if want := []string{"e1.10", "e1.15.a", "e1.10"}; !slices.Equal(cursors, want) {
		t.Errorf("pulled from %v, want %v", cursors, want)
	}
}

func TestItemsOfChangesSentAgainStayWhereTheyWere(t *testing.T) {
	b := enrolled(t)
	all := b.confirmed("2")
	b.on(onPush, refuse(503, "busy"))
	b.on(onPull, pulled("e2.900", inEpoch("e2")))
	b.syncFails()
	if i, _ := b.Item(all[0]); i.State != Sent {
		t.Errorf("item went back to %s", i.State)
	}
	b.unsent(1)
}

func TestTheSentLogForgetsAfterFourteenDays(t *testing.T) {
	b := enrolled(t)
	old := b.confirmed("2")
	b.now = b.now.Add(13 * 24 * time.Hour)
	young := b.confirmed("3")
	if len(b.sentLog) != 2 {
		t.Fatalf("sent log %d", len(b.sentLog))
	}
	b.now = b.now.Add(2 * 24 * time.Hour)
	b.confirmed("4")
	if len(b.sentLog) != 2 || b.sentLog[0].Key != young[0] {
		t.Errorf("sent log %d", len(b.sentLog))
	}
	if _, ok := b.Item(old[0]); ok {
		t.Error("its receipt stayed")
	}
	b.reopen()
	if len(b.sentLog) != 2 {
		t.Errorf("sent log %d after a kill", len(b.sentLog))
	}
}

func TestAServerThatWentBackWithoutANewEpochIsRefilled(t *testing.T) {
	b := enrolled(t)
	all := b.confirmed("2", "3", "4")
	b.on(onPush, refuse(503, "busy"))
	b.on(onPull, pulled("e1.21", confirms(1, all[0])))
	b.syncFails()
	b.unsent(2)
	b.on(onPush, applied(b))
	b.on(onPull, pulled("e1.25", confirms(3, all[2])))
	b.sync()
	if got := b.sentMutations(); !slices.Equal(mids(got), []int64{2, 3}) || !slices.Equal(keys(got), all[1:]) {
		t.Errorf("sent %v %v", mids(got), keys(got))
	}
}

// O16: a small restore shows on any answer, not on a pull alone.
func TestAHelloThatKnowsLessThanWasConfirmedBringsTheRestBack(t *testing.T) {
	b := enrolled(t)
	all := b.confirmed("2", "3", "4")
	b.now = b.now.Add(time.Hour)
	b.on(onHello, hello(func(h *wire.HelloResponse) { h.LastMid, h.LastKey = 1, all[0] }))
	b.on(onPush, applied(b))
	b.on(onPull, pulled("e1.25", confirms(3, all[2])))
	b.sync()
	if got := b.sentMutations(); !slices.Equal(mids(got), []int64{2, 3}) || !slices.Equal(keys(got), all[1:]) {
		t.Errorf("sent %v %v", mids(got), keys(got))
	}
	if b.Pending() != 0 {
		t.Errorf("%d pending", b.Pending())
	}
}

// O16: what a push answered and no pull has confirmed may be lost as well.
func TestWhatWasAnsweredAndThenLostIsSentAgain(t *testing.T) {
	b := enrolled(t)
	first := b.confirmed("2")
	key := b.edit("phone", "3")
	b.on(onPush, applied(b))
	b.on(onPull, refuse(503, "unavailable"))
	b.syncFails()
	if n, _ := b.Unsent(); n != 0 {
		t.Fatalf("%d unsent after the answer", n)
	}
	b.on(onPull, pulled("e1.21", confirms(1, first[0])), pulled("e1.25", confirms(2, key)))
	b.sync()
	b.sync()
	if got := b.sentMutations(); !slices.Equal(keys(got), []string{key}) {
		t.Errorf("sent %v, want %s", keys(got), key)
	}
	if b.Pending() != 0 {
		t.Errorf("%d pending", b.Pending())
	}
}

// K1: an edit names the history in which its author saw the record.
func TestABaseNamesTheHistoryOfTheAnswerThatBroughtTheRecord(t *testing.T) {
	b := enrolled(t)
	b.on(onPull, pulled("e1.12", func(r *wire.PullResponse) { r.History = "4-aaaa" },
		brings(record("patients", oldie, 12, []string{"pc:" + oldie}, `{"family_name":"Ames","phone":"2"}`))))
	b.sync()
	b.on(onPull, pulled("e1.13", func(r *wire.PullResponse) { r.History = "5-bbbb" }))
	b.sync()
	b.reopen()
	b.edit("phone", "3")
	b.on(onPush, applied(b))
	if err := b.SignIn(t.Context(), "nia@example.org", "secret"); err != nil {
		t.Fatal(err)
	}
	b.sync()
	if got := b.sentMutations()[0].Ops[0].Base; got != "e1.12.4-aaaa" {
		t.Errorf("base %s", got)
	}
	var body pushBody
	b.last(onPush).decode(t, &body)
	if body.Cursor != "e1.13" {
		t.Errorf("the push carries the cursor %q", body.Cursor)
	}
}
