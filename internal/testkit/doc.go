// Package testkit is what tests of every package share: clocks that a test turns, and waiting for what must
// come.
//
// No test asserts a time, a rate, a profile or luck; internal/clock_test.go holds that. A test that needs
// something to happen waits for it here, and Patience ends it only when it hangs.
package testkit
