package phone

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/wire"
)

func mids(list []mutation) []int64 {
	var out []int64
	for _, m := range list {
		out = append(out, m.Mid)
	}
	return out
}

func keys(list []mutation) []string {
	var out []string
	for _, m := range list {
		out = append(out, m.Key)
	}
	return out
}

func TestWhatALostAnswerLeavesOpenIsSentAgainAsItWas(t *testing.T) {
	b := enrolled(t)
	want := []string{b.edit("phone", "2"), b.edit("phone", "3")}
	b.on(onPush, answer{err: errNoNetwork}, applied(b))
	if err := b.syncFails(); !errors.Is(err, ErrUnreachable) {
		t.Fatalf("error %v", err)
	}
	first := b.sentMutations()
	b.unsent(2)
	b.reopen()
	b.on(onPull, pulled("e1.12", confirms(2, want[1])))
	b.sync()
	second := b.sentMutations()
	if !slices.Equal(mids(first), []int64{1, 2}) || !slices.Equal(mids(second), []int64{1, 2}) ||
		!slices.Equal(keys(first), want) || !slices.Equal(keys(second), want) {
		t.Errorf("sent %v %v, then %v %v", mids(first), keys(first), mids(second), keys(second))
	}
	if b.Pending() != 0 {
		t.Errorf("%d pending", b.Pending())
	}
}

func TestAnAnswerMovesItemsForwardAndLeavesBaseAndCursorAlone(t *testing.T) {
	b := enrolled(t)
	good, bad := b.edit("phone", "2"), b.edit("date_of_birth", "not a date")
	if i, _ := b.Item(good); i.State != Saved {
		t.Errorf("item %s before it was sent", i.State)
	}
	cursor := b.Cursor()
	b.on(onPush, ok(wire.PushResponse{Epoch: "e1", LastMid: 2, LastKey: bad, Results: []wire.Result{
		{Mid: 1, Key: good, Status: "applied"},
		{Mid: 2, Key: bad, Status: "merged", Issues: []wire.Issue{{ID: "q", Code: "wrong_type", Field: "date_of_birth", Fix: "edit"}}}}}))
	b.on(onPull, refuse(503, "busy"))
	b.syncFails()
	b.unsent(0)
	if i, _ := b.Item(good); i.State != Sent {
		t.Errorf("good item %s", i.State)
	}
	if i, _ := b.Item(bad); i.State != NeedsYou || i.Result.Issues[0].Field != "date_of_birth" {
		t.Errorf("bad item %+v", i)
	}
	if b.Cursor() != cursor || b.Pending() != 2 {
		t.Errorf("cursor %s, %d pending", b.Cursor(), b.Pending())
	}
	if s := b.holds("patients", oldie, true); s.Text("phone") != "2" || !s.Pending {
		t.Errorf("own work vanished after the answer: %+v", s)
	}
}

func TestAReplayedAnswerNeverTakesAnItemBack(t *testing.T) {
	b := enrolled(t)
	key := b.edit("phone", "2")
	b.on(onPush, ok(wire.PushResponse{Epoch: "e1", LastMid: 1, LastKey: key, Results: []wire.Result{{Mid: 1, Key: key, Status: "quarantined",
		Issues: []wire.Issue{{ID: "q", Code: "no_permission"}}}}}))
	b.on(onPull, refuse(503, "busy"))
	b.syncFails()
	if err := b.commit(func(tx *tx) { tx.sendAgain(1) }); err != nil {
		t.Fatal(err)
	}
	b.on(onPush, ok(wire.PushResponse{Epoch: "e1", LastMid: 1, LastKey: key, Results: []wire.Result{{Mid: 1, Key: key, Status: "applied", Replayed: true}}}))
	b.syncFails()
	if i, _ := b.Item(key); i.State != NeedsYou || i.Result.Replayed {
		t.Errorf("item %+v", i)
	}
}

