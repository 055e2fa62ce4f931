// Package judge lets the rules look at what a change did to the records of a person, at what was refused
// of it, and at what lost in a merge. It is the middle of the three rooms a change goes through:
//
//	takein → judge → arrange
//
// What comes out are the alarms that hold, which arrange turns into handovers. A person is judged from
// the first moment that changed, in the order things happened, so that neither the order of arrival nor
// the way phones batch their changes shows.
package judge
