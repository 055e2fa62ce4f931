package httpapi

import (
	"crypto/hmac"
	"encoding/base64"
	"net/http"
	"strings"
	"time"
	"unicode"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/router"

	"doorstep/internal/access"
	"doorstep/internal/care"
	"doorstep/internal/channel/email"
	"doorstep/internal/handover"
	"doorstep/internal/pbchannels"
	"doorstep/internal/pbpages"
	"doorstep/internal/pbstore"
	"doorstep/internal/wire"
)

// One-time links: whoever got a mail and has no account asks for one at the page that the mail leads to. It goes to the
// mailbox of the team, opens this handover alone, once, within fifteen minutes, to read and acknowledge it.

type onceAskRequest struct {
	Handover string `json:"handover" validate:"required,len=26"`
}

// onceAsked says nothing of whether there is such a handover.
type onceAsked struct {
	Minutes int `json:"minutes"`
}

type onceOpenRequest struct {
	Link string `json:"link" validate:"required,max=200"`
}

// onceOpened is the handover, and what acknowledges it.
type onceOpened struct {
	Session  string         `json:"session"`
	Until    string         `json:"until"`
	Handover handoverDetail `json:"handover"`
}

type onceAcknowledgeRequest struct {
	Session string `json:"session" validate:"required,max=200"`
	Name    string `json:"name" validate:"required,max=200"`
	Role    string `json:"role" validate:"max=100"`
}

type onceAcknowledged struct {
	State string `json:"state"`
}

func (a *API) bindOnce(g *router.RouterGroup[*core.RequestEvent]) {
	if a.Sync == nil || a.Store == nil || a.Beyond.Once == nil {
		return
	}
	g.POST("/once/ask", a.askOnce)
	g.POST("/once", a.openOnce)
	g.POST("/once/acknowledge", a.acknowledgeOnce)
	g.POST("/once/account", a.askForAccount)
}

// askOnce sends a link to the mailbox of the team that has the handover. The answer is the same whether there is one.
func (a *API) askOnce(e *core.RequestEvent) error {
	var body onceAskRequest
	if err := decodeJSON(e, smallBody, &body); err != nil {
		return err
	}
	answer := onceAsked{Minutes: int(pbchannels.OnceLasts.Minutes())}
	may := false // whoever has no account may ask for anything, as often as they like: what sends nothing writes nothing
	if err := a.Store.ReadForPage(e.Request.Context(), func(v *pbstore.Snapshot) error {
		row, err := pbpages.Of(v).Handover(body.Handover)
		if err != nil || row == nil {
			return err
		}
		h := care.AsHandover(row.Record)
		if !a.openedByMail(&h) {
			return nil
		}
		may, err = pbchannels.Of(v).MayAskOnce(body.Handover, h.ToTeam(), email.Name)
		return err
	}); err != nil {
		return err
	}
	if !may {
		return writeJSON(e, http.StatusAccepted, answer)
	}
	id, err := a.NewID()
	if err != nil {
		return err
	}
	err = a.change(e, func(tx *pbstore.Tx) error {
		h, err := stillOpen(tx, body.Handover)
		if err != nil || h == nil || !a.openedByMail(h) {
			return err
		}
		sent, err := pbchannels.In(tx).AskOnce(id, body.Handover, h.ToTeam(), h.Class(), email.Name)
		if err != nil || !sent {
			return err
		}
		return tx.Audit("", "", "once_asked", care.Handovers, body.Handover, h.Patient(), map[string]any{"link": id, "team": h.ToTeam()})
	})
	if err != nil {
		return err
	}
	return writeJSON(e, http.StatusAccepted, answer)
}

// openedByMail says whether a handover waits for somebody, and may be read by whoever reads the mailbox of its team: not
// where its people see only what is safe to share, or concerns that are for a few.
func (a *API) openedByMail(h *care.Handover) bool {
	t := a.Store.Access.Directory().Team(h.ToTeam())
	return !h.State().InHand() && !h.State().Closed() && h.Class() != care.Safeguarding && t != nil && t.Kind != care.VoluntaryKind && t.Kind != "safeguarding"
}

// onceStands refuses a link that does nothing any more before the writer is asked.
func (a *API) onceStands(e *core.RequestEvent, id string, stands func(*pbchannels.Once, time.Time) bool) error {
	return a.Store.ReadForPage(e.Request.Context(), func(v *pbstore.Snapshot) error {
		o, err := pbchannels.Of(v).Once(id)
		if err == nil && !stands(o, v.Now()) {
			return onceOver()
		}
		return err
	})
}

// stillOpen is a handover that nobody has in hand; nil for none.
func stillOpen(tx *pbstore.Tx, id string) (*care.Handover, error) {
	handovers, _ := care.ByName(care.Handovers)
	rec, err := tx.Record(handovers, id)
	if err != nil || rec == nil {
		return nil, err
	}
	h := care.AsHandover(rec)
	if h.State().InHand() || h.State().Closed() {
		return nil, nil
	}
	return &h, nil
}

