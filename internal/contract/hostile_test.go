package contract_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/klauspost/compress/zstd"

	"doorstep/internal/care"
	"doorstep/internal/testkit/pbtest"
	"doorstep/internal/wire"
)

// attack is one request that no honest client sends.
type attack struct {
	name    string
	query   url.Values
	body    []byte
	headers map[string]string
	// want are the status and, where it matters which, the code.
	status int
	code   string
}

// volunteers is the line of a transcript that brings those of a voluntary service.
const volunteers = "There are a care coordinator, Cora; a mental health team, Minds, with Mia; and a voluntary service, Friendly Visits, with Vera, its coordinator, and Vic, who visits Ada."

// TestHostile_EveryRouteRefusesAsDocumented sends to every documented route everything that can be
// wrong about a request whatever it is about. Each gets an answer that the document names for that
// route, and not a byte of the store changes.
func TestHostile_EveryRouteRefusesAsDocumented(t *testing.T) {
	s := newStage(t)
	if err := s.openPhone("Ann"); err != nil {
		t.Fatal(err)
	}
	if err := s.act(volunteers); err != nil {
		t.Fatal(err)
	}
	for _, said := range []string{"Adam administers the whole server", "Olga and Paul keep the rules"} {
		if err := s.act(said); err != nil {
			t.Fatal(err)
		}
	}
	s.tick()
	staff := func(name string) string {
		token, err := s.people[name].NewAuthToken()
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	if err := s.lockPhone(); err != nil {
		t.Fatal(err)
	}
	bearers := map[string]string{"accessToken": s.value["access token 1"], "staffToken": staff("Lea"), "lockedToken": s.value["access token 2"]}
	bombs := map[string][]byte{"gzip": gzipBomb(t), "zstd": zstdBomb(t)}
	before := s.app.Hashes(t)
	sent := 0
	paths := load(t).Paths.Map()
	for _, path := range slices.Sorted(maps.Keys(paths)) {
		for method, op := range paths[path].Operations() {
			where := method + " " + path
			bearer := ""
			security := load(t).Security
			if op.Security != nil {
				security = *op.Security
			}
			for _, choice := range security {
				for scheme := range choice {
					bearer = bearers[scheme]
				}
			}
			if own := asks(path); own != "" {
				bearer = staff(own)
			}
			answers := codesByStatus(t, where, op)
			for _, a := range attacks(t, where, op, bombs) {
				if a.query != nil && !a.query.Has("client") {
					a.query.Set("client", s.value["client 1"])
				}
				sent++
				what := where + ", " + a.name
				status, body := s.attack(t, method, madeUp(path), bearer, a)
				judge(t, what, status, body, &a, answers)
				after := s.app.Hashes(t)
				pbtest.Unchanged(t, what, before, after)
				before = after
			}
			if bearer != "" {
				sent += s.withoutStanding(t, method, madeUp(path), op, bearer)
			}
		}
	}
	if sent < 500 {
		t.Errorf("only %d requests were made up", sent)
	}
}

// asks is who is asked to ask a route that is not for a lead: who answers for a neighbourhood, who looks after volunteers, and
// who sets up; "" for any other.
func asks(path string) string {
	if strings.HasSuffix(path, "/consent") {
		return "Vera"
	}
	if strings.HasSuffix(path, "/not-here") {
		return ""
	}
	what, below, _ := strings.Cut(strings.TrimPrefix(path, "/api/care/v1/"), "/")
	if what == "neighbourhoods" && strings.Contains(below, "/") {
		what = "targets"
	}
	switch what {
	case "imports", "targets", "guests":
		return "Cora"
	case "neighbourhoods", "organisations", "teams", "routes", "receiver-tokens", "accounts", "account-requests":
		return "Adam"
	case "rules":
		return "Olga"
	}
	return ""
}

// withoutStanding sends tokens that are none; whose they are decides before anything is read.
func (s *stage) withoutStanding(t *testing.T, method, path string, op *openapi3.Operation, bearer string) int {
	t.Helper()
	where := method + " " + path
	answers := codesByStatus(t, where, op)
	parts := strings.Split(bearer, ".")
	none := "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0." + parts[1] + "."
	before := s.app.Hashes(t)
	list := []struct{ name, bearer, code string }{
		{"no token", "", "token_missing"}, {"nonsense for a token", "nonsense", "token_invalid"}, {"alg none", none, "token_invalid"},
		{"another's signature", parts[0] + "." + parts[1] + "." + strings.Repeat("A", len(parts[2])), "token_invalid"},
	}
	for _, c := range list {
		a := attack{name: c.name, body: example(t, op), status: http.StatusUnauthorized, code: c.code}
		status, body := s.attack(t, method, path, c.bearer, a)
		judge(t, where+", "+a.name, status, body, &a, answers)
	}
	pbtest.Unchanged(t, where+" without a token", before, s.app.Hashes(t))
	return len(list)
}

// attacks makes up what a route can be sent from what it says it takes.
func attacks(t *testing.T, where string, op *openapi3.Operation, bombs map[string][]byte) []attack {
	t.Helper()
	var list []attack
	// A stream only nudges: from a cursor it does not know it begins with a poke.
	streams := op.Responses.Status(http.StatusOK) != nil && op.Responses.Status(http.StatusOK).Value.Content["text/event-stream"] != nil
	for _, p := range op.Parameters {
		if p.Value.In != openapi3.ParameterInQuery || streams {
			continue
		}
		for _, value := range wrongValues(t, where, p.Value) {
			list = append(list, attack{name: fmt.Sprintf("%s=%.40q", p.Value.Name, value), query: url.Values{p.Value.Name: {value}}})
		}
	}
	if op.RequestBody == nil {
		return list
	}
	media := op.RequestBody.Value.Content["application/json"]
	if media == nil {
		return append(list, attack{name: "JSON in place of a form", body: []byte("{}"), status: http.StatusUnsupportedMediaType})
	}
	add := func(name, body string) {
		list = append(list, attack{name: name, body: []byte(body), status: http.StatusBadRequest})
	}
	add("nothing", "")
	add("no JSON", "hello")
	add("null", "null")
	add("a list", "[]")
	add("a number", "7")
	add("half an object", `{"a":`)
	add("two objects", `{}{}`)
	add("5,000 objects deep", strings.Repeat(`{"a":`, 5_000)+"1"+strings.Repeat("}", 5_000))
	add("20,000 lists deep", `{"a":`+strings.Repeat(`[`, 20_000)+strings.Repeat("]", 20_000)+`}`)
	add("what is no UTF-8", "{\"a\":\"\xff\xfe\"}")
	add("a member twice", `{"a":1,"a":2}`)
	list = append(list,
		attack{name: "six megabytes", body: bytes.Repeat([]byte(" "), 6<<20)}, // too large for all but a digest
		attack{name: "brotli", body: []byte("{}"), headers: map[string]string{"Content-Encoding": "br"}, status: http.StatusUnsupportedMediaType},
		attack{name: "gzip twice", body: bombs["gzip"], headers: map[string]string{"Content-Encoding": "gzip, gzip"}, status: http.StatusUnsupportedMediaType},
		attack{name: "a form", body: []byte("a=b"), headers: map[string]string{"Content-Type": "application/x-www-form-urlencoded"}, status: http.StatusUnsupportedMediaType},
		attack{name: "Latin 1", body: []byte("{}"), headers: map[string]string{"Content-Type": "application/json; charset=iso-8859-1"}, status: http.StatusUnsupportedMediaType})
	for _, encoding := range slices.Sorted(maps.Keys(bombs)) {
		packed := map[string]string{"Content-Encoding": encoding}
		list = append(list,
			attack{name: "a bomb of " + encoding, body: bombs[encoding], headers: packed, status: http.StatusRequestEntityTooLarge},
			attack{name: "broken " + encoding, body: []byte("not packed at all"), headers: packed, status: http.StatusBadRequest})
	}
	if len(media.Examples) == 0 {
		t.Errorf("%s has no example to spoil", where)
	}
	for _, name := range slices.Sorted(maps.Keys(media.Examples)) {
		list = append(list, spoiled(t, name, media.Examples[name].Value.Value)...)
	}
	return list
}

// spoiled are an example's members, each of another type than it should be, and each given twice.
func spoiled(t *testing.T, name string, example any) (list []attack) {
	t.Helper()
	text := func(v any) []byte {
		raw, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	whole, isObject := example.(map[string]any)
	if !isObject {
		t.Fatalf("example %s is no object", name)
	}
	for _, member := range slices.Sorted(maps.Keys(whole)) {
		var other any
		switch whole[member].(type) {
		case string:
			other = 7
		case float64, int, int64, uint64:
			other = "7"
		case bool:
			other = "true"
		default: // a list or an object
			other = "text"
		}
		wrong := maps.Clone(whole)
		wrong[member] = other
		twice := append([]byte(`{"`+member+`":`), text(other)...)
		list = append(list,
			attack{name: name + ": " + member + " of the wrong type", body: text(wrong), status: http.StatusBadRequest},
			attack{name: name + ": " + member + " twice", body: append(append(twice, ','), text(whole)[1:]...), status: http.StatusBadRequest, code: "malformed"})
		if _, number := whole[member].(float64); number {
			for _, n := range []string{"-1", "99999999999999999999", "2.5", "1e400"} {
				wrong[member] = json.Number(n)
				list = append(list, attack{name: name + ": " + member + " of " + n, body: text(wrong), status: http.StatusBadRequest})
			}
		}
	}
	return list
}

// wrongValues are values a query parameter may not have.
func wrongValues(t *testing.T, where string, p *openapi3.Parameter) []string {
	t.Helper()
	schema := p.Schema.Value
	switch {
	case schema.Type.Is("integer"):
		return []string{"-1", "99999999999999999999", "2.5", "many", "' OR 1=1 --", "\x00"}
	case len(schema.Enum) > 0, p.Name == "state", p.Name == "measure":
		return []string{"nonsense", "' OR 1=1 --", "\x00", strings.Repeat("x", 20_000)}
	case p.Name == "day", p.Name == "week":
		return []string{"tomorrow", "2026-02-30", "9999-01-01", "' OR 1=1 --", "\x00", strings.Repeat("1", 20_000)}
	case p.Name == "cursor":
		return []string{"-1", "99999999999999999999", "e1.-5.AAAA", "' OR 1=1 --", "\x00", "bnVsbA", "W10", strings.Repeat("e", 20_000)}
	case strings.HasSuffix(p.Schema.Ref, "/Id"), p.Name == "client", p.Name == "patient", p.Name == "staff", p.Name == "team":
		return []string{"-1", "' OR 1=1 --", "\x00", strings.Repeat("x", 20_000), pbtest.ID()}
	}
	t.Errorf("%s takes %s, and nobody says what would be wrong with it", where, p.Name)
	return nil
}

// example is a body the document shows for a route, nil for a route without one. Where one can stand
// in for a token, it is one that does not.
func example(t *testing.T, op *openapi3.Operation) []byte {
	t.Helper()
	if op.RequestBody == nil || op.RequestBody.Value.Content["application/json"] == nil {
		return nil
	}
	for _, example := range op.RequestBody.Value.Content["application/json"].Examples {
		whole, _ := example.Value.Value.(map[string]any)
		if _, code := whole["code"]; code {
			continue
		}
		raw, err := json.Marshal(whole)
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	return nil
}

// madeUp puts an id into an address that nobody has.
func madeUp(path string) string { return strings.ReplaceAll(path, "{id}", pbtest.ID()) }

// codesByStatus are the codes a route may answer with, by status.
func codesByStatus(t *testing.T, where string, op *openapi3.Operation) map[int][]string {
	t.Helper()
	answers := map[int][]string{}
	for status, response := range op.Responses.Map() {
		var n int
		if _, err := fmt.Sscan(status, &n); err != nil {
			t.Fatalf("%s answers %q", where, status)
		}
		answers[n] = codesOf(t, where, response.Value)
	}
	return answers
}

func (s *stage) attack(t *testing.T, method, path, bearer string, a attack) (int, []byte) {
	t.Helper()
	// A connection of its own: a refused body that is not read to its end closes it.
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: time.Minute}
	defer client.CloseIdleConnections()
	r, err := http.NewRequest(method, s.http.URL+path+"?"+a.query.Encode(), bytes.NewReader(a.body))
	if err != nil {
		t.Fatal(err)
	}
	if method == http.MethodGet {
		r.Body, r.ContentLength = nil, 0
	}
	r.Header.Set("Content-Type", "application/json")
	if bearer != "" {
		r.Header.Set("Authorization", "Bearer "+bearer)
	}
	for name, value := range a.headers {
		r.Header.Set(name, value)
	}
	answer, err := client.Do(r)
	if err != nil {
		t.Fatalf("%s %s, %s: %v", method, path, a.name, err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatalf("%s %s, %s: %v", method, path, a.name, err)
	}
	return answer.StatusCode, body
}

var inside = regexp.MustCompile(`(?i)sql|goroutine|internal/|\.go:|runtime`)

// judge fails unless an answer is an error that the document names for the route, in the one form all
// errors have, with a sentence that tells nothing of the inside.
func judge(t *testing.T, what string, status int, body []byte, a *attack, answers map[int][]string) {
	t.Helper()
	var e wire.Error
	if err := json.Unmarshal(body, &e); err != nil || e.Code == "" || e.Message == "" || e.Retry == "" {
		t.Errorf("%s: %d, and no error: %.200s", what, status, body)
		return
	}
	if !slices.Contains(answers[status], e.Code) {
		t.Errorf("%s: %d %s, which the document does not name (%s)", what, status, e.Code, e.Message)
	}
	if status >= http.StatusInternalServerError || a.status != 0 && status != a.status || a.code != "" && e.Code != a.code {
		t.Errorf("%s: %d %s (%s), want %d %s", what, status, e.Code, e.Message, a.status, a.code)
	}
	if inside.MatchString(e.Message) {
		t.Errorf("%s: the message tells of the inside: %s", what, e.Message)
	}
}

func gzipBomb(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	for range 50 {
		if _, err := z.Write(bytes.Repeat([]byte(" "), 1<<20)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func zstdBomb(t *testing.T) []byte {
	t.Helper()
	z, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	return z.EncodeAll(bytes.Repeat([]byte(" "), 50<<20), nil)
}

// Whatever stands where an id belongs is not there, and is not taken for anything else.
func TestHostile_AnAddressIsOnlyAnAddress(t *testing.T) {
	s := newStage(t)
	for _, said := range []string{volunteers, "Adam administers the whole server", "Olga and Paul keep the rules"} {
		if err := s.act(said); err != nil {
			t.Fatal(err)
		}
	}
	s.tick()
	tokens := map[string]string{}
	for who, name := range map[string]string{"": "Lea", "Adam": "Adam", "Vera": "Vera", "Cora": "Cora", "Olga": "Olga"} {
		token, err := s.people[name].NewAuthToken()
		if err != nil {
			t.Fatal(err)
		}
		tokens[who] = token
	}
	before := s.app.Hashes(t)
	sent := 0
	for path, item := range load(t).Paths.Map() {
		for method, op := range item.Operations() {
			if !strings.Contains(path, "{id}") {
				continue
			}
			for _, id := range []string{"-1", "99999999999999999999", "' OR 1=1 --", "%00", "..%2f..%2fdata.db", "*", strings.Repeat("x", 5000)} {
				sent++
				a := attack{name: fmt.Sprintf("id of %.30q", id), status: http.StatusNotFound, code: "not_found"}
				a.body = example(t, op)
				status, body := s.attack(t, method, strings.ReplaceAll(path, "{id}", strings.ReplaceAll(id, " ", "%20")), tokens[asks(path)], a)
				judge(t, method+" "+path+", "+a.name, status, body, &a, codesByStatus(t, path, op))
			}
		}
	}
	pbtest.Unchanged(t, "an address", before, s.app.Hashes(t))
	if n, err := s.app.CountRecords(care.StaffName); err != nil || n == 0 || sent < 100 {
		t.Errorf("%d addresses, %d staff, %v", sent, n, err)
	}
}
