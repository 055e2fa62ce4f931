package syncer

import (
	"slices"

	"doorstep/internal/pbstore"
	"doorstep/internal/wire"
)

// bytesOf is what records weigh on a page.
func bytesOf(changes []wire.Delivery) (sum int) {
	for i := range changes {
		sum += len(changes[i].Data)
	}
	return sum
}

// asLargeAs cuts a part of a page so that its records weigh no more than that. A change is never split, and of what
// would be nothing the first change stays, so that a pull goes on whatever a change weighs.
func asLargeAs(most int, rows []pbstore.FeedRow, changes []wire.Delivery) ([]pbstore.FeedRow, []wire.Delivery) {
	weights := make(map[string]int, len(changes))
	for i := range changes {
		weights[changes[i].ID] = len(changes[i].Data)
	}
	begins, keep := 0, 0 // where the change of a row begins, and how many rows stay
	for sum, i := 0, 0; i < len(rows); i++ {
		if i > 0 && (rows[i].Scope != rows[i-1].Scope || rows[i].Seq != rows[i-1].Seq) {
			begins = i
		}
		sum += weights[rows[i].Record]
		weights[rows[i].Record] = 0 // it comes once, whatever scopes it moved in
		if sum > most && begins > 0 {
			keep = begins
			break
		}
		keep = i + 1
	}
	stays := make(map[string]bool, keep)
	for _, row := range rows[:keep] {
		stays[row.Record] = true
	}
	return rows[:keep], slices.DeleteFunc(changes, func(d wire.Delivery) bool { return !stays[d.ID] })
}
