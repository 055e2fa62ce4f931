package acceptance

import (
	"bytes"
	"compress/gzip"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/klauspost/compress/zstd"
	"github.com/pocketbase/dbx"

	"doorstep/internal/care"
	"doorstep/internal/phone"
	"doorstep/internal/takein"
	"doorstep/internal/testkit/pbtest"
	"doorstep/internal/wire"
)

// gzipped and packed are small bodies that unpack into n bytes of white space.
func gzipped(t *testing.T, n int) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	spaces := bytes.Repeat([]byte(" "), 1<<20)
	for range n >> 20 {
		_, err := z.Write(spaces)
		ok(t, err)
	}
	ok(t, z.Close())
	return b.Bytes()
}

func packed(t *testing.T, n int) []byte {
	t.Helper()
	z, err := zstd.NewWriter(nil)
	ok(t, err)
	return z.EncodeAll(bytes.Repeat([]byte(" "), n), nil)
}

// forged is an access token with good claims that the server did not sign.
func forged(t *testing.T, bearer string, method jwt.SigningMethod, key any) string {
	t.Helper()
	claims := jwt.MapClaims{}
	parsed, _, err := jwt.NewParser().ParseUnverified(bearer, claims)
	ok(t, err)
	token := jwt.NewWithClaims(method, claims)
	token.Header = maps.Clone(parsed.Header)
	token.Header["alg"] = method.Alg()
	text, err := token.SignedString(key)
	ok(t, err)
	return text
}

