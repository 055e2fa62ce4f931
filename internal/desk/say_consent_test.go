package desk

import (
	"encoding/json"
	"testing"
	"time"

	"doorstep/internal/access"
	"doorstep/internal/care"
)

// sayStore is a store of one person.
type sayStore struct {
	clock
	person *care.Record
	wrote  *care.Record
}

func (*sayStore) Seq() int64  { return 7 }
func (*sayStore) Next() int64 { return 7 }

func (s *sayStore) Record(_ *care.Collection, id string) (*care.Record, error) {
	if s.person.ID != id {
		return nil, nil
	}
	return s.person, nil
}

func (s *sayStore) Update(rec, _ *care.Record, _ []string) error {
	s.wrote = rec
	return nil
}

// What a person says to a voluntary service is recorded by whoever looks after its volunteers, behind what was said before, and of
// nobody whom they have not got.
func TestWhatAPersonSaysToAVoluntaryServiceIsRecordedThere(t *testing.T) {
	const service, vera = "01jz1yq0t9c2m4n8r5w7x3y1k0", "01jz1yq0t9c2m4n8r5w7x3y1k1"
	for _, c := range []struct {
		name string
		role care.Role
		hold string
		said Saying
		code string
		last string // what is recorded last; "" = nothing is
	}{
		{"they want it no more", care.VolunteerCoordinator, "ivy", Saying{Service: service, How: "on the telephone"}, "",
			`{"at":"2026-03-02T12:00:00.000Z","by":"` + vera + `","given":false,"how":"on the telephone","service":"` + service + `"}`},
		{"they agree until a day", care.VolunteerCoordinator, "ivy", Saying{Service: service, Given: true, Expires: "2026-12-31"}, "",
			`{"at":"2026-03-02T12:00:00.000Z","by":"` + vera + `","expires":"2026-12-31","given":true,"service":"` + service + `"}`},
		{"until a day that has passed", care.VolunteerCoordinator, "ivy", Saying{Service: service, Given: true, Expires: "2026-03-01"}, CodeInvalid, ""},
		{"until what is no day", care.VolunteerCoordinator, "ivy", Saying{Service: service, Given: true, Expires: "3000"}, care.CodeWrongType, ""},
		{"of somebody whom they have not got", care.VolunteerCoordinator, "una", Saying{Service: service}, CodeNotFound, ""},
		{"by whoever is of no service", care.VolunteerCoordinator, "ivy", Saying{}, CodeNotFound, ""},
		{"by a lead of direct care", care.TeamLead, "ivy", Saying{Service: service}, CodeNotFound, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			store := &sayStore{person: record(care.Patients, "ivy", map[string]any{"consent": care.JSON([]any{map[string]any{"service": service, "given": true}})})}
			c.said.Person = "ivy"
			lead := Lead{Rights: access.RightsOf(care.Viewer{Staff: vera, Role: c.role}), Reach: &reach{holds: []string{c.hold}}}
			refusedWith(t, SayConsent(store, lead, c.said), c.code)
			if (store.wrote == nil) != (c.last == "") {
				t.Fatalf("%+v", store.wrote)
			}
			if store.wrote == nil {
				return
			}
			var list []json.RawMessage
			if err := json.Unmarshal(store.wrote.Raw("consent"), &list); err != nil || len(list) != 2 || string(list[1]) != c.last {
				t.Errorf("%s (%v)", store.wrote.Raw("consent"), err)
			}
			if last := store.wrote.LastChange("consent"); last.Author != vera || last.Seq != 7 || !last.At.Equal(noon.Truncate(time.Millisecond)) {
				t.Errorf("%+v", last)
			}
		})
	}
}
