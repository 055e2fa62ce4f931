package acceptance

import (
	"crypto/ecdh"
	"crypto/ed25519"
	"crypto/hpke"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/care"
	"doorstep/internal/identity"
	"doorstep/internal/wire"
)

// pocket is a phone that locks: it has a key of its own and one for while it is locked.
type pocket struct {
	w              *world
	staff          *core.Record
	own, locked    ed25519.PrivateKey
	device, client string
	epoch          string
	sealing        wire.SealingKey
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func jwkOf(k ed25519.PrivateKey) map[string]any {
	return map[string]any{"kty": "OKP", "crv": "Ed25519", "x": b64(k.Public().(ed25519.PublicKey))}
}

// pocketOf enrols a phone of somebody and says hello with its locked key.
func (w *world) pocketOf(staff *core.Record) *pocket {
	w.t.Helper()
	p := &pocket{w: w, staff: staff}
	for _, k := range []*ed25519.PrivateKey{&p.own, &p.locked} {
		_, private, err := ed25519.GenerateKey(rand.Reader)
		ok(w.t, err)
		*k = private
	}
	token, err := staff.NewAuthToken()
	ok(w.t, err)
	var enrolled wire.EnrolResponse
	p.into(w.call(token, http.MethodPost, "/devices", map[string]any{"name": "Pocket", "platform": "test", "public_key": jwkOf(p.own)}).Body, &enrolled)
	p.device, p.client = enrolled.Device, enrolled.Client
	p.hello()
	return p
}

func (p *pocket) into(body []byte, v any) {
	p.w.t.Helper()
	if err := json.Unmarshal(body, v); err != nil {
		p.w.t.Fatalf("%v: %s", err, body)
	}
}

// ask asks for a token with an assertion of a key.
func (p *pocket) ask(key ed25519.PrivateKey, scope string) (status int, body []byte) {
	p.w.t.Helper()
	text, err := jwt.NewWithClaims(jwt.SigningMethodEdDSA, jwt.MapClaims{"iss": p.device, "aud": "doorstep", "jti": rand.Text(),
		"iat": p.w.now().Unix(), "exp": p.w.now().Add(45 * time.Second).Unix()}).SignedString(key)
	ok(p.w.t, err)
	form := url.Values{"grant_type": {"urn:ietf:params:oauth:grant-type:jwt-bearer"}, "assertion": {text}}
	if scope != "" {
		form.Set("scope", scope)
	}
	a := p.w.call("", http.MethodPost, "/token", []byte(form.Encode()), "Content-Type", "application/x-www-form-urlencoded")
	return a.Status, a.Body
}

func (p *pocket) token(key ed25519.PrivateKey, scope string) string {
	p.w.t.Helper()
	var got wire.TokenResponse
	status, body := p.ask(key, scope)
	if p.into(body, &got); status != http.StatusOK {
		p.w.t.Fatalf("token: %d %s", status, body)
	}
	return got.AccessToken
}

func (p *pocket) hello() {
	p.w.t.Helper()
	a := p.w.call(p.token(p.own, ""), http.MethodPost, "/hello", map[string]any{"protocol": 1, "schema": 1, "client": p.client, "now": care.Stamp(p.w.now()),
		"cursor": "", "outbox": map[string]any{"count": 0, "next_mid": 1}, "locked_key": jwkOf(p.locked)})
	var said wire.HelloResponse
	if p.into(a.Body, &said); a.Status != http.StatusOK || said.Sealing == nil {
		p.w.t.Fatalf("hello: %d %s", a.Status, a.Body)
	}
	p.epoch, p.sealing = said.Epoch, *said.Sealing
}

// visit is a change as it is saved.
func (p *pocket) visit(mid int64, note string) map[string]any {
	return map[string]any{"mid": mid, "key": p.w.id(), "author": p.staff.Id, "authored_at": care.Stamp(p.w.now()),
		"ops": []any{map[string]any{"op": "create", "collection": care.Visits, "id": p.w.id(), "set": p.w.visit(p.w.ada, note)}}}
}

// seal seals a change as a phone does when it is saved.
func (p *pocket) seal(m map[string]any) wire.SealedChange {
	p.w.t.Helper()
	plain, err := json.Marshal(m)
	ok(p.w.t, err)
	return p.sealBytes(m["mid"].(int64), m["key"].(string), plain)
}

func (p *pocket) sealBytes(mid int64, key string, plain []byte) wire.SealedChange {
	p.w.t.Helper()
	c := wire.SealedChange{Mid: mid, Key: key, KID: p.sealing.KID}
	point, err := base64.RawURLEncoding.DecodeString(p.sealing.Key)
	ok(p.w.t, err)
	to, err := hpke.DHKEM(ecdh.P256()).NewPublicKey(point)
	ok(p.w.t, err)
	sealed, err := hpke.Seal(to, hpke.HKDFSHA256(), hpke.AES256GCM(), []byte(c.Terms(p.client)), plain)
	ok(p.w.t, err)
	c.Sealed = b64(sealed)
	return p.sign(c)
}

func (p *pocket) sign(c wire.SealedChange) wire.SealedChange {
	c.Signature = b64(ed25519.Sign(p.own, []byte(c.Signed(p.device, p.client))))
	return c
}

// send sends sealed changes while the phone is locked.
func (p *pocket) send(changes ...wire.SealedChange) (int, []byte) {
	p.w.t.Helper()
	if changes == nil {
		changes = []wire.SealedChange{}
	}
	a := p.w.call(p.token(p.locked, "locked"), http.MethodPost, "/sealed", map[string]any{"client": p.client, "epoch": p.epoch, "changes": changes})
	p.w.tick()
	return a.Status, a.Body
}

func (p *pocket) sent(changes ...wire.SealedChange) wire.SealedResponse {
	p.w.t.Helper()
	var got wire.SealedResponse
	status, body := p.send(changes...)
	if p.into(body, &got); status != http.StatusOK {
		p.w.t.Fatalf("sealed: %d %s", status, body)
	}
	return got
}

// unlockedPush sends changes in clear, as the phone does once it is unlocked.
func (p *pocket) unlockedPush(changes ...map[string]any) wire.PushResponse {
	p.w.t.Helper()
	a := p.w.call(p.token(p.own, ""), http.MethodPost, "/push", map[string]any{"client": p.client, "epoch": p.epoch, "schema": 1, "mutations": changes})
	var got wire.PushResponse
	if p.into(a.Body, &got); a.Status != http.StatusOK {
		p.w.t.Fatalf("push: %d %s", a.Status, a.Body)
	}
	p.w.tick()
	return got
}

func (p *pocket) notes(note string) int {
	return len(p.w.rows(care.Visits, "note = {:n}", dbx.Params{"n": note}))
}

// U3: what was saved before the phone was locked reaches the server once, and what became of it the phone hears when it is unlocked.
func TestStory_ALockedPhoneSendsAndHearsOnceItIsUnlocked(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.pocketOf(w.ann)
	first, second := p.visit(1, "Chest pain, 999 called"), p.visit(2, "Sent home")
	if got := p.sent(p.seal(first), p.seal(second)); got.LastMid != 2 || got.LastKey != second["key"] || len(got.Taken) != 2 || !got.Taken[0].Taken || !got.Taken[1].Taken || got.Directive != "none" {
		t.Fatalf("%+v", got)
	}
	if p.notes("Chest pain, 999 called") != 1 || p.notes("Sent home") != 1 {
		t.Fatal("the visits are not on the server")
	}
	// The answer was lost: it sends the same again.
	if got := p.sent(p.seal(first), p.seal(second)); got.LastMid != 2 || !got.Taken[1].Taken {
		t.Fatalf("again: %+v", got)
	}
	third := p.visit(3, "Written after unlocking")
	got := p.unlockedPush(first, second, third)
	for i, want := range []bool{true, true, false} {
		if r := got.Results[i]; r.Replayed != want || r.Status != care.Applied || len(r.Records) != 1 {
			t.Errorf("result %d: %+v", i+1, r)
		}
	}
	if n := p.notes("Chest pain, 999 called"); n != 1 {
		t.Errorf("the visit is there %d times", n)
	}
}

// U3: while it is locked a phone hears numbers and its directive, and no other address hears it.
func TestALockedPhoneReadsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.pocketOf(w.ann)
	m := p.visit(1, "Wound clean")
	status, body := p.send(p.seal(m))
	if status != http.StatusOK || strings.Contains(string(body), "visits") || strings.Contains(string(body), "applied") {
		t.Errorf("%d %s", status, body)
	}
	locked, open := p.token(p.locked, "locked"), p.token(p.own, "")
	for _, c := range []struct{ method, path string }{
		{http.MethodPost, "/hello"}, {http.MethodPost, "/push"}, {http.MethodGet, "/pull?client=" + p.client}, {http.MethodGet, "/stream"},
		{http.MethodPost, "/digest"}, {http.MethodGet, "/names"},
	} {
		a := w.call(locked, c.method, c.path, map[string]any{})
		checkError(t, c.path, a.Status, a.Body, http.StatusForbidden, "locked")
	}
	a := w.call(open, http.MethodPost, "/sealed", map[string]any{"client": p.client, "epoch": p.epoch, "changes": []any{}})
	checkError(t, "an open phone at /sealed", a.Status, a.Body, http.StatusForbidden, "locked")
	for name, c := range map[string]struct {
		key   ed25519.PrivateKey
		scope string
	}{"the locked key for everything": {p.locked, ""}, "the phone's own key while it is locked": {p.own, "locked"}} {
		status, body := p.ask(c.key, c.scope)
		checkError(t, name, status, body, http.StatusUnauthorized, "invalid_assertion")
	}
	status, body = p.ask(p.own, "everything")
	checkError(t, "another scope", status, body, http.StatusBadRequest, "invalid")
}

