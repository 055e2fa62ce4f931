// Package contract holds what is written for the makers of clients to the real server:
// docs/openapi.yaml to its routes, its answers and the types of internal/wire, and the recorded
// conversations in docs/transcripts to what it says today. It has tests and nothing else.
package contract
