package care

import (
	"encoding/json"
	"testing"
	"time"
)

// C1. When nobody can tell any more what was changed when, an edit of one field does not make the others unchanged.
func TestWhatWasChangedUnreadablyStaysSoWhenAnotherFieldIsEdited(t *testing.T) {
	patients, _ := ByName(Patients)
	received := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	rec := &Record{Collection: patients, Values: map[string]any{"phone": "01632 960111", "access_notes": "Key safe", "communication_needs": NewList([]string{"large print"})}}
	rec.Version, rec.ReceivedAt, rec.Author, rec.Client, rec.Unreadable = 7, received, "nia", "c1", []string{ChangedField}
	rec = rec.Clone()
	rec.Stamped("access_notes", Change{Seq: 9, Client: "c2", Author: "lea", At: received.Add(time.Hour)})
	rec.Stamped("risk_note", Change{Seq: 10, Client: "c2", Author: "lea", At: received.Add(time.Hour)})

	stored := &Record{Collection: patients, Values: rec.Values} // and it can be read again
	stored.Version, stored.Author, stored.Client = 10, "nia", "c1"
	if err := json.Unmarshal(JSON(rec.Changed), &stored.Changed); err != nil {
		t.Fatal(err)
	}
	for field, want := range map[string]int64{"access_notes": 9, "risk_note": 10, "phone": 7, "communication_needs": 7, "consent": 7} {
		if got := stored.LastChange(field); got.Seq != want || want == 7 && got.Client != "" {
			t.Errorf("%s was last changed by %+v, want in %d", field, got, want)
		}
	}
	if adds := stored.LastChange("communication_needs").Adds["large print"]; len(adds) != 1 || adds[""] != 7 {
		t.Errorf("a member of a list was added by %v, want by nobody knows whom, in 7", adds)
	}
}
