// Package takein takes one change in within the running transaction: may its author do this, can each
// field be stored, how does it meet what is stored. It is the first of the three rooms a change goes
// through:
//
//	takein → judge → arrange
//
// A change goes through four stages, each a type of its own, and each made of the one before:
//
//	input    the change as it came, with who sent it and when; nothing in it alters
//	planned  every record, conflict and issue it will leave; nothing is written yet
//	outcome  what was written: the plan, or the quarantine row that keeps the change whole
//	judged   the rules have looked at the outcome, and what waited for it has run
//
// A change ends applied, merged or quarantined; nothing is ever refused. It is planned whole before the
// first write, so that one which cannot be represented leaves nothing behind.
package takein
