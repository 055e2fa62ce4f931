package phone

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"doorstep/internal/care"
	"doorstep/internal/wire"
)

// pushBody is a push request as it travels.
type pushBody struct {
	Client    string            `json:"client"`
	Epoch     string            `json:"epoch"`
	Cursor    string            `json:"cursor,omitempty"` // from it a restored server learns what it lost before it judges anything
	Schema    int               `json:"schema"`
	Mutations []json.RawMessage `json:"mutations"`
}

type mutation struct {
	Mid        int64  `json:"mid"`
	Key        string `json:"key"`
	Author     string `json:"author"`
	AuthoredAt string `json:"authored_at"`
	Ops        []Op   `json:"ops"`
}

const envelopeBytes = 256 // room for what surrounds the mutations of a push

// batch takes from the first unsent change on what one request may carry; at least one.
func (p *Phone) batch() ([]*change, []json.RawMessage, error) {
	most := p.self.Limits.PushMutations
	if p.batchMax > 0 {
		most = min(most, p.batchMax)
	}
	room := p.self.Limits.PushBytes - envelopeBytes
	var list []*change
	var bodies []json.RawMessage
	for _, c := range p.outbox {
		if c.Acked && len(list) == 0 {
			continue
		}
		if len(list) == most {
			break
		}
		body, err := json.Marshal(mutation{c.Mid, c.Key, c.Author, c.AuthoredAt, c.Ops})
		if err != nil {
			return nil, nil, fmt.Errorf("encode change %d: %w", c.Mid, err)
		}
		if room -= len(body) + 1; room < 0 && len(list) > 0 {
			break
		}
		list, bodies = append(list, c), append(bodies, body)
	}
	return list, bodies, nil
}

// push sends the next batch, in order. New changes may be recorded while it is on its way.
func (p *Phone) push(ctx context.Context) error {
	list, bodies, err := p.batch()
	if err != nil {
		return err
	}
	p.round.note = fmt.Sprintf("%d–%d", list[0].Mid, list[len(list)-1].Mid)
	req := request{method: http.MethodPost, path: basePath + "/push", bearer: p.access.text,
		body: pushBody{Client: p.self.Client, Epoch: p.self.Epoch, Cursor: p.self.Cursor, Schema: p.opts.Schema, Mutations: bodies}}
	var answer wire.PushResponse
	if err := p.exchange(ctx, req, &answer); err != nil {
		return err
	}
	moved := false
	if err := p.commit(func(t *tx) { moved = t.pushed(&answer) }); err != nil {
		return err
	}
	if !moved {
		return fmt.Errorf("the answer to a push of %d changes from mid %d names none of them", len(list), list[0].Mid)
	}
	if p.batchMax *= 2; p.batchMax >= p.self.Limits.PushMutations {
		p.batchMax = 0
	}
	return nil
}

// pushed records the answer, change by change, and says whether anything moved. It touches
// neither the cursor nor the base.
func (t *tx) pushed(answer *wire.PushResponse) (moved bool) {
	p := t.p
	if !t.standing(answer.Epoch, answer.LastMid, answer.LastKey) {
		return true
	}
	byKey := make(map[string]*wire.Result, len(answer.Results))
	for i := range answer.Results {
		byKey[answer.Results[i].Key] = &answer.Results[i]
	}
	for _, c := range p.outbox {
		r, ok := byKey[c.Key]
		if !ok || r.Mid != c.Mid {
			continue
		}
		moved = moved || !c.Acked
		c.Acked, c.TurnedAway = true, turnedAway(r)
		t.put(tableOutbox, placeKey(c.Place), c)
		t.advance(c, stateOf(r), r)
	}
	if p.self.Directive == directiveDrain || p.access.scope == scopePushOnly {
		t.confirm(answer.LastMid, answer.LastKey)
		t.drained()
	}
	t.letGoOfWaiting()
	return moved
}

// turnedAway says whether the server neither stored nor kept a change, for want of room.
func turnedAway(r *wire.Result) bool {
	return len(r.Issues) == 1 && r.Issues[0].Code == care.CodeNoRoom && r.Issues[0].ID == ""
}

// halve answers 413: half of the batch next time, and the one that is too big alone aside.
func (p *Phone) halve() error {
	list, _, err := p.batch()
	if err != nil {
		return err
	}
	if len(list) > 1 {
		p.batchMax = len(list) / 2
		return nil
	}
	p.batchMax = 0
	return p.commit(func(t *tx) {
		t.setAside(list[0])
		t.drained()
	})
}
