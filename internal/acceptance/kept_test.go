package acceptance

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"doorstep/internal/care"
	"doorstep/internal/phone"
	"doorstep/internal/testkit/pbtest"
	"doorstep/internal/wire"
)

// maxAnswerDepth is how deep an answer may be nested: parsers of phones give up somewhere above.
const maxAnswerDepth = 100

// readers are those who get an issue: its author and the team's lead on their phones, the lead at the desk.
type readers struct {
	w              *world
	ann, lea       *phone.Phone
	annNet, leaNet *link
	desk           string
	mid            int64
}

func newReaders(t *testing.T) *readers {
	w := newWorld(t)
	r := &readers{w: w, desk: w.Token(t, w.lea)}
	r.ann, r.annNet = w.phoneOn(w.ann)
	r.lea, r.leaNet = w.phoneOn(w.lea)
	return r
}

// send pushes one change of the author's whose ops are the given text, which need not be JSON an encoder
// would write.
func (r *readers) send(ops string) (wire.Result, string) {
	r.w.t.Helper()
	r.mid++
	change := fmt.Sprintf(`{"mid":%d,"key":"%s","author":"%s","authored_at":"%s","ops":%s}`, r.mid, r.w.id(), r.ann.Staff(), care.Stamp(r.w.now()), ops)
	body := `{"client":"` + r.ann.Client() + `","epoch":"` + r.ann.Epoch() + `","schema":1,"mutations":[` + change + `]}`
	answer := r.w.call(r.annNet.bearer, http.MethodPost, "/push", []byte(body))
	var pushed wire.PushResponse
	if answer.Status != http.StatusOK || json.Unmarshal(answer.Body, &pushed) != nil || len(pushed.Results) != 1 {
		r.w.t.Fatalf("%.200s: %d %.300s", ops, answer.Status, answer.Body)
	}
	r.clean("the answer to the push", answer.Body)
	return pushed.Results[0], change
}

// readings are the ops of a set of readings with one member as it is given.
func (r *readers) readings(member string) string {
	return `[{"op":"create","collection":"observations","id":"` + r.w.id() + `","set":{"patient":"` + r.w.ada.Id + `","taken_at":"` + care.Stamp(r.w.now()) + `",` + member + `}}]`
}

// clean holds an answer to what every parser reads.
func (r *readers) clean(what string, body []byte) {
	r.w.t.Helper()
	if !utf8.Valid(body) || !json.Valid(body) {
		r.w.t.Fatalf("%s is no JSON in UTF-8: %.300q", what, body)
	}
	depth, text := 0, false
	for i := 0; i < len(body); i++ {
		switch c := body[i]; {
		case text && c == '\\':
			if i+6 <= len(body) && body[i+1] == 'u' {
				if unit, err := strconv.ParseUint(string(body[i+2:i+6]), 16, 16); err == nil && unit>>11 == 0xd800>>11 && !bytes.HasPrefix(body[i+6:], []byte(`\u`)) {
					r.w.t.Fatalf("%s holds half of an emoji: %.60q", what, body[i:])
				}
			}
			i++
		case c == '"':
			text = !text
		case !text && (c == '{' || c == '['):
			if depth++; depth >= maxAnswerDepth {
				r.w.t.Fatalf("%s is nested %d deep", what, depth)
			}
		case !text && (c == '}' || c == ']'):
			depth--
		}
	}
}

// everyAnswer reads, from the beginning, everything in which an issue can come, and gives it as each reader got it.
func (r *readers) everyAnswer(issue string) map[string]map[string]json.RawMessage {
	r.w.t.Helper()
	seen := map[string]map[string]json.RawMessage{}
	for who, p := range map[string]struct{ bearer, client string }{"the author": {r.annNet.bearer, r.ann.Client()}, "the lead": {r.leaNet.bearer, r.lea.Client()}} {
		answer := r.w.call(p.bearer, http.MethodGet, "/pull?client="+p.client, nil)
		if answer.Status != http.StatusOK {
			r.w.t.Fatalf("the pull of %s = %d %s", who, answer.Status, answer.Body)
		}
		r.clean("the pull of "+who, answer.Body)
		var page struct {
			Changes []struct {
				ID   string
				Data map[string]json.RawMessage
			}
		}
		ok(r.w.t, json.Unmarshal(answer.Body, &page))
		for _, c := range page.Changes {
			if c.ID == issue {
				seen[who] = c.Data
			}
		}
	}
	list := pbtest.Call(r.w.t, r.w.http, http.MethodGet, "/api/care/v1/issues?limit=200", r.desk, nil)
	one := pbtest.Call(r.w.t, r.w.http, http.MethodGet, "/api/care/v1/issues/"+issue, r.desk, nil)
	for what, answer := range map[string]pbtest.Answer{"the desk's list": list, "the desk's issue": one} {
		if answer.Status != http.StatusOK {
			r.w.t.Fatalf("%s = %d %s", what, answer.Status, answer.Body)
		}
		r.clean(what, answer.Body)
	}
	var detail struct{ Issue map[string]json.RawMessage }
	ok(r.w.t, json.Unmarshal(one.Body, &detail))
	seen["the desk"] = detail.Issue
	return seen
}