// U3, U31: a lost phone that stays locked is emptied at its next contact; a phone that is handed back hands in first.
func TestALockedPhoneThatIsLostHearsItWhateverItHasToSend(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p, drained := w.pocketOf(w.ann), w.pocketOf(w.bob)
	if got := p.sent(); got.Directive != "none" || got.LastMid != 0 || len(got.Taken) != 0 {
		t.Fatalf("nothing to send: %+v", got)
	}
	token := p.token(p.locked, "locked")
	w.sql("UPDATE devices SET state = 'lost' WHERE id = ?", p.device)
	var said wire.Error
	status, body := p.ask(p.locked, "locked")
	if p.into(body, &said); status != http.StatusForbidden || said.Directive != "wipe" {
		t.Errorf("a lost phone's token: %d %s", status, body)
	}
	a := w.call(token, http.MethodPost, "/sealed", map[string]any{"client": p.client, "epoch": p.epoch, "changes": []any{}})
	if p.into(a.Body, &said); a.Status != http.StatusForbidden || said.Directive != "wipe" {
		t.Errorf("with a token from before: %d %s", a.Status, a.Body)
	}
	w.sql("UPDATE devices SET state = 'draining', state_since = ? WHERE id = ?", care.Stamp(w.now()), drained.device)
	if got := drained.sent(drained.seal(drained.visit(1, "Handed in while locked"))); got.Directive != "drain" || !got.Taken[0].Taken || drained.notes("Handed in while locked") != 1 {
		t.Errorf("draining: %+v", got)
	}
}

