package channel

import (
	"context"
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
	Now    func() time.Time
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
	return c.Send(ctx, route, Notice{Key: item.Key, Classes: item.Classes, Handover: item.Handover, Team: item.Team,
		Link: c.Links.To(item.Handover), At: c.Now()})
}

// Links are addresses of our own pages, from outside: the origin of the server, such as https://doorstep.example.org.
type Links string

// To is the address of a handover in the inbox, or of the inbox for "".
func (l Links) To(handover string) string {
	inbox := strings.TrimSuffix(string(l), "/") + "/practice/"
	if handover == "" {
		return inbox
	}
	return inbox + "#/h/" + handover
}