// sent is what an issue says was sent, byte for byte.
func sent(t *testing.T, issue map[string]json.RawMessage) string {
	t.Helper()
	var raw string
	if quoted := issue["raw"]; quoted != nil {
		ok(t, json.Unmarshal(quoted, &raw))
	}
	if raw == "" {
		return string(issue["content"])
	}
	if content := issue["content"]; content != nil && string(content) != "null" {
		t.Errorf("what was sent is in content and in raw: %.100s", content)
	}
	b, err := base64.StdEncoding.DecodeString(raw)
	ok(t, err)
	return string(b)
}

// C1, B1.
func TestANumberNobodyCanHoldIsReadBackToItsLastDigitByItsAuthorTheLeadAndTheDesk(t *testing.T) {
	t.Parallel()
	r := newReaders(t)
	for _, number := range []string{"1e400", "-1e400", "1e999", "12345678901234567890", "-12345678901234567890", "-0.5", "70.00000000000000001e3", "1e-400", "0.1000000000000000055511151231257827"} {
		field := "pulse"
		if number == "1e-400" {
			field = "respiration_rates" // as a value it would be nought; of a field nobody has, it is quoted
		}
		res, _ := r.send(r.readings(`"` + field + `":` + number))
		if res.Status != care.Merged || len(res.Issues) != 1 {
			t.Fatalf("%s ended %+v", number, res)
		}
		for who, issue := range r.everyAnswer(res.Issues[0].ID) {
			if got := sent(t, issue); got != number {
				t.Errorf("%s reads %s where %s was sent", who, got, number)
			}
		}
	}
}

// C2.
func TestWhatNoPhoneCouldParseIsReadBackByItsBytesAndSpoilsNobodysPage(t *testing.T) {
	t.Parallel()
	r := newReaders(t)
	nested := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	for name, member := range map[string]string{
		"a byte that is no UTF-8":                  "\"note\":\"a\xffb\"",
		"half an emoji":                            `"note":"cut \ud83d"`,
		"half an emoji as a name":                  `"\udc00":1`,
		"the same name twice":                      `"note":"a","note":"b"`,
		"5,000 nested lists":                       `"note":` + nested(5000),
		"9,000 nested lists beside an alarm":       `"respiration_rate":40,"note":` + nested(9000),
		"60 nested lists":                          `"note":` + nested(60),
		"nested objects beside an alarm":           `"respiration_rate":40,"note":` + strings.Repeat(`{"a":`, 200) + "1" + strings.Repeat("}", 200),
		"an alarm with half an emoji":              `"respiration_rate":40,"note":"\ud83d"`,
		"an alarm in bytes that are no UTF-8":      "\"respiration_rate\":40,\"note\":\"\xed\xa0\xbd\"",
		"an alarm whose value is half an emoji":    `"respiration_rate":40,"acvpu":"\ud83d"`,
		"a name of 100 bytes that are no UTF-8":    `"` + strings.Repeat("\xc3", 100) + `":1`,
		"a text that has everything but is a text": `"note":"` + strings.Repeat("[", 300) + `\\ud83d \u0000 \u2028"`,
	} {
		res, change := r.send(r.readings(member))
		if res.Status != care.Quarantined && res.Status != care.Merged || len(res.Issues) == 0 {
			t.Fatalf("%s ended %+v", name, res)
		}
		for who, issue := range r.everyAnswer(res.Issues[0].ID) {
			if got := sent(t, issue); res.Status == care.Quarantined && got != change {
				t.Errorf("%s: %s reads\n%.300q\nwhere this was sent\n%.300q", name, who, got, change)
			}
		}
	}
}

