package main

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"doorstep/internal/care"
	"doorstep/internal/wire"
)

// Phones of the bench enrol, get their tokens and say hello as real ones do, over HTTP. Only
// then do they become prepared bytes.

const syncPath = "/api/sync/v1"

// enrolAll turns the staff tokens of a town into devices with access tokens.
func enrolAll(c *child, seed uint64) error {
	line, err := dial(c.URL)
	if err != nil {
		return err
	}
	defer line.close()
	for i := range c.Devices {
		dev := &c.Devices[i]
		key := deviceKey(seed, i)
		if err := enrol(line, c.URL, dev, key); err != nil {
			return fmt.Errorf("enrol device %d: %w", i, err)
		}
	}
	return nil
}

func deviceKey(seed uint64, number int) ed25519.PrivateKey {
	var b [ed25519.SeedSize]byte
	for i := range 8 {
		b[i], b[8+i] = byte(seed>>(8*i)), byte(number>>(8*i))
	}
	return ed25519.NewKeyFromSeed(b[:])
}

// enrol makes the device known, gets its access token and tells the server its clock.
func enrol(line *caller, base string, dev *device, key ed25519.PrivateKey) error {
	jwk, err := json.Marshal(map[string]string{"kty": "OKP", "crv": "Ed25519", "x": base64.RawURLEncoding.EncodeToString(key.Public().(ed25519.PublicKey))})
	if err != nil {
		return err
	}
	var known wire.EnrolResponse
	if err := post(line, base, syncPath+"/devices", dev.Token, wire.EnrolRequest{Name: "bench", Platform: "bench", PublicKey: jwk}, &known); err != nil {
		return err
	}
	dev.Device, dev.Client = known.Device, known.Client
	if err := renew(line, base, dev, key); err != nil {
		return err
	}
	var hello wire.HelloResponse
	err = post(line, base, syncPath+"/hello", dev.Token, wire.HelloRequest{Protocol: wire.Protocol, Schema: wire.CurrentSchema,
		Client: dev.Client, Now: care.Stamp(time.Now()), Outbox: wire.OutboxState{NextMid: 1}}, &hello)
	dev.Epoch = hello.Epoch
	return err
}

// renew gets the device a new access token; one lasts a quarter of an hour.
func renew(line *caller, base string, dev *device, key ed25519.PrivateKey) error {
	now := time.Now()
	assertion, err := jwt.NewWithClaims(jwt.SigningMethodEdDSA, jwt.RegisteredClaims{
		Issuer: dev.Device, Subject: dev.Device, Audience: jwt.ClaimStrings{"doorstep"}, ID: newID(),
		IssuedAt: jwt.NewNumericDate(now), ExpiresAt: jwt.NewNumericDate(now.Add(30 * time.Second)),
	}).SignedString(key)
	if err != nil {
		return err
	}
	form := url.Values{"grant_type": {"urn:ietf:params:oauth:grant-type:jwt-bearer"}, "assertion": {assertion}}
	ask := bytes.Replace(request(base, syncPath+"/token", "", []byte(form.Encode())), []byte("application/json"), []byte("application/x-www-form-urlencoded"), 1)
	var token wire.TokenResponse
	err = answered(line, ask, &token)
	dev.Token = token.AccessToken
	return err
}

// renewAll gives devices that a server knows already new access tokens.
func renewAll(base string, devices []device, seed uint64) error {
	line, err := dial(base)
	if err != nil {
		return err
	}
	defer line.close()
	for i := range devices {
		if err := renew(line, base, &devices[i], deviceKey(seed, i)); err != nil {
			return fmt.Errorf("a new token for device %d: %w", i, err)
		}
	}
	return nil
}

func post(line *caller, base, path, token string, body, into any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	return answered(line, request(base, path, token, text), into)
}

// answered sends a request and decodes a good answer.
func answered(line *caller, ask []byte, into any) error {
	status, body, err := line.do(ask)
	if err != nil {
		return err
	}
	if status/100 != 2 {
		return fmt.Errorf("answered %d: %.300s", status, body)
	}
	return json.Unmarshal(body, into)
}

// doorstepWriter numbers a device's changes from 1.
func doorstepWriter(base string, dev device) func([]visit) turn {
	mid := int64(1)
	return func(visits []visit) turn {
		var body []byte
		body, mid = pushBody(dev, mid, visits)
		return turn{request(base, syncPath+"/push", dev.Token, body)}
	}
}

// statusOf checks that every change of a push ended as it should.
func statusOf(want care.Status) checker {
	mark := []byte(`"status":"` + string(want) + `"`)
	return func(status int, body []byte) error {
		if n := bytes.Count(body, mark); status != 200 || n != batchSize {
			return fmt.Errorf("push answered %d, %d of %d %s: %.300s", status, n, batchSize, want, body)
		}
		return nil
	}
}
