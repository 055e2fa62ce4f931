// Package history tells copies of one database apart. Each start of a server begins a history: a number,
// counted from 1, the point of the sequence after which it begins, and a name that no other start ever
// has. Two copies of a database share the histories from before they were copied and have others since.
// What speaks of a history that a database does not have was therefore said by another copy: the database
// was restored, however far its own numbers have moved meanwhile.
//
// The package is pure: names come in, and points of the sequence come out.
package history
