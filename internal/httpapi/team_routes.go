package httpapi

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/care"
	"doorstep/internal/channel"
	"doorstep/internal/channel/webhook"
	"doorstep/internal/channel/webpush"
	"doorstep/internal/delivery"
	"doorstep/internal/identity"
	"doorstep/internal/pbchannels"
	"doorstep/internal/pbstore"
	"doorstep/internal/setup"
	"doorstep/internal/worktime"
)

// Beyond is how teams are reached beyond our own inbox; the zero value reaches nobody.
type Beyond struct {
	Channels []channel.Channel
	// Secret gives the secret of a route, by the number that the route counts them by.
	Secret func(route string, number int) []byte
	Links  channel.Links
	// Once proves that what a one-time link says is ours; nil: there are none.
	Once func(what, id string) []byte
	// Notices are how people are told on their own phones and pages; nil: they are not.
	Notices *webpush.Channel
}

// routeRequest is a way to a team: all of it, in place of what it was.
type routeRequest struct {
	Channel string   `json:"channel" validate:"max=20"` // of a new one; it never changes
	Address string   `json:"address" validate:"max=2000"`
	Classes []string `json:"classes" validate:"max=10,dive,max=10"`
	Hours   string   `json:"hours" validate:"max=20"`
	Digest  []string `json:"digest" validate:"max=50,dive,max=10"`
	Place   int      `json:"place" validate:"min=0,max=1000"` // 0 = the last
	// Body is reference or full; AgreedWith and AgreedOn say who agreed to that at the receiver, and on which day.
	Body       string `json:"body" validate:"max=20"`
	AgreedWith string `json:"agreed_with" validate:"max=1000"`
	AgreedOn   string `json:"agreed_on" validate:"max=40"`
}

// TeamRoute is a way to a team with what became of the last that left by it.
type TeamRoute struct {
	ID      string       `json:"id"`
	Channel string       `json:"channel"`
	Address string       `json:"address"`
	Place   int          `json:"place"`
	Classes []care.Class `json:"classes"`
	Hours   string       `json:"hours"`
	Digest  []string     `json:"digest"`
	// Body is reference (a class and a link) or full (the handover itself, but for safeguarding concerns); AgreedWith and
	// AgreedOn say who agreed at the receiver, and on which day.
	Body       string `json:"body"`
	AgreedWith string `json:"agreed_with,omitempty"`
	AgreedOn   string `json:"agreed_on,omitempty"`
	// Tokens are those that its receiver reads with.
	Tokens []ReceiverToken `json:"tokens,omitempty"`
	// WorkedAt is when it last took something, FailedAt when it last did not, Why why, while nothing has worked since.
	WorkedAt string `json:"worked_at,omitempty"`
	FailedAt string `json:"failed_at,omitempty"`
	Why      string `json:"why,omitempty"`
	// OldSecretUntil is until when the secret before still signs too.
	OldSecretUntil string `json:"old_secret_until,omitempty"`
}

// teamRoutes are the ways to a team, and by which channels this server can reach one.
type teamRoutes struct {
	Items    []TeamRoute `json:"items"`
	Channels []string    `json:"channels"`
}

// routeMade is a route that was made or changed. What is signed with Secret came from here.
type routeMade struct {
	ID     string `json:"id"`
	Secret string `json:"secret,omitempty"`
	// Until is until when the secret before still signs too.
	Until string `json:"until,omitempty"`
}

// routeTried is what came of a test.
type routeTried struct {
	Delivered bool   `json:"delivered"`
	Why       string `json:"why,omitempty"` // one of delivery.Whys
	Said      string `json:"said,omitempty"`
}

// tryFor is how long whoever tries a route waits.
const tryFor = 20 * time.Second

func (a *API) teamRouteRoutes() []careRoute {
	return []careRoute{
		{http.MethodGet, "/teams/{id}/routes", setsUp, a.listTeamRoutes},
		{http.MethodPost, "/teams/{id}/routes", setsUp, a.makeTeamRoute},
		{http.MethodPost, "/routes/{id}", setsUp, a.changeTeamRoute},
		{http.MethodPost, "/routes/{id}/end", setsUp, a.endTeamRoute},
		{http.MethodPost, "/routes/{id}/secret", setsUp, a.changeSecret},
		{http.MethodPost, "/routes/{id}/test", setsUp, a.tryTeamRoute},
		{http.MethodPost, "/routes/{id}/tokens", setsUp, a.makeReceiverToken},
		{http.MethodPost, "/receiver-tokens/{id}/end", setsUp, a.endReceiverToken},
	}
}

// administersTeam says whether who asks sets up a team; one that is not theirs is not there.
func (a *API) administersTeam(e *core.RequestEvent, id string) error {
	team := a.Store.Access.Directory().Team(id)
	if team == nil || !accessOf(e).Rights.Administers(team.Organisation) {
		return identity.ErrNotFound
	}
	return nil
}

