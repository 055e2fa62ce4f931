package catcher

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httputil"
)

// Notice is what comes for a browser by way of its push service.
const Notice = "notice"

// pushPath begins the paths of browsers.
const pushPath = "/push/"

// browser has the keys that notices are sealed for.
type browser struct {
	key  *ecdh.PrivateKey
	auth []byte
}

// Subscription is what a browser says of itself.
type Subscription struct {
	Endpoint string `json:"endpoint"`
	P256dh   string `json:"p256dh"`
	Auth     string `json:"auth"`
}

// Subscribe opens a browser of this name behind a push service of the catcher's own.
func (c *Catcher) Subscribe(name string) (Subscription, error) {
	key, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		return Subscription{}, fmt.Errorf("make the key of a browser: %w", err)
	}
	b := &browser{key, make([]byte, 16)}
	if _, err := io.ReadFull(rand.Reader, b.auth); err != nil {
		return Subscription{}, fmt.Errorf("make the secret of a browser: %w", err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.browsers[pushPath+name] = b
	return Subscription{Endpoint: "https://" + c.Receiver + pushPath + name, P256dh: base64.RawURLEncoding.EncodeToString(key.PublicKey().Bytes()), Auth: base64.RawURLEncoding.EncodeToString(b.auth)}, nil
}

// push takes a notice for a browser, as a push service does, and opens it, as a browser does.
func (c receiver) push(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	b := c.browsers[r.URL.Path]
	c.mu.Unlock()
	if b == nil {
		w.WriteHeader(http.StatusGone)
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
	one := Caught{Way: Notice, To: r.URL.Path, Raw: string(head) + fmt.Sprintf("%d bytes, sealed for this browser: %s", len(body), base64.StdEncoding.EncodeToString(body[:min(len(body), 60)])+"…")}
	text, err := b.open(body)
	if err != nil {
		one.Answer = "400: this browser cannot open it"
		c.keep(one)
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	one.Text, one.Answer, one.Took = indented(text), "201: taken", true
	c.keep(one)
	w.WriteHeader(http.StatusCreated)
}

// Where the parts of a sealed body are (RFC 8188, 8291).
const (
	saltBytes = 16
	keyAt     = 21
	sealedAt  = 86
)

// open opens a body as RFC 8291 says. Error: it is not sealed for this browser.
func (b *browser) open(body []byte) ([]byte, error) {
	if len(body) < sealedAt {
		return nil, errors.New("too short")
	}
	salt, public := body[:saltBytes], body[keyAt:sealedAt]
	theirs, err := ecdh.P256().NewPublicKey(public)
	if err != nil {
		return nil, err
	}
	shared, err := b.key.ECDH(theirs)
	if err != nil {
		return nil, err
	}
	ikm, err := hkdf.Key(sha256.New, shared, b.auth, "WebPush: info\x00"+string(b.key.PublicKey().Bytes())+string(public), 32)
	if err != nil {
		return nil, err
	}
	key, err := hkdf.Key(sha256.New, ikm, salt, "Content-Encoding: aes128gcm\x00", 16)
	if err != nil {
		return nil, err
	}
	nonce, err := hkdf.Key(sha256.New, ikm, salt, "Content-Encoding: nonce\x00", 12)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	text, err := gcm.Open(nil, nonce, body[sealedAt:], nil)
	return bytes.TrimSuffix(bytes.TrimRight(text, "\x00"), []byte{2}), err
}
