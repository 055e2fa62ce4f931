package pbstore

import (
	"slices"
	"testing"

	"doorstep/internal/care"
	"doorstep/internal/testkit/statements"
)

// TestSQLAndGoCallAPersonByTheSameName: the name of the limited projection.
func TestSQLAndGoCallAPersonByTheSameName(t *testing.T) {
	db := statements.Calculator(t)
	for _, preferred := range []string{"", "Rose"} {
		for _, given := range []string{"", "Rosemary"} {
			person := &care.Record{Values: map[string]any{"preferred_name": preferred, "given_name": given, "family_name": "Testpatient"}}
			var got string
			if err := db.QueryRow(`SELECT `+CalledName+` FROM (SELECT ? AS preferred_name, ? AS given_name)`, preferred, given).Scan(&got); err != nil {
				t.Fatal(err)
			}
			if want := person.CalledName(); got != want {
				t.Errorf("preferred %q, given %q: %q in SQL, %q in Go", preferred, given, got, want)
			}
		}
	}
}

// TestSQLFindsTheStatesThatGoNames: the lists for SQL say what the methods say, as SQLite reads them.
func TestSQLFindsTheStatesThatGoNames(t *testing.T) {
	for name, list := range map[string]struct {
		sql   string
		holds func(care.State) bool
	}{
		"closed": {care.SQLClosed, care.State.Closed}, "open": {care.SQLOpen, care.State.Open}, "in no hands": {care.SQLInNoHands, care.State.InNoHands},
		"off the clock": {care.SQLOffTheClock, care.State.OffTheClock},
		"ended":         {care.SQLEnded, care.State.Ended}, "in hand": {care.SQLInHand, care.State.InHand},
	} {
		var got []string
		db := statements.Calculator(t)
		for _, s := range care.States {
			var in bool
			if err := db.QueryRow(`SELECT ? IN `+list.sql, s).Scan(&in); err != nil {
				t.Fatal(err)
			}
			if in {
				got = append(got, s)
			}
		}
		if want := care.StatesThat(list.holds); !slices.Equal(got, want) {
			t.Errorf("%s: SQL finds %v, Go says %v", name, got, want)
		}
	}
}
