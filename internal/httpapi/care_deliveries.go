package httpapi

import (
	"errors"
	"net/http"
	"slices"
	"strconv"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/care"
	"doorstep/internal/channel"
	"doorstep/internal/delivery"
	"doorstep/internal/identity"
	"doorstep/internal/pbchannels"
	"doorstep/internal/pbpages"
	"doorstep/internal/pbstore"
	"doorstep/internal/setup"
	"doorstep/internal/wire"
)

// TeamDelivery is what became of telling a team of a handover by one of its ways. None of it says that a person has read
// it: that is the state of the handover.
type TeamDelivery struct {
	ID      int64  `json:"id"`
	Channel string `json:"channel"`
	Team    string `json:"team"`
	// Once: what went was a one-time link that somebody without an account asked for.
	Once bool `json:"once,omitempty"`
	// Whole: the whole handover left by it, as its receiver agreed, and not a link alone.
	Whole bool `json:"whole,omitempty"`
	// State: waiting, delivered (a machine took it), given_up (a person has to see to it, while nobody has the handover),
	// passed_on (it goes by the next way), not_needed (somebody had the handover before it left, or it went elsewhere),
	// settled (a person sent it another way; of a one-time link or a notice: it could not be sent).
	State    string `json:"state"`
	Attempts int    `json:"attempts"`
	NextAt   string `json:"next_at,omitempty"` // of one that waits: when it is tried next
	Until    string `json:"until,omitempty"`   // of one that waits: when it is given up
	At       string `json:"at,omitempty"`      // when it came to its state; none while it waits
	Why      string `json:"why,omitempty"`     // the last attempt failed: one of delivery.Whys
}

// undelivered is a delivery that a person has to see to, with its handover and the other ways of its team.
type undelivered struct {
	Delivery TeamDelivery `json:"delivery"`
	Handover handoverItem `json:"handover"`
	Others   []otherWay   `json:"others"`
}

// otherWay is a way of a team by which something can be sent instead.
type otherWay struct {
	ID      string `json:"id"`
	Channel string `json:"channel"`
}

func (a *API) deliveryRoutes() []careRoute {
	return []careRoute{
		{http.MethodGet, "/deliveries", worksDesk, a.listUndelivered},
		{http.MethodPost, "/deliveries/{id}/again", worksDesk, a.deliverAgain},
		{http.MethodPost, "/deliveries/{id}/other", worksDesk, a.deliverOtherwise},
	}
}

func viewDelivery(d *pbchannels.Delivery) TeamDelivery {
	v := TeamDelivery{ID: d.ID, Channel: d.Channel, Team: d.Team, Once: channel.IsOnce(d.Key), Whole: d.Whole, State: string(d.State), Attempts: d.Attempts, At: care.Stamp(d.DoneAt)}
	if d.State == delivery.Waiting {
		v.NextAt, v.Until = care.Stamp(d.DueAt), care.Stamp(d.Until)
	}
	if d.LastError != "" {
		v.Why = delivery.WhyOf(d.LastError)
	}
	return v
}

// deliveriesOf are those of a handover, for its readers.
func deliveriesOf(v *pbstore.Snapshot, handover string) ([]TeamDelivery, error) {
	list, err := pbchannels.Of(v).OfHandover(handover)
	views := make([]TeamDelivery, 0, len(list))
	for i := range list {
		if !list[i].Untried() {
			views = append(views, viewDelivery(&list[i]))
		}
	}
	return views, err
}

// chases are the teams of a desk for whose handovers it sees to what cannot be delivered, where they have them and where
// they sent them: of those that it looks after the ones whose handovers it may look at.
func chases(e *core.RequestEvent) (have, sent []string) {
	who, teams := accessOf(e), leadOf(e).DeskTeams()
	looksAfter := func(list []string) []string {
		return slices.DeleteFunc(slices.Clone(list), func(t string) bool { return t == "" || !slices.Contains(teams, t) })
	}
	return looksAfter(who.InboxTeams()), looksAfter(who.SentTeams())
}

