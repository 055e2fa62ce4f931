package pbcontacts

import "slices"

// firstOf are the first of people, each once, in order.
func firstOf(people []string, most int) []string {
	slices.Sort(people)
	people = slices.Compact(people)
	return people[:min(len(people), most)]
}
