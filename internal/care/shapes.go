package care

// The shapes of the fields that hold objects.

// spo2Scale says which SpO2 scale of NEWS2 a person is scored on, and who decided that. Scale 2 is for
// people with hypercapnic respiratory failure who have a target of 88–92 % (RCP, NEWS2, 2017).
var spo2Scale = &Shape{Members: []Member{
	{Field: Field{Name: "scale", Kind: Int, Min: 1, Max: 2}, Needed: true},
	{Field: Field{Name: "author", Kind: Ref, Ref: StaffName}},
	{Field: Field{Name: "role", Kind: Enum, Values: roleNames()}},
	{Field: Field{Name: "date", Kind: Date}},
	{Field: Field{Name: "reason", Kind: Text, Max: 500}},
}}

// consents are what a person said about sharing with a voluntary service, in the order in which they said it.
var consents = &Shape{List: true, Members: []Member{
	{Field: Field{Name: "service", Kind: Ref, Ref: Organisations}, Needed: true},
	{Field: Field{Name: "given", Kind: Bool}, Needed: true},
	{Field: Field{Name: "by", Kind: Ref, Ref: StaffName}},
	{Field: Field{Name: "how", Kind: Text, Max: 500}},
	{Field: Field{Name: "at", Kind: Time}},
	{Field: Field{Name: "expires", Kind: Date}}, // the last day on which it counts
}}

// onLists are the lists of people to keep in touch with that somebody is on: every how many days, and since when.
var onLists = &Shape{List: true, Members: []Member{
	{Field: Field{Name: "list", Kind: Text, Max: 26}, Needed: true},
	{Field: Field{Name: "name", Kind: Text, Max: 100}, Needed: true},
	{Field: Field{Name: "every_days", Kind: Int, Min: 1, Max: 366}, Needed: true},
	{Field: Field{Name: "since", Kind: Date}, Needed: true},
	{Field: Field{Name: "service", Kind: Ref, Ref: Organisations}}, // only its check-ins count as contact; left out: everybody's contacts do
}}

// openingHours are an organisation's own hours, by the day of the week.
var openingHours = &Shape{Members: []Member{weekday("monday"), weekday("tuesday"), weekday("wednesday"), weekday("thursday"),
	weekday("friday"), weekday("saturday"), weekday("sunday")}}

// specialDays are days on which an organisation has other hours than on that day of the week: none, or some although it
// is a bank holiday.
var specialDays = &Shape{List: true, Members: []Member{
	{Field: Field{Name: "day", Kind: Date}, Needed: true},
	{Field: Field{Name: "hours", Kind: Text, Rule: "hours"}}, // null = closed
	{Field: Field{Name: "name", Kind: Text, Max: 100}},
}}

// notHere are the classes that a practice takes elsewhere than in its inbox; see NotHere.
var notHere = &Shape{List: true, Members: []Member{
	{Field: Field{Name: "class", Kind: Enum, Values: CanBeElsewhere}, Needed: true},
	{Field: Field{Name: "until", Kind: Date}, Needed: true},
	{Field: Field{Name: "instead", Kind: Text, Max: 300}},
	{Field: Field{Name: "by", Kind: Text, Max: 200}},
	{Field: Field{Name: "at", Kind: Time}},
}}

func weekday(name string) Member { return Member{Field: Field{Name: name, Kind: Text, Rule: "hours"}} }

// jsonWebKey is a public key (RFC 7517): EC P-256, or OKP Ed25519 for a device.
var jsonWebKey = &Shape{Members: []Member{
	{Field: Field{Name: "kty", Kind: Enum, Values: []string{"EC", "OKP"}}, Needed: true},
	{Field: Field{Name: "crv", Kind: Enum, Values: []string{"P-256", "Ed25519"}}, Needed: true},
	{Field: Field{Name: "x", Kind: Text, Max: 43}, Needed: true},
	{Field: Field{Name: "y", Kind: Text, Max: 43}},
	// What a browser adds when it exports a key; nobody reads it.
	{Field: Field{Name: "alg", Kind: Text, Max: 20}},
	{Field: Field{Name: "use", Kind: Text, Max: 20}},
	{Field: Field{Name: "kid", Kind: Text, Max: 100}},
	{Field: Field{Name: "key_ops", Kind: List}},
	{Field: Field{Name: "ext", Kind: Bool}},
}}

// ruleVersions are the rules a handover was raised for.
var ruleVersions = &Shape{List: true, Members: []Member{
	{Field: Field{Name: "id", Kind: Text, Max: 60}, Needed: true},
	{Field: Field{Name: "version", Kind: Int, Min: 0, Max: 1 << 20}},
}}

