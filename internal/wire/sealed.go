package wire

import (
	"encoding/json"
	"strconv"
	"strings"

	"doorstep/internal/care"
)

// SealedRequest is what a locked phone sends: changes that it sealed to the server when they were saved, the first
// unanswered one first. With none of them it asks what to do about its own standing.
type SealedRequest struct {
	Client  string         `json:"client" validate:"required,ulid"`
	Epoch   string         `json:"epoch" validate:"max=40"`
	Changes []SealedChange `json:"changes" validate:"required,max=200,dive"`
}

// SealedChange is one mutation, sealed: what [Push] would carry under that mid and key.
type SealedChange struct {
	Mid int64  `json:"mid" validate:"required,min=1,max=9007199254740992"`
	Key string `json:"key" validate:"required,len=26"`
	// KID names the server's key that it is sealed to; Sealed is the encapsulated key and the ciphertext after it, base64url.
	KID    string `json:"kid" validate:"required,max=40"`
	Sealed string `json:"sealed" validate:"required"`
	// Signature is that of the device's own key over [SealedChange.Signed], base64url: a locked phone can send, not seal.
	Signature string `json:"signature" validate:"required,max=200"`
}

// Terms are what a change is sealed under: nothing of one outbox, number or key can be passed off as another's.
func (c *SealedChange) Terms(client string) string {
	return strings.Join([]string{"doorstep sealed change v1", client, strconv.FormatInt(c.Mid, 10), c.Key}, "|")
}

// Signed is what the device signs of a sealed change.
func (c *SealedChange) Signed(device, client string) string {
	return strings.Join([]string{"doorstep sealed by v1", device, client, strconv.FormatInt(c.Mid, 10), c.Key, c.KID, c.Sealed}, "|")
}

// Opened is the mutation that came out of a sealed change.
func (c *SealedChange) Opened(plain []byte) care.Mutation {
	if len(plain) == 0 {
		return c.Unopened(c.Bytes())
	}
	m, err := DecodeMutation(plain)
	if err != nil || m.Mid != c.Mid || m.Key != c.Key {
		return c.Unopened(plain)
	}
	return m
}

// Unopened is what stands for a sealed change that nobody can read: kept whole until its phone sends it in clear. Kept are the
// bytes that came, or what came out of them.
func (c *SealedChange) Unopened(kept []byte) care.Mutation {
	return care.Mutation{Mid: c.Mid, Key: c.Key, Raw: kept, Fault: &care.Problem{Code: care.CodeSealed,
		Message: "This change came from a locked phone, sealed, and could not be opened. The phone still has it and sends it again once it is unlocked."}}
}

// Bytes are a sealed change as it is kept where it cannot be opened.
func (c *SealedChange) Bytes() []byte {
	text, err := json.Marshal(c)
	if err != nil {
		panic(err) //nolint:forbidigo // unreachable: it has numbers and texts alone
	}
	return text
}

// SealedResponse answers a locked phone. It says which changes the server has, and nothing of what became of them.
type SealedResponse struct {
	Epoch     string  `json:"epoch"`
	LastMid   int64   `json:"last_mid"`
	LastKey   string  `json:"last_key"`
	Directive string  `json:"directive"` // none, drain; wipe and relogin come as errors
	Taken     []Taken `json:"taken"`
}

// Taken says whether the server has a change now. Where it has not, for want of room, the phone keeps it.
type Taken struct {
	Mid   int64  `json:"mid"`
	Key   string `json:"key"`
	Taken bool   `json:"taken"`
}

// SealingKey is the server's key that phones seal to.
type SealingKey struct {
	KID   string `json:"kid"`
	Suite string `json:"suite"` // numbers of RFC 9180: KEM, KDF, AEAD
	Key   string `json:"key"`   // public half, as RFC 9180 serialises it, base64url
}