// openOnce opens what a link is for. The link opens nothing any more.
func (a *API) openOnce(e *core.RequestEvent) error {
	var body onceOpenRequest
	if err := decodeJSON(e, smallBody, &body); err != nil {
		return err
	}
	id, ok := a.whatOpens("link", body.Link)
	if !ok {
		return onceOver()
	}
	if err := a.onceStands(e, id, (*pbchannels.Once).Opens); err != nil {
		return err
	}
	var o *pbchannels.Once
	err := a.change(e, func(tx *pbstore.Tx) (err error) {
		if o, err = pbchannels.In(tx).Once(id); err != nil {
			return err
		}
		if !o.Opens(tx.Now()) {
			return onceOver()
		}
		h, err := stillOpen(tx, o.Handover)
		if err != nil {
			return err
		}
		if h == nil || h.ToTeam() != o.Team {
			return onceOver()
		}
		if err := pbchannels.In(tx).OpenOnce(id); err != nil {
			return err
		}
		return tx.Audit("", "", "once_opened", care.Handovers, o.Handover, h.Patient(), map[string]any{"link": id, "team": o.Team})
	})
	if err != nil {
		return err
	}
	detail, found, err := a.detail(e.Request.Context(), a.receptionOf(o.Team), o.Handover)
	if err != nil {
		return err
	}
	if !found {
		return onceOver()
	}
	detail.May = []string{}
	return writeJSON(e, http.StatusOK, onceOpened{Session: a.Beyond.onceCode("session", id), Until: care.Stamp(a.Clock().Add(pbchannels.OnceLasts)), Handover: detail})
}

// acknowledgeOnce acknowledges what a link opened, in the name of whoever says who they are.
func (a *API) acknowledgeOnce(e *core.RequestEvent) error {
	var body onceAcknowledgeRequest
	if err := decodeJSON(e, smallBody, &body); err != nil {
		return err
	}
	id, ok := a.whatOpens("session", body.Session)
	if !ok {
		return onceOver()
	}
	name, role := oneLine(body.Name), oneLine(body.Role)
	if name == "" {
		return wire.Fail(wire.CodeInvalid, "name is missing.")
	}
	if err := a.onceStands(e, id, (*pbchannels.Once).Acknowledges); err != nil {
		return err
	}
	var state string
	err := a.change(e, func(tx *pbstore.Tx) error {
		o, err := pbchannels.In(tx).Once(id)
		if err != nil {
			return err
		}
		if !o.Acknowledges(tx.Now()) {
			return onceOver()
		}
		who := a.receptionOf(o.Team)
		text := "By a one-time link from e-mail: " + joined(", ", name, role) + "."
		after, err := a.Sync.Rooms(tx).Arrange.ActFromInbox(o.Handover, handover.Action{Kind: handover.Acknowledge, Text: text}, actorOf(who), 0)
		if err != nil {
			return err
		}
		state = string(care.AsHandover(after).State())
		return tx.Audit("", "", "once_acknowledged", care.Handovers, o.Handover, after.Person(), map[string]any{"link": id, "team": o.Team, "name": name, "role": role})
	})
	if err != nil {
		return err
	}
	return writeJSON(e, http.StatusOK, onceAcknowledged{State: state})
}

// oneLine is what somebody typed without what cannot be read: it stands within a sentence, and must not look like another.
func oneLine(text string) string {
	return strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r), unicode.In(r, unicode.Zl, unicode.Zp):
			return ' '
		case unicode.Is(unicode.Cf, r): // of no width, or that turns what follows round
			return -1
		}
		return r
	}, text)), " ")
}

// receptionOf is somebody at the reception of a team, without an account.
func (a *API) receptionOf(team string) *access.Access {
	organisation := ""
	if t := a.Store.Access.Directory().Team(team); t != nil {
		organisation = t.Organisation
	}
	return a.Store.Access.Of(care.Viewer{Role: care.Reception, Organisation: organisation, Teams: []string{team}})
}

// OnceLink is what stands in a one-time link, by its id.
func (a *API) OnceLink(id string) string { return a.Beyond.onceCode("link", id) }

// onceCode is what opens something: an id, and a proof that it is ours.
func (b *Beyond) onceCode(what, id string) string {
	return id + "." + base64.RawURLEncoding.EncodeToString(b.Once(what, id))
}

// whatOpens is the id in a code of ours; false for any other.
func (a *API) whatOpens(what, code string) (string, bool) {
	id, _, _ := strings.Cut(code, ".")
	return id, hmac.Equal([]byte(code), []byte(a.Beyond.onceCode(what, id)))
}

func onceOver() *wire.Error {
	return wire.Fail(wire.CodeCodeInvalid, "This link is unknown, used or too old, or somebody has the handover already. Ask for another from the first e-mail, or ring the sender.")
}