// Every request a broken or hostile client can send gets its documented error and leaves the store as
// it was, to the last byte of every table.
func TestHostile_RequestsLeaveTheStoreUnchanged(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ann, net := w.phoneOn(w.ann)
	bob := w.phoneOf(w.bob)
	w.record(ann, care.Visits, w.visit(w.ada, "Wound clean"))
	w.sync(ann)
	w.sync(ann)
	bearer, client, cursor := net.bearer, ann.Client(), ann.Cursor()
	change := func(mid any, key any) map[string]any {
		return map[string]any{"mid": mid, "key": key, "author": ann.Staff(), "authored_at": care.Stamp(w.now()),
			"ops": []any{map[string]any{"op": "create", "collection": care.Visits, "id": w.id(), "set": w.visit(w.ada, "never")}}}
	}
	push := func(pairs ...any) map[string]any {
		return with(map[string]any{"client": client, "epoch": ann.Epoch(), "schema": 1, "mutations": []any{change(2, w.id())}}, pairs...)
	}
	hello := func(pairs ...any) map[string]any {
		return with(map[string]any{"protocol": 1, "schema": 1, "client": client, "now": care.Stamp(w.now()), "cursor": cursor,
			"outbox": map[string]any{"count": 0, "next_mid": 2}}, pairs...)
	}
	digest := func(pairs ...any) map[string]any {
		return with(map[string]any{"client": client, "cursor": cursor, "scopes": map[string]any{}}, pairs...)
	}
	pull := func(pairs ...string) string {
		q := url.Values{"client": {client}, "cursor": {cursor}}
		for i := 0; i < len(pairs); i += 2 {
			q.Set(pairs[i], pairs[i+1])
		}
		return "/pull?" + q.Encode()
	}
	many := make([]any, 10_000)
	for i := range many {
		many[i] = change(i+2, w.id())
	}
	lists := map[string]any{}
	for i := range 3 {
		var refs []any
		for range 7000 {
			refs = append(refs, map[string]any{"collection": "visits", "id": "x", "version": 1})
		}
		lists[fmt.Sprint("pc:", i)] = refs
	}
	raw := func(v any) []byte {
		b, err := json.Marshal(v)
		ok(t, err)
		return b
	}
	twice := func(v any, name string, value any) []byte {
		return append([]byte(`{"`+name+`":`+string(raw(value))+`,`), raw(v)[1:]...)
	}
	deep := func(n int) []byte { return []byte(strings.Repeat(`{"a":`, n) + "1" + strings.Repeat("}", n)) }
	sealed := cursor[strings.LastIndexByte(cursor, '.'):]

	type request struct {
		name, method, path string
		body               any
		headers            []string
		status             int
		code               string
	}
	requests := []request{
		// push
		{"not JSON", "POST", "/push", []byte("hello"), nil, 400, "malformed"},
		{"nothing", "POST", "/push", []byte{}, nil, 400, "malformed"},
		{"a list", "POST", "/push", []byte("[]"), nil, 400, "malformed"},
		{"cut short", "POST", "/push", raw(push())[:80], nil, 400, "malformed"},
		{"something after the end", "POST", "/push", append(raw(push()), "{}"...), nil, 400, "malformed"},
		{"client of the wrong type", "POST", "/push", push("client", 5), nil, 400, "malformed"},
		{"no client", "POST", "/push", push("client", nil), nil, 400, "malformed"},
		{"no epoch", "POST", "/push", push("epoch", nil), nil, 400, "malformed"},
		{"no schema", "POST", "/push", push("schema", nil), nil, 400, "malformed"},
		{"no mutations", "POST", "/push", push("mutations", nil), nil, 400, "malformed"},
		{"mutations of the wrong type", "POST", "/push", push("mutations", "all"), nil, 400, "malformed"},
		{"a mutation of the wrong type", "POST", "/push", push("mutations", []any{7}), nil, 400, "malformed"},
		{"client given twice", "POST", "/push", twice(push(), "client", bob.Client()), nil, 400, "malformed"},
		{"mutations given twice", "POST", "/push", twice(push(), "mutations", []any{}), nil, 400, "malformed"},
		{"mid of zero", "POST", "/push", push("mutations", []any{change(0, w.id())}), nil, 400, "malformed"},
		{"a negative mid", "POST", "/push", push("mutations", []any{change(-1, w.id())}), nil, 400, "malformed"},
		{"an overflowing mid", "POST", "/push", push("mutations", []any{change(json.Number("99999999999999999999"), w.id())}), nil, 400, "malformed"},
		{"a mid beyond 2^53", "POST", "/push", push("mutations", []any{change(json.Number("9007199254740993"), w.id())}), nil, 400, "malformed"},
		{"half a mid", "POST", "/push", push("mutations", []any{change(json.Number("2.5"), w.id())}), nil, 400, "malformed"},
		{"mid as text", "POST", "/push", push("mutations", []any{change("2", w.id())}), nil, 400, "malformed"},
		{"no key", "POST", "/push", push("mutations", []any{change(2, nil)}), nil, 400, "malformed"},
		{"a short key", "POST", "/push", push("mutations", []any{change(2, "abc")}), nil, 400, "malformed"},
		{"mids out of order", "POST", "/push", push("mutations", []any{change(3, w.id()), change(2, w.id())}), nil, 400, "malformed"},
		{"a mid twice", "POST", "/push", push("mutations", []any{change(2, w.id()), change(2, w.id())}), nil, 400, "malformed"},
		{"a gap", "POST", "/push", push("mutations", []any{change(9, w.id())}), nil, 409, "gap"},
		{"a mid used for something else", "POST", "/push", push("mutations", []any{change(1, w.id())}), nil, 409, "forked"},
		{"another epoch", "POST", "/push", push("epoch", "e9"), nil, 410, "epoch"},
		{"a colleague's client", "POST", "/push", push("client", bob.Client()), nil, 403, "not_your_client"},
		{"a made-up client", "POST", "/push", push("client", w.id()), nil, 403, "not_your_client"},
		{"ten thousand mutations", "POST", "/push", push("mutations", many), nil, 413, "too_many"},
		{"nested 100,000 deep", "POST", "/push", deep(100_000), nil, 400, "malformed"},
		{"five megabytes", "POST", "/push", bytes.Repeat([]byte(" "), 5<<20), nil, 413, "too_large"},
		{"a gzip bomb", "POST", "/push", gzipped(t, 200<<20), []string{"Content-Encoding", "gzip"}, 413, "too_large"},
		{"a zstd bomb", "POST", "/push", packed(t, 200<<20), []string{"Content-Encoding", "zstd"}, 413, "too_large"},
		{"broken gzip", "POST", "/push", []byte("not gzip at all"), []string{"Content-Encoding", "gzip"}, 400, "malformed"},
		{"broken zstd", "POST", "/push", []byte("not zstd at all"), []string{"Content-Encoding", "zstd"}, 400, "malformed"},
		{"gzip in gzip", "POST", "/push", gzipped(t, 1<<20), []string{"Content-Encoding", "gzip, gzip"}, 415, "unsupported_encoding"},
		{"brotli", "POST", "/push", push(), []string{"Content-Encoding", "br"}, 415, "unsupported_encoding"},
		{"a form", "POST", "/push", push(), []string{"Content-Type", "application/x-www-form-urlencoded"}, 415, "unsupported_media_type"},
		{"Latin 1", "POST", "/push", push(), []string{"Content-Type", "application/json; charset=iso-8859-1"}, 415, "unsupported_media_type"},
		{"push by GET", "GET", "/push", nil, nil, 405, "method_not_allowed"},

		// pull
		{"no client", "GET", pull("client", ""), nil, nil, 400, "invalid"},
		{"a colleague's client", "GET", pull("client", bob.Client()), nil, nil, 403, "not_your_client"},
		{"a made-up client", "GET", pull("client", w.id()), nil, nil, 403, "not_your_client"},
		{"a client that is SQL", "GET", pull("client", `' OR 1=1 --`), nil, nil, 403, "not_your_client"},
		{"a cursor without a seal", "GET", pull("cursor", "e1.5"), nil, nil, 400, "cursor"},
		{"a cursor with another's seal", "GET", pull("cursor", "e1.1"+sealed), nil, nil, 400, "cursor"},
		{"a negative cursor", "GET", pull("cursor", "e1.-5"+sealed), nil, nil, 400, "cursor"},
		{"an overflowing cursor", "GET", pull("cursor", "e1.99999999999999999999"+sealed), nil, nil, 400, "cursor"},
		{"a cursor of nothing", "GET", pull("cursor", "..."), nil, nil, 400, "cursor"},
		{"a very long cursor", "GET", pull("cursor", strings.Repeat("e", 20_000)), nil, nil, 400, "cursor"},
		{"a negative limit", "GET", pull("limit", "-1"), nil, nil, 400, "invalid"},
		{"an overflowing limit", "GET", pull("limit", "99999999999"), nil, nil, 400, "invalid"},
		{"a limit in words", "GET", pull("limit", "all"), nil, nil, 400, "invalid"},
		{"a negative wait", "GET", pull("wait", "-3"), nil, nil, 400, "invalid"},
		{"pull by POST", "POST", "/pull", []byte("{}"), nil, 405, "method_not_allowed"},

		// hello
		{"not JSON", "POST", "/hello", []byte("hello"), nil, 400, "malformed"},
		{"no protocol", "POST", "/hello", hello("protocol", nil), nil, 400, "invalid"},
		{"a negative schema", "POST", "/hello", hello("schema", -1), nil, 400, "invalid"},
		{"schema as text", "POST", "/hello", hello("schema", "1"), nil, 400, "malformed"},
		{"a short client", "POST", "/hello", hello("client", "abc"), nil, 400, "invalid"},
		{"a colleague's client", "POST", "/hello", hello("client", bob.Client()), nil, 403, "not_your_client"},
		{"a made-up client", "POST", "/hello", hello("client", w.id()), nil, 403, "not_your_client"},
		{"now that is no time", "POST", "/hello", hello("now", "tomorrow"), nil, 400, "invalid"},
		{"now in the year 1", "POST", "/hello", hello("now", "0001-01-01T00:00:00.000Z"), nil, 400, "invalid"}, // D12
		{"now in the year 9999", "POST", "/hello", hello("now", "9999-01-01T00:00:00.000Z"), nil, 400, "invalid"},
		{"an outbox of less than nothing", "POST", "/hello", hello("outbox", map[string]any{"count": -1, "next_mid": 2}), nil, 400, "invalid"},
		{"an oldest change that is no time", "POST", "/hello", hello("outbox", map[string]any{"count": 1, "oldest": "'; DROP TABLE", "next_mid": 2}), nil, 400, "invalid"},
		{"a cursor that is a number", "POST", "/hello", hello("cursor", 5), nil, 400, "malformed"},
		{"an overflowing next_mid", "POST", "/hello", hello("outbox", map[string]any{"count": 1, "next_mid": json.Number("99999999999999999999")}), nil, 400, "malformed"},
		{"a member given twice", "POST", "/hello", twice(hello(), "client", bob.Client()), nil, 400, "malformed"},
		{"nested 100,000 deep", "POST", "/hello", deep(10_001), nil, 400, "malformed"},
		{"100 kB", "POST", "/hello", hello("app", strings.Repeat("x", 100<<10)), nil, 413, "too_large"},
		{"a gzip bomb", "POST", "/hello", gzipped(t, 50<<20), []string{"Content-Encoding", "gzip"}, 413, "too_large"},

		// digest
		{"not JSON", "POST", "/digest", []byte("hello"), nil, 400, "malformed"},
		{"no cursor", "POST", "/digest", digest("cursor", nil), nil, 400, "invalid"},
		{"an unsealed cursor", "POST", "/digest", digest("cursor", "e1.5"), nil, 400, "cursor"},
		{"a colleague's client", "POST", "/digest", digest("client", bob.Client()), nil, 403, "not_your_client"},
		{"a made-up client", "POST", "/digest", digest("client", w.id()), nil, 403, "not_your_client"},
		{"a count in words", "POST", "/digest", digest("scopes", map[string]any{"all": map[string]any{"count": "many", "hash": ""}}), nil, 400, "malformed"},
		{"an overflowing version", "POST", "/digest", digest("records", map[string]any{"all": []any{map[string]any{"collection": "visits", "id": "x", "version": json.Number("99999999999999999999")}}}), nil, 400, "malformed"},
		{"21,000 records", "POST", "/digest", digest("records", lists), nil, 413, "too_many"},
		{"a zstd bomb", "POST", "/digest", packed(t, 200<<20), []string{"Content-Encoding", "zstd"}, 413, "too_large"},
	}
	before := w.Hashes(w.t)
	for _, r := range requests {
		what := r.path + ": " + r.name
		if at := strings.IndexByte(r.path, '?'); at > 0 {
			what = r.path[:at] + ": " + r.name
		}
		answer := w.call(bearer, r.method, r.path, r.body, r.headers...)
		checkError(t, what, answer.Status, answer.Body, r.status, r.code)
		after := w.Hashes(w.t)
		pbtest.Unchanged(t, what, before, after)
		before = after
	}

	// Whose token it is decides before anything is read.
	hmac := forged(t, bearer, jwt.SigningMethodHS256, []byte("doorstep"))
	none := forged(t, bearer, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType)
	_, stranger, err := ed25519.GenerateKey(rand.Reader)
	ok(t, err)
	another := forged(t, bearer, jwt.SigningMethodEdDSA, stranger)
	ours := strings.Split(bearer, ".")
	for _, c := range []struct{ name, bearer, code string }{
		{"no token", "", "token_missing"},
		{"no token at all", "nonsense", "token_invalid"},
		{"alg none", none, "token_invalid"},
		{"the public key as a secret", hmac, "token_invalid"},
		{"another's key under the name of ours", another, "token_invalid"},
		{"a changed claim", ours[0] + "." + ours[1][:len(ours[1])-4] + "AAAA." + ours[2], "token_invalid"},
		{"PocketBase's token", w.Token(t, w.ann), "token_invalid"},
		{"a superuser's token", w.Superuser(t), "token_invalid"},
	} {
		before = w.Hashes(w.t)
		for _, r := range []request{{method: "POST", path: "/push", body: push()}, {method: "GET", path: pull()}, {method: "POST", path: "/hello", body: hello()}, {method: "POST", path: "/digest", body: digest()}} {
			answer := w.call(c.bearer, r.method, r.path, r.body)
			checkError(t, r.path+" with "+c.name, answer.Status, answer.Body, http.StatusUnauthorized, c.code)
		}
		pbtest.Unchanged(t, c.name, before, w.Hashes(w.t))
	}
	w.clock.Pass(16 * time.Minute)
	answer := w.call(bearer, "POST", "/push", push())
	checkError(t, "an expired token", answer.Status, answer.Body, http.StatusUnauthorized, "token_expired")
	w.clock.Pass(-16 * time.Minute)

	if answer := w.call(bearer, "POST", "/push", push()); answer.Status != http.StatusOK {
		t.Errorf("after all that an honest push = %d %s", answer.Status, answer.Body)
	}
	w.sync(bob)
	if n := len(bob.List(care.Visits)); n != 2 {
		t.Errorf("a colleague sees %d visits, want 2", n)
	}
}

