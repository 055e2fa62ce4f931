package phone

import (
	"context"
	"crypto/ecdh"
	"crypto/ed25519"
	"crypto/hpke"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"doorstep/internal/wire"
)

const onSealed = "POST " + basePath + "/sealed"

// pocket is a phone that locks, in front of a fake server with a key to seal to.
type pocket struct {
	*bench
	keys   *ecdh.PrivateKey
	locked *Locked
}

func (p *pocket) helloSealing(change ...func(*wire.HelloResponse)) answer {
	key := wire.SealingKey{KID: "first", Suite: sealingSuite, Key: base64.RawURLEncoding.EncodeToString(p.keys.PublicKey().Bytes())}
	return hello(append([]func(*wire.HelloResponse){func(h *wire.HelloResponse) { h.Sealing = &key }}, change...)...)
}

func newPocket(t *testing.T) *pocket {
	t.Helper()
	keys, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	p := &pocket{bench: enrolled(t, func(o *Options) { o.Locks = true }), keys: keys}
	p.greet()
	return p
}

// greet says hello again and hears the key to seal to.
func (p *pocket) greet() {
	p.Helper()
	p.on(onHello, p.helloSealing())
	p.on(onPull, pulled("e1.10"))
	p.now = p.now.Add(20 * time.Minute)
	p.sync()
	p.calls = nil
}

// lock locks the phone: what is open of it is gone.
func (p *pocket) lock() {
	p.locked = NewLocked(p.opts)
	p.on(onToken, ok(wire.TokenResponse{AccessToken: "locked access", TokenType: "Bearer", ExpiresIn: 900, Scope: "locked"}))
}

func (p *pocket) unlock() { p.locked = nil; p.reopen() }

func (p *pocket) contact() Contact {
	p.Helper()
	c, err := p.locked.Contact(context.Background())
	if err != nil {
		p.Fatal(err)
	}
	return c
}

// takes answers /sealed: all of it is taken but the mids that are turned away.
func (p *pocket) takes(directive string, turnedAway ...int64) answer {
	r := &wire.SealedResponse{}
	return answer{status: http.StatusOK, body: r, during: func(c *call) {
		var sent wire.SealedRequest
		c.decode(p.T, &sent)
		*r = wire.SealedResponse{Epoch: "e1", Directive: directive, Taken: []wire.Taken{}}
		for _, m := range sent.Changes {
			r.LastMid, r.LastKey = m.Mid, m.Key
			r.Taken = append(r.Taken, wire.Taken{Mid: m.Mid, Key: m.Key, Taken: len(turnedAway) == 0 || m.Mid != turnedAway[0]})
		}
	}}
}

// sealed are the changes of the last request to /sealed.
func (p *pocket) sealed() []wire.SealedChange {
	p.Helper()
	var sent wire.SealedRequest
	p.last(onSealed).decode(p.T, &sent)
	return sent.Changes
}

// open is what the server reads of a sealed change.
func (p *pocket) open(c *wire.SealedChange) []byte {
	p.Helper()
	private, err := hpke.NewDHKEMPrivateKey(p.keys)
	if err != nil {
		p.Fatal(err)
	}
	blob, err := base64.RawURLEncoding.DecodeString(c.Sealed)
	if err != nil {
		p.Fatal(err)
	}
	plain, err := hpke.Open(private, hpke.HKDFSHA256(), hpke.AES256GCM(), []byte(c.Terms(p.Client())), blob)
	if err != nil {
		p.Fatalf("change %d cannot be opened: %v", c.Mid, err)
	}
	return plain
}

func TestALockedPhoneSendsWhatWasSealedWhenItWasSaved(t *testing.T) {
	p := newPocket(t)
	first, second := p.edit("phone", "2"), p.edit("access_notes", "key safe")
	p.lock()
	p.on(onSealed, p.takes("none"))
	if c := p.contact(); c.Waits != 0 || c.Stuck || c.Directive != "" {
		t.Fatalf("%+v", c)
	}
	asked := p.last(onToken)
	form, err := url.ParseQuery(string(asked.body))
	if err != nil || form.Get("scope") != "locked" {
		t.Errorf("asked for a token with %s", asked.body)
	}
	sent := p.sealed()
	if len(sent) != 2 || sent[0].Key != first || sent[1].Key != second || sent[1].Mid != sent[0].Mid+1 {
		t.Fatalf("sent %+v", sent)
	}
	for i := range sent {
		c := &sent[i]
		var m mutation
		if err := json.Unmarshal(p.open(c), &m); err != nil || m.Key != c.Key || m.Mid != c.Mid || m.Author != nia || len(m.Ops) != 1 {
			t.Errorf("sealed %+v, %v", m, err)
		}
		signature, err := base64.RawURLEncoding.DecodeString(c.Signature)
		method, private, keyErr := signing(p.self.Key)
		if err != nil || keyErr != nil || method.Verify(c.Signed(p.Device(), p.Client()), signature, private.Public()) != nil {
			t.Errorf("change %d is not signed by the device's own key", c.Mid)
		}
	}
	if p.calls = nil; p.contact().Waits != 0 || len(p.sealed()) != 0 {
		t.Error("it sent what the server has")
	}
	// Once it is open it pushes as after any lost answer.
	p.unlock()
	p.unsent(2)
	p.on(onToken, ok(wire.TokenResponse{AccessToken: "access", TokenType: "Bearer", ExpiresIn: 900, Scope: "sync"}))
	p.on(onHello, p.helloSealing(func(h *wire.HelloResponse) { h.LastMid, h.LastKey = 2, second }))
	p.on(onPush, applied(p.bench))
	p.on(onPull, pulled("e1.12", confirms(2, second)))
	p.sync()
	if got := p.sentMutations(); len(got) != 2 || got[0].Key != first || p.Pending() != 0 {
		t.Errorf("pushed %+v, %d pending", got, p.Pending())
	}
	if rows := p.rows(tableSealed); len(rows) != 0 {
		t.Errorf("%d sealed changes stay beside nothing", len(rows))
	}
}

