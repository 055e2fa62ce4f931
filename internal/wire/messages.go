package wire

import (
	"encoding/json"

	"doorstep/internal/care"
)

// HelloRequest opens a sync session: who, from where, what time the device thinks it is.
type HelloRequest struct {
	Protocol int         `json:"protocol" validate:"required,min=1"`
	Schema   int         `json:"schema" validate:"required,min=1"`
	Client   string      `json:"client" validate:"required,ulid"`
	Now      string      `json:"now" validate:"required"`
	Cursor   string      `json:"cursor" validate:"max=4096"`
	Outbox   OutboxState `json:"outbox"`
	App      string      `json:"app,omitempty" validate:"max=40"`
	// LockedKey is the public half, a JSON Web Key, of the key that the phone signs in with while it is locked.
	LockedKey json.RawMessage `json:"locked_key,omitempty"`
}

// OutboxState counts the changes that a phone has not sent yet.
type OutboxState struct {
	Count   int64  `json:"count" validate:"min=0"`
	Oldest  string `json:"oldest,omitempty" validate:"max=40"`
	NextMid int64  `json:"next_mid" validate:"min=0"`
}

// HelloResponse tells a phone where it stands.
type HelloResponse struct {
	Epoch         string         `json:"epoch"`
	Head          int64          `json:"head"`
	LastMid       int64          `json:"last_mid"`
	LastKey       string         `json:"last_key"`
	ServerTime    string         `json:"server_time"`
	ClockOffsetMs int64          `json:"clock_offset_ms"` // server minus device
	Scopes        []ScopeState   `json:"scopes"`
	Revoked       []RevokedScope `json:"revoked"`
	Schema        SchemaState    `json:"schema"`
	Directive     string         `json:"directive"` // none, wipe, drain, relogin, upgrade
	Limits        Limits         `json:"limits"`
	Pace          Pace           `json:"pace"`
	Sealing       *SealingKey    `json:"sealing,omitempty"` // for phones that named a locked_key: it may be used from now on
}

// ScopeState is one scope the viewer holds: "ok", or "backfill" when the next pull brings all of it.
type ScopeState struct {
	ID    string `json:"id"`
	State string `json:"state"`
	Rows  int64  `json:"rows"`
	Bytes int64  `json:"bytes"` // estimate
}

// RevokedScope is one the next pull takes away, after the device's unsent work went up.
type RevokedScope struct {
	ID    string `json:"id"`
	Purge string `json:"purge"` // after_push
}

// SchemaState says which schema versions may do what.
type SchemaState struct {
	Current int `json:"current"`
	MinPull int `json:"min_pull"`
	MinPush int `json:"min_push"`
}

// Limits of one request.
type Limits struct {
	PushMutations int `json:"push_mutations"`
	PushBytes     int `json:"push_bytes"`
	PullRows      int `json:"pull_rows"`
}

// Pace asks a phone to keep distance between its rounds.
type Pace struct {
	MinIntervalMs int `json:"min_interval_ms"`
	JitterMs      int `json:"jitter_ms"`
}

// Poke says on a stream that there is something to pull. Head is the last number there was; who
// has pulled up to it or beyond has it already.
type Poke struct {
	Head int64 `json:"head"`
}

// PushResponse answers a push change by change.
type PushResponse struct {
	Epoch   string   `json:"epoch"`
	LastMid int64    `json:"last_mid"`
	LastKey string   `json:"last_key"`
	Results []Result `json:"results"`
}

// Result says how one mutation ended.
type Result struct {
	Mid       int64       `json:"mid"`
	Key       string      `json:"key"`
	Status    care.Status `json:"status"`
	Replayed  bool        `json:"replayed"`
	Records   []RecordRef `json:"records,omitempty"`
	Conflicts []Conflict  `json:"conflicts,omitempty"`
	Issues    []Issue     `json:"issues,omitempty"`
}

// RecordRef names a record and the version a mutation gave it.
type RecordRef struct {
	Collection string `json:"collection"`
	ID         string `json:"id"`
	Version    int64  `json:"version"`
}

// Conflict tells an author that somebody else's value stands, or that theirs replaced one.
type Conflict struct {
	ID         string `json:"id"`
	Collection string `json:"collection"`
	Record     string `json:"record"`
	Field      string `json:"field"`
	Policy     string `json:"policy"`
	Kept       any    `json:"kept"` // "theirs" or "yours": which value stands
	Theirs     any    `json:"theirs"`
	Yours      any    `json:"yours"`
	By         string `json:"by"`
	At         string `json:"at"`
}

