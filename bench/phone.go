package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/phone"
	riverside "doorstep/internal/testkit/town"
	"doorstep/internal/wire"
)

// Phones of the bench are internal/phone until the server knows them and gave them a token. Only then do
// they become prepared bytes, so that the load generator spends its time on the server.

const syncPath = "/api/sync/v1"

// enrol makes the devices of a town known to a server that may or may not know them, and gets each an access
// token; one lasts a quarter of an hour.
func enrol(base string, devices []device) error {
	for i := range devices {
		if err := devices[i].greet(context.Background(), base); err != nil {
			return fmt.Errorf("greet as device %d: %w", i, err)
		}
	}
	return nil
}

// greet goes through a round of the phone until a new device has said hello. One that the server knows gets
// its token alone: the phone knows nothing of what its prepared bytes sent, and would take itself for a copy.
func (d *device) greet(ctx context.Context, base string) error {
	if d.storage == nil {
		d.storage = &phone.Memory{}
	}
	line := &tokenKeeper{}
	p, err := phone.New(phone.Options{Server: base, HTTP: line, Storage: d.storage, Now: time.Now, Entropy: rand.Reader, Name: "bench", Platform: "bench"})
	if err != nil {
		return err
	}
	last := phone.StepToken
	if p.Device() == "" {
		last = phone.StepHello
		if err := p.SignIn(ctx, d.Email, riverside.Password); err != nil {
			return err
		}
	}
	p.Begin()
	for {
		step, err := p.Step(ctx)
		if err != nil {
			return err
		}
		switch step.Kind {
		case last:
			d.Token, d.Client, d.Epoch = line.kept.AccessToken, p.Client(), p.Epoch()
			return nil
		case phone.StepIdle:
			return fmt.Errorf("the round ended without a %s: %s", last, step.Note)
		default:
		}
	}
}

// tokenKeeper sends requests and keeps the last access token that came.
type tokenKeeper struct{ kept wire.TokenResponse }

// Do implements phone.Doer.
func (k *tokenKeeper) Do(r *http.Request) (*http.Response, error) {
	answer, err := http.DefaultClient.Do(r)
	if err != nil || r.URL.Path != syncPath+"/token" || answer.StatusCode != http.StatusOK {
		return answer, err
	}
	body, err := io.ReadAll(answer.Body)
	if err := errors.Join(err, answer.Body.Close()); err != nil {
		return nil, err
	}
	answer.Body = io.NopCloser(bytes.NewReader(body))
	return answer, json.Unmarshal(body, &k.kept)
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
func statusOf(want care.Status) checker { return statusOfAll(want, batchSize) }

func statusOfAll(want care.Status, visits int) checker {
	mark := []byte(`"status":"` + string(want) + `"`)
	return func(status int, body []byte) error {
		if n := bytes.Count(body, mark); status != 200 || n != visits {
			return fmt.Errorf("push answered %d, %d of %d %s: %.300s", status, n, visits, want, body)
		}
		return nil
	}
}
