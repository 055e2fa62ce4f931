package acceptance

import (
	"encoding/base64"
	"encoding/json"
	"testing"

	"github.com/pocketbase/dbx"

	"doorstep/internal/care"
)

// misshapen are objects that a client other than ours could send, each beside a value that is in order.
var misshapen = []struct {
	name, field, code string
	sent              any
}{
	{"an oxygen scale in quotes", "spo2_scale", "wrong_type", map[string]any{"scale": "2"}},
	{"an oxygen scale there is not", "spo2_scale", "out_of_range", map[string]any{"scale": 3}},
	{"an oxygen scale that says nothing", "spo2_scale", "wrong_type", map[string]any{"foo": 1}},
	{"oxygen scales in a list", "spo2_scale", "wrong_type", []any{1, 2}},
	{"consent to nobody", "consent", "wrong_type", map[string]any{"given": true}},
	{"consent in words", "consent", "wrong_type", []any{map[string]any{"service": 5, "given": "yes"}}},
}

func TestShape_AMisshapenObjectIsSetAsideAndTheRestApplies(t *testing.T) {
	w := newWorld(t)
	lea := w.phoneOf(w.lea)
	w.sync(lea)
	for _, c := range misshapen {
		t.Run(c.name, func(t *testing.T) {
			edit(t, lea, care.Patients, w.ada.Id, "risk_note", c.name, c.field, c.sent)
			w.sync(lea)
			ada, err := w.FindRecordById(care.Patients, w.ada.Id)
			ok(t, err)
			if got := ada.GetString("risk_note"); got != c.name {
				t.Errorf("the value beside it is %q", got)
			}
			if got := ada.GetString(c.field); got != "" && got != "null" {
				t.Errorf("stored: %s", got)
			}
			issues := w.rows(care.Quarantine, "state = 'open' && field = {:field}", dbx.Params{"field": c.field})
			last := issues[len(issues)-1]
			if last.GetString("code") != c.code || last.GetString("record") != w.ada.Id || last.GetString("kind") != "field" {
				t.Errorf("set aside as %s: %s", last.GetString("code"), last.GetString("message"))
			}
		})
	}
	if n := len(w.rows(care.Quarantine, "state = 'open'", nil)); n != len(misshapen) {
		t.Errorf("%d issues for %d objects", n, len(misshapen))
	}
}

func TestShape_ScaleTwoWrittenAsADecimalIsScaleTwo(t *testing.T) {
	w := newWorld(t)
	lea := w.phoneOf(w.lea)
	w.sync(lea)
	edit(t, lea, care.Patients, w.ada.Id, "spo2_scale", map[string]any{"scale": 2.0})
	w.sync(lea)
	ada, err := w.FindRecordById(care.Patients, w.ada.Id)
	ok(t, err)
	if got := ada.GetString("spo2_scale"); got != `{"scale":2}` {
		t.Errorf("stored as %s", got)
	}
}

func TestShape_AMisshapenObjectWrittenPastTheEngineGoesBackAndIsKeptInAnIssue(t *testing.T) {
	w := newWorld(t)
	w.set(w.ada, map[string]any{"spo2_scale": map[string]any{"scale": 2}})
	w.sql(`UPDATE patients SET spo2_scale = '{"scale":"1"}', consent = 'certainly' WHERE id = ?`, w.ada.Id)
	w.tick()
	ada, err := w.FindRecordById(care.Patients, w.ada.Id)
	ok(t, err)
	if got := ada.GetString("spo2_scale"); got != `{"scale":2}` {
		t.Errorf("the scale is %s, want what it was", got)
	}
	if got := ada.GetString("consent"); got != "" && got != "null" {
		t.Errorf("the consent is %s, want none, as it was", got)
	}
	kept := map[string]string{}
	for _, issue := range w.rows(care.Quarantine, "state = 'open'", nil) {
		sent := issue.GetString("content")
		if raw := issue.GetString("raw"); raw != "" { // what is no JSON is kept as its bytes
			plain, err := base64.StdEncoding.DecodeString(raw)
			ok(t, err)
			sent = string(plain)
		}
		kept[issue.GetString("field")] = sent
		if issue.GetString("patient") != w.ada.Id || issue.GetString("owner_team") != w.nurses.Id {
			t.Errorf("the issue about %s is %s's and about %s", issue.GetString("field"), issue.GetString("owner_team"), issue.GetString("patient"))
		}
	}
	if len(kept) != 2 || kept["spo2_scale"] != `{"scale":"1"}` || kept["consent"] != "certainly" {
		t.Errorf("kept: %v", kept)
	}
}

// holdShapes ends every story: whoever wrote them, the objects that are stored have the shape that is
// documented, what the server writes itself among them.
func (w *world) holdShapes() {
	if !w.IsBootstrapped() { // a story that ends with the server stopped
		return
	}
	for _, c := range care.Collections() {
		for i := range c.Fields {
			f := &c.Fields[i]
			if f.Kind != care.Object {
				continue
			}
			var rows []struct{ ID, Value string }
			err := w.ConcurrentDB().Select("id", "{{"+f.Name+"}} AS value").From(c.Name).
				AndWhere(dbx.NewExp("coalesce({{" + f.Name + "}}, '') NOT IN ('', 'null')")).All(&rows)
			ok(w.t, err)
			for _, row := range rows {
				if wrong := f.CheckStored(json.RawMessage(row.Value)); wrong != nil {
					w.t.Errorf("%s %s holds in %s what is not of its shape: %s\n%s", c.Name, row.ID, f.Name, wrong.Message, row.Value)
				}
			}
		}
	}
}
