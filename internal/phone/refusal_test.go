package phone

import (
	"context"
	"net/http"
	"slices"
	"testing"
	"time"

	"doorstep/internal/wire"
)

func TestACursorTheServerDoesNotKnowStartsThePullAfresh(t *testing.T) {
	zero := int64(0)
	for name, refusal := range map[string]answer{
		"not one of its own":     refuse(400, "cursor"),
		"of before a restore":    refuse(410, "epoch", func(e *wire.Error) { e.Epoch, e.LastMid = "e2", &zero }),
		"of an epoch just heard": refuse(410, "epoch", func(e *wire.Error) { e.Epoch, e.LastMid = "e1", &zero }),
	} {
		t.Run(name, func(t *testing.T) {
			b := enrolled(t)
			b.edit("phone", "2")
			epoch := refusal.body.(*wire.Error).Epoch
			if epoch == "" {
				epoch = "e1"
			}
			b.on(onPush, refuse(503, "busy"))
			b.on(onPull, refusal, pulled("e2.99", inEpoch(epoch), tells(add("pc:"+other)), brings(record("patients", other, 98, []string{"pc:" + other}, `{}`))))
			b.syncFails()
			if got := b.last(onPull).query; got.Has("cursor") {
				t.Errorf("pulled from %q", got.Get("cursor"))
			}
			// What does not come again has gone, but not under unsent work on it.
			b.holds("patients", other, true)
			if s := b.holds("patients", oldie, true); !s.Pending {
				t.Error("the unsent edit is gone")
			}
			b.unsent(1)
		})
	}
}

func TestAWithdrawnDeviceComesBackWithANewKey(t *testing.T) {
	b := enrolled(t)
	old, err := publicJWK(b.self.Key)
	if err != nil {
		t.Fatal(err)
	}
	b.edit("phone", "2")
	b.now = b.now.Add(time.Hour)
	b.on(onToken, refuse(401, "revoked", func(e *wire.Error) { e.Directive = "relogin" }))
	b.syncFails()
	if !b.NeedsSignIn() {
		t.Fatal("nobody is asked to sign in")
	}
	b.on(onToken, ok(wire.TokenResponse{AccessToken: "a2", ExpiresIn: 900, Scope: "sync"}))
	b.on(onPush, applied(b))
	if err := b.SignIn(context.Background(), "nia@example.org", "secret"); err != nil {
		t.Fatal(err)
	}
	b.on(onPull, pulled("e1.10", confirms(1, b.outbox[0].Key)))
	b.sync()
	var enrol wire.EnrolRequest
	b.last(onDevices).decode(t, &enrol)
	if string(enrol.PublicKey) == string(old) || enrol.Client != client1 {
		t.Errorf("enrolled again with key %s as %q", enrol.PublicKey, enrol.Client)
	}
	b.unsent(0)
}

func TestAKeyOrClientThatIsTakenIsReplaced(t *testing.T) {
	for _, code := range []string{"key_taken", "client_taken"} {
		t.Run(code, func(t *testing.T) {
			b := enrolled(t)
			b.edit("phone", "2")
			if err := b.commit(func(tx *tx) { tx.obey(directiveRelogin) }); err != nil {
				t.Fatal(err)
			}
			b.on(onDevices, refuse(409, code), answer{status: http.StatusCreated, body: &wire.EnrolResponse{Device: device2, Client: client2}})
			b.on(onPush, refuse(503, "busy"))
			if err := b.SignIn(context.Background(), "nia@example.org", "secret"); err != nil {
				t.Fatal(err)
			}
			b.syncFails()
			if b.Client() != client2 || b.outbox[0].Client != client2 || b.outbox[0].Mid != 1 {
				t.Errorf("client %s, outbox %+v", b.Client(), b.outbox[0])
			}
		})
	}
}

func TestAClientOfAnotherDeviceNeedsASignIn(t *testing.T) {
	b := enrolled(t)
	b.edit("phone", "2")
	b.on(onPush, refuse(403, "not_your_client"))
	b.syncFails()
	if !b.NeedsSignIn() {
		t.Error("nobody is asked to sign in")
	}
	b.unsent(1)
}

func TestOtherRefusalsAreTriedLaterAndLoseNothing(t *testing.T) {
	for _, c := range []struct {
		status int
		code   string
	}{{400, "malformed"}, {403, "inactive"}, {404, "not_found"}, {429, "too_many_requests"}, {500, "server_error"}, {502, "http_502"}} {
		b := enrolled(t)
		b.edit("phone", "2")
		b.on(onPush, refuse(c.status, c.code))
		b.on(onPull, pulled("e1.10"))
		b.syncFails()
		if got, want := b.asked(), []string{"push", "GET " + basePath + "/pull"}; !slices.Equal(got, want) {
			t.Errorf("%d %s: asked %v", c.status, c.code, got)
		}
		b.unsent(1)
		if _, can := b.NextTry(); !can {
			t.Errorf("%d %s: gives up", c.status, c.code)
		}
	}
}
