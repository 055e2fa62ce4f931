// Package rooms puts the three rooms a change goes through together for one transaction:
//
//	takein → judge → arrange
//
// Each room declares what it needs of a store and of the next room; here they meet one store that
// implements all of it. Tests put decorators in between: every room is a struct whose parts can be wrapped.
package rooms

import (
	"doorstep/internal/arrange"
	"doorstep/internal/care"
	"doorstep/internal/judge"
	"doorstep/internal/takein"
	"doorstep/internal/wire"
)

// Store is a running transaction: what the rooms together need of it.
type Store interface {
	care.Moment
	takein.Store
	takein.Notes
	takein.Reference
	judge.Store
	judge.Reference
	arrange.Store
	arrange.Reference
}

// Rooms are those of one transaction.
type Rooms struct {
	// Changes is where changes come in, of phones and of desks: the first room, unless a test puts something before it.
	Changes Changes
	TakeIn  *takein.Room
	Judge   *judge.Room
	Arrange *arrange.Room
}

// Changes takes changes in. See takein.Room.
type Changes interface {
	Accept(m *care.Mutation, by takein.By) (wire.Result, error)
	KeepFailed(m *care.Mutation, by takein.By) (wire.Result, error)
	KeepTaken(m *care.Mutation, by takein.By) (wire.Result, error)
	AcceptOpened(m *care.Mutation, by takein.By) (res wire.Result, kept bool, err error)
}

// Of puts the rooms of a transaction together.
func Of(tx Store) *Rooms {
	last := &arrange.Room{Store: tx, Reference: tx, Moment: tx}
	middle := &judge.Room{Store: tx, Reference: tx, Moment: tx, Next: last}
	first := &takein.Room{Store: tx, Evidence: tx, Notes: tx, Reference: tx, Moment: tx, Judge: middle, Handovers: last}
	last.Raised = first.Raised
	return &Rooms{Changes: first, TakeIn: first, Judge: middle, Arrange: last}
}
