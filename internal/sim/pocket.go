package sim

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"path/filepath"

	"doorstep/internal/identity"
	"doorstep/internal/phone"
	"doorstep/internal/wire"
)

// Phones that lock, in pockets: what was saved before goes out while nobody can read it, and the open phone sends it again.

// actLock locks a phone, often right after its owner wrote something, or opens it.
func (w *World) actLock() {
	w.anyPhone(func(h *handset) {
		switch {
		case h.locked != nil:
			h.unlock()
		case h.opts.Locks && h.Device() != "":
			for range w.random.IntN(3) {
				w.writeOn(h)
			}
			h.lock()
		}
	})
}

func (h *handset) lock() {
	h.locked, h.lockedWith = phone.NewLocked(h.opts), h.held()
	h.w.note(h.name, "— locked —")
	h.w.count("locked")
}

// unlock opens the phone on what it stored: nothing that nobody confirmed has left it meanwhile.
func (h *handset) unlock() {
	if h.locked == nil || h.gone {
		return
	}
	h.open()
	h.w.note(h.name, "— unlocked —")
	now := h.held()
	for key := range h.lockedWith {
		if _, still := now[key]; !still {
			h.w.fail("%s dropped change %s while it was locked", h.name, shortKey(key))
		}
	}
}

// contact lets a locked phone speak to the server.
func (h *handset) contact() {
	h.stepping = true
	c, err := h.locked.Contact(context.Background())
	h.stepping = false
	if errors.Is(err, errKilled) {
		h.locked = phone.NewLocked(h.opts)
		return
	}
	if err == nil {
		h.w.note(h.name, "locked: %d wait, %s", c.Waits, c.Directive)
		if h.w.o.Phone.dropTaken {
			h.dropTaken()
		}
	}
	if !c.Erased {
		return
	}
	h.w.count("emptied while locked")
	h.w.note(h.name, "emptied while it was locked (%s)", c.Directive)
	h.open()
	h.gone = true
	if c.Directive == "wipe" {
		h.forget()
	}
}

// sealing are the keys of the server that phones seal to.
func (m *machine) sealing() (*identity.SealingKeys, error) {
	return identity.LoadSealingKeys(filepath.Join(m.app.DataDir(), identity.SealingKeyFile))
}

// loseSealingKey starts the server again without the key that phones sealed to.
func (w *World) loseSealingKey() {
	w.count("sealing key lost")
	w.note(serverColumn, "† server started again without its sealing key")
	d, err := w.machine.image()
	if err != nil {
		w.fail("read the disk: %v", err)
		return
	}
	delete(d, identity.SealingKeyFile)
	if err := w.machine.replace(d); err != nil {
		w.fail("the server does not start again: %v", err)
	}
}

// tapSealed notes what a locked phone sent, and that it heard numbers and an order and nothing else.
func (w *World) tapSealed(from *handset, body []byte, status int, answer []byte) {
	var sent wire.SealedRequest
	if err := json.Unmarshal(body, &sent); err != nil {
		w.fail("a locked phone sent what is no JSON: %v", err)
		return
	}
	if bytes.Contains(body, inConfidence) || bytes.Contains(body, []byte(`"ops"`)) {
		w.fail("%s sent in clear while it was locked", from.name)
	}
	keys, err := w.machine.sealing()
	if err != nil {
		w.fail("read the sealing keys: %v", err)
		return
	}
	for i := range sent.Changes {
		c := &sent.Changes[i]
		m := &mutation{Mid: c.Mid, Key: c.Key, from: from, client: sent.Client, unread: true}
		if blob, err := base64.RawURLEncoding.DecodeString(c.Sealed); err != nil {
			w.fail("%s sent a sealed change that is no base64url", from.name)
		} else if plain, err := keys.Open(c.KID, c.Terms(sent.Client), blob); err == nil {
			m.raw, m.unread = plain, false
			if err := json.Unmarshal(plain, m); err != nil || m.Mid != c.Mid || m.Key != c.Key {
				w.fail("%s sealed something else than change %d: %s", from.name, c.Mid, plain)
			}
		} else {
			w.count("sealed to a lost key")
		}
		w.noteReached(m)
	}
	if status != http.StatusOK {
		w.note(serverColumn, "%s: sealed %d %s", from.name, status, codeOf(answer))
		return
	}
	heard := json.NewDecoder(bytes.NewReader(answer))
	heard.DisallowUnknownFields()
	var ack wire.SealedResponse
	if err := heard.Decode(&ack); err != nil {
		w.fail("a locked phone hears more than it may: %v: %s", err, answer)
	}
	for _, t := range ack.Taken {
		if t.Taken {
			w.count("sent while locked")
		}
	}
}

// noteReached remembers a change that reached the server, by what it said the first time it could be read.
func (w *World) noteReached(m *mutation) {
	if was, known := w.reached[m.Key]; known && (!was.unread || m.unread) {
		return
	}
	w.reached[m.Key] = m
	if !m.unread {
		w.honest(m)
	}
}
