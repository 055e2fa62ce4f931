package channel

import (
	"context"

	"doorstep/internal/delivery"
)

// Unset is a channel, by its name, that this server was given no settings for. It takes nothing, for good, so that what a
// route of it was given goes by the next, or comes before a person: a route outlives the setting.
type Unset string

// Name implements Channel.
func (u Unset) Name() string { return string(u) }

// Problem implements Channel.
func (Unset) Problem(string) string { return unknownChannel }

// Send implements Channel.
func (Unset) Send(context.Context, Route, Notice) error {
	return &delivery.Failure{Why: delivery.NotSetUp, Final: true, Text: "this server has no settings for it"}
}
