package sim

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"doorstep/internal/phone"
	riverside "doorstep/internal/testkit/town"
	"doorstep/internal/wire"
)

// errKilled ends a commit at which the phone's process was killed.
var errKilled = errors.New("killed")

// flash is the storage of a phone that can be killed at a commit, before it or after it.
type flash struct {
	*phone.Memory
	h *handset
}

// Commit implements phone.Storage.
func (f flash) Commit(writes []phone.Write) error {
	w := f.h.w
	if !w.healing && f.h.stepping {
		switch w.random.IntN(120) {
		case 0:
			w.note(f.h.name, "† killed before a commit")
			return errKilled
		case 1:
			if err := f.Memory.Commit(writes); err != nil {
				return err
			}
			w.note(f.h.name, "† killed after a commit")
			return errKilled
		}
	}
	return f.Memory.Commit(writes)
}

// handset is one phone in somebody's pocket.
type handset struct {
	w     *World
	name  string
	owner *person
	opts  phone.Options
	store *phone.Memory
	link  *link
	*phone.Phone

	skew       time.Duration // how wrong its clock is
	stepping   bool          // a step is under way: kills may happen
	heard      *wire.PullResponse
	recorded   map[string]bool // keys of the changes that are, or were, safe on it
	forms      []*phone.Seen   // forms somebody left open
	screens    []screen        // of the change that is being written
	urgent     map[string]bool // keys of changes that hand over as an emergency or as urgent
	backup     *backup
	locked     *phone.Locked    // while it is locked
	lockedWith map[string]int64 // what was in the outbox when it was locked
	gone       bool             // wiped
	gaveUp     bool             // a round failed, and nothing was written since
	barred     bool             // its owner has signed in, and may not enrol a phone any more
}

// backup is a copy of a phone, made by its system, that may be put back one day.
type backup struct {
	store    *phone.Memory
	recorded map[string]bool
}

func (w *World) newHandset(name string, owner *person) *handset {
	h := &handset{w: w, name: name, owner: owner, store: &phone.Memory{}, recorded: map[string]bool{}, urgent: map[string]bool{}}
	h.link = &link{w: w, h: h}
	if w.random.IntN(6) == 0 {
		h.skew = time.Duration(w.random.IntN(96)-48) * time.Hour
	} else {
		h.skew = time.Duration(w.random.IntN(120)-60) * time.Second
	}
	var seed [32]byte
	for i := range seed {
		seed[i] = byte(w.random.IntN(256))
	}
	h.opts = phone.Options{Server: "http://doorstep.test", HTTP: h.link, Now: func() time.Time { return w.clock.Now().Add(h.skew) },
		Entropy: rand.NewChaCha8(seed), Name: name, Platform: "sim", PageRows: wire.MinPullRows, DigestEvery: -1}
	if w.o.Digests {
		h.opts.DigestEvery = 20 * time.Minute
	}
	if w.o.Phone.line != nil {
		h.opts.HTTP = buggedLine{h.link, w.o.Phone.line(h)}
	}
	if w.random.IntN(4) == 0 {
		h.opts.KeyType = phone.P256
	}
	h.opts.Gzip = w.random.IntN(4) == 0
	h.opts.Locks = w.wide() && w.random.IntN(2) == 0
	h.opts.Online = func() bool { return !h.link.cut && !w.o.Phone.patient }
	w.phones = append(w.phones, h)
	w.timeline.columns = append(w.timeline.columns, name)
	h.open()
	return h
}

// open starts the phone's app on what its storage holds.
func (h *handset) open() {
	h.opts.Storage = flash{h.store, h}
	p, err := phone.New(h.opts)
	if err != nil {
		h.w.fail("%s does not start: %v", h.name, err)
		return
	}
	h.Phone = p
	h.forms, h.gaveUp, h.locked = nil, false, nil
}

// kill ends the app wherever it is and starts it again.
func (h *handset) kill() {
	h.w.note(h.name, "† killed")
	wasLocked := h.locked != nil
	h.open()
	if wasLocked {
		h.locked = phone.NewLocked(h.opts)
	}
}

// signIn makes the owner type their password, if the phone asks for it.
func (h *handset) signIn() {
	if !h.NeedsSignIn() || h.Directive() == "wipe" {
		return
	}
	err := h.SignIn(context.Background(), h.owner.email, riverside.Password)
	switch {
	case err == nil:
		h.w.note(h.name, "%s signs in", h.owner.name)
	case errors.Is(err, errKilled):
		h.open()
	}
}

