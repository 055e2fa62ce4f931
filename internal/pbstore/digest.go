package pbstore

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"sort"
	"strconv"

	"doorstep/internal/access"
	"doorstep/internal/wire"
)

const (
	rowsInScopes = `SELECT s.name, (SELECT count(*) FROM sync_feed f WHERE f.scope = s.id) FROM json_each(?) n JOIN sync_scopes s ON s.name = n.value`
)

// RowsIn counts the records in scopes, for the progress bar of a first load.
func (s *Store) RowsIn(ctx context.Context, scopes map[string]bool) (map[string]int64, error) {
	counts := make(map[string]int64, len(scopes))
	if len(scopes) == 0 {
		return counts, nil
	}
	names, err := json.Marshal(sortedKeys(scopes))
	if err != nil {
		return nil, err
	}
	err = s.Read(ctx, func(v *Snapshot) error {
		return v.each(rowsInScopes,
			func(r *sql.Rows) error {
				var name string
				var n int64
				err := r.Scan(&name, &n)
				counts[name] = n
				return err
			}, string(names))
	})
	return counts, err
}

// Digest of one record: the first eight bytes of SHA-256 over "collection/id/version". Those of
// a scope are XORed, so the order does not matter.
func Digest(collection, id string, version int64) uint64 {
	sum := sha256.Sum256([]byte(collection + "/" + id + "/" + strconv.FormatInt(version, 10)))
	return binary.BigEndian.Uint64(sum[:8])
}

// Digests are those of what the viewer should hold at a number, by scope; empty scopes are left out.
func (v *Snapshot) Digests(visible *access.Visible, until int64) (map[string]wire.ScopeDigest, error) {
	sums := map[string]uint64{}
	counts := map[string]int{}
	err := v.walkCurrent(visible, visible.Ranges, until, func(d wire.Delivery) {
		for _, scope := range d.Scopes {
			sums[scope] ^= Digest(d.Collection, d.ID, d.Version)
			counts[scope]++
		}
	})
	digests := make(map[string]wire.ScopeDigest, len(sums))
	for scope, sum := range sums {
		digests[scope] = wire.ScopeDigest{Count: counts[scope], Hash: fmt.Sprintf("%016x", sum)}
	}
	return digests, err
}

// walkCurrent visits each current record in the ranges once, a page at a time.
func (v *Snapshot) walkCurrent(visible *access.Visible, ranges []access.Range, until int64, fn func(wire.Delivery)) error {
	seen := map[string]bool{}
	ranges = append([]access.Range(nil), ranges...)
	for len(ranges) > 0 {
		rows, cut, err := v.Feed(ranges, until, wire.MaxPullRows)
		if err != nil {
			return err
		}
		list, err := v.Deliveries(visible, rows)
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

// Repair compares, for the scopes a device listed, record by record, and answers with what differs.
func (v *Snapshot) Repair(visible *access.Visible, until int64, have map[string][]wire.RecordRef) ([]wire.Delivery, error) {
	changes := []wire.Delivery{}
	theirs := map[string]int64{}
	collections := map[string]string{}
	var ranges []access.Range
	for scope, list := range have {
		for _, ref := range list {
			theirs[ref.ID], collections[ref.ID] = ref.Version, ref.Collection
		}
		if !visible.Holds(scope) {
			continue
		}
		if id, ok := v.store.Access.ScopeID(scope); ok {
			ranges = append(ranges, access.Range{Scope: id})
		}
	}
	sort.Slice(ranges, func(i, j int) bool { return ranges[i].Scope < ranges[j].Scope })
	err := v.walkCurrent(visible, ranges, until, func(d wire.Delivery) {
		if version, ok := theirs[d.ID]; !ok || version != d.Version {
			changes = append(changes, d)
		}
		delete(theirs, d.ID)
	})
	for _, id := range sortedKeys(theirs) {
		changes = append(changes, wire.Delivery{Collection: collections[id], ID: id, Gone: "left"})
	}
	return changes, err
}
