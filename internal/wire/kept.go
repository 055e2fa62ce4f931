package wire

import (
	"encoding/base64"

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
	raw := []byte(i.Content())
	if raw == nil {
		raw, _ = base64.StdEncoding.DecodeString(i.Raw()) // written by us
	}
	m, err := DecodeKept(raw)
	if err != nil {
		return &care.Mutation{Raw: raw, Fault: malformed("This change could not be read.")}
	}
	return &m
}