// A phone that drains empties itself once all it has is with the server. What it sealed to a key that the server has lost is not: that phone
// alone can read it, and it is told to drain when its owner has unlocked it.
func TestALockedPhoneIsNotEmptiedOfWhatTheServerCouldNotOpen(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p, other := w.pocketOf(w.ann), w.pocketOf(w.bob)
	sealed, others := p.seal(p.visit(1, "Only the phone can read it")), other.seal(other.visit(1, "Of somebody else"))
	ok(t, os.Remove(filepath.Join(w.DataDir(), identity.SealingKeyFile)))
	w.restart()
	for _, one := range []*pocket{p, other} {
		w.sql("UPDATE devices SET state = 'draining', state_since = ? WHERE id = ?", care.Stamp(w.now()), one.device)
	}
	if got := p.sent(sealed); got.Directive != "none" || !got.Taken[0].Taken || p.notes("Only the phone can read it") != 0 {
		t.Errorf("with what it could not open: %+v", got)
	}
	if got := p.sent(); got.Directive != "none" {
		t.Errorf("asked once more: %+v", got)
	}
	if got := other.sent(); got.Directive != "drain" {
		t.Errorf("another phone, which has sent nothing: %+v", got)
	}
	if got := other.sent(others); got.Directive != "none" {
		t.Errorf("another phone with something of its own: %+v", got)
	}
}

