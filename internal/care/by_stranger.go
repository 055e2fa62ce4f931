package care

import (
	"bytes"
	"encoding/json"
)

// SQLMayChange is a condition in SQL on handovers, that of their index idx_handovers_may_change: a query that says it is served by it. It holds
// for those that judging a person may change whatever it finds: they are not closed, or were reported by a stranger. PocketBase takes no
// brackets in the condition of an index.
const SQLMayChange = `state <> '` + string(Done) + `' AND state <> '` + string(StoodDown) + `' OR evidence LIKE '%"stranger"%'`

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
