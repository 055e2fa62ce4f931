package httpapi

import (
	"net/http"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/router"

	"doorstep/internal/care"
	"doorstep/internal/channel/webpush"
	"doorstep/internal/pbnotices"
	"doorstep/internal/pbstore"
	"doorstep/internal/setup"
	"doorstep/internal/syncer"
	"doorstep/internal/wire"
)

// Notices on somebody's own phone or page: that something urgent waits for one of their teams, and no more.

// noticeRequest is a browser that takes notices, as it says itself.
type noticeRequest struct {
	Page     string `json:"page" validate:"max=20"` // practice or desk; of a phone it is not asked
	Endpoint string `json:"endpoint" validate:"required,max=1500"`
	P256dh   string `json:"p256dh" validate:"required,max=200"`
	Auth     string `json:"auth" validate:"required,max=100"`
}

// noticeEndRequest names a browser that is to take none any more.
type noticeEndRequest struct {
	Endpoint string `json:"endpoint" validate:"required,max=1500"`
}

// ownNotices say with which key a browser subscribes, and where somebody takes notices.
type ownNotices struct {
	Key   string      `json:"server_key"` // "" = this server sends none
	Most  int         `json:"most"`
	Items []ownNotice `json:"items"`
}

// ownNotice is a browser of somebody's that takes notices.
type ownNotice struct {
	Page     string `json:"page"`
	Phone    bool   `json:"phone"`
	Endpoint string `json:"endpoint"` // by which the browser knows itself
	MadeAt   string `json:"made_at"`
}

// takesNotices: a notice says that something waits in an inbox, or before a desk.
func takesNotices(d care.Duty) bool { return d.Inbox || d.Desk }

// phonePage is the page of a subscription that a phone made.
const phonePage = "app"

func (a *API) noticeRoutes() []careRoute {
	return []careRoute{
		{http.MethodGet, "/notices", takesNotices, a.listNotices},
		{http.MethodPost, "/notices", takesNotices, a.takeNotices},
		{http.MethodPost, "/notices/end", takesNotices, a.endNotices},
	}
}

// bindPhoneNotices adds the same for phones, which ask with their own key.
func (a *API) bindPhoneNotices(g *router.RouterGroup[*core.RequestEvent]) {
	if a.Store == nil {
		return
	}
	g.GET("/notices", ofPhone(func(e *core.RequestEvent, staff, _ string) error { return a.ownNotices(e, staff) }))
	g.POST("/notices", ofPhone(a.keepNotices))
	g.POST("/notices/end", ofPhone(func(e *core.RequestEvent, staff, _ string) error { return a.noNotices(e, staff) }))
}

// ofPhone asks for the owner of a phone and the phone itself; one that hands in only takes no notices.
func ofPhone(do func(e *core.RequestEvent, staff, device string) error) func(*core.RequestEvent) error {
	return func(e *core.RequestEvent) error {
		s := sessionOf(e)
		if s.PushOnly {
			return syncer.PushOnly(s.Directive)
		}
		return do(e, s.Staff, s.Device)
	}
}

func (a *API) listNotices(e *core.RequestEvent) error { return a.ownNotices(e, e.Auth.Id) }
func (a *API) takeNotices(e *core.RequestEvent) error { return a.keepNotices(e, e.Auth.Id, "") }
func (a *API) endNotices(e *core.RequestEvent) error  { return a.noNotices(e, e.Auth.Id) }

func (a *API) ownNotices(e *core.RequestEvent, staff string) error {
	answer := ownNotices{Most: pbnotices.MostOwn, Items: []ownNotice{}}
	if a.Beyond.Notices != nil {
		answer.Key = a.Beyond.Notices.PublicKey()
	}
	err := a.Store.ReadForPage(e.Request.Context(), func(v *pbstore.Snapshot) error {
		list, err := pbnotices.Pages{Snapshot: v}.Of(staff)
		for _, s := range list {
			answer.Items = append(answer.Items, ownNotice{Page: s.Page, Phone: s.Device != "", Endpoint: s.Endpoint, MadeAt: care.Stamp(s.MadeAt)})
		}
		return err
	})
	if err != nil {
		return err
	}
	return writeJSON(e, http.StatusOK, answer)
}

// keepNotices lets a browser take notices for somebody: also one that did so for somebody else before.
func (a *API) keepNotices(e *core.RequestEvent, staff, device string) error {
	var body noticeRequest
	if err := decodeJSON(e, smallBody, &body); err != nil {
		return err
	}
	s := pbnotices.Subscription{Staff: staff, Device: device, Page: body.Page, Subscription: webpush.Subscription{Endpoint: body.Endpoint, P256dh: body.P256dh, Auth: body.Auth}}
	if device != "" {
		s.Page = phonePage
	}
	if err := a.noticesWrong(&s); err != nil {
		return err
	}
	var err error
	if s.ID, err = a.NewID(); err != nil {
		return err
	}
	if err := a.change(e, func(tx *pbstore.Tx) error {
		if err := pbnotices.Save(tx, &s); err != nil {
			return err
		}
		return tx.Audit(staff, device, "notices_taken", care.StaffName, staff, "", map[string]any{"page": s.Page})
	}); err != nil {
		return err
	}
	return writeJSON(e, http.StatusOK, stored{s.ID})
}

// noticesWrong says what is wrong with a subscription.
func (a *API) noticesWrong(s *pbnotices.Subscription) error {
	if a.Beyond.Notices == nil {
		return wire.Fail(wire.CodeInvalid, "This server sends no notices. Whoever runs it sets that up with --url.")
	}
	if s.Device == "" && s.Page != "practice" && s.Page != "desk" {
		return fieldsWrong(setup.Problems{{Field: "page", Message: "Notices are for the inbox, the desk or a phone."}})
	}
	if problem := a.Beyond.Notices.Problem(s.Address()); problem != "" {
		return fieldsWrong(setup.Problems{{Field: "endpoint", Message: problem}})
	}
	return nil
}

func (a *API) noNotices(e *core.RequestEvent, staff string) error {
	var body noticeEndRequest
	if err := decodeJSON(e, smallBody, &body); err != nil {
		return err
	}
	if err := a.change(e, func(tx *pbstore.Tx) error {
		if err := pbnotices.End(tx, staff, body.Endpoint); err != nil {
			return err
		}
		return tx.Audit(staff, "", "notices_ended", care.StaffName, staff, "", nil)
	}); err != nil {
		return err
	}
	return writeJSON(e, http.StatusOK, noticesEnded{Ended: true})
}

// noticesEnded is the answer of whoever takes none there any more, also where none were taken.
type noticesEnded struct {
	Ended bool `json:"ended"`
}
