// Package measures works out what a neighbourhood wants to know of its work, from contacts alone: definitions and
// arithmetic, with no store, no clock and nobody's name. Pure.
package measures
