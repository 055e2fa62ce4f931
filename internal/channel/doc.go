// Package channel says how a team is reached beyond our own inbox: by its routes, each of a [Channel].
//
// What leaves is a [Notice]: that something waits, of which class, and a link to it. It holds no name, no number and no
// word about anybody, so that a channel has nothing to give away. What a channel was told of as delivered has arrived
// at a machine; no person has received it, and no state of a handover moves because of it.
//
// A channel is a folder of its own beside this file, held to the contract in channeltest, and a line in
// internal/server/channels.go.
package channel
