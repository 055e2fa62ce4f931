package wire

import (
	"encoding/base64"
	"slices"

	"doorstep/internal/care"
)

// Ops are a mutation's ops, or what can be salvaged of one that could not be read.
func Ops(m *care.Mutation) []care.Op {
	if m.Ops != nil || m.Fault == nil {
		return m.Ops
	}
	if m.Salvaged == nil {
		m.Salvaged = Salvage(m.Raw)
	}
	return m.Salvaged
}

// KeptIn is the mutation that a quarantine row keeps, as far as it can be read.
func KeptIn(row *care.Record) *care.Mutation {
	i := care.AsIssue(row)
	return kept(i.Content(), i.Raw())
}

func kept(content []byte, raw string) *care.Mutation {
	if content == nil {
		content, _ = base64.StdEncoding.DecodeString(raw) // written by us
	}
	m, err := DecodeKept(content)
	if err != nil {
		return &care.Mutation{Raw: content, Fault: malformed("This change could not be read.")}
	}
	return &m
}

// Held is what others ask about a change in quarantine.
type Held struct {
	Creates []string // records that it would make
	Names   []string // people whom it names, but for the one it is filed under, and records that it would change
	Waits   string   // the record it waits for
}

// HeldIn is what a quarantine row keeps, as others ask about it.
func HeldIn(row *care.Record) Held {
	i := care.AsIssue(row)
	return HeldAs(i.Code(), i.WaitsFor(), i.Patient(), i.Content(), i.Raw())
}

// HeldAs is HeldIn of the fields of a row; content is empty where what was sent is in raw. What can be read of a change
// that is no clean JSON counts too: what belongs to a record that it would make waits for that one. One whose id was
// taken makes nothing that others could wait for: the record is there.
func HeldAs(code, waits, patient string, content []byte, raw string) Held {
	h := Held{Waits: waits}
	if len(content) == 0 {
		content = nil
	}
	if content == nil && raw == "" {
		return h
	}
	for _, op := range Ops(kept(content, raw)) {
		if op.Kind == care.OpCreate && code != care.CodeIDTaken {
			h.Creates = append(h.Creates, op.ID)
		}
		for _, id := range []string{op.Patient, op.ID} {
			if id != "" && id != patient && (id != op.ID || op.Kind != care.OpCreate) && !slices.Contains(h.Names, id) {
				h.Names = append(h.Names, id)
			}
		}
	}
	return h
}
