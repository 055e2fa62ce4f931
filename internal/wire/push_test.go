package wire

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"doorstep/internal/care"
)

var update = flag.Bool("update", false, "write the fuzz corpus from the cases")

const (
	testClient  = "01jk0000000000000000000001"
	testKey     = "01jk1000000000000000000001"
	testAuthor  = "01jk2000000000000000000001"
	testRecord  = "01jk3000000000000000000001"
	testPatient = "01jk4000000000000000000001"
)

// goodOp is an op that can be represented; tests put their own in its place.
const goodOp = `{"op":"create","collection":"visits","id":"` + testRecord + `","set":{"patient":"` + testPatient + `"}}`

// change is one mutation with that mid and those ops.
func change(mid int, ops string) string {
	return fmt.Sprintf(`{"mid":%d,"key":"01jk10000000000000000%05d","author":"%s","authored_at":"2026-03-02T09:58:11.204Z","ops":[%s]}`, mid, mid, testAuthor, ops)
}

// pushOf wraps mutations in a proper envelope.
func pushOf(mutations ...string) string {
	return `{"client":"` + testClient + `","epoch":"e1","schema":1,"mutations":[` + strings.Join(mutations, ",") + `]}`
}

// pushCase is a body and what must become of it: a status (0 = taken in), the error code, and
// for each mutation the code of its fault ("" = none).
type pushCase struct {
	name   string
	body   string
	status int
	code   string
	faults []string
}

func refusedWith(name, body string) pushCase {
	return pushCase{name: name, body: body, status: 400, code: "malformed"}
}

func takenIn(name, body string, faults ...string) pushCase {
	return pushCase{name: name, body: body, faults: faults}
}

