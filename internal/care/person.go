package care

var patients = &Collection{Name: Patients, Synced: true, Pushable: true, Fields: []Field{
	{Name: "nhs_number", Kind: Text, Max: 10, Rule: "nhsnumber"},
	{Name: "nhs_number_status", Kind: Enum, Policy: Server, Values: []string{"unverified", "verified"}},
	{Name: "family_name", Kind: Text, Max: 100},
	{Name: "given_name", Kind: Text, Max: 100},
	{Name: "preferred_name", Kind: Text, Max: 100, Policy: Latest, Limited: true},
	{Name: "date_of_birth", Kind: Date},
	{Name: "died_on", Kind: Date, Limited: true}, // what was planned is then not to be done; what is recorded stays
	{Name: "pregnant", Kind: Bool},
	{Name: "address", Kind: Text, Max: 500, Policy: Latest, Limited: true},
	{Name: "postcode", Kind: Text, Max: 10, Policy: Latest, Limited: true},
	{Name: "lsoa", Kind: Text, Max: 20, Policy: Latest},
	{Name: "phone", Kind: Text, Max: 40, Policy: Latest, Limited: true},
	{Name: "address_hidden", Kind: Bool, Limited: true}, // address, postcode and phone are for those who visit; see access.Person
	{Name: "practice", Kind: Ref, Ref: Organisations},
	{Name: "lead", Kind: Ref, Ref: StaffName},
	{Name: "communication_needs", Kind: List, Policy: Set, Limited: true},
	{Name: "access_notes", Kind: Text, Max: 2000},
	{Name: "risk_note", Kind: Text, Max: 1000, Limited: true}, // written to be safe to share
	{Name: "spo2_scale", Kind: Object, Shape: spo2Scale},      // null = scale 1
	{Name: "consent", Kind: Object, Shape: consents},          // the last word about a service counts; null = none given
	{Name: "objection", Kind: Bool},
	{Name: "contact_lists", Kind: Object, Policy: Server, Shape: onLists},               // the lists of people to keep in touch with that they are on
	{Name: "shared_lists", Kind: Object, Policy: Server, Shape: onLists, Limited: true}, // those that voluntary services may know of, by the name that is safe to share
	{Name: "merged_into", Kind: Ref, Ref: Patients, Policy: Server},                     // the registration with which this one was made one person
}}

var caseload = &Collection{Name: Caseload, Fields: []Field{
	{Name: "patient", Kind: Ref, Ref: Patients},
	{Name: "team", Kind: Ref, Ref: Teams},      // one of team and staff
	{Name: "staff", Kind: Ref, Ref: StaffName}, // one person: delegation to a support worker, a volunteer's round
	{Name: "from", Kind: Time},                 // null = since ever
	{Name: "to", Kind: Time},                   // null = open-ended; a cover ends by itself
	{Name: "reason", Kind: Text, Max: 500},
	{Name: "cohort", Kind: Text, Max: 50}, // free code of a proactive cohort, for coverage figures
	{Name: "contact_every_days", Kind: Int, Min: 1, Max: 366},
}}
