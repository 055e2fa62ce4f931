// Package measures works out what a neighbourhood wants to know of its work: definitions and arithmetic, with no store, no
// clock and nobody's name. What is recorded of a person becomes counts; counts of a week become figures; figures of weeks
// are charted; and what is published of them hides small numbers. Pure.
//
// Counts only add: those of a person are taken away and put back when something of theirs changes, which is how figures are
// kept up without reading anybody else.
package measures
