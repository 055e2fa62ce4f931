package httpapi

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"net/http"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/care"
	"doorstep/internal/channel"
	"doorstep/internal/channel/webhook"
	"doorstep/internal/identity"
	"doorstep/internal/pbchannels"
	"doorstep/internal/pbstore"
	"doorstep/internal/setup"
)

// ReceiverToken is what the receiver of a way reads with, as whoever sets up sees it: never the token itself.
type ReceiverToken struct {
	ID     string      `json:"id"`
	MadeAt string      `json:"made_at"`
	MadeBy *care.Named `json:"made_by,omitempty"`
	UsedAt string      `json:"used_at,omitempty"` // when it last read something
}

// receiverTokenMade has the token, this once.
type receiverTokenMade struct {
	ID    string `json:"id"`
	Token string `json:"receiver_token"`
}

// tokenPrefix lets whoever finds a token see what it is.
const tokenPrefix = "dsr_"

// tokenHash is what is kept of a token. It has 130 bits by chance: a hash without a salt gives nothing away.
func tokenHash(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// epoch is that of the present; another begins when a backup is put back.
func (a *API) epoch() string {
	epoch, _ := a.Store.Head()
	return epoch
}

// makeReceiverToken makes a token by which the receiver of a way reads how the handovers stand that it was told of.
func (a *API) makeReceiverToken(e *core.RequestEvent) error {
	id, err := a.NewID()
	if err != nil {
		return err
	}
	token := tokenPrefix + rand.Text()
	if err := a.ofOwn(e, func(tx *pbstore.Tx, r *channel.Route) error {
		switch {
		case r.Channel != webhook.Name:
			return fieldsWrong(setup.Problems{{Field: "token", Message: "Nobody reads by this way: it leads to a mailbox, and not to a program."}})
		case !r.Agreement.Stands():
			return fieldsWrong(setup.Problems{{Field: "token", Message: "A receiver reads only where it was agreed: change this way, and say who agreed to it there, and when."}})
		}
		made, err := pbchannels.In(tx).AddToken(pbchannels.Token{ID: id, Route: r.ID, MadeBy: e.Auth.Id}, tokenHash(token), a.epoch())
		if err != nil {
			return err
		}
		if !made {
			return fieldsWrong(setup.Problems{{Field: "token", Message: "This way has two tokens. Take one back first."}})
		}
		return auditToken(tx, e.Auth.Id, "receiver_token_made", r, id)
	}); err != nil {
		return err
	}
	return writeJSON(e, http.StatusCreated, receiverTokenMade{ID: id, Token: token})
}

func auditToken(tx *pbstore.Tx, by, action string, r *channel.Route, token string) error {
	return tx.Audit(by, "", action, care.Teams, r.Team, "", map[string]any{"route": r.ID, "token": token, "address": r.Noted(), "agreed_with": r.Agreement.With, "agreed_on": r.Agreement.On})
}

// endReceiverToken takes a token back.
func (a *API) endReceiverToken(e *core.RequestEvent) error {
	id := e.Request.PathValue("id")
	if err := a.change(e, func(tx *pbstore.Tx) error {
		in := pbchannels.In(tx)
		t, err := in.Token(id)
		if err != nil {
			return err
		}
		if t == nil {
			return identity.ErrNotFound
		}
		r, err := in.Route(t.Route)
		if err != nil {
			return err
		}
		if r == nil {
			return identity.ErrNotFound
		}
		if err := a.administersTeam(e, r.Team); err != nil {
			return err
		}
		if err := in.EndToken(id); err != nil {
			return err
		}
		return auditToken(tx, e.Auth.Id, "receiver_token_ended", &r.Route, id)
	}); err != nil {
		return err
	}
	return writeJSON(e, http.StatusOK, stored{id})
}

// addTokens puts beside each route the tokens of its receiver.
func (a *API) addTokens(v *pbstore.Snapshot, team string, routes []TeamRoute) error {
	list, err := pbchannels.Of(v).TokensOf(team, a.epoch())
	for i := range list {
		for j := range routes {
			if t := &list[i]; routes[j].ID == t.Route {
				routes[j].Tokens = append(routes[j].Tokens, ReceiverToken{ID: t.ID, MadeAt: care.Stamp(t.MadeAt), MadeBy: a.Store.Access.NamedStaff(t.MadeBy), UsedAt: care.Stamp(t.UsedAt)})
			}
		}
	}
	return err
}