// step does one step of the phone's round and checks what must hold after any of them.
func (h *handset) step() {
	switch {
	case h.gone:
		return
	case h.locked != nil:
		h.contact()
		return
	}
	h.signIn()
	h.heard = nil
	before := h.held()
	cursor := h.Cursor()
	drained := h.Directive() == "drain"
	h.Begin()
	h.stepping = true
	s, err := h.Step(context.Background())
	h.stepping = false
	h.gaveUp = h.gaveUp || err != nil
	if errors.Is(err, errKilled) {
		h.open()
	}
	if s.Kind == phone.StepEnrol {
		h.barred = strings.Contains(s.Note, "inactive")
	}
	if s.Kind != phone.StepIdle {
		text := fmt.Sprintf("%s %s", s.Kind, s.Note)
		if err != nil && !errors.Is(err, errSilence) && !errors.Is(err, errKilled) {
			text += " → " + err.Error()
		}
		if !errors.Is(err, errSilence) {
			h.w.note(h.name, "%s", text)
		}
	}
	if s.Kind == phone.StepDigest && err == nil {
		h.compared(s.Note)
	}
	if h.Directive() == "wipe" && !h.gone {
		h.gone = true
		h.w.note(h.name, "wiped")
		h.forget()
		return
	}
	h.prompt()
	h.w.afterStep(h, before, cursor, drained)
}

// compared looks at what a comparison came to: what it finds, a finished pull has missed.
func (h *handset) compared(note string) {
	h.w.count("compared")
	if strings.Contains(note, "differ") && !strings.HasPrefix(note, "0 scopes differ, 0") {
		h.w.fail("%s: the digests disagree: %s", h.name, note)
	}
}

// stranded says whether only a sign-in could help and its owner may not sign in any more: they
// left before the phone was enrolled, or before it had to be enrolled again.
func (h *handset) stranded() bool {
	return h.w.left[h.owner.name] && (h.NeedsSignIn() || h.barred)
}

// forget: what a wiped phone had not handed in is gone with it, as ordered.
func (h *handset) forget() {
	have := h.w.ledger()
	for key := range h.recorded {
		if _, ok := have[key]; !ok {
			delete(h.recorded, key)
		}
	}
}

// held are the changes in the phone's outbox: mid by key.
func (h *handset) held() map[string]int64 {
	mids := map[string]int64{}
	for _, c := range h.Outbox() {
		mids[c.Key] = c.Mid
	}
	return mids
}

// edit changes a record as it was seen, and remembers what was on the screen: what the phone
// says about that later must be true.
func (h *handset) edit(c *phone.Change, seen *phone.Seen, changes map[string]any) {
	was := map[string]string{}
	for field := range changes {
		was[field] = jsonOf(seen.Values[field])
	}
	h.screens = append(h.screens, screen{seen.Collection + "/" + seen.ID, seen.Base, was})
	c.EditSeen(h.shown(seen), changes)
}

// screen is what somebody saw when they wrote: the values of the fields they changed.
type screen struct {
	record, base string
	was          map[string]string
}

// honest checks that a change says what its author saw.
func (w *World) honest(m *mutation) {
	for _, s := range w.screens[m.Key] {
		for _, raw := range m.Ops {
			var op phone.Op
			if err := decodeNumbers(raw, &op); err != nil || op.Op != "update" || op.Collection+"/"+op.ID != s.record {
				continue
			}
			for field, was := range s.was {
				if said, ok := op.Was[field]; !ok || jsonOf(said) != was {
					w.fail("change %s of %s says that %s was %s; on the screen was %s", shortKey(m.Key), m.from.name, field, jsonOf(said), was)
				}
			}
		}
	}
}

// change records one change as somebody using the app would, and returns its key, "" where it could not.
func (h *handset) change(what string, steps func(*phone.Change)) (key string) {
	h.screens = nil
	key, err := h.InOne(steps)
	switch {
	case errors.Is(err, phone.ErrNotHeld), errors.Is(err, phone.ErrWiped), errors.Is(err, phone.ErrNotSignedIn):
		return ""
	case err != nil:
		h.w.fail("%s cannot record a change: %v", h.name, err)
		return ""
	case key == "":
		return ""
	}
	h.recorded[key], h.gaveUp = true, false
	if len(h.screens) > 0 {
		h.w.screens[key] = h.screens
	}
	h.w.note(h.name, "✎ %s %s", shortKey(key), what)
	return key
}
