package server

import (
	"time"

	"doorstep/internal/care"
	"doorstep/internal/pbplans"
	"doorstep/internal/pbstore"
)

// firstPeople are the people whom a new phone of a member of staff needs first: those of their round, and of what is open.
func firstPeople(v *pbstore.Snapshot, viewer care.Viewer, now time.Time, most int) ([]string, error) {
	return pbplans.Of(v).FirstPeople(viewer, now, most)
}