func pushCases() []pushCase {
	many := make([]string, 10_000)
	for i := range many {
		many[i] = `{}`
		if i < MaxPushMutations {
			many[i] = fmt.Sprintf(`{"mid":%d,"key":"%026d"}`, i+1, i)
		}
	}
	deep := strings.Repeat(`{"a":`, MaxDepth) + `1` + strings.Repeat(`}`, MaxDepth)
	wellNested := `{"op":"create","collection":"visits","id":"x","set":{"a":` + strings.Repeat("[", MaxDepth-4) + strings.Repeat("]", MaxDepth-4) + `}}`
	return []pushCase{
		takenIn("one change", pushOf(change(1, goodOp)), ""),
		takenIn("three changes", pushOf(change(7, goodOp), change(8, goodOp), change(9, goodOp)), "", "", ""),
		takenIn("no changes", pushOf()),
		takenIn("white space everywhere", " \r\n\t"+strings.NewReplacer(",", " ,\n", ":", "\t: ", "{", "{ ", "}", " }").Replace(
			pushOf(strings.ReplaceAll(change(1, goodOp), "09:58:11.204Z", "PLACE")))+"\n", "malformed"),
		takenIn("unknown members are read over", `{"future":[{"a":1,"a":2}],`+pushOf(`{"mood":{"x":[]},` + change(1, goodOp)[1:])[1:], ""),
		takenIn("a name in escapes", pushOf(strings.Replace(change(1, goodOp), `"mid"`, `"\u006did"`, 1)), ""),
		takenIn("any schema above one", strings.Replace(pushOf(change(1, goodOp)), `"schema":1`, `"schema":99999999999`, 1), ""),
		takenIn("every kind of op", pushOf(change(1, strings.Join([]string{
			goodOp,
			`{"op":"update","collection":"visits","id":"x","patient":"p","base":"e1.44","set":{"note":"a\n\"b\" \ud83d\ude90"},"was":{"note":null}}`,
			`{"op":"add","collection":"visits","id":"x","patient":"p","base":"e1.0","field":"soft_signs","values":["unsteady",1,true,null,{"a":[]}]}`,
			`{"op":"remove","collection":"visits","id":"x","patient":"p","field":"soft_signs","values":[]}`,
			`{"op":"retract","collection":"visits","id":"x","patient":null,"base":""}`,
			`{"op":"resolve","issue":"i","base":"e1.45","set":{"note":-1.5e3}}`,
		}, ","))), ""),

		refusedWith("empty body", ``),
		refusedWith("white space only", " \n"),
		refusedWith("no object", `[]`),
		refusedWith("cut off", pushOf(change(1, goodOp))[:200]),
		refusedWith("text after the end", pushOf(change(1, goodOp))+`{}`),
		refusedWith("a NUL after the end", pushOf(change(1, goodOp))+"\x00"),
		refusedWith("no client", strings.Replace(pushOf(), `"client"`, `"klient"`, 1)),
		refusedWith("no epoch", strings.Replace(pushOf(), `"epoch"`, `"Epoch"`, 1)),
		refusedWith("no schema", strings.Replace(pushOf(), `"schema"`, `"shema"`, 1)),
		refusedWith("no mutations", `{"client":"`+testClient+`","epoch":"e1","schema":1}`),
		refusedWith("schema zero", strings.Replace(pushOf(), `"schema":1`, `"schema":0`, 1)),
		refusedWith("schema below zero", strings.Replace(pushOf(), `"schema":1`, `"schema":-9223372036854775808`, 1)),
		refusedWith("schema beyond 64 bits", strings.Replace(pushOf(), `"schema":1`, `"schema":9223372036854775808`, 1)),
		refusedWith("schema as text", strings.Replace(pushOf(), `"schema":1`, `"schema":"1"`, 1)),
		refusedWith("client is a number", strings.Replace(pushOf(), `"client":"`+testClient+`"`, `"client":7`, 1)),
		refusedWith("client twice", `{"client":"x",`+pushOf()[1:]),
		refusedWith("mutations twice", `{"mutations":[],`+pushOf(change(1, goodOp))[1:]),
		refusedWith("mutations is an object", `{"client":"c","epoch":"e1","schema":1,"mutations":{}}`),
		refusedWith("a change is a number", pushOf(`1`)),
		refusedWith("a change is a list", pushOf(`[]`)),
		refusedWith("a trailing comma", pushOf(change(1, goodOp), ``)),
		refusedWith("a change without mid", pushOf(strings.Replace(change(1, goodOp), `"mid":1,`, ``, 1))),
		refusedWith("a change without key", pushOf(`{"mid":1,"author":"a","ops":[]}`)),
		refusedWith("a short key", pushOf(strings.Replace(change(1, goodOp), `"key":"01jk1`, `"key":"01`, 1))),
		refusedWith("mid zero", pushOf(change(0, goodOp))),
		refusedWith("mid below zero", pushOf(change(-1, goodOp))),
		refusedWith("mid as text", pushOf(strings.Replace(change(1, goodOp), `"mid":1`, `"mid":"1"`, 1))),
		refusedWith("mid with a fraction", pushOf(strings.Replace(change(1, goodOp), `"mid":1`, `"mid":1.0`, 1))),
		refusedWith("mid with an exponent", pushOf(strings.Replace(change(1, goodOp), `"mid":1`, `"mid":1e3`, 1))),
		refusedWith("mid beyond 64 bits", pushOf(strings.Replace(change(1, goodOp), `"mid":1`, `"mid":99999999999999999999`, 1))),
		refusedWith("mid beyond what JSON numbers hold", pushOf(strings.Replace(change(1, goodOp), `"mid":1`, `"mid":9007199254740994`, 1))),
		refusedWith("a gap inside", pushOf(change(1, goodOp), change(3, goodOp))),
		refusedWith("two mids of one change", pushOf(`{"mid":9,`+change(1, goodOp)[1:])),
		refusedWith("two keys of one change", pushOf(`{"key":"01jz2c00000000000000000000",`+change(1, goodOp)[1:])),
		refusedWith("the same mid twice", pushOf(change(1, goodOp), change(1, goodOp))),
		refusedWith("counting down", pushOf(change(2, goodOp), change(1, goodOp))),
		takenIn("grammar broken inside a change", pushOf(strings.Replace(change(1, goodOp), `"ops":[`, `"ops":[,`, 1)), "malformed"),
		takenIn("a bare word inside a change", pushOf(strings.Replace(change(1, goodOp), `"ops":[`, `"x":nul,"ops":[`, 1)), "malformed"),
		takenIn("brackets that do not match", pushOf(strings.Replace(change(1, goodOp), `]}`, `}]`, 1)), "malformed"),
		takenIn("a number with a leading zero", pushOf(strings.Replace(change(1, goodOp), `"mid":1`, `"mid":01`, 1)), "malformed"),
		takenIn("a control character in text", pushOf(change(1, strings.Replace(goodOp, `create`, "cre\nate", 1))), "malformed"),
		takenIn("nested beyond all bounds", pushOf(strings.Replace(change(1, goodOp), `"ops"`, `"x":`+strings.Repeat("[", 20_000)+strings.Repeat("]", 20_000)+`,"ops"`, 1)), "malformed"),
		refusedWith("never closed", strings.Repeat("[", 50_000)),
		{name: "10,000 changes", body: pushOf(many...), status: 413, code: "too_many"},

		// B10: what is no JSON is kept by itself, and its neighbours are taken in.
		takenIn("a number that is none, between two changes", pushOf(change(1, goodOp), change(2, strings.Replace(goodOp, `{"patient"`, `{"pulse":NaN,"patient"`, 1)), change(3, goodOp)), "", "malformed", ""),
		takenIn("a decimal comma, between two changes", pushOf(change(1, goodOp), change(2, strings.Replace(goodOp, `{"patient"`, `{"temperature":37,5,"patient"`, 1)), change(3, goodOp)), "", "malformed", ""),
		takenIn("a number with a leading zero, last", pushOf(change(1, goodOp), change(2, strings.Replace(goodOp, `{"patient"`, `{"temperature":036.5,"patient"`, 1))), "", "malformed"),
		takenIn("a line break inside a text, first", pushOf(change(1, strings.Replace(goodOp, `visits`, "vis\nits", 1)), change(2, goodOp)), "malformed", ""),
		takenIn("two that are broken", pushOf(change(1, `{"op":nul}`), change(2, goodOp), change(3, `{,}`)), "malformed", "", "malformed"),
		refusedWith("a broken change whose number cannot be read", pushOf(change(1, goodOp), strings.Replace(change(2, `{,}`), `"mid":2`, `"mid":two`, 1))),
		refusedWith("a broken change and a gap", pushOf(change(1, goodOp), change(3, `{,}`))),
		refusedWith("a broken change in a body that was cut off", pushOf(change(1, `{,}`), change(2, goodOp))[:300]),

		takenIn("a name twice in a change", pushOf(`{"ops":[],`+change(1, goodOp)[1:], change(2, goodOp)), "malformed", ""),
		takenIn("a name twice in an op", pushOf(change(1, strings.Replace(goodOp, `"id"`, `"op":"update","id"`, 1))), "malformed"),
		takenIn("a name twice in the content", pushOf(change(1, strings.Replace(goodOp, `"patient"`, `"patient":"x","patient"`, 1))), "malformed"),
		takenIn("a name twice, once in escapes", pushOf(change(1, strings.Replace(goodOp, `"patient"`, `"pat\u0069ent":"x","patient"`, 1))), "malformed"),
		takenIn("a name twice where nobody looks", pushOf(`{"mood":{"a":1,"a":1},`+change(1, goodOp)[1:]), "malformed"),
		takenIn("invalid UTF-8", pushOf(change(1, strings.Replace(goodOp, `visits`, "vis\xffits", 1)), change(2, goodOp)), "malformed", ""),
		takenIn("half a character at the end of a text", pushOf(change(1, strings.Replace(goodOp, `visits`, "visits\xe2\x82", 1))), "malformed"),
		takenIn("half of a surrogate pair", pushOf(change(1, strings.Replace(goodOp, `visits`, `\ud83d`, 1))), "malformed"),
		takenIn("surrogates the wrong way round", pushOf(change(1, strings.Replace(goodOp, `visits`, `\ude90\ud83d`, 1))), "malformed"),
		takenIn("nested as deep as allowed", pushOf(change(1, wellNested)), ""),
		takenIn("nested too deep", pushOf(change(1, strings.Replace(goodOp, `"set":{`, `"set":{"x":`+deep+`,`, 1)), change(2, goodOp)), "malformed", ""),
		takenIn("huge numbers keep their text", pushOf(change(1, strings.Replace(goodOp, `"set":{`, `"set":{"a":1e999,"b":-0,"c":123456789012345678901234567890,"d":0.1e-400,`, 1))), ""),
		takenIn("an unknown op", pushOf(change(1, strings.Replace(goodOp, `create`, `delete`, 1))), "malformed"),
		takenIn("no op", pushOf(change(1, strings.Replace(goodOp, `"op":"create",`, ``, 1))), "malformed"),
		takenIn("no ops", pushOf(change(1, ``)), "malformed"),
		takenIn("ops left out", pushOf(strings.Replace(change(1, goodOp), `"ops"`, `"sops"`, 1)), "malformed"),
		takenIn("ops is an object", pushOf(strings.NewReplacer(`[`, `{"a":`, `]`, `}`).Replace(change(1, goodOp))), "malformed"),
		takenIn("an op is text", pushOf(change(1, `"create"`)), "malformed"),
		takenIn("too many ops", pushOf(change(1, strings.Repeat(goodOp+",", MaxMutationOps)+goodOp)), "malformed"),
		takenIn("as many ops as allowed", pushOf(change(1, strings.Repeat(goodOp+",", MaxMutationOps-1)+goodOp)), ""),
		takenIn("set is a list", pushOf(change(1, `{"op":"create","collection":"visits","id":"x","set":[]}`)), "malformed"),
		takenIn("set is null", pushOf(change(1, `{"op":"create","collection":"visits","id":"x","set":null}`)), "malformed"),
		takenIn("was is text", pushOf(change(1, `{"op":"update","collection":"visits","id":"x","set":{},"was":"x"}`)), "malformed"),
		takenIn("values is an object", pushOf(change(1, `{"op":"add","collection":"visits","id":"x","field":"f","values":{}}`)), "malformed"),
		takenIn("add without a field", pushOf(change(1, `{"op":"add","collection":"visits","id":"x","values":[]}`)), "malformed"),
		takenIn("resolve without an issue", pushOf(change(1, `{"op":"resolve","set":{}}`)), "malformed"),
		takenIn("a base that is none", pushOf(change(1, `{"op":"update","collection":"visits","id":"x","base":"44","set":{}}`)), "malformed"),
		takenIn("a base below zero", pushOf(change(1, `{"op":"update","collection":"visits","id":"x","base":"e1.-1","set":{}}`)), "malformed"),
		takenIn("a base beyond 64 bits", pushOf(change(1, `{"op":"update","collection":"visits","id":"x","base":"e1.9223372036854775808","set":{}}`)), "malformed"),
		takenIn("collection is a number", pushOf(change(1, strings.Replace(goodOp, `"visits"`, `5`, 1))), "malformed"),
		takenIn("author is an object", pushOf(`{"author":{},"mid":1,"key":"`+testKey+`","ops":[`+goodOp+`]}`, change(2, goodOp)), "malformed", ""),
		takenIn("no author", pushOf(strings.Replace(change(1, goodOp), `"author"`, `"autor"`, 1)), "malformed"),
		takenIn("no time", pushOf(strings.Replace(change(1, goodOp), `"authored_at"`, `"at"`, 1)), "malformed"),
		takenIn("a time that is none", pushOf(strings.Replace(change(1, goodOp), `2026-03-02T`, `2026-13-02T`, 1)), "malformed"),
		takenIn("too large", pushOf(change(1, strings.Replace(goodOp, `"set":{`, `"set":{"note":"`+strings.Repeat("x", MaxMutationBytes)+`",`, 1)), change(2, goodOp)), "oversized", ""),
	}
}

