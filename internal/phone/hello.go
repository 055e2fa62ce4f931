package phone

import (
	"context"
	"net/http"
	"slices"

	"doorstep/internal/care"
	"doorstep/internal/wire"
)

// hello says where we are and learns where the server is, and how wrong our clock is.
func (p *Phone) hello(ctx context.Context) error {
	lockedKey, err := p.lockedKey()
	if err != nil {
		return err
	}
	now := p.opts.Now()
	n, oldest := p.Unsent()
	next := p.self.NextMid
	for _, c := range p.outbox {
		if !c.Acked {
			next = c.Mid
			break
		}
	}
	req := wire.HelloRequest{
		Protocol: wire.Protocol, Schema: p.opts.Schema, Client: p.self.Client, Now: care.Stamp(now),
		Cursor: p.self.Cursor, App: p.opts.App,
		Outbox: wire.OutboxState{Count: int64(n), Oldest: care.Stamp(oldest), NextMid: next}, LockedKey: lockedKey,
	}
	var answer wire.HelloResponse
	if err := p.exchange(ctx, request{method: http.MethodPost, path: basePath + "/hello", body: req, bearer: p.access.text}, &answer); err != nil {
		return err
	}
	err = p.commit(func(t *tx) {
		p.self.SealTo = sealable(answer.Sealing)
		p.self.OffsetMs, p.self.OffsetKnown = answer.ClockOffsetMs, true
		p.self.Pace, p.self.MinPull = answer.Pace, answer.Schema.MinPull
		if answer.Limits.PushMutations > 0 {
			p.self.Limits = answer.Limits
		}
		t.putSelf()
		if t.standing(answer.Epoch, answer.LastMid, answer.LastKey) {
			t.tryForRoom(p.trueTime())
		}
		t.obey(answer.Directive)
	})
	if err != nil {
		return err
	}
	p.round.greeted, p.round.greetedAt = true, now
	return nil
}

// standing compares what the server says about our client with what we know: every answer
// that names last_mid and last_key must tell our own story, and none may go back behind what was
// answered or confirmed before. It returns whether it is as we know it.
func (t *tx) standing(epoch string, lastMid int64, lastKey string) bool {
	switch {
	case epoch != t.p.self.Epoch:
		t.enterEpoch(epoch, lastMid, lastKey)
	case !t.p.ours(lastMid, lastKey):
		t.fork()
	case lastMid < t.p.taken():
		t.sendAgain(lastMid + 1) // the server lost what it had taken in
	default:
		return true
	}
	return false
}

// taken is the last mid that the server ever said it took in under the present client.
func (p *Phone) taken() int64 {
	last := p.self.ConfirmedMid
	for _, c := range p.outbox {
		if c.Acked && c.Client == p.self.Client {
			last = max(last, c.Mid)
		}
	}
	return last
}

// obey follows a directive.
func (t *tx) obey(directive string) {
	p := t.p
	switch directive {
	case directiveWipe:
		t.eraseAll()
		p.self.Directive = directiveWipe
		t.putSelf()
	case directiveDrain:
		p.self.Directive = directiveDrain
		t.putSelf()
		t.drained()
	case directiveRelogin:
		p.self.Directive = directiveRelogin
		if p.self.Enrol == "" {
			p.self.Enrol = enrolAgain
		}
		p.access = accessToken{}
		t.putSelf()
	case directiveUpgrade:
		p.self.Directive = directiveUpgrade
		t.putSelf()
	case directiveNone, "":
		if p.self.Directive != "" {
			p.self.Directive = ""
			t.putSelf()
		}
	}
}

// drained ends a draining phone once nothing is left to send: its owner has no more right to what is on it. What a
// push answered is with the server; no pull will come to confirm it. What no request can carry, or the server had no
// room for, stays, and nothing else with it.
func (t *tx) drained() {
	p := t.p
	if unsent, _ := p.Unsent(); p.self.Directive != directiveDrain || unsent > 0 {
		return
	}
	if n := len(p.outbox); n > 0 {
		t.confirm(p.outbox[n-1].Mid, p.outbox[n-1].Key)
	}
	if len(p.aside) == 0 {
		t.obey(directiveWipe)
		return
	}
	t.eraseRecords()
	t.eraseSent()
}

// eraseRecords takes away all that the server sent.
func (t *tx) eraseRecords() {
	p := t.p
	for key := range p.records {
		t.takeRecord(key)
	}
	for scope := range p.scopes {
		t.hold(scope, false)
	}
	t.dropStaging()
	t.putSelf()
}

// eraseSent takes away own work that the server has: all but what was put aside, and its receipts.
func (t *tx) eraseSent() {
	p := t.p
	for _, c := range p.sentLog {
		t.take(tableSentLog, placeKey(c.Place))
	}
	p.sentLog = nil
	for key := range p.items {
		if !slices.ContainsFunc(p.aside, func(c *change) bool { return c.Key == key }) {
			delete(p.items, key)
			t.take(tableItems, key)
		}
	}
}

// eraseAll takes everything off the phone.
func (t *tx) eraseAll() {
	p := t.p
	t.eraseRecords()
	for key := range p.items {
		t.take(tableItems, key)
	}
	for table, list := range map[string][]*change{tableOutbox: p.outbox, tableSentLog: p.sentLog, tableAside: p.aside} {
		for _, c := range list {
			t.take(table, placeKey(c.Place))
		}
	}
	limits := p.self.Limits
	p.items, p.outbox, p.sentLog, p.aside = map[string]*Item{}, nil, nil, nil
	p.self = self{NextMid: 1, NextPlace: 1, Limits: limits}
	p.staffToken, p.code, p.access, p.digest = "", "", accessToken{}, digestState{}
	t.putSelf()
}
