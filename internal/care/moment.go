package care

import "time"

// Moment is the change that is being taken in: its number, its time, and ids for what it makes.
type Moment interface {
	// Seq is the number of the change in the sequence.
	Seq() int64
	// Next starts a change of its own, such as one that waited until now, and returns its number.
	Next() int64
	// Now is the server's time; it stands still within a transaction.
	Now() time.Time
	// NewID makes the id of a record the server creates.
	NewID() string
}
