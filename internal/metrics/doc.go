// Package metrics counts what a server does and how it is, in the form that Prometheus reads. Names and labels hold
// nothing of anybody: no id, no name, no place. What the writer does is counted where it happens, which costs it some
// nanoseconds; what waits for people is read when somebody asks, in a snapshot that keeps nobody waiting.
package metrics