// listUndelivered lists what could not be delivered of the handovers that the desk's teams have or sent: somebody has to
// ring, or send it another way.
func (a *API) listUndelivered(e *core.RequestEvent) error {
	who := accessOf(e)
	items, read := []undelivered{}, care.ReadDetail{}
	err := a.Store.ReadForPage(e.Request.Context(), func(v *pbstore.Snapshot) error {
		list, err := pbchannels.Of(v).Undelivered(chases(e))
		if err != nil {
			return err
		}
		var ids, teams []string
		for i := range list {
			ids, teams = append(ids, list[i].Handover), append(teams, list[i].Team)
		}
		rows, err := pbpages.Of(v).Handovers(ids)
		if err != nil {
			return err
		}
		routes, err := pbchannels.Of(v).RoutesOfTeams(teams)
		for i := range list {
			row := rows[list[i].Handover]
			if row == nil {
				continue
			}
			one := undelivered{Delivery: viewDelivery(&list[i]), Handover: a.itemOf(who, who.SideOf(row.Record), row), Others: []otherWay{}}
			for _, r := range routes[list[i].Team] {
				if r.ID != list[i].Route {
					one.Others = append(one.Others, otherWay{r.ID, r.Channel})
				}
			}
			items = append(items, one)
			read.Add(row.Record.Person())
		}
		return err
	})
	if err != nil {
		return err
	}
	if err := a.audit(e, "list", care.Handovers, "", "", read); err != nil {
		return err
	}
	return writeJSON(e, http.StatusOK, list[undelivered]{Items: items})
}

// chase runs a change of a delivery of a handover that the desk's teams have or sent.
func (a *API) chase(e *core.RequestEvent, action string, change func(tx pbchannels.Tx, d *pbchannels.Delivery) error) error {
	id, err := strconv.ParseInt(e.Request.PathValue("id"), 10, 64)
	if err != nil {
		return identity.ErrNotFound
	}
	who := accessOf(e)
	have, sent := chases(e)
	err = a.change(e, func(tx *pbstore.Tx) error {
		in := pbchannels.In(tx)
		d, err := in.Delivery(id)
		if err != nil || d == nil {
			return errors.Join(err, identity.ErrNotFound)
		}
		handovers, _ := care.ByName(care.Handovers)
		rec, err := tx.Record(handovers, d.Handover)
		if err != nil || rec == nil {
			return errors.Join(err, identity.ErrNotFound)
		}
		h := care.AsHandover(rec)
		if !slices.Contains(have, h.ToTeam()) && !slices.Contains(sent, h.FromTeam()) {
			return identity.ErrNotFound
		}
		if h.ToTeam() != d.Team || h.State().InHand() || h.State().Closed() {
			return overDelivery()
		}
		if err := change(in, d); err != nil {
			return err
		}
		return tx.Audit(who.Staff, "", action, care.Handovers, rec.ID, rec.Person(), map[string]any{"delivery": d.ID, "channel": d.Channel})
	})
	if errors.Is(err, pbchannels.ErrOver) {
		return overDelivery()
	}
	if err != nil {
		return err
	}
	return writeJSON(e, http.StatusOK, chased{id})
}

// chased is the delivery that is tried again.
type chased struct {
	ID int64 `json:"id"`
}

func overDelivery() *wire.Error {
	return wire.Fail(wire.CodeAlready, "This needs nothing any more: somebody has the handover, or it is on its way. Look at the handover.")
}

func (a *API) deliverAgain(e *core.RequestEvent) error {
	return a.chase(e, "deliver_again", func(tx pbchannels.Tx, d *pbchannels.Delivery) error { return tx.Again(d) })
}

// otherRequest says by which way of its team.
type otherRequest struct {
	Route string `json:"route" validate:"required,max=40"`
}

func (a *API) deliverOtherwise(e *core.RequestEvent) error {
	var body otherRequest
	if err := decodeJSON(e, smallBody, &body); err != nil {
		return err
	}
	return a.chase(e, "deliver_otherwise", func(tx pbchannels.Tx, d *pbchannels.Delivery) error {
		r, err := tx.Route(body.Route)
		if err != nil {
			return err
		}
		if r == nil || r.Team != d.Team || r.ID == d.Route {
			return fieldsWrong(setup.Problems{{Field: "route", Message: "This team has no other way of this name. Ring, or send it again."}})
		}
		return tx.Otherwise(d, channel.Route{ID: r.ID, Team: r.Team, Channel: r.Channel})
	})
}