// checkError fails unless an answer is this documented error, in the one form all errors have.
func checkError(t *testing.T, what string, status int, body []byte, wantStatus int, wantCode string) {
	t.Helper()
	var e wire.Error
	if err := json.Unmarshal(body, &e); err != nil {
		t.Errorf("%s: %d, and no error body: %.200s", what, status, body)
		return
	}
	if status != wantStatus || e.Code != wantCode {
		t.Errorf("%s: %d %s, want %d %s (%s)", what, status, e.Code, wantStatus, wantCode, e.Message)
	}
	if e.Message == "" || !slices.Contains([]wire.Retry{wire.RetryNow, wire.RetryLater, wire.RetryNever, wire.RetryAfterFix}, e.Retry) {
		t.Errorf("%s: message %q, retry %q", what, e.Message, e.Retry)
	}
	if strings.Contains(e.Message, "sql") || strings.Contains(e.Message, "goroutine") || strings.Contains(e.Message, "/internal/") {
		t.Errorf("%s: the message tells of the inside: %s", what, e.Message)
	}
}

// What a push says can be as wrong as it likes: it is set aside field by field or quarantined whole,
// with its content, nothing else changes, and the next change goes through.
func TestHostile_ContentIsSetAsideOrQuarantined(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	hal := w.Patient(t, "Hillsider", w.practice)
	w.Caseload(t, hal, w.others)
	w.tick()
	ann, net := w.phoneOn(w.ann)
	otto := w.phoneOf(w.otto)
	mine := w.record(ann, care.Visits, w.visit(w.ada, "Mine"))
	theirs := w.record(otto, care.Visits, w.visit(hal, "Theirs"))
	readings := w.record(ann, care.Observations, w.settled(w.ada, 0))
	w.syncAll(ann, otto)
	mid := int64(2)

	create := func(collection string, set map[string]any, pairs ...any) map[string]any {
		return with(map[string]any{"op": "create", "collection": collection, "id": w.id(), "set": set}, pairs...)
	}
	update := func(collection, id, patient string, set map[string]any, pairs ...any) map[string]any {
		return with(map[string]any{"op": "update", "collection": collection, "id": id, "patient": patient, "set": set}, pairs...)
	}
	visit := w.visit(w.ada, "MARK")
	deep := func(n int) any {
		var v any = "MARK"
		for range n {
			v = []any{v}
		}
		return v
	}
	quarantined, merged := care.Quarantined, care.Merged
	type content struct {
		name   string
		ops    []any
		status care.Status
		code   string // of every issue
	}
	one := func(op map[string]any) []any { return []any{op} }
	list := []content{
		{"an unknown collection", one(create("nurses", visit)), quarantined, "unknown_collection"},
		{"a collection that is SQL", one(create("visits; DROP TABLE visits", visit)), quarantined, "unknown_collection"},
		{"PocketBase's superusers", one(create("_superusers", map[string]any{"email": "MARK@example.org", "patient": w.ada.Id})), quarantined, "unknown_collection"},
		{"no collection", one(create("", visit)), quarantined, "unknown_collection"},
		{"a caseload row for oneself", one(create(care.Caseload, map[string]any{"patient": hal.Id, "staff": w.ann.Id, "reason": "MARK"})), quarantined, "no_permission"},
		{"a member of staff", one(update(care.StaffName, w.ann.Id, w.ada.Id, map[string]any{"role": "matron", "name": "MARK"})), quarantined, "no_permission"},
		{"a device", one(update(care.Devices, ann.Device(), w.ada.Id, map[string]any{"state": "active", "name": "MARK"})), quarantined, "no_permission"},
		{"a rule", one(create(care.HandoverRules, map[string]any{"code": "MARK", "patient": w.ada.Id})), quarantined, "no_permission"},
		{"an issue", one(create(care.Conflicts, map[string]any{"patient": w.ada.Id, "field": "MARK"})), quarantined, "no_permission"},
		{"a check-in by a nurse", one(create(care.Checkins, map[string]any{"patient": w.ada.Id, "concern": "MARK"})), quarantined, "no_permission"},
		{"a new person by a nurse", one(create(care.Patients, map[string]any{"family_name": "MARK"})), quarantined, "no_permission"},

		{"no id", one(create(care.Visits, visit, "id", nil)), quarantined, "invalid_id"},
		{"a short id", one(create(care.Visits, visit, "id", "abc")), quarantined, "invalid_id"},
		{"a long id", one(create(care.Visits, visit, "id", w.id()+"0")), quarantined, "invalid_id"},
		{"an id in capitals", one(create(care.Visits, visit, "id", strings.ToUpper(w.id()))), quarantined, "invalid_id"},
		{"an id that is a path", one(create(care.Visits, visit, "id", "../../../../../etc/passwd0")), quarantined, "invalid_id"},
		{"an id in other digits", one(create(care.Visits, visit, "id", strings.Repeat("٣", 13))), quarantined, "invalid_id"},
		{"a taken id", one(create(care.Visits, visit, "id", mine)), quarantined, "id_taken"},
		{"an id taken by another team", one(create(care.Visits, visit, "id", theirs)), quarantined, "id_taken"},
		{"the same id twice in one change", []any{create(care.Visits, visit, "id", "01jzh0st1e0000000000000000"), create(care.Visits, visit, "id", "01jzh0st1e0000000000000000")}, quarantined, "id_taken"},

		{"nobody", one(create(care.Visits, with(visit, "patient", nil))), quarantined, "invalid_identity"},
		{"a person who is a number", one(create(care.Visits, with(visit, "patient", 5))), quarantined, "invalid_identity"},
		{"a person of another team", one(create(care.Visits, with(visit, "patient", hal.Id))), quarantined, "no_permission"},
		{"a made-up person", one(create(care.Visits, with(visit, "patient", w.id()))), quarantined, "no_permission"},
		{"another team's visit", one(update(care.Visits, theirs, hal.Id, map[string]any{"note": "MARK"})), quarantined, "no_permission"},
		{"a made-up visit of another team's person", one(update(care.Visits, w.id(), hal.Id, map[string]any{"note": "MARK"})), quarantined, "no_permission"},
		{"another team's visit under a person of one's own", one(update(care.Visits, theirs, w.ada.Id, map[string]any{"note": "MARK"})), quarantined, "missing_record"},
		{"a made-up visit under a person of one's own", one(update(care.Visits, w.id(), w.ada.Id, map[string]any{"note": "MARK"})), quarantined, "missing_record"},
		{"withdrawing another team's visit", one(map[string]any{"op": "retract", "collection": care.Visits, "id": theirs, "patient": hal.Id, "base": "e1.99999", "field": "MARK"}), quarantined, "no_permission"},
		{"a made-up issue", one(map[string]any{"op": "resolve", "issue": w.id(), "patient": w.ada.Id, "set": map[string]any{"note": "MARK"}}), quarantined, "no_permission"},
		{"an issue that is no id", one(map[string]any{"op": "resolve", "issue": "' OR 1", "patient": w.ada.Id, "set": map[string]any{"note": "MARK"}}), quarantined, "no_permission"},

		{"an unknown op", one(create(care.Visits, visit, "op", "delete")), quarantined, "malformed"},
		{"no op", one(create(care.Visits, visit, "op", nil)), quarantined, "malformed"},
		{"no ops", []any{}, quarantined, "malformed"},
		{"51 ops", slices.Repeat([]any{create(care.Visits, visit)}, 51), quarantined, "malformed"},
		{"set as a list", one(create(care.Visits, nil, "set", []any{"MARK"})), quarantined, "malformed"},
		{"values as text", one(map[string]any{"op": "add", "collection": care.Visits, "id": mine, "patient": w.ada.Id, "field": "soft_signs", "values": "MARK"}), quarantined, "malformed"},
		{"an add without a field", one(map[string]any{"op": "add", "collection": care.Visits, "id": mine, "patient": w.ada.Id, "values": []any{"MARK"}}), quarantined, "malformed"},
		{"a negative base", one(update(care.Visits, mine, w.ada.Id, map[string]any{"note": "MARK"}, "base", "e1.-1")), quarantined, "malformed"},
		{"an overflowing base", one(update(care.Visits, mine, w.ada.Id, map[string]any{"note": "MARK"}, "base", "e1.99999999999999999999")), quarantined, "malformed"},
		{"a base that is a number", one(update(care.Visits, mine, w.ada.Id, map[string]any{"note": "MARK"}, "base", 5)), quarantined, "malformed"},
		{"nested 40 deep", one(create(care.Visits, with(visit, "note", deep(40)))), quarantined, "malformed"},
		{"300 kB", one(create(care.Visits, with(visit, "note", strings.Repeat("MARK", 80<<10)))), quarantined, "oversized"},

		{"a visit under an unknown base of the highest number", one(update(care.Visits, mine, w.ada.Id, map[string]any{"note": 7, "outcome": "MARK"}, "base", "e1.9223372036854775807")), merged, ""},
		{"fields nobody has", one(create(care.Visits, with(visit, "__proto__", "x", "id", "x", "version", 99, "author", w.bob.Id, "retracted", true, strings.Repeat("f", 5000), 1, "", 1))), merged, "unknown_field"},
		{"what only the server writes", one(create(care.Observations, with(w.settled(w.ada, 0), "news2", map[string]any{"total": 0}))), merged, "server_only"},
		{"impossible readings", one(create(care.Observations, with(w.settled(w.ada, 0), "systolic", 1290, "pulse", -1, "spo2", 0, "temperature", 58, "respiration_rate", 121))), merged, "out_of_range"},
		{"numbers that are none", one(create(care.Observations, with(w.settled(w.ada, 0), "systolic", "120", "pulse", true, "spo2", []any{97}, "temperature", map[string]any{}, "respiration_rate", json.Number("16.5"), "diastolic", json.Number("1e999")))), merged, "wrong_type"},
		{"truth in words", one(create(care.Observations, with(w.settled(w.ada, 0), "on_oxygen", "no", "taken_at", "yesterday", "visit", 5))), merged, "wrong_type"},
		{"values nobody offers", one(create(care.Visits, with(visit, "status", "finished", "purpose", "gossip", "soft_signs", []any{"grumpy"}))), merged, "unknown_value"},
		{"lists of the wrong things", one(create(care.Visits, with(visit, "soft_signs", []any{1, nil, "unsteady"}))), merged, "wrong_type"},
		{"times of another age", one(create(care.Visits, with(visit, "started_at", "0001-01-01T00:00:00Z", "ended_at", "2026-02-30T00:00:00Z"))), merged, "wrong_type"},
		{"a note of 30,000 letters", one(create(care.Visits, with(visit, "note", strings.Repeat("MARKMARKMA", 3000)))), merged, "too_long"},
		{"NHS number with a wrong check digit", one(update(care.Patients, w.ada.Id, w.ada.Id, map[string]any{"nhs_number": "9990000019"})), merged, "invalid_nhs_number"},
		{"NHS number of one digit repeated", one(update(care.Patients, w.ada.Id, w.ada.Id, map[string]any{"nhs_number": "1111111111"})), merged, "invalid_nhs_number"},
		{"NHS number in other digits", one(update(care.Patients, w.ada.Id, w.ada.Id, map[string]any{"nhs_number": "٩٩٩٠٠٠٠٠١٨"})), merged, "invalid_nhs_number"},
		{"an oxygen scale set by a nurse", one(update(care.Patients, w.ada.Id, w.ada.Id, map[string]any{"spo2_scale": map[string]any{"scale": 2}})), merged, "not_yours"},
		{"adding to what is no list", one(map[string]any{"op": "add", "collection": care.Visits, "id": mine, "patient": w.ada.Id, "field": "note", "values": []any{"MARK"}}), merged, "wrong_type"},
		{"adding to a field nobody has", one(map[string]any{"op": "add", "collection": care.Visits, "id": mine, "patient": w.ada.Id, "field": "friends", "values": []any{"MARK"}}), merged, "unknown_field"},
		{"changing readings, with a field nobody has", one(update(care.Observations, readings, w.ada.Id, map[string]any{"mood": 71})), merged, "unknown_field"},
		{"withdrawing a person", one(map[string]any{"op": "retract", "collection": care.Patients, "id": w.ada.Id, "patient": w.ada.Id, "base": "e1.1"}), quarantined, "no_permission"},
	}
	// What every change may move: its own number, its answer, its place in quarantine and the feed.
	books := []string{"sync_meta", "sync_feed", "sync_scopes", "sync_clients", "sync_ledger", "sync_results", "sync_marks", "sync_due", care.Quarantine}
	for _, c := range list {
		mid++
		before := w.Hashes(w.t, append(books, care.Visits, care.Observations, care.Patients, care.Conflicts, "alarms", care.Handovers, "handover_records", care.HandoverEvents, "outbox")...)
		records := w.Hashes(w.t, append(books, "alarms", care.Handovers, "handover_records", care.HandoverEvents, "outbox", "sync_clients")...)
		rows := len(w.rows(care.Quarantine, "", nil))
		m := map[string]any{"mid": mid, "key": w.id(), "author": ann.Staff(), "authored_at": care.Stamp(w.now()), "ops": c.ops}
		answer := w.push(ann, net.bearer, m)
		res := answer.Results[0]
		if answer.LastMid != mid {
			t.Fatalf("%s: the queue stands at %d, want %d", c.name, answer.LastMid, mid)
		}
		if res.Status != c.status || len(res.Issues) == 0 {
			t.Errorf("%s ended %s with %+v, want %s %s", c.name, res.Status, res.Issues, c.status, c.code)
			continue
		}
		for _, issue := range res.Issues {
			if c.code != "" && issue.Code != c.code || issue.Message == "" || issue.Fix == "" {
				t.Errorf("%s: %+v, want %s", c.name, issue, c.code)
			}
		}
		if c.status == quarantined {
			pbtest.Unchanged(t, c.name, records, w.Hashes(w.t, append(books, "alarms", care.Handovers, "handover_records", care.HandoverEvents, "outbox", "sync_clients")...))
		}
		pbtest.Unchanged(t, c.name, before, w.Hashes(w.t, append(books, care.Visits, care.Observations, care.Patients, care.Conflicts, "alarms", care.Handovers, "handover_records", care.HandoverEvents, "outbox")...))
		if n := len(w.rows(care.Quarantine, "", nil)) - rows; n != len(res.Issues) {
			t.Errorf("%s: %d issues are told of and %d kept", c.name, len(res.Issues), n)
		}
		if sent, err := json.Marshal(c.ops); err == nil && c.status == quarantined && bytes.Contains(sent, []byte("MARK")) {
			kept := only(t, "kept changes of "+c.name, w.rows(care.Quarantine, "id = {:id}", dbx.Params{"id": res.Issues[0].ID}))
			if !strings.Contains(kept.GetString("content"), "MARK") {
				t.Errorf("%s: its content was not kept", c.name)
			}
		}
	}

	w.pushRaw(ann, net.bearer, mid+1, `"ops":[{"op":"create","collection":"visits","id":"`+w.id()+`","set":{"patient":"`+w.ada.Id+`","note":"a","note":"b"}}]`, "malformed")
	w.pushRaw(ann, net.bearer, mid+2, `"ops":[{"op":"create","collection":"visits","id":"`+w.id()+`","set":{"patient":"`+w.ada.Id+`","note":"`+"\xff\xfe"+`"}}]`, "malformed")
	w.pushRaw(ann, net.bearer, mid+3, `"author":"`+w.bob.Id+`","ops":[]`, "malformed")

	fresh := w.phoneOf(w.bob)
	sees(t, fresh, care.Visits, mine, "note", "Mine")
	sees(t, fresh, care.Patients, w.ada.Id, "nhs_number", nil)
	holdsNot(t, fresh, care.Visits, theirs)
	w.sync(otto)
	sees(t, otto, care.Visits, theirs, "note", "Theirs")
	if n, err := w.CountRecords(care.StaffName); err != nil || n != 7 {
		t.Errorf("%d members of staff, %v", n, err)
	}
}

