package main

import (
	"encoding/json"

	"doorstep/internal/care"
)

// The shapes of a push as a phone writes it; see docs/protocol.md.
type (
	pushEnvelope struct {
		Client    string         `json:"client"`
		Epoch     string         `json:"epoch"`
		Schema    int            `json:"schema"`
		Mutations []pushMutation `json:"mutations"`
	}
	pushMutation struct {
		Mid        int64    `json:"mid"`
		Key        string   `json:"key"`
		Author     string   `json:"author"`
		AuthoredAt string   `json:"authored_at"`
		Ops        []pushOp `json:"ops"`
	}
	pushOp struct {
		Op         string          `json:"op"`
		Collection string          `json:"collection"`
		ID         string          `json:"id"`
		Patient    string          `json:"patient"`
		Base       string          `json:"base,omitempty"`
		Set        json.RawMessage `json:"set"`
		Was        json.RawMessage `json:"was,omitempty"`
	}
)

// pushBody packs one create a mutation, numbered from mid, and returns the next free mid.
func pushBody(dev device, mid int64, visits []visit) ([]byte, int64) {
	return pack(dev, mid, visits, func(v visit) pushOp {
		return pushOp{Op: string(care.OpCreate), Collection: care.Visits, ID: v.id, Patient: v.patient, Set: v.set}
	})
}

func pack(dev device, mid int64, visits []visit, op func(visit) pushOp) ([]byte, int64) {
	env := pushEnvelope{Client: dev.Client, Epoch: dev.Epoch, Schema: 1}
	for _, v := range visits {
		env.Mutations = append(env.Mutations, pushMutation{
			Mid: mid, Key: v.key, Author: dev.Staff, AuthoredAt: care.Stamp(v.at), Ops: []pushOp{op(v)},
		})
		mid++
	}
	body, err := json.Marshal(env)
	if err != nil {
		panic(err) // generated JSON always marshals
	}
	return body, mid
}
