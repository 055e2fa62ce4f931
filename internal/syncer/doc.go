// Package syncer holds the conversation with phones: hello, push, pull, digest.
//
// Pushes are taken in by one writer goroutine that commits whatever waits as one group, so that
// waiting for the disk is paid once for many phones. Pulls never wait for pushes: they read a
// snapshot, and when nothing is new they read memory alone.
package syncer
