package hooks_test

import (
	"crypto/tls"
	"net/http"
	"net/http/httptest"
	"testing"

	"doorstep/hooks"
	"doorstep/internal/testkit/pbtest"
)

// A browser that came by TLS is told to come by nothing else; one that did not is told nothing of it, whatever a
// stranger says. No answer switches the filter of old browsers on.
func TestHeaders_OnlyWhoCameByTLSIsToldToComeByNothingElse(t *testing.T) {
	app := pbtest.New(t)
	hooks.BindHeaders(app)
	handler, err := app.Handler()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, from, proto string
		tls, told         bool
	}{
		{"by TLS", "192.0.2.1:1234", "", true, true},
		{"by TLS to a proxy on this machine", "127.0.0.1:1234", "https", false, true},
		{"by TLS to a proxy of this network", "[fd00::7]:1234", "HTTPS", false, true},
		{"without TLS", "127.0.0.1:1234", "", false, false},
		{"without TLS to a proxy", "10.1.2.3:1234", "http", false, false},
		{"without TLS, saying otherwise", "192.0.2.1:1234", "https", false, false},
		{"from nowhere", "@", "https", false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, path := range []string{"/api/health", "/api/collections/patients/records", "/nothing"} {
				r := httptest.NewRequest(http.MethodGet, path, nil)
				r.RemoteAddr = c.from
				if c.proto != "" {
					r.Header.Set("X-Forwarded-Proto", c.proto)
				}
				if c.tls {
					r.TLS = &tls.ConnectionState{}
				}
				w := httptest.NewRecorder()
				handler.ServeHTTP(w, r)
				header := w.Result().Header
				if told := header.Get("Strict-Transport-Security"); (told == "max-age=31536000") != c.told || (told != "") != c.told {
					t.Errorf("%s: Strict-Transport-Security is %q", path, told)
				}
				if header.Get("X-XSS-Protection") != "" || header.Get("X-Content-Type-Options") != "nosniff" || header.Get("X-Frame-Options") == "" {
					t.Errorf("%s: %v", path, header)
				}
			}
		})
	}
}
