package httpapi

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/security"

	"doorstep/internal/access"
	"doorstep/internal/identity"
	"doorstep/internal/syncer"
	"doorstep/internal/wire"
)

// Streams that one device, and one member of staff with several pages open, may have.
const (
	phoneStreams = 1
	pageStreams  = 8
)

var nothing = struct{}{} // the data of an event that is all said by its name

// stream nudges a phone: it says that there is something to ask for, never what.
func (a *API) stream(e *core.RequestEvent) error {
	session := syncSession(e)
	follower, fail := a.Sync.Follow(e.Request.Context(), session, e.Request.URL.Query().Get("cursor"))
	if fail != nil {
		return fail
	}
	defer follower.Close()
	waiting, err := a.waiting.admit(e.Request.Context(), "stream "+session.Device, phoneStreams)
	if err != nil {
		return err
	}
	defer waiting.release()
	revoked, stop := a.Identity.Watch(session.Device, session.Staff)
	defer stop()
	return a.sendEvents(e, &phoneListener{api: a, token: bearer(e.Request.Header), follower: follower, revoked: revoked, pace: syncer.DefaultPace}, waiting)
}

// phoneListener is a phone with an access token.
type phoneListener struct {
	api      *API
	token    string
	follower *syncer.Follower
	revoked  <-chan struct{}
	pace     wire.Pace // the last it was told
}

func (l *phoneListener) woken() <-chan struct{}   { return l.follower.Woken() }
func (l *phoneListener) changed() <-chan struct{} { return l.revoked }

func (l *phoneListener) mayListen(ctx context.Context) (time.Duration, *event, bool) {
	session, until, err := l.api.Identity.AuthenticateUntil(ctx, l.token)
	switch {
	case errors.Is(err, identity.ErrLost):
		return 0, &event{eventWipe, nothing}, false
	case errors.Is(err, identity.ErrRevoked), errors.Is(err, identity.ErrRelogin), errors.Is(err, identity.ErrRole), err == nil && session.PushOnly:
		return 0, &event{eventRevoke, nothing}, false
	case err != nil: // it has expired, or cannot be judged: the phone comes again with a new one
		return 0, nil, false
	}
	return until.Sub(l.api.Clock()), nil, true
}

func (l *phoneListener) news() ([]event, bool) {
	news, ok := l.follower.News()
	if !ok {
		return []event{{eventRevoke, nothing}}, false
	}
	poke := event{eventPoke, wire.Poke{Head: news.Head}}
	if news.Revoked {
		return []event{{eventRevoke, nothing}, poke}, true
	}
	return []event{poke}, true
}

// idle tells a pace that has changed: one phone after the other, as each falls quiet.
func (l *phoneListener) idle() []event {
	now := l.api.Sync.Pace()
	if now == l.pace {
		return nil
	}
	l.pace = now
	return []event{{eventPace, now}}
}

// pageStream nudges a page: something its inbox or desk shows has moved.
func (a *API) pageStream(e *core.RequestEvent) error {
	waiting, err := a.waiting.admit(e.Request.Context(), "pages "+e.Auth.Id, pageStreams)
	if err != nil {
		return err
	}
	defer waiting.release()
	l := &pageListener{api: a, token: rawToken(e), staff: e.Auth.Id, sub: accessOf(e).FollowPages()}
	defer l.sub.Close()
	var stop func()
	l.revoked, stop = a.Identity.Watch(e.Auth.Id)
	defer stop()
	l.sub.Wake() // what moved before nobody followed
	return a.sendEvents(e, l, waiting)
}

// rawToken is the token of a request that PocketBase let through, which takes it with and without
// a scheme.
func rawToken(e *core.RequestEvent) string {
	token := e.Request.Header.Get("Authorization")
	if scheme, rest, ok := strings.Cut(token, " "); ok && strings.EqualFold(scheme, "Bearer") {
		return rest
	}
	return token
}

// pageListener is a page with a staff token.
type pageListener struct {
	api          *API
	token, staff string
	sub          *access.Subscription
	revoked      <-chan struct{}
}

func (l *pageListener) woken() <-chan struct{}   { return l.sub.C }
func (l *pageListener) changed() <-chan struct{} { return l.revoked }

// mayListen asks PocketBase again: a changed password or role ends what a token was good for. Its
// tokens go by real time.
func (l *pageListener) mayListen(context.Context) (time.Duration, *event, bool) {
	staff, err := l.api.App.FindAuthRecordByToken(l.token, core.TokenTypeAuth)
	if err != nil || hasLeft(staff, l.api.Clock()) {
		return 0, nil, false
	}
	claims, err := security.ParseUnverifiedJWT(l.token) // it was just verified
	if err != nil {
		return 0, nil, false
	}
	expires, err := claims.GetExpirationTime()
	if err != nil || expires == nil {
		return 0, nil, false
	}
	// A clock that was set back meanwhile gives a token no more than its life: see hooks.BindTokenLife.
	return min(time.Until(expires.Time), staff.Collection().AuthToken.DurationTime()), nil, true
}

func (l *pageListener) idle() []event { return nil }

func (l *pageListener) news() ([]event, bool) {
	l.sub.Empty()
	v, ok := l.api.Store.Staff(l.staff)
	if !ok {
		return nil, false
	}
	l.sub.Pages(l.api.Store.Access.Of(v))
	_, head := l.api.Store.Head()
	return []event{{eventPoke, wire.Poke{Head: head}}}, true
}