// Who copied the files of a locked phone has the key it signs in with, and cannot write in its owner's name.
func TestWhatTheDeviceDidNotSignIsNotTakenIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p, other := w.pocketOf(w.ann), w.pocketOf(w.bob)
	good := p.seal(p.visit(1, "Invented"))
	for name, spoil := range map[string]func(c *wire.SealedChange){
		"by the locked key": func(c *wire.SealedChange) {
			c.Signature = b64(ed25519.Sign(p.locked, []byte(c.Signed(p.device, p.client))))
		},
		"by another phone":       func(c *wire.SealedChange) { *c = other.sign(*c) },
		"for another number":     func(c *wire.SealedChange) { c.Mid = 2 },
		"for another key":        func(c *wire.SealedChange) { c.Key = w.id() },
		"for another sealing":    func(c *wire.SealedChange) { c.KID = "another" },
		"for other content":      func(c *wire.SealedChange) { c.Sealed = p.seal(p.visit(1, "Other")).Sealed },
		"no base64 of any kind":  func(c *wire.SealedChange) { c.Signature = "§§§" },
		"nothing like signature": func(c *wire.SealedChange) { c.Signature = "AAAA" },
	} {
		c := good
		spoil(&c)
		status, body := p.send(c)
		checkError(t, name, status, body, http.StatusBadRequest, "invalid")
	}
	if p.notes("Invented") != 0 || len(w.rows(care.Quarantine, "id != ''", nil)) != 0 {
		t.Error("something was taken in")
	}
	status, body := p.send(p.seal(p.visit(1, "One")), p.seal(p.visit(3, "Three")))
	checkError(t, "numbers with a hole", status, body, http.StatusBadRequest, "malformed")
	status, body = p.send(p.seal(p.visit(2, "Two")))
	checkError(t, "a number too far", status, body, http.StatusConflict, "gap")
	p.epoch = "e99"
	status, body = p.send(p.seal(p.visit(1, "One")))
	checkError(t, "another epoch", status, body, http.StatusGone, "epoch")
}

// A sealed change opens for the outbox, the number and the key it was sealed for; signed for others it is kept and not taken in.
func TestASealedChangeOpensUnderItsOwnTermsAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.pocketOf(w.ann)
	m := p.visit(1, "Moved about")
	for name, spoil := range map[string]func(c *wire.SealedChange){
		"another key":        func(c *wire.SealedChange) { c.Key = w.id() },
		"a key of no server": func(c *wire.SealedChange) { c.KID = "AAAAAAAAAAAAAAAA" },
		"cut short":          func(c *wire.SealedChange) { c.Sealed = c.Sealed[:40] },
		"no base64":          func(c *wire.SealedChange) { c.Sealed = "§" + c.Sealed },
		"a byte turned":      func(c *wire.SealedChange) { c.Sealed = c.Sealed[:len(c.Sealed)-2] + "AA" },
		"other number inside": func(c *wire.SealedChange) {
			*c = p.sealBytes(c.Mid, c.Key, must(json.Marshal(with(m, "mid", int64(7)))))
		},
		"other key inside":        func(c *wire.SealedChange) { *c = p.sealBytes(c.Mid, c.Key, must(json.Marshal(with(m, "key", w.id())))) },
		"what is no change":       func(c *wire.SealedChange) { *c = p.sealBytes(c.Mid, c.Key, []byte("no JSON")) },
		"nothing, sealed as such": func(c *wire.SealedChange) { *c = p.sealBytes(c.Mid, c.Key, nil) },
	} {
		q := w.pocketOf(w.ann) // each spends a number
		p = q
		m["key"] = w.id()
		c := q.seal(m)
		spoil(&c)
		if got := q.sent(q.sign(c)); got.LastMid != 1 || !got.Taken[0].Taken {
			t.Errorf("%s: %+v", name, got)
		}
		rows := w.rows(care.Quarantine, "client = {:c}", dbx.Params{"c": q.client})
		if len(rows) != 1 || rows[0].GetString("code") != "sealed" || rows[0].GetString("author") != w.ann.Id || rows[0].GetString("content")+rows[0].GetString("raw") == "" {
			t.Errorf("%s: kept are %v", name, rows)
		}
	}
	if p.notes("Moved about") != 0 {
		t.Error("it was taken in")
	}
}

