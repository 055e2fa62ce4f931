// Package pipeline takes one change through every stage inside the running transaction:
// may its author do this, can each field be stored, how does it meet what is stored, what do
// the rules say, who must be told. It sees every stage; no stage sees another.
//
//	mutation → permit → check → reconcile → store → judge → handover
//
// A mutation ends applied, merged or quarantined; nothing is ever refused. It is planned whole
// before the first write, so that one which cannot be represented leaves nothing behind.
package pipeline
