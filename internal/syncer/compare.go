package syncer

import (
	"cmp"
	"slices"
	"sort"

	"doorstep/internal/access"
	"doorstep/internal/care"
	"doorstep/internal/pbstore"
	"doorstep/internal/wire"
)

// comparison holds what a device says it has against what it should have, both at the number of its cursor.
// A scope to which anything happened since is left out: the feed keeps the last change of a record only, so
// nobody can say any more what such a scope held then, and the next pull brings what happened.
type comparison struct {
	snap    *pbstore.Snapshot
	visible *access.Visible
	until   int64
	content bool // hashes are over what records say as well
}

// ours are the digests of the viewer's scopes that have records; those that moved are left out.
func (c comparison) ours() (map[string]wire.ScopeDigest, error) {
	ranges := slices.DeleteFunc(slices.Clone(c.visible.Ranges), func(r access.Range) bool {
		return c.visible.MovedSince(c.visible.Access.ScopeName(r.Scope))
	})
	sums, counts := map[string]uint64{}, map[string]int{}
	err := c.each(ranges, func(d wire.Delivery) {
		hash := c.hash(d)
		for _, scope := range d.Scopes {
			sums[scope] ^= hash
			counts[scope]++
		}
	})
	digests := make(map[string]wire.ScopeDigest, len(sums))
	for scope, sum := range sums {
		if !c.visible.MovedSince(scope) {
			digests[scope] = wire.ScopeDigest{Count: counts[scope], Hash: wire.FormatHash(sum)}
		}
	}
	return digests, err
}

func (c comparison) hash(d wire.Delivery) uint64 {
	if !c.content {
		d.Data = nil
	}
	return wire.RecordHash(d.Collection, d.ID, d.Version, d.Data)
}

// each visits every current record of the ranges once, a page at a time.
func (c comparison) each(ranges []access.Range, fn func(wire.Delivery)) error {
	seen := map[string]bool{}
	for len(ranges) > 0 {
		rows, cut, err := c.snap.Feed(ranges, c.until, wire.MaxPullRows)
		if err != nil {
			return err
		}
		list, err := c.snap.Deliveries(c.visible, rows)
		if err != nil {
			return err
		}
		for _, d := range list {
			if d.Gone == "" && !seen[d.ID] {
				seen[d.ID] = true
				fn(d)
			}
		}
		if !cut {
			return nil
		}
		last := rows[len(rows)-1]
		ranges = access.Drop(ranges, last.Scope, last.Seq)
	}
	return nil
}

// theirs is a record as a device listed it, and under which of the listed scopes.
type theirs struct {
	wire.HeldRecord
	scopes []string
}

// maxRepairBytes is what the records of one repair may weigh. What is left differs still, and is mended next time.
const maxRepairBytes = 2 * wire.MaxPullBytes

// repair answers, for the scopes a device listed, with the records that differ: those it lacks or holds in
// another form, those it holds under a scope that does not bring them, and those that are not its owner's.
// Held are the listed scopes that are.
func (c comparison) repair(listed map[string][]wire.HeldRecord) (changes []wire.Delivery, held []string, err error) {
	changes, held = []wire.Delivery{}, []string{}
	have := map[string]*theirs{}
	compared := map[string]bool{}
	var ranges []access.Range
	for scope, list := range listed {
		if c.visible.MovedSince(scope) {
			continue
		}
		compared[scope] = true
		for _, r := range list {
			if have[r.ID] == nil {
				have[r.ID] = &theirs{HeldRecord: r}
			}
			have[r.ID].scopes = append(have[r.ID].scopes, scope)
		}
		if !c.visible.Holds(scope) {
			continue
		}
		held = append(held, scope)
		if id, ok := c.visible.Access.ScopeID(scope); ok {
			ranges = append(ranges, access.Range{Scope: id})
		}
	}
	sort.Strings(held)
	sort.Slice(ranges, func(i, j int) bool { return ranges[i].Scope < ranges[j].Scope })
	bytes := 0
	if err := c.each(ranges, func(d wire.Delivery) {
		if t := have[d.ID]; (t == nil || !c.same(d, t, compared)) && bytes < maxRepairBytes {
			changes = append(changes, d)
			bytes += len(d.Data)
		}
		delete(have, d.ID)
	}); err != nil {
		return nil, nil, err
	}
	strays, err := c.look(have)
	return append(changes, strays...), held, err
}

// same says whether a device holds a record as it should, as far as the scopes that are compared go.
func (c comparison) same(d wire.Delivery, t *theirs, compared map[string]bool) bool {
	if t.Collection != d.Collection || t.Version != d.Version || c.content && t.Hash != wire.FormatHash(c.hash(d)) {
		return false
	}
	mine := slices.DeleteFunc(slices.Clone(d.Scopes), func(s string) bool { return !compared[s] })
	slices.Sort(mine)
	slices.Sort(t.scopes)
	return slices.Equal(mine, t.scopes)
}

// limitedRanges are the limited scopes of people, whole.
func (c comparison) limitedRanges(people []string) (ranges []access.Range) {
	for _, id := range people {
		if scope, ok := c.visible.Access.ScopeID(care.LimitedScope(id)); ok {
			ranges = append(ranges, access.Range{Scope: scope})
		}
	}
	slices.SortFunc(ranges, func(a, b access.Range) int { return cmp.Compare(a.Scope, b.Scope) })
	return ranges
}

// look finds the truth about records that stand in none of the scopes they were listed under: another scope
// may bring them.
func (c comparison) look(strays map[string]*theirs) ([]wire.Delivery, error) {
	byCollection := map[string][]string{}
	for id, t := range strays {
		byCollection[t.Collection] = append(byCollection[t.Collection], id)
	}
	found := map[string]wire.Delivery{}
	for name, ids := range byCollection {
		stored := []string{name}
		if name == care.SyncIssues {
			stored = []string{care.Conflicts, care.Quarantine}
		}
		for _, collection := range stored {
			if name == care.Patients && !c.visible.Access.Clinical() {
				// Their version is the number at which they stand in their limited scope, which the feed alone knows.
				if err := c.each(c.limitedRanges(ids), func(d wire.Delivery) { found[d.ID] = d }); err != nil {
					return nil, err
				}
				continue
			}
			for some := range slices.Chunk(ids, wire.MaxPullRows) {
				list, err := c.snap.Deliveries(c.visible, c.snap.RowsOf(collection, some))
				if err != nil {
					return nil, err
				}
				for _, d := range list {
					if d.Gone == "" { // whatever else is not theirs is answered like what is not there
						found[d.ID] = d
					}
				}
			}
		}
	}
	list := make([]wire.Delivery, 0, len(strays))
	for id, t := range strays {
		d, there := found[id]
		if !there {
			d = wire.Delivery{Collection: t.Collection, ID: id, Gone: "left"}
		}
		list = append(list, d)
	}
	sort.Slice(list, func(i, j int) bool { return list[i].ID < list[j].ID })
	return list, nil
}