func TestABatchTooLargeIsHalvedDownToTheOneThatIsTooBig(t *testing.T) {
	b := enrolled(t)
	var all []string
	for range 5 {
		all = append(all, b.edit("phone", "2"))
	}
	big := b.change(func(c *Change) { c.Edit("patients", oldie, map[string]any{"access_notes": strings.Repeat("x", 1000)}) })
	last := b.edit("phone", "7")
	var sizes []int
	b.answers[onPush] = []answer{{status: http.StatusOK, body: &wire.PushResponse{}}}
	b.answers[onPush][0].during = func(c *call) {
		a := &b.answers[onPush][0]
		sizes = append(sizes, len(b.sentMutations()))
		if len(c.body) > 900 {
			a.status, a.body = http.StatusRequestEntityTooLarge, wire.Fail(wire.CodeTooLarge, "No.")
			return
		}
		r := answerPush(b, c)
		a.status, a.body = http.StatusOK, &r
	}
	// The fake marshals what during wrote, so it must look at the slot again.
	b.fake.live = true
	b.on(onPull, pulled("e1.40"), pulled("e1.40"))
	b.sync()
	aside := b.Aside()
	if len(aside) != 1 || aside[0].Key != big || aside[0].Ops[0].Set["access_notes"] != strings.Repeat("x", 1000) {
		t.Fatalf("aside %+v", aside)
	}
	if i, _ := b.Item(big); i.State != NeedsYou {
		t.Errorf("the one too big is reported as %s", i.State)
	}
	b.unsent(0)
	if i, _ := b.Item(last); i.State != Sent || i.Mid != 6 {
		t.Errorf("what followed it: %+v", i)
	}
	for _, key := range all {
		if i, _ := b.Item(key); i.State != Sent {
			t.Errorf("what came before it: %+v", i)
		}
	}
	if sizes[0] != 7 || !slices.Contains(sizes, 1) {
		t.Errorf("batches of %v", sizes)
	}
	b.reopen()
	if len(b.Aside()) != 1 {
		t.Error("what is too big was lost with the process")
	}
}

func TestBatchesKeepWithinTheLimitsToldByHello(t *testing.T) {
	b := newBench(t)
	b.on(onSignIn, ok(map[string]any{"token": "s", "record": map[string]string{"id": nia}}))
	b.on(onDevices, ok(wire.EnrolResponse{Device: device1, Client: client1}))
	b.on(onToken, ok(wire.TokenResponse{AccessToken: "a", ExpiresIn: 900, Scope: "sync"}))
	b.on(onHello, hello(func(h *wire.HelloResponse) { h.Limits = wire.Limits{PushMutations: 3, PushBytes: 2000, PullRows: 7} }))
	b.on(onDigest, ok(wire.DigestResponse{Epoch: "e1"}))
	if err := b.SignIn(context.Background(), "nia@example.org", "x"); err != nil {
		t.Fatal(err)
	}
	var last string
	for i := range 8 {
		note := "short"
		if i >= 4 {
			note = strings.Repeat("long ", 160)
		}
		last = b.change(func(c *Change) { c.Create("visits", map[string]any{"patient": oldie, "note": note}) })
	}
	b.on(onPush, applied(b))
	b.on(onPull, pulled("e1.9", confirms(8, last)))
	b.sync()
	var got [][]int64
	for _, c := range b.calls {
		if c.what == onPush {
			var body struct{ Mutations []mutation }
			c.decode(t, &body)
			got = append(got, mids(body.Mutations))
			if len(c.body) > 2000 {
				t.Errorf("a push of %d bytes", len(c.body))
			}
		}
	}
	want := [][]int64{{1, 2, 3}, {4, 5}, {6}, {7}, {8}}
	if !slices.EqualFunc(got, want, slices.Equal) {
		t.Errorf("batches %v, want %v", got, want)
	}
	if limit := b.last(onPull).query.Get("limit"); limit != "7" {
		t.Errorf("pulled with limit %s", limit)
	}
}

func TestAGapIsFilledFromTheSentLog(t *testing.T) {
	b := enrolled(t)
	var all []string
	for _, v := range []string{"2", "3", "4"} {
		all = append(all, b.edit("phone", v))
	}
	b.on(onPush, applied(b))
	b.on(onPull, pulled("e1.13", confirms(3, all[2])))
	b.sync()
	all = append(all, b.edit("phone", "5"))
	b.on(onPush, refuse(409, "gap", func(e *wire.Error) { e.Expected = 2 }), applied(b))
	b.on(onPull, pulled("e1.14", confirms(4, all[3])))
	b.sync()
	if got := b.sentMutations(); !slices.Equal(mids(got), []int64{2, 3, 4}) || !slices.Equal(keys(got), all[1:]) {
		t.Errorf("sent %v %v", mids(got), keys(got))
	}
	if b.Pending() != 0 {
		t.Errorf("%d pending", b.Pending())
	}
}