// Issue tells an author what was set aside or quarantined, and who can mend it.
type Issue struct {
	ID      string `json:"id"`
	Code    string `json:"code"`
	Field   string `json:"field,omitempty"`
	Message string `json:"message"`
	Fix     string `json:"fix"` // edit, supervisor, none
}

// PullResponse is one page of changes.
type PullResponse struct {
	Epoch   string       `json:"epoch"`
	History string       `json:"history,omitempty"` // the start of the server that says so; goes into bases
	Head    int64        `json:"head"`
	Cursor  string       `json:"cursor"`
	More    bool         `json:"more"`
	Loading *Loading     `json:"loading,omitempty"` // more people come with the next pulls: a first load is under way
	LastMid int64        `json:"last_mid"`
	LastKey string       `json:"last_key"`
	Scopes  []ScopeEvent `json:"scopes"`
	Changes []Delivery   `json:"changes"`
}

// Loading says how far a first load has come whose people come one after another.
type Loading struct {
	Sent int64 `json:"sent"` // records that came
	Of   int64 `json:"of"`   // about so many there are
}

// ScopeEvent adds, revokes or resets one scope; "reset" of "*" resets all of them.
type ScopeEvent struct {
	ID string `json:"id"`
	Op string `json:"op"` // add, revoke, reset
}

// Delivery is one record, whole, or word that it is gone.
type Delivery struct {
	Collection string          `json:"collection"`
	ID         string          `json:"id"`
	Version    int64           `json:"version"`
	Scopes     []string        `json:"scopes,omitempty"`
	Data       json.RawMessage `json:"data,omitempty"`
	Gone       string          `json:"gone,omitempty"` // left, retracted
	Patient    string          `json:"-"`              // whom it is about, for the audit; "" for nobody
}

// DigestRequest states what a device holds, scope by scope, after a finished pull; Records only for scopes
// that differed.
type DigestRequest struct {
	Client string `json:"client" validate:"required,ulid"`
	Cursor string `json:"cursor" validate:"required,max=4096"`
	// Content: the hashes are over what the records say as well; see RecordHash.
	Content bool                    `json:"content,omitempty"`
	Scopes  map[string]ScopeDigest  `json:"scopes" validate:"max=20000"`
	Records map[string][]HeldRecord `json:"records,omitempty" validate:"max=200"`
}

// HeldRecord names a record as a device holds it. Hash is its RecordHash, where the request is over content.
type HeldRecord struct {
	Collection string `json:"collection"`
	ID         string `json:"id"`
	Version    int64  `json:"version"`
	Hash       string `json:"hash,omitempty"`
}

// ScopeDigest is how many live records a scope has, and the XOR of their hashes; see RecordHash.
type ScopeDigest struct {
	Count int    `json:"count"`
	Hash  string `json:"hash"`
}

// DigestResponse names the scopes that differ and repairs the records of those that were listed, all as it
// was at the cursor.
type DigestResponse struct {
	Epoch   string   `json:"epoch"`
	History string   `json:"history,omitempty"` // as in a pull
	Differs []string `json:"differs"`
	// Moved are scopes to which something happened after the cursor. They were not compared: the next pull
	// brings what happened.
	Moved []string `json:"moved"`
	// Held are those of the listed scopes that are the asker's. One that is neither here nor in Moved is not.
	Held    []string   `json:"held"`
	Changes []Delivery `json:"changes"`
}

// EnrolRequest binds a device to the member of staff who signed in.
type EnrolRequest struct {
	Name      string          `json:"name" validate:"required,max=200"`
	Platform  string          `json:"platform" validate:"required,max=40"`
	PublicKey json.RawMessage `json:"public_key" validate:"required"`
	Client    string          `json:"client,omitempty" validate:"omitempty,ulid"`
	Code      string          `json:"code,omitempty" validate:"max=64"` // one-time sign-in code instead of a staff token
	// Replaces is the device that this phone was before it was emptied; one of the same person is withdrawn.
	Replaces string `json:"replaces,omitempty" validate:"omitempty,ulid"`
}

// EnrolResponse names the device and the client its outbox is numbered under: what a client cannot do without of the
// answer, which also says whose the phone is.
type EnrolResponse struct {
	Device string `json:"device"`
	Client string `json:"client"`
}

// TokenResponse is an access token of RFC 6749 shape.
type TokenResponse struct {
	AccessToken string `json:"access_token"`
	TokenType   string `json:"token_type"` // Bearer
	ExpiresIn   int    `json:"expires_in"` // seconds
	Scope       string `json:"scope"`      // sync, push_only or locked
}