func must(b []byte, err error) []byte {
	if err != nil {
		panic(err)
	}
	return b
}

// What came sealed and cannot be opened – the server lost its key – is kept with its bytes, holds up nothing behind it, and is taken in once the
// phone is unlocked and sends it in clear: the phone is told what became of it, and nothing is doubled.
func TestWhatCannotBeOpenedIsKeptAndTakenInOnceThePhoneIsUnlocked(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.pocketOf(w.ann)
	lost, refused := p.visit(1, "Sealed to a key that is gone"), p.visit(2, "Sealed to it, too")
	refused["ops"].([]any)[0].(map[string]any)["collection"] = "nowhere"
	sealed := []wire.SealedChange{p.seal(lost), p.seal(refused)}
	ok(t, os.Remove(filepath.Join(w.DataDir(), identity.SealingKeyFile)))
	w.restart()
	if got := p.sent(sealed...); got.LastMid != 2 || !got.Taken[0].Taken || !got.Taken[1].Taken {
		t.Fatalf("%+v", got)
	}
	rows := w.rows(care.Quarantine, "code = 'sealed' && state = 'open'", nil)
	if len(rows) != 2 || !strings.Contains(rows[0].GetString("content")+rows[1].GetString("content"), sealed[0].Sealed) {
		t.Fatalf("kept are %v", rows)
	}
	p.hello() // which names the new key
	third := p.visit(3, "After it")
	if got := p.sent(p.seal(third)); got.LastMid != 3 || p.notes("After it") != 1 {
		t.Fatalf("behind it: %+v", got)
	}
	pull := "/pull?client=" + p.client
	a := w.call(p.token(p.own, ""), http.MethodGet, pull, nil) // from what it confirms the phone forgets the only copy that anybody can read
	checkError(t, "a pull before they were sent in clear", a.Status, a.Body, http.StatusServiceUnavailable, "unavailable")
	got := p.unlockedPush(lost, refused, third)
	var page wire.PullResponse
	if a := w.call(p.token(p.own, ""), http.MethodGet, pull, nil); a.Status != http.StatusOK {
		t.Errorf("a pull after that: %d %s", a.Status, a.Body)
	} else if p.into(a.Body, &page); page.LastMid != 3 {
		t.Errorf("it confirms up to %d", page.LastMid)
	}
	if r := got.Results[0]; r.Status != care.Applied || r.Replayed || len(r.Records) != 1 || len(r.Issues) != 0 {
		t.Errorf("in clear: %+v", r)
	}
	if r := got.Results[1]; r.Status != care.Quarantined || len(r.Issues) != 1 || r.Issues[0].Code != "unknown_collection" {
		t.Errorf("in clear, refused: %+v", r)
	}
	if r := got.Results[2]; !r.Replayed || r.Status != care.Applied {
		t.Errorf("the one behind: %+v", r)
	}
	if p.notes("Sealed to a key that is gone") != 1 || len(w.rows(care.Quarantine, "code = 'sealed' && state = 'open'", nil)) != 0 {
		t.Error("it is not taken in once, or still counts as unopened")
	}
	again := p.unlockedPush(lost, refused, third)
	for i, r := range again.Results {
		if !r.Replayed || r.Status != got.Results[i].Status || len(r.Records) != len(got.Results[i].Records) || len(r.Issues) != len(got.Results[i].Issues) {
			t.Errorf("once more: %+v, first %+v", r, got.Results[i])
		}
	}
	if p.sent(sealed...).LastMid != 3 || p.notes("Sealed to a key that is gone") != 1 || len(w.rows(care.Quarantine, "code = 'key_taken'", nil)) != 0 {
		t.Error("a late copy of what was sealed changed something")
	}
}