// client.md 9. What the server asks for was confirmed so long ago that the phone has it no more: asking and refusing would
// go on for ever. A new client goes on, and what the phone still has keeps its keys.
func TestAGapThatNothingOnThePhoneFillsAnyMoreStartsANewClient(t *testing.T) {
	b := enrolled(t)
	b.confirmed("2", "3")
	b.now = b.now.Add(SentLogKept + time.Hour)
	logged := b.confirmed("4")
	if len(b.sentLog) != 1 {
		t.Fatalf("the log of what was sent has %d changes, want the last", len(b.sentLog))
	}
	all := slices.Concat(logged, []string{b.edit("phone", "5"), b.edit("phone", "6")})
	b.on(onPush, refuse(409, "gap", func(e *wire.Error) { e.Expected = 2 }), applied(b))
	b.on(onDevices, answer{status: http.StatusOK, body: &wire.EnrolResponse{Device: device2}, during: func(c *call) {
		var req wire.EnrolRequest
		c.decode(t, &req)
		b.answers[onDevices][0].body.(*wire.EnrolResponse).Client = req.Client
	}})
	b.on(onPull, pulled("e1.31", confirms(3, all[2])))
	b.sync()
	if b.Client() == client1 || b.Device() != device2 {
		t.Errorf("device %s, client %s", b.Device(), b.Client())
	}
	if got := b.sentMutations(); !slices.Equal(mids(got), []int64{1, 2, 3}) || !slices.Equal(keys(got), all) {
		t.Errorf("the new client sent %v %v, want %v from 1 on", mids(got), keys(got), all)
	}
	pushes := 0
	for _, what := range b.asked() {
		if what == "push" {
			pushes++
		}
	}
	if pushes != 2 || b.Pending() != 0 {
		t.Errorf("it asked %d times, want 2, and %d changes are still on the phone", pushes, b.Pending())
	}
}

func TestAForkedClientStartsANewOneAndKeepsItsKeys(t *testing.T) {
	b := enrolled(t)
	done := b.edit("phone", "2")
	b.on(onPush, applied(b))
	b.on(onPull, pulled("e1.11", confirms(1, done)))
	b.sync()
	open := []string{b.edit("phone", "3"), b.edit("phone", "4")}
	b.on(onPush, refuse(409, "forked", func(e *wire.Error) { e.LastKey = "01jz000000000000000other00" }), applied(b))
	b.on(onDevices, answer{status: http.StatusOK, body: &wire.EnrolResponse{Device: device2}, during: func(c *call) {
		var req wire.EnrolRequest
		c.decode(t, &req)
		b.answers[onDevices][0].body.(*wire.EnrolResponse).Client = req.Client
	}})
	b.on(onPull, pulled("e1.13", confirms(2, open[1])))
	b.sync()
	if b.Client() == client1 || len(b.Client()) != 26 || b.Device() != device2 {
		t.Errorf("device %s, client %s", b.Device(), b.Client())
	}
	if got := b.last(onDevices).bearer; got != "access" {
		t.Errorf("enrolled anew with %q", got)
	}
	if got := b.sentMutations(); !slices.Equal(mids(got), []int64{1, 2}) || !slices.Equal(keys(got), open) {
		t.Errorf("sent %v %v", mids(got), keys(got))
	}
	if b.Pending() != 0 || len(b.sentLog) != 3 || b.sentLog[0].Client != client1 {
		t.Errorf("%d pending, sent log %d", b.Pending(), len(b.sentLog))
	}
}

func TestALastKeyThatIsNotOursIsAForkWhereverItIsSeen(t *testing.T) {
	strange := "01jz000000000000000other00"
	for name, arrange := range map[string]func(*bench){
		"hello": func(b *bench) {
			b.reopen()
			b.on(onHello, hello(func(h *wire.HelloResponse) { h.LastMid, h.LastKey = 1, strange }), hello())
		},
		"pull":  func(b *bench) { b.on(onPull, pulled("e1.11", confirms(1, strange))) },
		"ahead": func(b *bench) { b.on(onPull, pulled("e1.11", confirms(9, strange))) },
		"push": func(b *bench) {
			b.on(onPush, ok(wire.PushResponse{Epoch: "e1", LastMid: 5, LastKey: strange}))
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := enrolled(t)
			key := b.edit("phone", "2")
			b.on(onPush, applied(b))
			b.on(onPull, pulled("e1.10"))
			arrange(b)
			for range 4 {
				b.Begin()
				for b.self.Enrol == "" && b.Busy() {
					if _, err := b.Step(context.Background()); err != nil {
						t.Fatal(err)
					}
				}
			}
			if b.self.Enrol != enrolAnew {
				t.Fatal("the fork went unnoticed")
			}
			if b.Pending() != 1 || b.outbox[0].Key != key {
				t.Errorf("%d pending", b.Pending())
			}
		})
	}
}

