package care

import (
	"bytes"
	"encoding/json"
)

// ByStranger says, by the evidence that a handover keeps, whether who reported it had not got its person. Whatever
// is refused raises what it says, so that anybody can report something about anybody: they learn how it stands, and
// read and decide nothing of it.
func ByStranger(evidence json.RawMessage) bool {
	if !bytes.Contains(evidence, []byte(`"stranger"`)) { // of nearly all; the rest is read with care
		return false
	}
	var kept struct {
		Stranger bool `json:"stranger"`
	}
	return json.Unmarshal(evidence, &kept) == nil && kept.Stranger
}
