package phone

import (
	"time"

	"doorstep/internal/care"
)

// record puts one change into the outbox: on this phone, and nowhere else yet.
func (p *Phone) record(ops []Op) (string, error) {
	key, err := p.newID()
	if err != nil {
		return "", err
	}
	err = p.commit(func(t *tx) {
		c := &change{Place: p.self.NextPlace, Client: p.self.Client, Mid: p.self.NextMid, Key: key,
			Author: p.self.Staff, AuthoredAt: care.Stamp(p.opts.Now()), Ops: ops}
		p.self.NextPlace++
		p.self.NextMid++
		t.putSelf()
		t.queue(c)
		t.advance(c, Saved, nil)
	})
	if err != nil {
		return "", err
	}
	now := p.opts.Now()
	p.retry.work(now)
	p.press(now)
	return key, nil
}

// queue puts a change into the outbox at its place.
func (t *tx) queue(c *change) {
	p := t.p
	i := len(p.outbox)
	for i > 0 && p.outbox[i-1].Place > c.Place {
		i--
	}
	p.outbox = append(p.outbox, nil)
	copy(p.outbox[i+1:], p.outbox[i:])
	p.outbox[i] = c
	t.put(tableOutbox, placeKey(c.Place), c)
}

// keyAt is the key of the change this phone numbered mid under its present client; false when
// it numbered none so or no longer knows.
func (p *Phone) keyAt(mid int64) (string, bool) {
	for _, c := range p.outbox {
		if c.Mid == mid && c.Client == p.self.Client {
			return c.Key, true
		}
	}
	if mid == p.self.ConfirmedMid && mid > 0 {
		return p.self.ConfirmedKey, true
	}
	for i := len(p.sentLog) - 1; i >= 0; i-- {
		if c := p.sentLog[i]; c.Mid == mid && c.Client == p.self.Client {
			return c.Key, true
		}
	}
	return "", false
}

// ours says whether last_mid and last_key of the server tell the story of this phone. If not,
// somebody else numbers changes under our client: a copy of this phone, or this phone is a
// backup of itself.
func (p *Phone) ours(lastMid int64, lastKey string) bool {
	if lastMid == 0 {
		return true
	}
	key, ok := p.keyAt(lastMid)
	return ok && key == lastKey
}

// confirm moves every change up to last_mid from the outbox to the sent log, if last_key is
// our key there. Only a finished pull may do this, because its base holds their effects; a
// draining phone, which may not pull, does it by the answer to its push.
func (t *tx) confirm(lastMid int64, lastKey string) {
	p := t.p
	if !t.standing(p.self.Epoch, lastMid, lastKey) || lastMid == p.self.ConfirmedMid {
		return
	}
	var kept []*change
	now := p.trueTime()
	for _, c := range p.outbox {
		if c.Mid > lastMid {
			kept = append(kept, c)
			continue
		}
		t.take(tableOutbox, placeKey(c.Place))
		c.Acked, c.ConfirmedAt = true, now
		if c.TurnedAway { // its number is taken, and its content is nowhere but here
			p.aside = append(p.aside, c)
			t.put(tableAside, placeKey(c.Place), c)
			continue
		}
		t.log(c)
		t.advance(c, Sent, nil)
	}
	p.outbox = kept
	p.self.ConfirmedMid, p.self.ConfirmedKey = lastMid, lastKey
	t.putSelf()
	t.prune(now)
	t.letGoOfWaiting()
}

// log adds a change to the sent log.
func (t *tx) log(c *change) {
	t.p.sentLog = append(t.p.sentLog, c)
	t.put(tableSentLog, placeKey(c.Place), c)
}

// prune forgets what the sent log has kept long enough. A clock that jumps back keeps more,
// never less, than it should.
func (t *tx) prune(now time.Time) {
	p := t.p
	n := 0
	for _, c := range p.sentLog {
		if now.Sub(c.ConfirmedAt) <= SentLogKept {
			break
		}
		n++
		t.take(tableSentLog, placeKey(c.Place))
		delete(p.items, c.Key)
		t.take(tableItems, c.Key)
	}
	p.sentLog = p.sentLog[n:]
}

// roomAgainAfter is how long a change waits for which the server had no room.
const roomAgainAfter = 10 * time.Minute

// tryForRoom queues anew, behind all others and under its old key, each change for which the server had no room a
// while ago.
func (t *tx) tryForRoom(now time.Time) {
	p := t.p
	var kept []*change
	for _, c := range p.aside {
		if !c.TurnedAway || now.Sub(c.ConfirmedAt) < roomAgainAfter {
			kept = append(kept, c)
			continue
		}
		t.take(tableAside, placeKey(c.Place))
		c.Place, c.Mid, c.Client = p.self.NextPlace, p.self.NextMid, p.self.Client
		c.Acked, c.TurnedAway, c.ConfirmedAt = false, false, time.Time{}
		p.self.NextPlace++
		p.self.NextMid++
		t.queue(c)
		t.advance(c, Saved, nil)
	}
	if len(kept) < len(p.aside) {
		p.aside = kept
		t.putSelf()
	}
}

