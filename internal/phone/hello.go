package phone

import (
	"context"
	"net/http"

	"doorstep/internal/care"
	"doorstep/internal/wire"
)

// hello says where we are and learns where the server is, and how wrong our clock is.
func (p *Phone) hello(ctx context.Context) error {
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
		Outbox: wire.OutboxState{Count: int64(n), Oldest: care.Stamp(oldest), NextMid: next},
	}
	var answer wire.HelloResponse
	if err := p.exchange(ctx, request{method: http.MethodPost, path: basePath + "/hello", body: req, bearer: p.access.text}, &answer); err != nil {
		return err
	}
	err := p.commit(func(t *tx) {
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

// drained wipes a draining phone once nothing is left to send: its owner has no more right to
// what is on it. What a push answered is with the server; no pull will come to confirm it.
func (t *tx) drained() {
	unsent, _ := t.p.Unsent()
	if t.p.self.Directive == directiveDrain && unsent == 0 && len(t.p.aside) == 0 {
		t.obey(directiveWipe)
	}
}

// eraseAll takes everything off the phone.
func (t *tx) eraseAll() {
	p := t.p
	for key := range p.records {
		t.take(tableRecords, key)
	}
	for scope := range p.scopes {
		t.take(tableScopes, scope)
	}
	for key := range p.items {
		t.take(tableItems, key)
	}
	for table, list := range map[string][]*change{tableOutbox: p.outbox, tableSentLog: p.sentLog, tableAside: p.aside} {
		for _, c := range list {
			t.take(table, placeKey(c.Place))
		}
	}
	t.dropStaging()
	limits := p.self.Limits
	p.records, p.scopes, p.items = map[string]*Held{}, map[string]bool{}, map[string]*Item{}
	p.outbox, p.sentLog, p.aside = nil, nil, nil
	p.self = self{NextMid: 1, NextPlace: 1, Limits: limits}
	p.staffToken, p.code, p.access, p.digest = "", "", accessToken{}, digestState{}
	t.putSelf()
}