func TestAnEditDuringAnUploadGoesInTheNextOne(t *testing.T) {
	b := enrolled(t)
	first := b.edit("phone", "2")
	var second string
	r := &wire.PushResponse{}
	b.on(onPush, answer{status: 200, body: r, during: func(c *call) {
		if second == "" {
			second = b.edit("phone", "3")
		}
		*r = answerPush(b, c)
	}})
	b.on(onPull, answer{status: 200, body: &wire.PullResponse{Epoch: "e1", Cursor: "e1.12", LastMid: 2}, during: func(*call) {
		b.answers[onPull][0].body.(*wire.PullResponse).LastKey = second
	}})
	b.sync()
	if got := b.sentMutations(); !slices.Equal(keys(got), []string{second}) || got[0].Mid != 2 || got[0].Ops[0].Was["phone"] != "2" {
		t.Errorf("second push %+v after %s", got, first)
	}
	if b.Pending() != 0 {
		t.Errorf("%d pending", b.Pending())
	}
}

func TestAServerThatIsBusyIsLeftAloneButStillPulledFrom(t *testing.T) {
	b := enrolled(t)
	b.edit("phone", "2")
	b.on(onPush, answer{status: 503, body: wire.Fail(wire.CodeBusy, "No."), header: http.Header{"Retry-After": {"120"}}})
	b.on(onPull, pulled("e1.20", brings(record("patients", oldie, 20, []string{"pc:" + oldie}, `{"family_name":"Ames","given_name":"Elsie"}`))))
	b.syncFails()
	if s := b.holds("patients", oldie, true); s.Text("given_name") != "Elsie" || s.Text("phone") != "2" {
		t.Errorf("seen %+v", s.Values)
	}
	at, can := b.NextTry()
	if wait := at.Sub(b.now); !can || wait < 2*time.Minute || wait > 4*time.Minute {
		t.Errorf("next try in %s", wait)
	}
	b.unsent(1)
}

func TestAnAnswerThatNamesNothingIsNotSentForEver(t *testing.T) {
	b := enrolled(t)
	b.edit("phone", "2")
	b.on(onPush, ok(wire.PushResponse{Epoch: "e1"}))
	b.on(onPull, pulled("e1.10"))
	b.syncFails()
	if got := b.asked(); len(got) > 3 {
		t.Errorf("asked %v", got)
	}
	b.unsent(1)
}

func TestBodiesAreCompressedWhenAsked(t *testing.T) {
	b := enrolled(t, func(o *Options) { o.Gzip = true })
	key := b.change(func(c *Change) {
		c.Create("visits", map[string]any{"patient": oldie, "note": strings.Repeat("wound clean ", 200)})
	})
	b.on(onPush, applied(b))
	b.on(onPull, pulled("e1.11", confirms(1, key)))
	b.sync() // the fake unpacks what says that it is gzip
	if got := b.sentMutations(); got[0].Key != key {
		t.Errorf("sent %v", keys(got))
	}
}

// The server neither stored nor kept it: nothing else in the world has it.
func TestAChangeForWhichThereWasNoRoomIsSentAgainUnderItsKeyAndALaterNumber(t *testing.T) {
	b := enrolled(t)
	away, kept := b.edit("phone", "2"), b.edit("phone", "3")
	b.on(onPush, ok(wire.PushResponse{Epoch: "e1", LastMid: 2, LastKey: kept, Results: []wire.Result{
		{Mid: 1, Key: away, Status: care.Quarantined, Issues: []wire.Issue{{Code: care.CodeNoRoom}}}, {Mid: 2, Key: kept, Status: care.Applied}}}), applied(b))
	b.on(onPull, pulled("e1.12", confirms(2, kept)))
	b.sync()
	b.reopen()
	if aside := b.Aside(); len(aside) != 1 || aside[0].Key != away {
		t.Fatalf("kept on the phone: %+v", aside)
	}
	if err := b.UseCode("somebody-else", "code"); !errors.Is(err, ErrUnsent) {
		t.Errorf("somebody else signs in over it: %v", err)
	}
	b.on(onHello, hello(func(h *wire.HelloResponse) { h.LastMid, h.LastKey = 2, kept }))
	b.sync()
	if len(b.Aside()) != 1 || b.Pending() != 0 {
		t.Error("sent again at once")
	}
	b.now = b.now.Add(20 * time.Minute)
	b.on(onPull, pulled("e1.13", confirms(3, away)))
	b.sync()
	if again := b.sentMutations(); !slices.Equal(mids(again), []int64{3}) || !slices.Equal(keys(again), []string{away}) {
		t.Errorf("sent %v %v", mids(again), keys(again))
	}
	if len(b.Aside()) != 0 || b.Pending() != 0 {
		t.Errorf("%d aside and %d pending at the end", len(b.Aside()), b.Pending())
	}
}
