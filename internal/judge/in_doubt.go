package judge

import (
	"doorstep/internal/care"
	"doorstep/internal/wire"
)

// about is what open issues say of one record.
type about struct {
	values []*care.Record // values that lost or were set aside
	ops    []refusedOp
}

// refusedOp is an op of a refused change, the one of that number.
type refusedOp struct {
	issue *care.Record
	op    *care.Op
	n     int
}

// touchInDoubt notes the moments at which records of a person that were changed happened according to what is in doubt about
// them. The issues of the person are read once, however many records were changed, and not at all where there are none.
func (r *Room) touchInDoubt(n *News, patient string) error {
	if len(n.changed) == 0 {
		return nil
	}
	changed := make(map[string]*about, len(n.changed))
	for _, w := range n.changed {
		changed[w.Record.ID] = &about{}
	}
	sources := []string{patient}
	for id := range changed {
		sources = append(sources, id) // refused changes that name somebody else
	}
	seen := map[string]bool{}
	for _, source := range sources {
		issues, err := r.Store.OpenIssues(source)
		if err != nil {
			return err
		}
		for _, issue := range issues {
			if !seen[issue.ID] {
				seen[issue.ID] = true
				sort(issue, changed)
			}
		}
	}
	d := r.newDoubtful(nil)
	for _, w := range n.changed {
		for _, stored := range []*care.Record{w.Old, w.Record} {
			if err := d.addAbout(stored, changed[w.Record.ID]); err != nil {
				return err
			}
		}
	}
	n.stir(d.events)
	return nil
}

// sort puts an issue beside the records that it says something of.
func sort(issue *care.Record, records map[string]*about) {
	if !keepsMutation(issue) {
		if a := records[care.AsIssue(issue).About()]; a != nil {
			a.values = append(a.values, issue)
		}
		return
	}
	ops := wire.Ops(wire.KeptIn(issue))
	for i := range ops {
		if a := records[ops[i].ID]; a != nil && wouldChange(&ops[i]) {
			a.ops = append(a.ops, refusedOp{issue, &ops[i], i})
		}
	}
}

// addAbout adds a record as each of them means it to be.
func (d *doubtful) addAbout(stored *care.Record, a *about) error {
	for _, issues := range byChange(a.values) {
		if err := d.addMeant(stored, issues); err != nil {
			return err
		}
	}
	for _, o := range a.ops {
		if err := d.addWanted(o.issue, stored, o.op, o.n); err != nil {
			return err
		}
	}
	return nil
}
