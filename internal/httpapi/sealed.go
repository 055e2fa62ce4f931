package httpapi

import (
	"encoding/base64"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/care"
	"doorstep/internal/identity"
	"doorstep/internal/wire"
)

func (a *API) sealingKey() *wire.SealingKey {
	return &wire.SealingKey{KID: a.Sealing.ID(), Suite: identity.SealingSuite, Key: base64.RawURLEncoding.EncodeToString(a.Sealing.Public())}
}

// sealed takes in what a locked phone sealed when it was saved. All that is costly happens here, before anything waits for the writer:
// each change is opened and decoded, and what cannot be is kept as it came.
func (a *API) sealed(e *core.RequestEvent) error {
	var body wire.SealedRequest
	if err := decodeJSON(e, wire.MaxPushBytes, &body); err != nil {
		return err
	}
	session := sessionOf(e)
	p := &wire.Push{Client: body.Client, Epoch: body.Epoch, Schema: wire.CurrentSchema}
	if len(body.Changes) > 0 {
		signedBy, err := a.Identity.SignedByDevice(e.Request.Context(), session.Device)
		if err != nil {
			return err
		}
		for i := range body.Changes {
			c := &body.Changes[i]
			if i > 0 && c.Mid != body.Changes[i-1].Mid+1 {
				return wire.Fail(wire.CodeMalformed, "Changes must be numbered one after the other; %d follows %d.", c.Mid, body.Changes[i-1].Mid)
			}
			signature, err := base64.RawURLEncoding.DecodeString(c.Signature)
			if err != nil || signedBy(c.Signed(session.Device, body.Client), signature) != nil {
				return wire.Fail(wire.CodeInvalid, "Change %d is not signed by the device's own key; send it once the phone is unlocked.", c.Mid)
			}
			p.Mutations = append(p.Mutations, a.unseal(c, body.Client))
		}
	}
	answer, fail := a.Sync.PushSealed(e.Request.Context(), syncSession(e), p)
	return reply(e, answer, fail)
}

// unseal opens a sealed change.
func (a *API) unseal(c *wire.SealedChange, client string) care.Mutation {
	blob, err := base64.RawURLEncoding.DecodeString(c.Sealed)
	if err != nil {
		return c.Unopened(c.Bytes())
	}
	plain, err := a.Sealing.Open(c.KID, c.Terms(client), blob)
	if err != nil {
		a.App.Logger().Warn("a sealed change cannot be opened and is kept as it came", "client", client, "mid", c.Mid, "error", err)
		return c.Unopened(c.Bytes())
	}
	return c.Opened(plain)
}