// sendAgain makes every change from a mid on unsent: the server asked for it (gap), or has
// gone back behind it.
func (t *tx) sendAgain(mid int64) {
	p := t.p
	var kept []*change
	lowest := p.self.NextMid
	for _, c := range p.sentLog {
		if c.Client != p.self.Client || c.Mid < mid {
			kept = append(kept, c)
			continue
		}
		t.take(tableSentLog, placeKey(c.Place))
		c.ConfirmedAt = time.Time{}
		t.queue(c)
	}
	p.sentLog = kept
	for _, c := range p.outbox {
		lowest = min(lowest, c.Mid)
		if c.Mid >= mid && c.Acked {
			c.Acked = false
			t.put(tableOutbox, placeKey(c.Place), c)
		}
	}
	if lowest > mid { // what it asks for is nowhere any more: only a new client can go on
		t.fork()
		return
	}
	if p.self.ConfirmedMid >= mid {
		key, _ := p.keyAt(mid - 1)
		p.self.ConfirmedMid, p.self.ConfirmedKey = mid-1, key
		t.putSelf()
	}
}

// fork marks that the client is not ours alone any more: the device is enrolled anew, and
// everything unconfirmed is numbered again from one, under the same keys.
func (t *tx) fork() {
	if t.p.self.Enrol == "" {
		t.p.self.Enrol = enrolAnew
		t.putSelf()
	}
}

// renumber gives the changes of the outbox, and those of the sent log from a place on, mids
// that follow after, all of them unsent. The keys stay: what took effect already does nothing.
func (t *tx) renumber(place, after int64) {
	p := t.p
	var kept []*change
	for _, c := range p.sentLog {
		if c.Place < place {
			kept = append(kept, c)
			continue
		}
		t.take(tableSentLog, placeKey(c.Place))
		c.ConfirmedAt = time.Time{}
		t.queue(c)
	}
	p.sentLog = kept
	next := after + 1
	for _, c := range p.outbox {
		if c.Place < place {
			continue
		}
		c.Mid, c.Client, c.Acked = next, p.self.Client, false
		next++
		t.put(tableOutbox, placeKey(c.Place), c)
		t.advance(c, Saved, nil)
	}
	p.self.NextMid = next
	t.putSelf()
}

// enterEpoch meets a server that was restored: it may have lost changes it had confirmed.
// last_mid proves nothing then, because the numbers it lost may be in use again; the place of
// last_key in our own order, which spans our former clients, says what it still has.
func (t *tx) enterEpoch(epoch string, lastMid int64, lastKey string) {
	p := t.p
	first := p.self.Epoch == ""
	p.self.Epoch = epoch
	t.dropStaging()
	t.putSelf()
	if first {
		return
	}
	place := int64(0)
	for _, c := range append(append([]*change(nil), p.sentLog...), p.outbox...) {
		if c.Key == lastKey {
			place = c.Place
		}
	}
	p.self.ConfirmedMid, p.self.ConfirmedKey = lastMid, lastKey
	// What it has but no pull confirmed yet stays in the outbox until one does.
	for _, c := range p.outbox {
		if c.Place <= place {
			p.self.ConfirmedMid, p.self.ConfirmedKey = 0, ""
		}
	}
	t.renumber(place+1, lastMid)
}

// setAside takes a change that no request can carry out of the queue, so that what follows it
// can go. Its content stays on the phone; what follows was never taken in, so it may be
// numbered again.
func (t *tx) setAside(c *change) {
	p := t.p
	var kept []*change
	for _, o := range p.outbox {
		switch {
		case o == c:
			t.take(tableOutbox, placeKey(c.Place))
			p.aside = append(p.aside, c)
			t.put(tableAside, placeKey(c.Place), c)
			t.advance(c, NeedsYou, nil)
		case o.Mid > c.Mid:
			o.Mid--
			t.put(tableOutbox, placeKey(o.Place), o)
			t.advance(o, Saved, nil)
			kept = append(kept, o)
		default:
			kept = append(kept, o)
		}
	}
	p.outbox = kept
	p.self.NextMid--
	t.putSelf()
}

// Queued is one change of the outbox, for those who look after a phone.
type Queued struct {
	Key string
	Mid int64
	// Acked: a push answered it; it waits for the pull that confirms it.
	Acked bool
}

// Outbox lists what no pull has confirmed yet, in order.
func (p *Phone) Outbox() []Queued {
	list := make([]Queued, 0, len(p.outbox))
	for _, c := range p.outbox {
		list = append(list, Queued{c.Key, c.Mid, c.Acked})
	}
	return list
}

// SentLog lists the keys of the changes of the last fourteen days that a pull confirmed, in order.
func (p *Phone) SentLog() []string {
	list := make([]string, 0, len(p.sentLog))
	for _, c := range p.sentLog {
		list = append(list, c.Key)
	}
	return list
}

// Unsendable is a change that is too big for any request.
type Unsendable struct {
	Key string
	Ops []Op
}

// Aside lists the changes that are too big to be sent; their content is nowhere else.
func (p *Phone) Aside() []Unsendable {
	list := make([]Unsendable, 0, len(p.aside))
	for _, c := range p.aside {
		list = append(list, Unsendable{c.Key, c.Ops})
	}
	return list
}
