// Package storetest holds a store in memory for the rooms' tests, and the contract that this store and
// the real one both keep: the same cases, the same answers. For tests only.
package storetest
