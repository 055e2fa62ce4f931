package phone

import (
	"crypto/ecdh"
	"crypto/hpke"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"doorstep/internal/wire"
)

// Beside each change that is not answered lies, in the same commit, the same change sealed to the server: a locked phone,
// which can read none of them, sends those (docs/protocol.md §6.6).

// sealingSuite names what this client seals with, by the numbers of RFC 9180: DHKEM(P-256, HKDF-SHA256), HKDF-SHA256 and
// AES-256-GCM.
const sealingSuite = "0010-0001-0002"

// cover is what a locked phone must know to speak to the server. It tells nothing about anybody.
type cover struct {
	Device, Client, Epoch string
	OffsetMs              int64
	Key                   []byte // PKCS #8, the key it signs in with while it is locked
	Unsent                int    // changes that are not answered, sealed or not
}

// twin is a change, sealed, as it lies beside the change itself. Of one that the server has, numbers alone are kept.
type twin struct {
	Place int64
	Taken bool
	wire.SealedChange
}

// sealable is a key of the server's to seal to, nil for none or one of another suite.
func sealable(key *wire.SealingKey) *wire.SealingKey {
	if key == nil || key.Suite != sealingSuite {
		return nil
	}
	return key
}

// lockedKey is the public half of the key for a locked phone, made where there is none; nil where the phone never locks.
func (p *Phone) lockedKey() (json.RawMessage, error) {
	if !p.opts.Locks {
		return nil, nil
	}
	if p.self.LockedKey == nil { // kept before it is told: the server then knows it by hello
		key, err := newKey(Ed25519, p.opts.Entropy)
		if err != nil {
			return nil, err
		}
		if err := p.commit(func(t *tx) { p.self.LockedKey, p.self.SealTo = key, nil; t.putSelf() }); err != nil {
			return nil, err
		}
	}
	return publicJWK(p.self.LockedKey)
}

// sealBeside adds to a commit what it means for a locked phone: a sealed twin of each change that is not answered, none of
// the others. Where the device, its key, its client or the server's key has changed, all of them are sealed anew. What
// cannot be sealed is sent when the phone is unlocked.
func (t *tx) sealBeside() {
	p := t.p
	if !p.opts.Locks {
		return
	}
	s := &p.self
	able := s.SealTo != nil && s.LockedKey != nil && s.Key != nil && s.Device != "" && s.Enrol == "" && s.Directive != directiveWipe
	sealedFor := ""
	if able {
		sealedFor = strings.Join([]string{s.Device, s.Client, base64.RawURLEncoding.EncodeToString(s.Key), s.SealTo.KID}, " ")
	}
	anew := sealedFor != s.SealedFor
	if anew {
		s.SealedFor = sealedFor
		t.putSelf()
	}
	due := map[string]*change{} // by place; nil for a change that has left the outbox
	for _, w := range t.writes {
		if w.Table == tableOutbox {
			due[w.Key] = nil
		}
	}
	for _, c := range p.outbox {
		place := placeKey(c.Place)
		if _, written := due[place]; written || anew {
			due[place] = c
		}
	}
	for _, place := range slices.Sorted(maps.Keys(due)) {
		t.twin(place, due[place], able)
	}
	if len(due) == 0 && !slices.ContainsFunc(t.writes, func(w Write) bool { return w.Table == tableSelf }) {
		return
	}
	if !able {
		t.take(tableLocked, tableLocked)
		return
	}
	unsent, _ := p.Unsent()
	t.put(tableLocked, tableLocked, cover{s.Device, s.Client, s.Epoch, s.OffsetMs, s.LockedKey, unsent})
}

// twin puts the sealed twin of a change beside it, or takes it away where there is to be none.
func (t *tx) twin(place string, c *change, able bool) {
	if c != nil && able && !c.Acked && c.Client == t.p.self.Client {
		if sealed, err := t.p.seal(c); err == nil {
			t.put(tableSealed, place, twin{Place: c.Place, SealedChange: *sealed})
			return
		}
	}
	t.take(tableSealed, place)
}

// seal seals a change to the server, signed by the device's own key: a locked phone can send, not seal.
func (p *Phone) seal(c *change) (*wire.SealedChange, error) {
	point, err := base64.RawURLEncoding.DecodeString(p.self.SealTo.Key)
	if err != nil {
		return nil, fmt.Errorf("read the key to seal to: %w", err)
	}
	to, err := hpke.DHKEM(ecdh.P256()).NewPublicKey(point)
	if err != nil {
		return nil, fmt.Errorf("read the key to seal to: %w", err)
	}
	plain, err := json.Marshal(mutation{c.Mid, c.Key, c.Author, c.AuthoredAt, c.Ops})
	if err != nil {
		return nil, err
	}
	out := &wire.SealedChange{Mid: c.Mid, Key: c.Key, KID: p.self.SealTo.KID}
	sealed, err := hpke.Seal(to, hpke.HKDFSHA256(), hpke.AES256GCM(), []byte(out.Terms(c.Client)), plain)
	if err != nil {
		return nil, fmt.Errorf("seal change %d: %w", c.Mid, err)
	}
	out.Sealed = base64.RawURLEncoding.EncodeToString(sealed)
	signature, err := sign(p.self.Key, out.Signed(p.self.Device, c.Client))
	if err != nil {
		return nil, fmt.Errorf("sign sealed change %d: %w", c.Mid, err)
	}
	out.Signature = base64.RawURLEncoding.EncodeToString(signature)
	return out, nil
}