// rows are those of a table.
func (b *bench) rows(table string) map[string][]byte { return b.memory.tables[table] }

func TestNothingThatALockedPhoneCanReadTellsOfAnybody(t *testing.T) {
	p := newPocket(t)
	p.edit("access_notes", "the words of a nurse")
	for _, table := range []string{tableSealed, tableLocked} {
		for key, row := range p.rows(table) {
			for _, word := range []string{"words", "Ames", oldie, "access_notes"} {
				if strings.Contains(string(row), word) {
					t.Errorf("%s %s holds %q: %s", table, key, word, row)
				}
			}
		}
	}
	if len(p.rows(tableSealed)) != 1 || len(p.rows(tableLocked)) != 1 {
		t.Errorf("%d sealed changes, %d covers", len(p.rows(tableSealed)), len(p.rows(tableLocked)))
	}
	for _, row := range p.rows(tableLocked) {
		if strings.Contains(string(row), base64.StdEncoding.EncodeToString(p.self.Key)) {
			t.Error("the device's own key lies beside the vault")
		}
	}
}

func TestWhatIsUnsentIsSealedAnewForAnotherKeyOrClient(t *testing.T) {
	p := newPocket(t)
	key := p.edit("phone", "2")
	p.on(onPush, answer{err: errNoNetwork})
	twins := func() (list []twin) {
		for _, row := range p.rows(tableSealed) {
			if err := decodeInto(row, func(c *twin) { list = append(list, *c) }); err != nil {
				t.Fatal(err)
			}
		}
		return list
	}
	was := twins()
	p.on(onHello, p.helloSealing(func(h *wire.HelloResponse) { h.Sealing.KID = "second" }))
	p.now = p.now.Add(20 * time.Minute)
	p.syncFails()
	if is := twins(); len(is) != 1 || is[0].KID != "second" || is[0].Key != key || is[0].Sealed == was[0].Sealed {
		t.Errorf("for another key of the server: %+v", is)
	}
	p.on(onPush, refuse(http.StatusConflict, "forked"))
	p.on(onDevices, answer{err: errNoNetwork})
	p.now = p.now.Add(time.Minute)
	p.syncFails()
	if is := twins(); len(is) != 0 || len(p.rows(tableLocked)) != 0 {
		t.Errorf("while it must be enrolled anew a locked phone has %+v", is)
	}
	p.on(onDevices, ok(wire.EnrolResponse{Device: device2, Client: client2}))
	p.on(onPush, answer{err: errNoNetwork})
	p.now = p.now.Add(11 * time.Minute)
	p.syncFails()
	is := twins()
	if len(is) != 1 || is[0].Mid != 1 || is[0].Key != key {
		t.Fatalf("under a new client: %+v", is)
	}
	p.open(&is[0].SealedChange) // under the terms of the new client
	p.on(onHello, hello())
	p.now = p.now.Add(20 * time.Minute)
	p.syncFails()
	if is := twins(); len(is) != 0 {
		t.Errorf("for a server that has no key: %+v", is)
	}
}

