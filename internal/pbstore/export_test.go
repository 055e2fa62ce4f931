package pbstore

import (
	"encoding/json"

	"doorstep/internal/care"
	"doorstep/internal/columns"
	"doorstep/internal/rules"
)

// Projected is the JSON of a record as a pull builds it for a view.
func (v *Snapshot) Projected(collection string, view care.View, id string) (raw json.RawMessage, err error) {
	s := v.store.tables.byName[collection]
	projection := s.clinical
	if view != care.Clinical {
		projection = s.limited
	}
	err = v.row("SELECT "+projection+" FROM "+columns.Quote(collection)+" WHERE id = ?", id).Scan((*[]byte)(&raw))
	return raw, err
}

// KnowsThereIsNo says that the transaction looked for a person and found none.
func (tx *Tx) KnowsThereIsNo(person string) bool {
	rec, looked := tx.patients[person]
	return looked && rec == nil
}

// Synced are the collections the feed carries.
func Synced() []string { return collectionNumbers }

// Conditions are those that builder where is given, by the name of their constant, with the collections they are
// used on.
func Conditions() map[string]Condition {
	issues := []string{care.Conflicts, care.Quarantine}
	return map[string]Condition{
		"withID": {withID, collectionNumbers}, "withIDs": {withIDs, collectionNumbers},
		"waitingFor":    {waitingFor, []string{care.Quarantine}},
		"checkinsAbout": {checkinsAbout, []string{care.Checkins}}, "sentAbout": {sentAbout, []string{care.Handovers}},
		"linesAfter": {linesAfter, []string{care.HandoverEvents}}, "openAbout": {openAbout, issues}, "namedIn": {namedIn, []string{care.Quarantine}}, "lastIssuesOf": {lastIssuesOf, issues},
		"handoversOf": {handoversOf, []string{care.Handovers}}, "handoversAbout": {handoversAbout, []string{care.Handovers}},
		"lastOfKinds":    {lastOfKinds, []string{care.HandoverEvents}},
		"eventsInWindow": {eventsInWindow, rules.Collections},
	}
}

// Condition is one condition on records.
type Condition struct {
	SQL         string
	Collections []string
}

// Built are the statements that functions make, by the name of the function and, where it makes several, what they
// are for: one of each form.
func Built() map[string]map[string]string {
	all := newTables()
	built := map[string]map[string]string{
		"where": {}, "insertion": {}, "update": {}, "deliveries": {}, "deliveriesAs": {}, "damages": {},
	}
	for name, s := range all.byName {
		built["insertion"][name] = s.insertion()
		built["update"][name] = s.update(s.Names[1:])
		built["deliveries"][name+", clinical"], built["deliveries"][name+", limited"] = s.deliveries(care.Clinical), s.deliveries(care.Limited)
		for form, view := range map[string]care.View{name + ", clinical": care.Clinical, name + ", limited": care.Limited} {
			built["deliveriesAs"][form], built["damages"][form] = s.deliveriesAs(s.legible[view].projection), s.damages(view)
		}
	}
	for name, c := range Conditions() {
		for _, collection := range c.Collections {
			built["where"][name+" "+collection] = all.byName[collection].where(c.SQL)
		}
	}
	return built
}
