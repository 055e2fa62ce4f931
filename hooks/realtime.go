package hooks

import (
	"strings"

	"github.com/pocketbase/pocketbase/core"
)

// BindRealtime refuses every realtime subscription to records, superusers' included: PocketBase's
// messages arrive in any order or not at all, every write would cost a query for each subscriber,
// and nothing would tell a phone that a record left its reach. Topics that name no collection pass.
func BindRealtime(app core.App) {
	app.OnRealtimeSubscribeRequest().BindFunc(func(e *core.RealtimeSubscribeRequestEvent) error {
		for _, topic := range e.Subscriptions {
			if namesCollection(e.App, topic) {
				return e.BadRequestError("Records cannot be subscribed to. Listen to /api/sync/v1/stream and pull when it pokes.", nil)
			}
		}
		return e.Next()
	})
}

// namesCollection tells whether a topic ("visits", "visits/*", "visits/ID?options=…", or the same
// with the collection's id) is about records.
func namesCollection(app core.App, topic string) bool {
	name := topic
	if i := strings.IndexAny(topic, "/?"); i >= 0 {
		name = topic[:i]
	}
	_, err := app.FindCachedCollectionByNameOrId(name)
	return err == nil
}
