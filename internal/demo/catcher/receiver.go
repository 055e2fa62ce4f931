package catcher

import (
	"bytes"
	"crypto/tls"
	"encoding/json"
	"io"
	"log"
	"net/http"
	"net/http/httputil"
	"strings"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

const hookBytes = 1 << 20

// newReceiver takes webhooks at any path.
func newReceiver(c *Catcher, settings *tls.Config) *http.Server {
	return &http.Server{Handler: receiver{c}, TLSConfig: settings, ReadHeaderTimeout: time.Minute, ReadTimeout: time.Minute, ErrorLog: log.New(io.Discard, "", 0)}
}

type receiver struct{ *Catcher }

// ServeHTTP implements http.Handler.
func (c receiver) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, pushPath) {
		c.push(w, r)
		return
	}
	head, err := httputil.DumpRequest(r, false)
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, hookBytes))
	if err != nil {
		w.WriteHeader(http.StatusRequestEntityTooLarge)
		return
	}
	one := Caught{Way: Webhook, To: r.URL.Path, Raw: string(head) + string(body), Text: indented(body)}
	c.mu.Lock()
	silent, secret := c.silent[r.URL.Path], c.secrets[r.URL.Path]
	c.mu.Unlock()
	one.Signed = signed(secret, body, r.Header)
	if silent {
		one.Answer = "none: this receiver never answers"
		c.keep(one)
		panic(http.ErrAbortHandler) //nolint:forbidigo // what net/http offers for it: cuts the connection without an answer
	}
	one.Answer, one.Took = "202: taken", true
	c.keep(one)
	w.WriteHeader(http.StatusAccepted)
}

// signed says whether a signature holds. When it was made is not looked at: the demo has a clock of its own.
func signed(secret string, body []byte, h http.Header) string {
	key, err := standardwebhooks.NewWebhook(secret)
	if err != nil || secret == "" {
		return "not checked: this receiver has no secret"
	}
	if err := key.VerifyIgnoringTimestamp(body, h); err != nil {
		return "does not hold"
	}
	return "holds"
}

// indented is JSON for people; what is none stays as it came.
func indented(body []byte) string {
	var b bytes.Buffer
	if json.Indent(&b, body, "", "  ") != nil {
		return string(body)
	}
	return b.String()
}
