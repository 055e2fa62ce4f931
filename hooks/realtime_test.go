package hooks_test

import (
	"net/http"
	"strings"
	"testing"

	"doorstep/internal/care"
	"doorstep/internal/testkit/pbtest"

	"github.com/pocketbase/pocketbase/tools/subscriptions"
)

func TestRealtime_NoSubscriptionToRecords(t *testing.T) {
	w := newWard(t)
	client := subscriptions.NewDefaultClient()
	w.SubscriptionsBroker().Register(client)
	visits, err := w.FindCollectionByNameOrId(care.Visits)
	if err != nil {
		t.Fatal(err)
	}
	topics := []string{visits.Id + "/*", "visits/" + w.person.Id, `organisations/*?options={"query":{"expand":"patients_via_practice"}}`, "_superusers/*", "VISITS/*"}
	for _, c := range care.Collections() {
		topics = append(topics, c.Name, c.Name+"/*")
	}
	for _, topic := range topics {
		for _, token := range []string{"", w.superuser} {
			client.Unset("auth") // each asks as if for the first time
			answer := pbtest.Call(t, w.admin, "POST", "/api/realtime", token,
				map[string]any{"clientId": client.Id(), "subscriptions": []string{"harmless", topic}})
			if answer.Status != http.StatusBadRequest || !strings.Contains(string(answer.Body), "cannot be subscribed to") {
				t.Errorf("subscribe to %s = %d: %s", topic, answer.Status, answer.Body)
			}
			if len(client.Subscriptions()) != 0 {
				t.Fatalf("subscribed to %v", client.Subscriptions())
			}
		}
	}
	answer := pbtest.Call(t, w.admin, "POST", "/api/realtime", w.superuser, map[string]any{"clientId": client.Id(), "subscriptions": []string{"harmless"}})
	if answer.Status != http.StatusNoContent || !client.HasSubscription("harmless") {
		t.Errorf("a topic of no collection = %d: %s", answer.Status, answer.Body)
	}
}
