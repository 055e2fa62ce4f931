package httpapi_test

import (
	"bytes"
	"net/http"
	"testing"
)

func TestErrors_every_address_answers_in_our_shape(t *testing.T) {
	h := newHouse(t)
	for _, c := range []struct {
		method, path string
		status       int
		code, allow  string
	}{
		{http.MethodGet, base + "/nothing", 404, "not_found", ""},
		{http.MethodPost, base + "/nothing/at/all", 404, "not_found", ""},
		{http.MethodDelete, base + "/", 404, "not_found", ""},
		{http.MethodGet, base + "/token", 405, "method_not_allowed", "POST"},
		{http.MethodDelete, base + "/devices", 405, "method_not_allowed", "POST"},
		{http.MethodPost, base + "/keys", 405, "method_not_allowed", "GET"},
		{http.MethodPost, base + "/probe", 401, "token_missing", ""},
	} {
		a := h.do(t, c.method, c.path, "", nil)
		refused(t, a, c.status, c.code)
		if a.header.Get("Allow") != c.allow {
			t.Errorf("%s %s allows %q, want %q", c.method, c.path, a.header.Get("Allow"), c.allow)
		}
	}
}

func TestErrors_a_panic_tells_nothing_and_asks_to_come_back(t *testing.T) {
	h := newHouse(t)
	a := h.do(t, http.MethodGet, base+"/probe/panic", "", nil)
	e := refused(t, a, http.StatusInternalServerError, "server_error")
	if e.Retry != "later" || a.header.Get("Retry-After") == "" || bytes.Contains(a.body, []byte("name")) {
		t.Fatalf("%s %v", a.body, a.header)
	}
}

func TestErrors_a_broken_database_is_ours_not_the_phones(t *testing.T) {
	h := newHouse(t)
	p := h.enrol(t, h.nurse)
	if _, err := h.DB().NewQuery("DROP TABLE sync_assertions").Execute(); err != nil {
		t.Fatal(err)
	}
	a := h.exchange(t, p.assertion(t, nil))
	if refused(t, a, http.StatusInternalServerError, "server_error"); bytes.Contains(a.body, []byte("sync_assertions")) {
		t.Fatalf("the cause got out: %s", a.body)
	}
}

func TestErrors_too_many_requests_keep_our_shape(t *testing.T) {
	h := newHouse(t)
	limits := h.Settings()
	limits.RateLimits.Enabled = true
	limits.RateLimits.Rules = append(limits.RateLimits.Rules[:0], limits.RateLimits.Rules...)
	for i := range limits.RateLimits.Rules {
		limits.RateLimits.Rules[i].MaxRequests, limits.RateLimits.Rules[i].Duration = 1, 3600
	}
	if err := h.App.Save(limits); err != nil {
		t.Fatal(err)
	}
	for range 5 {
		if a := h.do(t, http.MethodGet, base+"/keys", "", nil); a.status != http.StatusOK {
			e := refused(t, a, http.StatusTooManyRequests, "too_many_requests")
			if e.Retry != "later" || a.header.Get("Retry-After") == "" {
				t.Fatalf("%+v %v", e, a.header)
			}
			return
		}
	}
	t.Fatal("no limit was met")
}