func (a *API) listTeamRoutes(e *core.RequestEvent) error {
	team := e.Request.PathValue("id")
	if err := a.administersTeam(e, team); err != nil {
		return err
	}
	answer := teamRoutes{Items: []TeamRoute{}, Channels: []string{}}
	for _, c := range a.Beyond.Channels {
		answer.Channels = append(answer.Channels, c.Name())
	}
	err := a.Store.ReadForPage(e.Request.Context(), func(v *pbstore.Snapshot) error {
		list, err := pbchannels.Of(v).RoutesOf(team)
		for i := range list {
			answer.Items = append(answer.Items, viewRoute(&list[i], a.Clock()))
		}
		if err != nil {
			return err
		}
		return a.addTokens(v, team, answer.Items)
	})
	if err != nil {
		return err
	}
	return writeJSON(e, http.StatusOK, answer)
}

func viewRoute(r *pbchannels.Route, now time.Time) TeamRoute {
	v := TeamRoute{ID: r.ID, Channel: r.Channel, Address: r.Address, Place: r.Place, Classes: r.Classes, Hours: string(r.Hours), Digest: append([]string{}, r.Digest...),
		Body: string(r.Agreement.Body), AgreedWith: r.Agreement.With, AgreedOn: r.Agreement.On, WorkedAt: care.Stamp(r.WorkedAt), FailedAt: care.Stamp(r.FailedAt)}
	if r.Failed != "" {
		v.Why = delivery.WhyOf(r.Failed)
	}
	if now.Before(r.Overlap) {
		v.OldSecretUntil = care.Stamp(r.Overlap)
	}
	return v
}

// fill writes what was asked into a route, and says what is wrong with it.
func (a *API) fill(r *channel.Route, body *routeRequest) error {
	r.Address, r.Hours, r.Digest, r.Place, r.Classes = body.Address, channel.Hours(body.Hours), append([]string{}, body.Digest...), body.Place, []care.Class{}
	for _, c := range body.Classes {
		r.Classes = append(r.Classes, care.Class(c))
	}
	r.Agreement = channel.Agreement{Body: channel.Body(body.Body), With: body.AgreedWith, On: body.AgreedOn}
	var problems setup.Problems
	if r.Agreement.On > worktime.DateOf(worktime.InLondon(a.Clock())).String() {
		problems = append(problems, setup.Problem{Field: "agreed_on", Message: "This day has not come yet."})
	}
	for _, p := range channel.Check(r, a.Beyond.Channels) {
		problems = append(problems, setup.Problem{Field: p.Field, Message: p.Message})
	}
	if len(problems) > 0 {
		return fieldsWrong(problems)
	}
	return nil
}

// saveRoute stores a route at its place among those of its team, with its line of the audit.
func saveRoute(tx *pbstore.Tx, by, action string, r *channel.Route) error {
	in := pbchannels.In(tx)
	stored, err := in.RoutesOf(r.Team)
	if err != nil {
		return err
	}
	var others []channel.Route
	for _, o := range stored {
		if o.ID != r.ID {
			others = append(others, o.Route)
		}
	}
	if len(others) >= channel.MostRoutes {
		return fieldsWrong(setup.Problems{{Field: "channel", Message: "This team has as many ways as one can have. Take one away first."}})
	}
	for _, moved := range append(channel.Arrange(others, r), *r) {
		if err := in.SaveRoute(moved); err != nil {
			return err
		}
	}
	return auditRoute(tx, by, action, r)
}

// auditRoute notes who did what to a route. Addresses are of teams, not of people; what may be a secret in one stays out.
func auditRoute(tx *pbstore.Tx, by, action string, r *channel.Route) error {
	return tx.Audit(by, "", action, care.Teams, r.Team, "", map[string]any{"route": r.ID, "channel": r.Channel, "address": r.Noted(), "classes": r.Classes, "hours": r.Hours, "digest": r.Digest, "place": r.Place,
		"body": r.Agreement.Body, "agreed_with": r.Agreement.With, "agreed_on": r.Agreement.On})
}

func (a *API) makeTeamRoute(e *core.RequestEvent) error {
	var body routeRequest
	if err := decodeJSON(e, smallBody, &body); err != nil {
		return err
	}
	r := channel.Route{Team: e.Request.PathValue("id"), Channel: body.Channel, Secret: 1}
	if err := a.administersTeam(e, r.Team); err != nil {
		return err
	}
	if err := a.fill(&r, &body); err != nil {
		return err
	}
	var err error
	if r.ID, err = a.NewID(); err != nil {
		return err
	}
	if err := a.change(e, func(tx *pbstore.Tx) error { return saveRoute(tx, e.Auth.Id, "route_made", &r) }); err != nil {
		return err
	}
	return writeJSON(e, http.StatusCreated, a.madeOf(&r))
}

