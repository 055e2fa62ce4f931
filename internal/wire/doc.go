// Package wire turns the bodies of the sync protocol, version 1, into the nouns of package care
// and back. It enforces the limits of the envelope and of JSON itself; what the fields mean is
// not its business. docs/openapi.yaml states the same shapes for clients.
package wire