// pushRaw sends one change whose JSON no encoder would write; it is quarantined with every byte.
func (w *world) pushRaw(p *phone.Phone, bearer string, mid int64, members, code string) {
	w.t.Helper()
	key := w.id()
	change := fmt.Sprintf(`{"mid":%d,"key":"%s","authored_at":"%s",%s`, mid, key, care.Stamp(w.now()), members)
	if !strings.Contains(members, `"author"`) {
		change += `,"author":"` + p.Staff() + `"`
	}
	change += "}"
	body := `{"client":"` + p.Client() + `","epoch":"` + p.Epoch() + `","schema":1,"mutations":[` + change + `]}`
	answer := w.call(bearer, http.MethodPost, "/push", []byte(body))
	var pushed wire.PushResponse
	if answer.Status != http.StatusOK || json.Unmarshal(answer.Body, &pushed) != nil || len(pushed.Results) != 1 {
		w.t.Errorf("%s: %d %s", members, answer.Status, answer.Body)
		return
	}
	if res := pushed.Results[0]; res.Status != care.Quarantined || len(res.Issues) != 1 || res.Issues[0].Code != code {
		w.t.Errorf("%s ended %+v, want quarantined %s", members, res, code)
	}
}

// Another person's things and things that do not exist get the same answer, byte for byte but for
// what was asked.
func TestHostile_AnothersAndMadeUpAnswerAlike(t *testing.T) {
	w := newWorld(t)
	ann, net := w.phoneOn(w.ann)
	hal := w.Patient(t, "Hillsider", w.practice)
	w.Caseload(t, hal, w.others)
	w.tick()
	otto := w.phoneOf(w.otto)
	theirs := w.record(otto, care.Visits, w.visit(hal, "Theirs"))
	w.sync(otto)
	alike := func(what string, ask func(id string) (int, []byte), real, madeUp string) {
		t.Helper()
		s1, b1 := ask(real)
		s2, b2 := ask(madeUp)
		if b := bytes.ReplaceAll(b2, []byte(madeUp), []byte(real)); s1 != s2 || !bytes.Equal(b1, b) {
			t.Errorf("%s:\n%d %s\n%d %s", what, s1, b1, s2, b2)
		}
	}
	call := func(method, path string, body any) (int, []byte) {
		a := w.call(net.bearer, method, path, body)
		return a.Status, a.Body
	}
	alike("the client of a pull", func(id string) (int, []byte) { return call("GET", "/pull?client="+id, nil) }, otto.Client(), w.id())
	alike("the client of a push", func(id string) (int, []byte) {
		return call("POST", "/push", map[string]any{"client": id, "epoch": "e1", "schema": 1, "mutations": []any{}})
	}, otto.Client(), w.id())
	alike("the scope of a digest", func(id string) (int, []byte) {
		return call("POST", "/digest", map[string]any{"client": ann.Client(), "cursor": ann.Cursor(), "scopes": map[string]any{care.ClinicalScope(id): map[string]any{"count": 1, "hash": "00"}},
			"records": map[string]any{care.ClinicalScope(id): []any{}}})
	}, hal.Id, w.id())
	alike("the records of a digest", func(id string) (int, []byte) {
		return call("POST", "/digest", map[string]any{"client": ann.Client(), "cursor": ann.Cursor(), "scopes": map[string]any{},
			"records": map[string]any{care.ClinicalScope(hal.Id): []any{map[string]any{"collection": care.Visits, "id": id, "version": 1}}}})
	}, theirs, w.id())
}