// madeOf answers who made a route, or a secret of it.
func (a *API) madeOf(r *channel.Route) routeMade {
	made := routeMade{ID: r.ID}
	if r.Channel == webhook.Name {
		made.Secret = webhook.Written(a.Beyond.Secret(r.ID, r.Secret))
	}
	if a.Clock().Before(r.Overlap) {
		made.Until = care.Stamp(r.Overlap)
	}
	return made
}

// ofOwn runs a change of a route that who asks sets up; the route is read in the transaction.
func (a *API) ofOwn(e *core.RequestEvent, change func(tx *pbstore.Tx, r *channel.Route) error) error {
	id := e.Request.PathValue("id")
	return a.change(e, func(tx *pbstore.Tx) error {
		stored, err := pbchannels.In(tx).Route(id)
		if err != nil {
			return err
		}
		if stored == nil {
			return identity.ErrNotFound
		}
		if err := a.administersTeam(e, stored.Team); err != nil {
			return err
		}
		return change(tx, &stored.Route)
	})
}

func (a *API) changeTeamRoute(e *core.RequestEvent) error {
	var body routeRequest
	if err := decodeJSON(e, smallBody, &body); err != nil {
		return err
	}
	if err := a.ofOwn(e, func(tx *pbstore.Tx, r *channel.Route) error {
		if body.Place == 0 {
			body.Place = r.Place
		}
		if err := a.fill(r, &body); err != nil {
			return err
		}
		return saveRoute(tx, e.Auth.Id, "route_changed", r)
	}); err != nil {
		return err
	}
	return writeJSON(e, http.StatusOK, routeMade{ID: e.Request.PathValue("id")})
}

func (a *API) endTeamRoute(e *core.RequestEvent) error {
	if err := a.ofOwn(e, func(tx *pbstore.Tx, r *channel.Route) error {
		if err := pbchannels.In(tx).EndRoute(r.ID); err != nil {
			return err
		}
		return auditRoute(tx, e.Auth.Id, "route_ended", r)
	}); err != nil {
		return err
	}
	return writeJSON(e, http.StatusOK, stored{e.Request.PathValue("id")})
}

// changeSecret begins a new secret of a webhook. For a week both sign, so that a receiver loses nothing meanwhile. Until that
// week is over it is shown again to whoever asks, in place of another: an answer gets lost, and a further secret would end
// the one that the receiver has.
func (a *API) changeSecret(e *core.RequestEvent) error {
	var made routeMade
	if err := a.ofOwn(e, func(tx *pbstore.Tx, r *channel.Route) error {
		if r.Channel != webhook.Name {
			return fieldsWrong(setup.Problems{{Field: "channel", Message: "This way has no secret."}})
		}
		if tx.Now().Before(r.Overlap) {
			made = a.madeOf(r)
			return auditRoute(tx, e.Auth.Id, "route_secret_shown", r)
		}
		r.Secret, r.Overlap = r.Secret+1, tx.Now().Add(channel.SecretOverlap)
		made = a.madeOf(r)
		if err := pbchannels.In(tx).SaveRoute(*r); err != nil {
			return err
		}
		return auditRoute(tx, e.Auth.Id, "route_secret_changed", r)
	}); err != nil {
		return err
	}
	return writeJSON(e, http.StatusOK, made)
}

// tryTeamRoute sends a test by a route, and answers what came of it.
func (a *API) tryTeamRoute(e *core.RequestEvent) error {
	var r channel.Route
	if err := a.ofOwn(e, func(tx *pbstore.Tx, stored *channel.Route) error {
		r = *stored
		return auditRoute(tx, e.Auth.Id, "route_tested", &r)
	}); err != nil {
		return err
	}
	at := slices.IndexFunc(a.Beyond.Channels, func(c channel.Channel) bool { return c.Name() == r.Channel })
	failure := error(&delivery.Failure{Why: delivery.NotSetUp, Final: true})
	if at >= 0 {
		key, err := a.NewID()
		if err != nil {
			return err
		}
		ctx, stop := context.WithTimeout(e.Request.Context(), tryFor)
		defer stop()
		failure = a.Beyond.Channels[at].Send(ctx, r, channel.Notice{Key: "test:" + key, Team: r.Team, Link: a.Beyond.Links.To(""), At: a.Clock(), Test: true})
	}
	answer, noted := routeTried{Delivered: failure == nil}, ""
	if failure != nil {
		noted = failure.Error()
		answer.Why = delivery.WhyOf(noted)
		var f *delivery.Failure
		if errors.As(failure, &f) {
			answer.Said = f.Text
		}
	}
	if err := a.change(e, func(tx *pbstore.Tx) error { return pbchannels.In(tx).NoteTried(r.ID, noted) }); err != nil {
		return err
	}
	return writeJSON(e, http.StatusOK, answer)
}
