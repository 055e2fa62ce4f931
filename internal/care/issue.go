package care

// conflicts hold both sides of a disagreement until a person decided; the stored value stays.
var conflicts = &Collection{Name: Conflicts, Synced: true, Fields: []Field{
	{Name: "patient", Kind: Ref, Ref: Patients, Policy: Server},
	{Name: "collection", Kind: Text, Max: 40, Policy: Server},
	{Name: "record", Kind: ID, Policy: Server},
	{Name: "field", Kind: Text, Max: 60, Policy: Server}, // "" = a retraction against an edit, or the reverse
	{Name: "policy", Kind: Text, Max: 20, Policy: Server},
	{Name: "before", Kind: Object, Policy: Server, Shape: quoted}, // what the second author saw (was)
	{Name: "kept", Kind: Object, Policy: Server, Shape: quoted},   // the stored value
	{Name: "lost", Kind: Object, Policy: Server, Shape: quoted},   // the value that was not applied
	{Name: "kept_by", Kind: Ref, Ref: StaffName, Policy: Server},
	{Name: "kept_at", Kind: Time, Policy: Server},
	{Name: "lost_by", Kind: Ref, Ref: StaffName, Policy: Server},
	{Name: "lost_at", Kind: Time, Policy: Server},
	{Name: "owner_team", Kind: Ref, Ref: Teams, Policy: Server},
	{Name: "opened_at", Kind: Time, Policy: Server},
	{Name: "due_at", Kind: Time, Policy: Server}, // unanswered by then: to the care coordinator
	{Name: "escalated_at", Kind: Time, Policy: Server},
	{Name: "escalated_from", Kind: Ref, Ref: Teams, Policy: Server}, // whose it was until then
	{Name: "state", Kind: Enum, Values: ConflictStates, Policy: Server},
	{Name: "resolved_by", Kind: Ref, Ref: StaffName, Policy: Server},
	{Name: "resolved_at", Kind: Time, Policy: Server},
	{Name: "resolution", Kind: Object, Policy: Server, Shape: freeObject},
}}

// quarantine keeps, whole and readable, what could not be stored.
var quarantine = &Collection{Name: Quarantine, Synced: true, Fields: []Field{
	{Name: "kind", Kind: Enum, Values: QuarantineKinds, Policy: Server},
	{Name: "client", Kind: ID, Policy: Server},
	{Name: "device", Kind: Ref, Ref: Devices, Policy: Server},
	{Name: "mid", Kind: Int, Policy: Server, Max: 1 << 53},
	{Name: "key", Kind: Text, Max: 26, Policy: Server},
	{Name: "author", Kind: Ref, Ref: StaffName, Policy: Server},
	{Name: "patient", Kind: Ref, Ref: Patients, Policy: Server}, // "" where the mutation named none that exists
	{Name: "collection", Kind: Text, Max: 40, Policy: Server},
	{Name: "record", Kind: Text, Max: 60, Policy: Server},
	{Name: "field", Kind: Text, Max: 60, Policy: Server},
	{Name: "code", Kind: Text, Max: 40, Policy: Server},
	{Name: "message", Kind: Text, Max: 1000, Policy: Server},
	{Name: "fix", Kind: Enum, Values: Fixes, Policy: Server},
	{Name: "waits_for", Kind: Text, Max: 60, Policy: Server},       // record id whose appearance runs it
	{Name: "content", Kind: Object, Policy: Server, Shape: quoted}, // the mutation, or the field's value, as it came
	{Name: "raw", Kind: Text, Max: 2 << 20, Policy: Server},        // base64, where it was not JSON
	{Name: "owner_team", Kind: Ref, Ref: Teams, Policy: Server},
	{Name: "opened_at", Kind: Time, Policy: Server},
	{Name: "due_at", Kind: Time, Policy: Server},
	{Name: "escalated_at", Kind: Time, Policy: Server},
	{Name: "escalated_from", Kind: Ref, Ref: Teams, Policy: Server}, // whose it was until then
	{Name: "state", Kind: Enum, Values: QuarantineStates, Policy: Server},
	{Name: "resolved_by", Kind: Ref, Ref: StaffName, Policy: Server},
	{Name: "resolved_at", Kind: Time, Policy: Server},
	{Name: "resolution", Kind: Object, Policy: Server, Shape: freeObject},
}}
