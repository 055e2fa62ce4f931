package fhir

// Outcome says what went wrong, in FHIR's words: code is of issue-type, such as not-found.
func Outcome(code, sentence string) OperationOutcome {
	severity := "error"
	if code == "exception" || code == "transient" {
		severity = "fatal"
	}
	return OperationOutcome{ResourceType: "OperationOutcome", Issue: []Issue{{Severity: severity, Code: code, Details: text(sentence)}}}
}

// Capability says what a receiver can ask this server.
func Capability() CapabilityStatement {
	read := func(kind string) RestResource {
		return RestResource{Type: kind, Interaction: []Interaction{{Code: "read"}}}
	}
	return CapabilityStatement{ResourceType: "CapabilityStatement", Status: "active", Date: "2026-11-30", Kind: "instance", Software: Software{"Doorstep"},
		Implementation: Implementation{"Handovers that a team was told of: how they stand (Task), and all that belongs to them (Bundle)."},
		FHIRVersion:    "4.0.1", Format: []string{"json"},
		Rest: []Rest{{Mode: "server", Security: RestSecurity{"A token of the receiver's own: Authorization: Bearer …"}, Resource: []RestResource{read("Bundle"), read("Task")}}}}
}