// Changes of seeded nonsense: whatever came, everybody's pages stay JSON and go on.
func TestHoweverHostileAChangeIsEveryAnswerIsJSONThatAnyParserReads(t *testing.T) {
	t.Parallel()
	r := newReaders(t)
	random := rand.New(rand.NewPCG(8, 2))
	pick := func(list ...string) string { return list[random.IntN(len(list))] }
	text := func() string {
		var b strings.Builder
		for range random.IntN(6) {
			b.WriteString(pick("a", "\xff", `\ud83d`, `\ude00`, `\\`, `\"`, "😀", `\u0000`, "\u2028", "\xed\xa0\x80", "safeguarding", "[", "{"))
		}
		return `"` + b.String() + `"`
	}
	var value func(depth int) string
	value = func(depth int) string {
		switch n := random.IntN(10); {
		case n < 3:
			return text()
		case n < 5:
			return pick("1e400", "-1e400", "-0", "12345678901234567890", "70.00000000000000001", "72", "40", "true", "null")
		case n < 6:
			deep := random.IntN(300)
			return strings.Repeat("[", deep) + strings.Repeat("]", deep)
		case depth > 3:
			return "0"
		case n < 8:
			return "[" + value(depth+1) + "," + value(depth+1) + "]"
		}
		return "{" + text() + ":" + value(depth+1) + "," + text() + ":" + value(depth+1) + "}"
	}
	field := func() string {
		return pick(`"respiration_rate"`, `"pulse"`, `"temperature"`, `"acvpu"`, `"on_oxygen"`, `"spo2_scale"`, `"visit"`, text())
	}
	issues := 0
	for range 60 {
		res, _ := r.send(r.readings(field() + ":" + value(0) + "," + field() + ":" + value(0)))
		if len(res.Issues) == 0 {
			continue
		}
		issues++
		r.everyAnswer(res.Issues[random.IntN(len(res.Issues))].ID)
	}
	if issues < 30 {
		t.Errorf("only %d of the changes were hostile", issues)
	}
}

func TestOneRowNobodyCanReadGoesOutWithoutWhatIsDamagedAndTheRestOfThePageGoesOn(t *testing.T) {
	t.Parallel()
	r := newReaders(t)
	w := r.w
	whole := w.record(r.lea, care.Observations, w.settled(w.ada, 0))
	torn := map[string]string{ // what stands in the place of the pulse
		w.record(r.lea, care.Observations, w.settled(w.ada, 0)): "fast",
		w.record(r.lea, care.Observations, w.settled(w.ada, 0)): "Inf", // SQLite's own infinity
		w.record(r.lea, care.Observations, w.settled(w.ada, 0)): "1e400",
	}
	w.sync(r.lea)
	res, _ := r.send(r.readings(`"pulse":"fast"`))
	issue := res.Issues[0].ID
	// As a script or a bad disk would leave it, with the version raised so that nobody notices.
	for id, pulse := range torn {
		w.damage(`UPDATE observations SET pulse = ?, version = version + 1 WHERE id = ?`, pulse, id)
	}
	w.sql(`UPDATE quarantine SET content = '{"torn', changed = '{"torn', version = version + 1 WHERE id = ?`, issue)

	for who, seen := range r.everyAnswer(issue) {
		if got := sent(t, seen); got != `{"torn` || string(seen["code"]) != `"wrong_type"` {
			t.Errorf("%s reads %s of the damaged issue, code %s", who, got, seen["code"])
		}
	}
	answer := w.call(r.annNet.bearer, http.MethodGet, "/pull?client="+r.ann.Client(), nil)
	var page wire.PullResponse
	ok(t, json.Unmarshal(answer.Body, &page))
	rows := map[string]map[string]any{}
	for _, d := range page.Changes {
		var data map[string]any
		if len(d.Data) > 0 {
			ok(t, json.Unmarshal(d.Data, &data))
		}
		rows[d.ID] = data
	}
	for id, pulse := range torn {
		if got := rows[id]; got == nil || got["pulse"] != nil || fmt.Sprint(got["unreadable"]) != "[pulse]" || got["spo2"] != 97.0 || got["acvpu"] != "A" {
			t.Errorf("the readings with a pulse of %s come as %v", pulse, got)
		}
	}
	if got := rows[whole]; got == nil || got["pulse"] != 72.0 || got["unreadable"] != nil {
		t.Errorf("the others come as %v", got)
	}
	w.sql(`UPDATE quarantine SET content = '"fast"', changed = NULL, version = version + 1 WHERE id = ?`, issue)
}

