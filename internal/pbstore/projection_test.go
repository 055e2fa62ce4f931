package pbstore_test

import (
	"context"
	crand "crypto/rand"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"doorstep/internal/access"
	"doorstep/internal/care"
	"doorstep/internal/pbstore"
	"doorstep/internal/testkit"
	"doorstep/internal/testkit/pbtest"
)

// What SQLite writes for a phone is what access says of each field, whatever the record holds: a
// nurse's phone and a volunteer's, of every collection.
func TestAPhoneGetsOfEachFieldWhatAccessSays(t *testing.T) {
	store, err := pbstore.Open(pbtest.New(t), pbstore.Options{Now: testkit.NewClock().Now, Entropy: crand.Reader})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	chance := rand.New(rand.NewPCG(3, 5))
	var records []*care.Record
	concerns := map[string]bool{}
	for n := range 40 {
		for _, name := range pbstore.Synced() {
			if name == care.Conflicts || name == care.Quarantine {
				continue // they come as sync_issues, by access.SeeIssue
			}
			rec := randomRecord(chance, name, n)
			switch name {
			case care.Handovers:
				concerns[rec.ID] = rec.Text("class") == string(care.Safeguarding)
			case care.HandoverEvents: // of the handover made with it
				rec.Values["handover"] = recordID(care.Handovers, n)
			}
			records = append(records, rec)
		}
	}
	if err := store.Write(context.Background(), func(tx *pbstore.Tx) error {
		for _, rec := range records {
			tx.Next()
			stored := *rec
			if _, err := tx.Insert(&stored); err != nil {
				return fmt.Errorf("%s: %w", rec.Collection.Name, err)
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	receipts := 0
	for _, rec := range records {
		concern := concerns[rec.ID]
		if rec.Collection.Name == care.HandoverEvents {
			concern = concerns[rec.Text("handover")]
		}
		for _, view := range []care.View{care.Clinical, care.Limited, care.NoRecords} {
			want := onPhone(rec, view, concern)
			got := map[string]any{}
			if err := store.Read(context.Background(), func(v *pbstore.Snapshot) error {
				raw, err := v.Projected(rec.Collection.Name, view, rec.ID)
				if err != nil {
					return err
				}
				return json.Unmarshal(raw, &got)
			}); err != nil {
				t.Fatalf("%s: %v", rec.Collection.Name, err)
			}
			for _, meta := range []string{"author", "authored_at", "received_at", "clock_offset_ms", "clinical_time"} {
				if _, field := rec.Collection.Field(meta); !field {
					if _, there := got[meta]; there && view != care.Clinical {
						t.Errorf("%s: a limited phone is told %s", rec.Collection.Name, meta)
					}
					delete(got, meta)
				}
			}
			for name, value := range want {
				if value == care.SealedReceipt {
					receipts++
				}
				if !reflect.DeepEqual(got[name], value) {
					t.Errorf("%s.%s (view %d, concern %t) is %v, want %v", rec.Collection.Name, name, view, concern, got[name], value)
				}
			}
			for name := range got {
				if _, told := want[name]; !told {
					t.Errorf("%s.%s (view %d) reaches a phone: access hides it", rec.Collection.Name, name, view)
				}
			}
		}
	}
	if receipts < 50 {
		t.Errorf("only %d receipts: too few to prove anything", receipts)
	}
}

// onPhone is a record as access says a phone gets it, as JSON reads back.
func onPhone(rec *care.Record, view care.View, concern bool) map[string]any {
	shown := map[string]any{"id": rec.ID}
	for i := range rec.Collection.Fields {
		f := &rec.Collection.Fields[i]
		value := rec.Get(f.Name)
		receipt := any(nil)
		if f.Kind == care.Text && value != nil {
			receipt = care.SealedReceipt
		}
		switch access.OnPhones(view, rec.Collection, f) {
		case access.Hidden:
			continue
		case access.Called:
			value = nil
			if name := rec.CalledName(); name != "" {
				value = name
			}
		case access.Receipt:
			value = receipt
		case access.ReceiptIfConcern:
			if concern {
				value = receipt
			}
		case access.Whole:
		}
		raw, err := json.Marshal(value)
		if err != nil {
			panic(err)
		}
		var read any
		if err := json.Unmarshal(raw, &read); err != nil {
			panic(err)
		}
		shown[f.Name] = read
	}
	return shown
}

func recordID(collection string, n int) string {
	return fmt.Sprintf("01j%023x", rand.New(rand.NewPCG(uint64(len(collection))*131+uint64(collection[0])+uint64(collection[len(collection)/2])*17, uint64(n))).Uint64())
}

// randomRecord fills about two thirds of a record's fields.
func randomRecord(chance *rand.Rand, collection string, n int) *care.Record {
	c, _ := care.ByName(collection)
	rec := &care.Record{Collection: c, ID: recordID(collection, n), Values: map[string]any{},
		Meta: care.Meta{Author: "staffaaaaaaaaaa", ReceivedAt: time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)}}
	for i := range c.Fields {
		f := &c.Fields[i]
		if chance.IntN(3) > 0 || f.Name == "class" {
			rec.Values[f.Name] = randomValue(chance, f)
		}
	}
	if collection == care.Handovers && chance.IntN(2) == 0 {
		rec.Values["class"] = string(care.Safeguarding)
	}
	return rec
}

func randomValue(chance *rand.Rand, f *care.Field) any {
	switch f.Kind {
	case care.Int:
		return int64(f.Min) + chance.Int64N(10)
	case care.Decimal:
		return float64(chance.IntN(400)) / 10
	case care.Bool:
		return chance.IntN(2) == 0
	case care.List:
		return care.NewList([]string{"b", "a", "c"}[:1+chance.IntN(3)])
	case care.Object:
		return json.RawMessage(`{"a":[1,"two",null]}`)
	case care.Time:
		return care.Stamp(time.Date(2026, 3, 1+chance.IntN(28), 9, 30, 0, 0, time.UTC))
	case care.Date:
		return "1941-05-17"
	case care.Enum:
		return f.Values[chance.IntN(len(f.Values))]
	case care.ID, care.Ref:
		return fmt.Sprintf("01j%023d", chance.IntN(100))
	}
	return fmt.Sprintf("It's \"as said\" – at 90%% (%d)", chance.Int64())
}
