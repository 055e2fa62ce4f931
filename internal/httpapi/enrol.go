package httpapi

import (
	"net/http"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/router"

	"doorstep/internal/access"
	"doorstep/internal/identity"
	"doorstep/internal/wire"
)

// bindIdentity binds the routes by which a phone becomes known and gets its tokens.
func (a *API) bindIdentity(g *router.RouterGroup[*core.RequestEvent]) {
	if a.Sync != nil && a.Passwords != nil {
		g.POST("/sign-in", a.signIn)
	}
	g.POST("/devices", a.enrol)
	g.POST("/token", a.token)
	g.GET("/keys", a.keys)
	g.POST("/sign-in-codes", a.signInCode).Bind(a.requireStaff())
}

// Enrolled is a phone that has become known: its device, the client its outbox is numbered under, what it is called here,
// and whose it is, so that it shows nobody another role's screens while its first records are on their way.
type Enrolled struct {
	Device string       `json:"device"`
	Client string       `json:"client"`
	Name   string       `json:"name"`
	Me     *access.Self `json:"me,omitempty"`
}

// enrol binds a phone to the member of staff who signed in or whose code it shows. A request
// sent again, because the answer was lost, gets the same answer.
func (a *API) enrol(e *core.RequestEvent) error {
	var body wire.EnrolRequest
	if err := decodeJSON(e, smallBody, &body); err != nil {
		return err
	}
	request := identity.Request{Code: body.Code, Name: body.Name, Platform: body.Platform, Client: body.Client, Replaces: body.Replaces, PublicKey: body.PublicKey}
	if body.Code == "" {
		staff, err := a.staffOf(e)
		if err != nil {
			return err
		}
		request.Staff = staff.Id
	}
	device, err := a.Identity.Enrol(e.Request.Context(), request)
	if err != nil {
		return err
	}
	answer := Enrolled{Device: device.ID, Client: device.Client, Name: device.Name}
	if a.Store != nil {
		if me, ok := a.Store.Access.Self(device.Staff); ok {
			answer.Me = &me
		}
	}
	return writeJSON(e, http.StatusCreated, answer)
}
