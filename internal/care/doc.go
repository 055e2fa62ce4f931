// Package care holds the nouns of Doorstep: the collections a phone carries, the fields they
// have, who may do what with them, which scopes deliver them, and what a change to them is.
//
// Everything else is generated from or checked against the tables in this package: the
// database schema, the wire validation, the merge policies, the projections for volunteers and
// the role matrix. It imports no other package of Doorstep but the pure identifier checks.
package care
