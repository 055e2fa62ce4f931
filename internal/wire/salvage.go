package wire

import (
	"bytes"
	"encoding/json"

	"doorstep/internal/care"
)

// maxSalvaged ops of a mutation are looked at; what a phone means to send has a tenth of them.
const maxSalvaged = 10 * MaxMutationOps

func decodeLoosely(raw []byte, into any) error {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	return dec.Decode(into)
}

// Salvage reads what it can of a mutation that could not be decoded, so that a reading in it can
// still raise its alarm. It never fails; nothing it returns is ever stored as a record.
func Salvage(raw []byte) []care.Op {
	var loose struct {
		Ops []struct {
			Op         any            `json:"op"`
			Collection any            `json:"collection"`
			ID         any            `json:"id"`
			Patient    any            `json:"patient"`
			Set        map[string]any `json:"set"`
		} `json:"ops"`
	}
	if decodeLoosely(raw, &loose) != nil && decodeLoosely(mendValues(raw, 0), &loose) != nil && len(loose.Ops) == 0 {
		return nil
	}
	if len(loose.Ops) > maxSalvaged {
		loose.Ops = loose.Ops[:maxSalvaged]
	}
	ops := make([]care.Op, 0, len(loose.Ops))
	for _, o := range loose.Ops {
		op := care.Op{Set: o.Set}
		kind, _ := o.Op.(string)
		op.Kind = care.OpKind(kind)
		op.Collection, _ = o.Collection.(string)
		op.ID, _ = o.ID.(string)
		if op.Patient, _ = o.Patient.(string); op.Patient == "" {
			op.Patient = op.PatientInContent()
		}
		ops = append(ops, op)
	}
	return ops
}
