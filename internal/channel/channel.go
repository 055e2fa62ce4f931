package channel

import (
	"context"
	"net/url"
	"strings"
	"time"

	"doorstep/internal/delivery"
)

// Channel takes notices out of the building, to the address of a route.
type Channel interface {
	// Name is its name in routes and deliveries. It never changes.
	Name() string
	// Problem says what is wrong with an address, for whoever typed it; "" for nothing.
	Problem(address string) string
	// Send takes a notice there. It may be called again with one that it took before, under the same key. Its error is a
	// *[delivery.Failure]; whatever else it is counts as temporary.
	Send(ctx context.Context, r Route, n Notice) error
}

// Routes finds a route in force; false when there is none.
type Routes func(ctx context.Context, id string) (Route, bool, error)

// Courier is a channel as the outbox knows it.
type Courier struct {
	Channel
	Routes Routes
	Links  Links
	// Once is what stands in a one-time link, by its id.
	Once func(id string) string
	Now  func() time.Time
	// Whole reads what leaves in full; nil: nothing does.
	Whole Whole
}

// Deliver implements delivery.Channel.
func (c Courier) Deliver(ctx context.Context, item delivery.Item) error {
	route, found, err := c.Routes(ctx, item.Route)
	if err != nil {
		return err
	}
	if !found {
		return &delivery.Failure{Why: delivery.RouteEnded, Final: true}
	}
	n := Notice{Key: item.Key, Classes: item.Classes, Handover: item.Handover, Team: item.Team, Link: c.Links.To(item.Handover), At: c.Now()}
	if id, once := strings.CutPrefix(item.Key, oncePrefix); once {
		n.Once, n.Link = true, c.Links.Once(c.Once(id))
	}
	if IsLone(item.Key) {
		n.Alone, n.Handover, n.Link = true, "", c.Links.Alone()
		return c.Send(ctx, route, n)
	}
	sender, can := c.Channel.(WholeSender)
	if !can || c.Whole == nil || !inFull(&route, &item) {
		return c.Send(ctx, route, n)
	}
	whole, err := c.Whole(ctx, route, item)
	if err != nil {
		return err
	}
	if whole == nil {
		return c.Send(ctx, route, n)
	}
	return sender.SendWhole(ctx, route, n, whole)
}

const oncePrefix = "once:"

// IsOnce says whether a key is that of a one-time link.
func IsOnce(key string) bool { return strings.HasPrefix(key, oncePrefix) }

// OnceKey is the key of the delivery of a one-time link.
func OnceKey(id string) string { return oncePrefix + id }

const lonePrefix = "lone:"

// IsLone says whether a key is that of an alarm of somebody who is alone.
func IsLone(key string) bool { return strings.HasPrefix(key, lonePrefix) }

// LoneKey is the key of telling a team that somebody is alone and wants looking after: what was told, and when. The same telling
// has the same key after a restart.
func LoneKey(stay, told string, at time.Time) string {
	return lonePrefix + stay + ":" + told + "@" + at.UTC().Format(time.RFC3339Nano)
}

// Links are addresses of our own pages, from outside: the origin of the server, such as https://doorstep.example.org.
type Links string

// Usable says whether links that begin so lead anywhere from outside.
func (l Links) Usable() bool {
	u, err := url.Parse(string(l))
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && u.User == nil && u.RawQuery == "" && u.Fragment == ""
}

// Once is the address of a one-time link.
func (l Links) Once(code string) string {
	return strings.TrimSuffix(string(l), "/") + "/once/#" + code
}

// Alone is the address of the list of who is alone.
func (l Links) Alone() string { return strings.TrimSuffix(string(l), "/") + "/desk/#/lone" }

// To is the address of a handover in the inbox, or of the inbox for "".
func (l Links) To(handover string) string {
	inbox := strings.TrimSuffix(string(l), "/") + "/practice/"
	if handover == "" {
		return inbox
	}
	return inbox + "#/h/" + handover
}