// ruleCases are golden cases of a rule: a record of somebody, what came before it, and whether the rule holds at it.
var ruleCases = &Shape{List: true, Members: []Member{
	{Field: Field{Name: "name", Kind: Text, Max: 200}, Needed: true},
	{Field: Field{Name: "holds", Kind: Bool}, Needed: true},
	{Field: Field{Name: "record", Kind: Object, Shape: freeObject}, Needed: true}, // fields of its collection
	{Field: Field{Name: "patient", Kind: Object, Shape: freeObject}},
	{Field: Field{Name: "history", Kind: Object, Shape: &Shape{List: true, Members: []Member{
		{Field: Field{Name: "collection", Kind: Enum, Values: []string{Visits, Observations, Checkins}}, Needed: true},
		{Field: Field{Name: "hours_before", Kind: Decimal, Min: 0, Max: 24 * 60}, Needed: true},
		{Field: Field{Name: "record", Kind: Object, Shape: freeObject}, Needed: true},
	}}}},
}}

// evidenceShape is what a handover keeps of the records behind it, by reference and by value.
var evidenceShape = &Shape{Members: []Member{
	{Field: Field{Name: "key", Kind: Text}}, // what it was raised for; see handover.Route
	{Field: Field{Name: "records", Kind: Object, Shape: &Shape{List: true, Members: []Member{
		{Field: Field{Name: "collection", Kind: Enum, Values: []string{Visits, Observations, Checkins}}, Needed: true},
		{Field: Field{Name: "id", Kind: Text}, Needed: true}, // as it came: what was refused may have any
		{Field: Field{Name: "at", Kind: Time}},
		{Field: Field{Name: "clock_known", Kind: Bool}},
		{Field: Field{Name: "verified", Kind: Bool}},
		{Field: Field{Name: "values", Kind: Object, Shape: freeObject}}, // the record's fields
		{Field: Field{Name: "news2", Kind: Object, Shape: scoreShape}},
		{Field: Field{Name: "replaced_by", Kind: Text}}, // the set of readings that corrects this one
		{Field: Field{Name: "replaced_at", Kind: Time}}, // when it was corrected
	}}}},
	{Field: Field{Name: "copy_of", Kind: Ref, Ref: Handovers}},
	{Field: Field{Name: "stranger", Kind: Bool}}, // who reported it had not got the person
	{Field: Field{Name: "meant", Kind: Text}},    // whom it was meant for where they cannot take it
	{Field: Field{Name: "words", Kind: Object, Shape: &Shape{Members: []Member{ // the sender's own, once the text was written anew
		{Field: Field{Name: "situation", Kind: Text}},
		{Field: Field{Name: "background", Kind: Text}},
		{Field: Field{Name: "assessment", Kind: Text}},
		{Field: Field{Name: "recommendation", Kind: Text}},
		{Field: Field{Name: "safe_note", Kind: Text}},
	}}}},
}}

// scoreShape is a NEWS2 as internal/news2 gives it: points, not readings.
var scoreShape = &Shape{Members: []Member{
	points("respiration_rate"), points("spo2"), points("oxygen"), points("systolic"), points("pulse"), points("acvpu"), points("temperature"),
	{Field: Field{Name: "total", Kind: Int, Min: 0, Max: 20}}, // null where readings are missing
	{Field: Field{Name: "band", Kind: Text}},
	{Field: Field{Name: "single_three", Kind: Bool}},
	{Field: Field{Name: "floor_total", Kind: Int, Min: 0, Max: 20}}, // of the readings there are
	{Field: Field{Name: "floor_band", Kind: Text}},
	{Field: Field{Name: "age_unknown", Kind: Bool}}, // scored as an adult
	{Field: Field{Name: "scale", Kind: Int, Min: 1, Max: 2}},
	{Field: Field{Name: "status", Kind: Text}},
}}

func points(parameter string) Member {
	return Member{Field: Field{Name: parameter, Kind: Int, Min: 0, Max: 3}}
}

// eventDetail holds the coded facts of something that happened to a handover.
var eventDetail = &Shape{Members: []Member{
	{Field: Field{Name: "from", Kind: Text}}, // a team, a member of staff or a class, as the event is about
	{Field: Field{Name: "to", Kind: Text}},
	{Field: Field{Name: "into", Kind: Ref, Ref: Handovers}},
	{Field: Field{Name: "outcome", Kind: Enum, Values: HandoverOutcomes}},
	{Field: Field{Name: "cause", Kind: Enum, Values: DeclineCauses}},
	{Field: Field{Name: "meant", Kind: Text, Max: 40}}, // of a line that was added: what its author meant to do, which was not possible any more
	{Field: Field{Name: "name", Kind: Text}},           // of a call: who was spoken to
	{Field: Field{Name: "role", Kind: Text}},
	{Field: Field{Name: "reached", Kind: Bool}},
	{Field: Field{Name: "read_back", Kind: Bool}},
}}

// correctedTimes holds, by the name of a time field, that time as it really was; see CorrectedField.
func correctedTimes(collection string) *Shape {
	s := &Shape{}
	for _, name := range TimesOf(collection) {
		s.Members = append(s.Members, Member{Field: Field{Name: name, Kind: Time}})
	}
	return s
}

// quoted stands for what came, whatever it was: a value that could not be stored, or one side of a conflict.
var quoted = &Shape{Quoted: true}

// freeObject is an object whose members its writer chooses: the fields of a record, or a decision.
var freeObject = &Shape{Free: true}