// What is JSON and of another kind than its field goes out like what is none: null, and named.
func TestAValueOfAnotherKindGoesOutLikeOneThatNobodyCanRead(t *testing.T) {
	t.Parallel()
	r := newReaders(t)
	w := r.w
	whole := w.record(r.lea, care.Observations, w.settled(w.ada, 0))
	type wrong struct{ collection, field, id string }
	torn := map[wrong]string{}
	for _, value := range []string{`"131"`, `[131]`, `{"a":131}`, `true`} {
		torn[wrong{care.Observations, "pulse", w.record(r.lea, care.Observations, w.settled(w.ada, 0))}] = value
	}
	for _, value := range []string{`{"total":"seven"}`, `[]`, `7`, `{"a":1}`} {
		torn[wrong{care.Observations, "news2", w.record(r.lea, care.Observations, w.settled(w.ada, 0))}] = value
	}
	for _, value := range []string{`{"a":1}`, `["unsteady",1]`, `"unsteady"`} {
		torn[wrong{care.Visits, "soft_signs", w.record(r.lea, care.Visits, w.visit(w.ada, "As ever"))}] = value
	}
	torn[wrong{care.Patients, "spo2_scale", w.ada.Id}] = `{"scale":"two"}`
	h := w.record(r.lea, care.Handovers, map[string]any{"patient": w.ada.Id, "class": "R", "situation": "Sore heel", "recommendation": "Please look"})
	w.sync(r.lea)
	torn[wrong{care.Handovers, "rules", h}] = `["news2_7"]`
	for at, value := range torn { // with the version raised, so that nobody notices
		w.damage(`UPDATE `+at.collection+` SET `+at.field+` = ?, version = version + 1 WHERE id = ?`, value, at.id)
	}
	var page wire.PullResponse
	ok(t, json.Unmarshal(w.call(r.annNet.bearer, http.MethodGet, "/pull?client="+r.ann.Client(), nil).Body, &page))
	rows := map[string]map[string]any{}
	for _, d := range page.Changes {
		var data map[string]any
		if len(d.Data) > 0 {
			ok(t, json.Unmarshal(d.Data, &data))
		}
		rows[d.ID] = data
	}
	for at, value := range torn {
		if got := rows[at.id]; got == nil || got[at.field] != nil || fmt.Sprint(got["unreadable"]) != "["+at.field+"]" {
			t.Errorf("%s of %s with %s comes as %v", at.field, at.collection, value, got)
		}
	}
	if got := rows[whole]; got == nil || got["pulse"] != 72.0 || got["unreadable"] != nil {
		t.Errorf("the others come as %v", got)
	}
	answer := pbtest.Call(t, w.http, http.MethodGet, "/api/care/v1/handovers/"+h, w.Token(t, w.gp), nil)
	if strings.Contains(string(answer.Body), "news2_7") || !strings.Contains(string(answer.Body), `"unreadable":["rules"]`) {
		t.Errorf("a page shows %s", answer.Body)
	}
	if _, health := w.health(); health.Unreadable.Rows != len(torn) {
		t.Errorf("the operator is told of %+v, and %d rows are damaged", health.Unreadable, len(torn))
	}
	for at := range torn { // as the engine had it, for the checks at the end
		w.sql(`UPDATE `+at.collection+` SET `+at.field+` = NULL, version = version + 1 WHERE id = ?`, at.id)
	}
}

func TestAFailureToReadIsNotCalledAFailureToStore(t *testing.T) {
	t.Parallel()
	r := newReaders(t)
	for table, ask := range map[string]func() pbtest.Answer{
		"sync_feed": func() pbtest.Answer {
			return r.w.call(r.annNet.bearer, http.MethodGet, "/pull?client="+r.ann.Client(), nil)
		},
		"conflicts": func() pbtest.Answer {
			return pbtest.Call(t, r.w.http, http.MethodGet, "/api/care/v1/issues", r.desk, nil)
		},
	} {
		r.w.sql(`ALTER TABLE ` + table + ` RENAME TO away`)
		answer := ask()
		checkError(t, "a read without "+table, answer.Status, answer.Body, http.StatusServiceUnavailable, string(wire.CodeCannotRead))
		if bytes.Contains(answer.Body, []byte("store")) {
			t.Errorf("it is called %s", answer.Body)
		}
		r.w.sql(`ALTER TABLE away RENAME TO ` + table)
		if answer := ask(); answer.Status != http.StatusOK {
			t.Errorf("with %s back: %d %s", table, answer.Status, answer.Body)
		}
	}
}
