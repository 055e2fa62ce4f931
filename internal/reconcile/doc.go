// Package reconcile decides, field by field, what happens when an edit meets a stored value.
// It is pure: stored value, last change, edit in; one of five outcomes out. Nothing else in
// Doorstep picks winners.
package reconcile
