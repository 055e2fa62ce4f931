// Package phone is the reference client of the sync protocol: what a Flutter or Kotlin team
// would build from docs/protocol.md, in Go. The acceptance tests, the simulator and the demo
// work with it.
//
//	what people do → outbox → push → answers → items (saved, sent, needs you)
//	pull → staging → swap → base;   what people see = base ⊕ outbox
//
// The phone never sleeps, never reads a clock of its own and never starts a goroutine: the
// owner gives it a clock, entropy, storage and a network, and calls [Phone.Step] or
// [Phone.Sync] when [Phone.NextTry] says so. One Step is one request, and at most one commit
// to storage after its reply, so that a phone can be killed between any two of them; opening
// it again on the same storage carries on.
//
// A phone that locks seals each unsent change to the server as well; while it is locked a [Locked] sends those, and can
// read nothing.
//
// A Phone is not safe for concurrent use.
package phone
