package wire

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

func TestAPageIsWrittenAsEncodingJSONWouldWriteIt(t *testing.T) {
	id := strings.Repeat("0", 25) + "z"
	for name, page := range map[string]PullResponse{
		"zero":    {},
		"nothing": {Epoch: "e1", Head: 7, Cursor: "c", LastKey: id, Scopes: []ScopeEvent{}, Changes: []Delivery{}},
		"all of it": {Epoch: "e3", History: "17-a4k2m7q5tx3zw", Head: 1 << 40, Cursor: "abc.def", More: true, Loading: &Loading{Sent: 12000, Of: 30000}, LastMid: 12, LastKey: id,
			Scopes: []ScopeEvent{{ID: "*", Op: "reset"}, {ID: "patient:" + id, Op: "add"}},
			Changes: []Delivery{
				{Collection: "visits", ID: id, Version: 3, Scopes: []string{"patient:" + id, "staff:" + id}, Data: json.RawMessage(`{"id":"x","note":"<b> & \"quoted\"","n":1.5}`)},
				{Collection: "visits", ID: id, Version: 4, Gone: "left"},
				{Collection: "patients", ID: id, Version: -1, Scopes: []string{}, Data: json.RawMessage{}},
			}},
		"what raw SQL may have written": {Epoch: "e\n1", LastKey: `quo"te \ back`, Cursor: "<&>",
			Scopes:  []ScopeEvent{{ID: "naïve \u2028", Op: "\x00\x7f"}},
			Changes: []Delivery{{ID: "not\xffutf8", Collection: "víšits"}}},
	} {
		var want bytes.Buffer
		encoder := json.NewEncoder(&want)
		encoder.SetEscapeHTML(false)
		if err := encoder.Encode(&page); err != nil {
			t.Fatal(err)
		}
		if got := page.AppendJSON([]byte("kept ")); string(got) != "kept "+want.String() {
			t.Errorf("%s:\n got %s\nwant %s", name, got, want.String())
		}
	}
}

// A field added to these types must be added to AppendJSON too.
func TestAPageHasTheFieldsThatAreWritten(t *testing.T) {
	for of, want := range map[reflect.Type]int{reflect.TypeFor[PullResponse](): 10, reflect.TypeFor[Loading](): 2, reflect.TypeFor[ScopeEvent](): 2, reflect.TypeFor[Delivery](): 6} {
		got := 0
		for i := range of.NumField() {
			if of.Field(i).Tag.Get("json") != "-" { // what stays on the server
				got++
			}
		}
		if got != want {
			t.Errorf("%s has %d fields, AppendJSON writes %d", of, got, want)
		}
	}
}

// Phones ask for the next page as soon as they have read that much (docs/protocol.md §7.2; pb_public/shared/sync/ahead.js).
func TestAPageSaysFirstWhereTheNextBegins(t *testing.T) {
	page := PullResponse{Epoch: "e3", History: "17-a4k2m7q5tx3zw", Head: 88140, Cursor: "e3.88012.Jk2", More: true}
	for history, want := range map[string]string{
		"17-a4k2m7q5tx3zw": `{"epoch":"e3","history":"17-a4k2m7q5tx3zw","head":88140,"cursor":"e3.88012.Jk2","more":true,`,
		"":                 `{"epoch":"e3","head":88140,"cursor":"e3.88012.Jk2","more":true,`,
	} {
		page.History = history
		if got := string(page.AppendJSON(nil)); !strings.HasPrefix(got, want) {
			t.Errorf("got %s\nwant %s…", got, want)
		}
	}
}