// A phone that was put back from a backup goes on under another outbox, in which its unsent changes have other numbers. What came sealed to a
// lost key under the numbers of both is taken in all the same, once: when the phone sends it in clear, or when the key is found again.
func TestWhatCannotBeOpenedIsTakenInAfterAForkToo(t *testing.T) {
	t.Parallel()
	for name, found := range map[string]bool{"once it is sent in clear": false, "once the key is there again": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			before, after := w.pocketOf(w.ann), w.pocketOf(w.ann)
			m := before.visit(1, "Sealed to a key that is gone")
			sealed := []wire.SealedChange{before.seal(m), after.seal(m)}
			file := filepath.Join(w.DataDir(), identity.SealingKeyFile)
			keys := must(os.ReadFile(file))
			ok(t, os.Remove(file))
			w.restart()
			for i, p := range []*pocket{before, after} {
				if got := p.sent(sealed[i]); got.LastMid != 1 || !got.Taken[0].Taken {
					t.Fatalf("sealed to the lost key: %+v", got)
				}
			}
			if rows := w.rows(care.Quarantine, "code = 'sealed' && state = 'open'", nil); len(rows) != 1 {
				t.Fatalf("kept are %v", rows)
			}
			if found {
				ok(t, os.WriteFile(file, keys, 0o600))
				w.restart()
				after.sent(sealed[1])
			}
			for _, p := range []*pocket{after, after, before} {
				if r := p.unlockedPush(m).Results[0]; r.Status != care.Applied || len(r.Records) != 1 || len(r.Issues) != 0 {
					t.Errorf("in clear it ended %+v", r)
				}
			}
			if n := after.notes("Sealed to a key that is gone"); n != 1 || len(w.rows(care.Quarantine, "state = 'open'", nil)) != 0 {
				t.Errorf("it is there %d times; kept are %v", n, w.rows(care.Quarantine, "state = 'open'", nil))
			}
		})
	}
}

// The key that phones seal to can be renewed: what was sealed to the old one is still opened.
func TestANewSealingKeyOpensWhatWasSealedToTheOldOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.pocketOf(w.ann)
	sealed := p.seal(p.visit(1, "Sealed to the old key"))
	old := p.sealing.KID
	_, err := identity.NewSealingKey(filepath.Join(w.DataDir(), identity.SealingKeyFile))
	ok(t, err)
	w.restart()
	if p.sent(sealed); p.notes("Sealed to the old key") != 1 {
		t.Error("it was not opened")
	}
	if p.hello(); p.sealing.KID == old {
		t.Error("hello names the old key")
	}
	if p.sent(p.seal(p.visit(2, "Sealed to the new key"))); p.notes("Sealed to the new key") != 1 {
		t.Error("the new key does not open")
	}
}

// A locked key that is none, or the device's own, is refused, and so is a phone that never named one.
func TestALockedKeyIsAnotherThanTheDevicesOwn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.pocketOf(w.ann)
	for name, key := range map[string]any{"its own": jwkOf(p.own), "none": map[string]any{"kty": "RSA"}, "a word": "key"} {
		a := w.call(p.token(p.own, ""), http.MethodPost, "/hello", map[string]any{"protocol": 1, "schema": 1, "client": p.client, "now": care.Stamp(w.now()),
			"cursor": "", "outbox": map[string]any{"count": 0, "next_mid": 1}, "locked_key": key})
		checkError(t, name, a.Status, a.Body, http.StatusBadRequest, "invalid_key")
	}
	p.token(p.locked, "locked") // the one it had stays
	w.sql("UPDATE devices SET locked_key = '' WHERE id = ?", p.device)
	status, body := p.ask(p.locked, "locked")
	checkError(t, "a phone without one", status, body, http.StatusUnauthorized, "invalid_assertion")
}
