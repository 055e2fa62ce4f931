package wire

// Limits of one request. They are told to every phone in the answer to hello.
const (
	MaxPushMutations = 200
	MaxPushBytes     = 4 << 20   // after decompression
	MaxMutationBytes = 256 << 10 // larger ones are quarantined as oversized, raw bytes kept
	MaxMutationOps   = 50
	MaxDepth         = 12 // nesting inside one mutation
	MaxPullRows      = 1000
	MinPullRows      = MaxMutationOps + 1 // a page never splits a mutation
	MaxPullBytes     = 4 << 20            // of the records of a page, but for its last change, which comes whole
)

// Protocol and Schema are the versions this server speaks; any schema from 1 may push for ever.
const (
	Protocol      = 1
	CurrentSchema = 1
	MinPullSchema = 1
	MinPushSchema = 1
)
