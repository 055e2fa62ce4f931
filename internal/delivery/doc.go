// Package delivery carries handovers out of the outbox, through channels, at least once.
//
// A handover leaves the server only through a row of the outbox, written in the transaction
// that raised or moved it. A [Courier] takes the rows that are due to their channel and notes
// what came of it: delivered, to be tried again, or given up. Nothing is kept in memory: a
// restart, at any step, loses nothing and at worst delivers twice, under the same key.
package delivery
