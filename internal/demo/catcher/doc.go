// Package catcher is where everything goes that leaves Doorstep in the demo: a mail server, a receiver of webhooks and
// a push service on this machine, and a page that shows what came as it came. Nothing is passed on.
//
// One that is told to refuse an address answers as the mail server of an unknown mailbox does; one that is told to stay
// silent takes a request and never answers it.
package catcher
