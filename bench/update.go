package main

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/wire"
)

// updaters is how many devices change visits at the same time.
const updaters = 16

// measureUpdates lets devices change the note of visits they know, then change them once more
// from the old view, so that each of those opens a conflict.
func (b *bench) measureUpdates() error {
	if !b.wants("update") {
		return nil
	}
	var clean, conflict []pushCell
	for run := range b.runs {
		b.say("updates: %d devices, run %d of %d", updaters, run+1, b.runs)
		a, c, err := b.updateOnce(run)
		if err != nil {
			return fmt.Errorf("updates: %w", err)
		}
		clean, conflict = append(clean, a), append(conflict, c)
	}
	b.report.Update = append(b.report.Update, medianCell(clean), medianCell(conflict))
	return nil
}

func (b *bench) updateOnce(run int) (clean, conflict pushCell, err error) {
	c, err := b.begin(peerOf("doorstep"), config{Devices: updaters, Patients: b.size.people, Fresh: true, Profile: b.profile("update", updaters, run)})
	if err != nil {
		return clean, conflict, err
	}
	defer b.discard(c)
	turns := max(1, b.size.updates/batchSize/updaters)
	e, err := b.newEditors(c, turns)
	if err != nil {
		return clean, conflict, err
	}
	if clean, err = b.timed(c, "update", e.turns("the second note", func(v visit) string { return v.note }), care.Applied); err != nil {
		return clean, conflict, err
	}
	conflict, err = b.timed(c, "conflict", e.turns("the third note", func(v visit) string { return v.note }), care.Merged)
	return clean, conflict, err
}

// editors are devices with visits of theirs on the server.
type editors struct {
	c      *child
	visits [][]visit // by device
	mids   []int64
	bases  []string // what each device had seen
}

// newEditors creates the visits that are going to be changed; that also warms the server up.
func (b *bench) newEditors(c *child, turns int) (*editors, error) {
	e := &editors{c: c, visits: make([][]visit, len(c.Devices)), mids: make([]int64, len(c.Devices)), bases: make([]string, len(c.Devices))}
	work := make([][]turn, len(c.Devices))
	for i, dev := range c.Devices {
		log := newDiary(b.seed, i, dev, time.Now(), afternoon, turns*batchSize)
		e.visits[i], e.mids[i] = log.visits(turns*batchSize), 1
		work[i] = e.send(i, e.visits[i], func(v visit) pushOp {
			return pushOp{Op: string(care.OpCreate), Collection: care.Visits, ID: v.id, Patient: v.patient, Set: v.set}
		}, func(v visit) string { return v.key })
	}
	o, err := drive(c.URL, work, statusOf(care.Applied))
	if err != nil {
		return nil, err
	}
	if o.errors > 0 {
		return nil, o.first
	}
	return e, e.look()
}

// send packs one device's ops into pushes and moves its mid on.
func (e *editors) send(i int, visits []visit, op func(visit) pushOp, key func(visit) string) []turn {
	var turns []turn
	dev := e.c.Devices[i]
	for at := 0; at < len(visits); at += batchSize {
		batch := visits[at : at+batchSize]
		keyed := make([]visit, len(batch))
		for j, v := range batch {
			v.key = key(v)
			keyed[j] = v
		}
		var body []byte
		body, e.mids[i] = pack(dev, e.mids[i], keyed, op)
		turns = append(turns, turn{request(e.c.URL, syncPath+"/push", dev.Token, body)})
	}
	return turns
}

// look asks for the head, which is the base of the next changes.
func (e *editors) look() error {
	line, err := dial(e.c.URL)
	if err != nil {
		return err
	}
	defer line.close()
	for i, dev := range e.c.Devices {
		var hello wire.HelloResponse
		err := post(line, e.c.URL, syncPath+"/hello", dev.Token, wire.HelloRequest{Protocol: wire.Protocol, Schema: wire.CurrentSchema,
			Client: dev.Client, Now: care.Stamp(time.Now()), Outbox: wire.OutboxState{NextMid: e.mids[i]}}, &hello)
		if err != nil {
			return err
		}
		e.bases[i] = hello.Epoch + "." + strconv.FormatInt(hello.Head, 10)
	}
	return nil
}

// turns changes the note of every visit to a text; saw says which note its author had seen.
func (e *editors) turns(note string, saw func(visit) string) [][]turn {
	work := make([][]turn, len(e.visits))
	for i, visits := range e.visits {
		work[i] = e.send(i, visits, func(v visit) pushOp {
			return pushOp{Op: string(care.OpUpdate), Collection: care.Visits, ID: v.id, Patient: v.patient, Base: e.bases[i],
				Set: noteOf(note + ", " + v.note), Was: noteOf(saw(v))}
		}, func(visit) string { return newID() })
	}
	return work
}

func noteOf(text string) json.RawMessage {
	b, err := json.Marshal(map[string]string{"note": text})
	if err != nil {
		panic(err) // a map of strings always marshals
	}
	return b
}

// timed drives prepared pushes and measures them.
func (b *bench) timed(c *child, key string, work [][]turn, want care.Status) (pushCell, error) {
	cell := pushCell{Peer: key, Devices: len(work)}
	visits := 0
	for _, turns := range work {
		visits += len(turns) * batchSize
	}
	before, err := c.usage()
	if err != nil {
		return cell, err
	}
	o, err := drive(c.URL, work, statusOf(want))
	if err != nil {
		return cell, err
	}
	after, err := c.usage()
	cell.fill(o, visits, before, after)
	return cell, err
}