// Whoever learnt the key of somebody else's change learns no more by sending it than that it was used;
// what they sent is kept whole.
func TestHostile_AnothersKeyTellsNothing(t *testing.T) {
	w := newWorld(t)
	ann, bob := w.phoneOf(w.ann), w.phoneOf(w.bob)
	hal := w.Patient(t, "Hillsider", w.practice)
	w.Caseload(t, hal, w.others)
	w.tick()
	otto, net := w.phoneOn(w.otto)
	id := w.record(ann, care.Visits, w.visit(w.ada, "Wound clean"))
	w.syncAll(ann, bob)
	edit(t, ann, care.Visits, id, "note", "Ann's words")
	edit(t, bob, care.Visits, id, "note", "Bob's words")
	w.syncAll(ann, bob)
	stolen := outcome(t, bob, care.Merged)
	answer := w.push(otto, net.bearer, w.mutation(otto, 1, stolen.Key, map[string]any{"op": "create", "collection": care.Visits, "id": w.id(), "set": w.visit(hal, "Bait")}))
	res := only(t, "results", answer.Results)
	if res.Status != care.Quarantined || res.Replayed || len(res.Conflicts)+len(res.Records) != 0 || only(t, "issues", res.Issues).Code != "key_taken" {
		t.Errorf("the answer tells %+v", res)
	}
	if q := w.stored(care.Quarantine, res.Issues[0].ID); q == nil || !strings.Contains(q.GetString("content"), "Bait") {
		t.Errorf("what came was kept as %v", q)
	}
}

