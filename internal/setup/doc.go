// Package setup makes a neighbourhood on an empty server: who administers it, the organisation, its teams. The
// description is the same whoever gives it: the page behind the link that an empty server prints, `doorstep setup` on
// a terminal or from a file, and the demo. What is wrong with one is told field by field.
//
// It knows neither routes nor PocketBase; storing is an interface.
package setup
