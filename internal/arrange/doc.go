// Package arrange turns what the rules found about a person into handovers and keeps them: it applies
// the plan of internal/handover, writes the texts, raises what people hand over by hand, and carries out
// what people and the clock do to a handover. It is the last of the three rooms a change goes through:
//
//	takein → judge → arrange
//
// What it stores is in the same transaction as the change that caused it.
package arrange