// A phone that gives one key to everything loses nothing by it: the first change takes effect, what comes
// under its key afterwards is kept whole, also when the answer is lost. The same change sent again,
// renumbered after a fork and written otherwise, stays a replay.
func TestHostile_OneKeyForEverythingLosesNothing(t *testing.T) {
	w := newWorld(t)
	ann, net := w.phoneOn(w.ann)
	key, first, second := w.id(), w.id(), w.id()
	visit := func(id, note string) map[string]any {
		return map[string]any{"op": "create", "collection": care.Visits, "id": id, "set": map[string]any{"patient": w.ada.Id, "note": note}}
	}
	took := func(mid int64, op map[string]any) wire.Result {
		return only(t, "results", w.push(ann, net.bearer, w.mutation(ann, mid, key, op)).Results)
	}
	if r := took(1, visit(first, "First")); r.Status != care.Applied {
		t.Fatalf("the first ended %+v", r)
	}
	held := took(2, visit(second, "Second"))
	if held.Status != care.Quarantined || only(t, "issues", held.Issues).Code != "key_taken" {
		t.Fatalf("the second ended %+v", held)
	}
	if r := took(2, visit(second, "Second")); r.Status != care.Quarantined || !r.Replayed || only(t, "issues", r.Issues).ID != held.Issues[0].ID {
		t.Errorf("the second sent again ended %+v", r)
	}
	if r := took(3, visit(first, "First")); r.Status != care.Applied || !r.Replayed {
		t.Errorf("the first under a new number ended %+v", r)
	}
	if q := w.stored(care.Quarantine, held.Issues[0].ID); q == nil || !strings.Contains(q.GetString("content"), "Second") {
		t.Fatalf("the second was kept as %v", q)
	}
	// Its lead lets it in.
	lea := w.phoneOf(w.lea)
	ok(t, lea.Resolve(held.Issues[0].ID, nil))
	w.sync(lea)
	if r := w.stored(care.Visits, second); r == nil || r.GetString("note") != "Second" {
		t.Errorf("the second became %v", r)
	}
}

