// Package pbpages reads from data.db what pages list: inboxes open and closed, searches, caseloads, counts,
// trends. It has statements of its own and the snapshots of pbstore; who may see what of a row is for access.
package pbpages

import (
	"doorstep/internal/care"
	"doorstep/internal/pbstore"
)

// Pages reads what pages show, all of one moment.
type Pages struct{ *pbstore.Snapshot }

// Of reads in a snapshot.
func Of(v *pbstore.Snapshot) Pages { return Pages{v} }

func jsonList(items []string) string { return string(care.JSON(items)) }