func TestALockedPhoneObeysAndStopsWhereOnlyAnOpenOneHelps(t *testing.T) {
	says := func(a answer) func(*pocket) answer { return func(*pocket) answer { return a } }
	order := func(status int, code, directive string) func(*pocket) answer {
		return says(refuse(status, code, func(e *wire.Error) { e.Directive = directive }))
	}
	for name, c := range map[string]struct {
		sealed func(*pocket) answer
		want   Contact
		fails  bool
		wait   time.Duration // at most, to the next contact
	}{
		"lost":                   {order(http.StatusForbidden, "lost", "wipe"), Contact{Directive: "wipe", Erased: true, Stuck: true}, true, 6 * time.Minute},
		"to hand in, all taken":  {func(p *pocket) answer { return p.takes("drain") }, Contact{Directive: "drain", Erased: true}, false, 6 * time.Minute},
		"to hand in, not all":    {func(p *pocket) answer { return p.takes("drain", 2) }, Contact{Directive: "drain", Waits: 1, Stuck: true}, false, 6 * time.Minute},
		"withdrawn":              {order(http.StatusUnauthorized, "revoked", "relogin"), Contact{Directive: "relogin", Waits: 2, Stuck: true}, true, 6 * time.Minute},
		"a new epoch":            {says(refuse(http.StatusGone, "epoch")), Contact{Waits: 2, Stuck: true}, true, 6 * time.Minute},
		"numbers are missing":    {says(refuse(http.StatusConflict, "gap")), Contact{Waits: 2, Stuck: true}, true, 6 * time.Minute},
		"the server is not well": {says(refuse(http.StatusServiceUnavailable, "busy")), Contact{Waits: 2}, true, retryUrgent},
		"no network":             {says(answer{err: errNoNetwork}), Contact{Waits: 2}, true, retryUrgent},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPocket(t)
			p.edit("phone", "2")
			p.edit("phone", "3")
			p.lock()
			p.on(onSealed, c.sealed(p))
			got, err := p.locked.Contact(context.Background())
			if got != c.want || (err != nil) != c.fails {
				t.Errorf("%+v, %v", got, err)
			}
			if wait := p.locked.NextTry().Sub(p.now); wait < 0 || wait > c.wait {
				t.Errorf("next contact in %s", wait)
			}
			if rows := len(p.rows(tableRecords)) + len(p.rows(tableOutbox)) + len(p.rows(tableSealed)); (rows == 0) != c.want.Erased {
				t.Errorf("%d rows are left", rows)
			}
			if c.want.Erased {
				return
			}
			p.unlock()
			p.unsent(2)
		})
	}
}

func TestALockedPhoneAsksForOrdersWhenNothingWaits(t *testing.T) {
	p := newPocket(t)
	p.lock()
	p.on(onSealed, p.takes("none"))
	if c := p.contact(); c != (Contact{}) || len(p.sealed()) != 0 {
		t.Errorf("%+v", c)
	}
	if wait := p.locked.NextTry().Sub(p.now); wait < lockedAsks || wait > lockedAsks+retryUrgent {
		t.Errorf("the next time in %s", wait)
	}
	p.now = p.now.Add(-time.Hour)
	if at := p.locked.NextTry(); at.After(p.now) {
		t.Errorf("after its clock was set back: at %s", at)
	}
}

func TestALockedPhoneSendsHalfWhenItWasTooMuchAndPutsItsClockRight(t *testing.T) {
	p := newPocket(t)
	for _, n := range []string{"2", "3", "4", "5"} {
		p.edit("phone", n)
	}
	p.lock()
	signed := func() *jwt.RegisteredClaims {
		form, err := url.ParseQuery(string(p.last(onToken).body))
		if err != nil {
			t.Fatal(err)
		}
		claims := &jwt.RegisteredClaims{}
		private, _, keyErr := jwt.NewParser().ParseUnverified(form.Get("assertion"), claims)
		if keyErr != nil || private == nil {
			t.Fatal(keyErr)
		}
		return claims
	}
	server := p.now.Add(48 * time.Hour)
	p.on(onToken, refuse(http.StatusUnauthorized, "clock", func(e *wire.Error) { e.ServerTime = server.Format("2006-01-02T15:04:05.000Z") }),
		ok(wire.TokenResponse{AccessToken: "locked access", ExpiresIn: 900, Scope: "locked"}))
	p.on(onSealed, refuse(http.StatusRequestEntityTooLarge, "too_large"), p.takes("none"))
	if c := p.contact(); c.Waits != 0 || c.Stuck {
		t.Fatalf("%+v", c)
	}
	if at := signed().IssuedAt; at.Sub(server).Abs() > time.Second {
		t.Errorf("signed at %s, by the server it is %s", at, server)
	}
	var sizes []int
	for i := range p.calls {
		if p.calls[i].what == onSealed {
			var sent wire.SealedRequest
			p.calls[i].decode(t, &sent)
			sizes = append(sizes, len(sent.Changes))
		}
	}
	if len(sizes) != 3 || sizes[0] != 4 || sizes[1] != 2 || sizes[2] != 2 {
		t.Errorf("sent %v at a time", sizes)
	}
}

func TestThePhonesOwnKeyIsOfEitherKindAndSignsAsTheProtocolSays(t *testing.T) {
	for kind, size := range map[KeyType]int{Ed25519: ed25519.SignatureSize, P256: 64} {
		der, err := newKey(kind, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		signature, err := sign(der, "doorstep sealed by v1|…")
		if err != nil || len(signature) != size {
			t.Errorf("kind %d: %d bytes, %v", kind, len(signature), err)
		}
	}
	if _, err := sign([]byte("no key"), ""); err == nil {
		t.Error("what is no key has signed")
	}
}