// X10. A phone whose work is refused again and again does not fill the disk: from a limit on what would have to be
// kept stays on the phone, and what can be stored goes on. When the lead has settled some of it, it is taken in.
func TestHostile_AQuotaAnswersTheChangeAndNotThePhone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	otto, net := w.phoneOn(w.otto)
	lena := w.phoneOf(w.lea)
	w.Caseload(t, w.Patient(t, "Otto's own", w.practice), w.others)
	own := w.rows(care.Patients, "family_name = {:n}", dbx.Params{"n": "Otto's own"})[0]
	w.tick()
	mid := int64(0)
	junk := strings.Repeat("x", 200<<10)
	batch := func(n int, note string) []map[string]any {
		var list []map[string]any
		for range n {
			mid++
			list = append(list, w.mutation(otto, mid, w.id(), create("junk", w.id(), map[string]any{"patient": own.Id, "note": note})))
		}
		return list
	}
	for range takein.MaxHeldBytes/(16*(200<<10)) + 1 {
		w.push(otto, net.bearer, batch(16, junk)...)
	}
	held := len(w.rows(care.Quarantine, "id != ''", nil))
	refused := batch(1, junk)
	mid++
	visit := w.id()
	fine := w.mutation(otto, mid, w.id(), create(care.Visits, visit, w.visit(own, "in between")))
	for _, replayed := range []bool{false, true} {
		pushed := w.push(otto, net.bearer, refused[0], fine)
		first := pushed.Results[0]
		if first.Status != care.Quarantined || first.Replayed != replayed || len(first.Issues) != 1 || first.Issues[0].Code != care.CodeNoRoom || first.Issues[0].ID != "" {
			t.Fatalf("above the quota it is answered %+v", first)
		}
		if pushed.Results[1].Status != care.Applied || w.stored(care.Visits, visit) == nil {
			t.Errorf("the change behind it ended %+v", pushed.Results[1])
		}
	}
	if n := len(w.rows(care.Quarantine, "id != ''", nil)); n != held {
		t.Errorf("%d rows are kept, want %d", n, held)
	}
	w.sync(lena)
	rows := w.rows(care.Quarantine, "id != ''", nil)
	token := w.Token(t, w.lea)
	if rows[0].GetString("owner_team") == w.others.Id {
		token = w.Token(t, w.Staff(t, care.TeamLead, "Leo", w.others))
	}
	for _, row := range rows[:2] {
		if a := pbtest.Call(t, w.http, http.MethodPost, "/api/care/v1/issues/"+row.Id+"/dismiss", token, map[string]any{"reason": "junk"}); a.Status != http.StatusOK {
			t.Fatalf("dismiss = %d %s", a.Status, a.Body)
		}
	}
	again := refused[0]
	mid++
	again["mid"] = mid
	if pushed := w.push(otto, net.bearer, again); pushed.Results[0].Issues[0].Code != care.CodeUnknownCollection {
		t.Errorf("once there is room it is answered %+v", pushed.Results[0])
	}
}