func TestDecodePush(t *testing.T) {
	for _, c := range pushCases() {
		t.Run(c.name, func(t *testing.T) {
			push, err := DecodePush([]byte(c.body))
			if c.status != 0 {
				if err == nil || err.Status != c.status || err.Code != c.code || push != nil {
					t.Fatalf("got %v and %v, want %d %s and nothing taken in", err, push, c.status, c.code)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if push.Client != testClient || push.Epoch != "e1" || push.Schema < 1 {
				t.Errorf("envelope %q %q %d", push.Client, push.Epoch, push.Schema)
			}
			if len(push.Mutations) != len(c.faults) {
				t.Fatalf("%d mutations, want %d", len(push.Mutations), len(c.faults))
			}
			for i, m := range push.Mutations {
				if got := faultCode(m); got != c.faults[i] {
					t.Errorf("mutation %d: fault %q (%+v), want %q", m.Mid, got, m.Fault, c.faults[i])
				}
				if !bytes.Contains([]byte(c.body), m.Raw) || len(m.Raw) == 0 {
					t.Errorf("mutation %d did not keep its bytes", m.Mid)
				}
			}
		})
	}
}

func faultCode(m care.Mutation) string {
	if m.Fault == nil {
		return ""
	}
	return m.Fault.Code
}

func TestDecodedChangeHoldsWhatWasSent(t *testing.T) {
	body := pushOf(`{"mid":41,"key":"` + testKey + `","author":"` + testAuthor + `","authored_at":"2026-03-02T10:58:11.2049+01:00","ops":[
		{"op":"create","collection":"observations","id":"` + testRecord + `","set":{"patient":"` + testPatient + `","spo2":91,"temperature":38.10,"on_oxygen":false,"acvpu":null}},
		{"op":"update","collection":"visits","id":"v","patient":"p","base":"e3.8812","set":{"note":"\u00fc\ud83d\ude90\t"},"was":{"note":"","soft_signs":["unsteady",{"x":[1]}]}},
		{"op":"remove","collection":"visits","id":"v","patient":"p","field":"soft_signs","values":["unsteady"]},
		{"op":"create","collection":"patients","id":"` + testPatient + `","set":{}},
		{"op":"resolve","issue":"i","base":"e1.0","set":{}}]}`)
	push, refused := DecodePush([]byte(body))
	if refused != nil {
		t.Fatal(refused)
	}
	got := push.Mutations[0]
	want := care.Mutation{
		Mid: 41, Key: testKey, Author: testAuthor, AuthoredAt: time.Date(2026, 3, 2, 9, 58, 11, 204e6, time.UTC),
		Raw: got.Raw,
		Ops: []care.Op{
			{Kind: care.OpCreate, Collection: "observations", ID: testRecord, Patient: testPatient, // named by the content
				Set: map[string]any{"patient": testPatient, "spo2": json.Number("91"), "temperature": json.Number("38.10"), "on_oxygen": false, "acvpu": nil}},
			{Kind: care.OpUpdate, Collection: "visits", ID: "v", Patient: "p", Base: care.Base{Epoch: "e3", Seq: 8812},
				Set: map[string]any{"note": "ü🚐\t"},
				Was: map[string]any{"note": "", "soft_signs": []any{"unsteady", map[string]any{"x": []any{json.Number("1")}}}}},
			{Kind: care.OpRemove, Collection: "visits", ID: "v", Patient: "p", Field: "soft_signs", Values: []any{"unsteady"}},
			{Kind: care.OpCreate, Collection: "patients", ID: testPatient, Patient: testPatient, Set: map[string]any{}},
			{Kind: care.OpResolve, Issue: "i", Base: care.Base{Epoch: "e1"}, Set: map[string]any{}},
		},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestDecodedPushSharesOnlyItsRawBytesWithTheBody(t *testing.T) {
	body := []byte(pushOf(change(1, goodOp), change(2, strings.Replace(goodOp, "create", "delete", 1))))
	push, err := DecodePush(body)
	if err != nil {
		t.Fatal(err)
	}
	said := func() string {
		read := *push
		read.Mutations = slices.Clone(push.Mutations)
		for i := range read.Mutations {
			read.Mutations[i].Raw = nil
		}
		return fmt.Sprintf("%+v", read)
	}
	before := said()
	clear(body)
	if after := said(); after != before {
		t.Errorf("the push changed with its body:\n%s\n%s", before, after)
	}
}

func TestFaultyChangeKeepsWhoAndWhen(t *testing.T) {
	push, err := DecodePush([]byte(pushOf(change(5, `{"op":"delete"}`))))
	if err != nil {
		t.Fatal(err)
	}
	m := push.Mutations[0]
	if m.Mid != 5 || m.Key == "" || m.Author != testAuthor || m.AuthoredAt.IsZero() {
		t.Errorf("the quarantine would not know whose this is: %+v", m)
	}
}

func TestReadableOpsOfAFaultyChangeStayForTheRules(t *testing.T) {
	push, err := DecodePush([]byte(pushOf(strings.Replace(change(5, goodOp), "author", "autor", 1))))
	if err != nil {
		t.Fatal(err)
	}
	if m := push.Mutations[0]; m.Fault == nil || len(m.Ops) != 1 || m.Ops[0].Patient != testPatient {
		t.Errorf("an alarm in it would be muted: %+v", m)
	}
}

func TestBase(t *testing.T) {
	for _, s := range []string{"e1.0", "e3.8812", "e1.9223372036854775807", "e3.8812.17-a4k2m7q5tx3zw"} {
		b, err := ParseBase(s)
		if err != nil || FormatBase(b) != s {
			t.Errorf("%s became %v, %v", s, b, err)
		}
	}
	for _, s := range []string{"", ".", "e", "e1", "e1.", "e.1", "1.1", "e1.-1", "e1.1.1", "e1. 1", "x1.1", "e1.1.", "e1.1.-a", "e1.1.0-a", "e1.1.1-", "e1.1.1-A", "e1.1.1-a.b", "e1.1.1-" + strings.Repeat("a", 50)} {
		if b, err := ParseBase(s); err == nil {
			t.Errorf("%q was taken for a base: %v", s, b)
		}
	}
}

// FuzzDecodePush checks what must hold for any body: it never panics, what is refused leaves
// nothing, and what is taken in is numbered, whole, and the same as an independent reader sees.
func FuzzDecodePush(f *testing.F) {
	for _, c := range pushCases() {
		f.Add([]byte(c.body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		push, refused := DecodePush(body)
		if refused != nil {
			if push != nil || refused.Status < 400 || refused.Status > 499 || refused.Code == "" {
				t.Fatalf("refused with %+v and %+v", refused, push)
			}
			return
		}
		faulty := slices.ContainsFunc(push.Mutations, func(m care.Mutation) bool { return m.Fault != nil })
		if !faulty && !jsontext.Value(body).IsValid(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)) {
			t.Fatalf("took in what is not JSON, and found no fault: %q", body)
		}
		if len(push.Mutations) > MaxPushMutations || push.Schema < 1 {
			t.Fatalf("beyond the limits: %d mutations, schema %d", len(push.Mutations), push.Schema)
		}
		for i, m := range push.Mutations {
			if m.Mid < 1 || m.Mid != push.Mutations[0].Mid+int64(i) || len(m.Key) != 26 {
				t.Fatalf("mutation %d out of order: %d %q", i, m.Mid, m.Key)
			}
			if !bytes.Contains(body, m.Raw) {
				t.Fatalf("mutation %d lost its bytes", m.Mid)
			}
			if m.Fault != nil {
				continue
			}
			checkAgainstPeer(t, m)
		}
	})
}

// checkAgainstPeer reads a mutation's bytes with another reader and compares.
func checkAgainstPeer(t *testing.T, m care.Mutation) {
	if !jsontext.Value(m.Raw).IsValid() {
		t.Fatalf("no fault found in %q", m.Raw)
	}
	if len(m.Raw) > MaxMutationBytes || len(m.Ops) == 0 || len(m.Ops) > MaxMutationOps || m.Author == "" || m.AuthoredAt.IsZero() {
		t.Fatalf("mutation %d should have a fault: %+v", m.Mid, m)
	}
	// The peer's struct decoding folds case, so compare through a map.
	var peer map[string]json.RawMessage
	var ops []map[string]json.RawMessage
	if err := json.Unmarshal(m.Raw, &peer); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(peer["ops"], &ops); err != nil {
		t.Fatal(err)
	}
	if len(ops) != len(m.Ops) || decodeText(t, peer["author"]) != m.Author || decodeText(t, peer["key"]) != m.Key {
		t.Fatalf("%+v differs from %s", m, m.Raw)
	}
	for i, op := range m.Ops {
		if decodeText(t, ops[i]["op"]) != string(op.Kind) || decodeText(t, ops[i]["id"]) != op.ID || decodeText(t, ops[i]["collection"]) != op.Collection {
			t.Fatalf("op %d: %+v differs from %s", i, op, m.Raw)
		}
		for name, value := range map[string]any{"set": op.Set, "was": op.Was, "values": op.Values} {
			if raw, ok := ops[i][name]; ok && !reflect.DeepEqual(value, decodeValue(t, raw)) {
				t.Fatalf("op %d: %s is %v, should be %s", i, name, value, raw)
			}
		}
	}
}

func decodeText(t *testing.T, raw json.RawMessage) string {
	var s *string
	if raw == nil {
		return ""
	}
	if err := json.Unmarshal(raw, &s); err != nil {
		t.Fatal(err)
	}
	if s == nil {
		return ""
	}
	return *s
}

func decodeValue(t *testing.T, raw []byte) any {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		t.Fatal(err)
	}
	return v
}

// The cases are the committed corpus too, so that `go test -fuzz` starts from them anywhere.
func TestCorpusHoldsEveryCase(t *testing.T) {
	dir := filepath.Join("testdata", "fuzz", "FuzzDecodePush")
	for _, c := range pushCases() {
		if len(c.body) > 64<<10 {
			continue // "too large" and its like are added by the fuzz target itself
		}
		path := filepath.Join(dir, strings.NewReplacer(" ", "_", ",", "").Replace(c.name))
		want := fmt.Sprintf("go test fuzz v1\n[]byte(%q)\n", c.body)
		if *update {
			if err := os.MkdirAll(dir, 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		got, err := os.ReadFile(path)
		if err != nil || string(got) != want {
			t.Errorf("%s is not the case of that name (%v); run go test -update", path, err)
		}
	}
}
