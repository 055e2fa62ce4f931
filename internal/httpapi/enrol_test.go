package httpapi_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/httpapi"
	"doorstep/internal/identity"
	"doorstep/internal/testkit/pbtest"
	"doorstep/internal/wire"
)

func TestEnrol_makes_a_device_and_a_client_and_says_so_in_the_audit(t *testing.T) {
	h := newHouse(t)
	p := h.enrol(t, h.nurse)
	d, err := h.FindRecordById(care.Devices, p.Device)
	if err != nil {
		t.Fatal(err)
	}
	if d.GetString("staff") != h.nurse.Id || d.GetString("client") != p.Client || d.GetString("state") != "active" ||
		d.GetString("name") != "Phone" || d.GetString("platform") != "android" || d.GetDateTime("state_since").IsZero() {
		t.Fatalf("%v", d.FieldsData())
	}
	if n := h.count(t, "SELECT count(*) FROM sync_clients WHERE client = '"+p.Client+"' AND staff = '"+h.nurse.Id+"' AND device = '"+p.Device+"'"); n != 1 {
		t.Fatal("no client")
	}
	if n := h.count(t, "SELECT count(*) FROM audit WHERE action = 'device_enrolled' AND device = '"+p.Device+"' AND actor = '"+h.nurse.Id+"'"); n != 1 {
		t.Fatal("no audit")
	}
}

func TestEnrol_again_after_a_lost_reply_is_the_same_device(t *testing.T) {
	h := newHouse(t)
	p := h.enrol(t, h.nurse)
	for _, client := range []string{"", p.Client} {
		again := into[wire.EnrolResponse](t, h.post(t, base+"/devices", h.Token(t, h.nurse), request(p.private, client, "")), http.StatusCreated)
		if again != p.EnrolResponse {
			t.Fatalf("client %q: %+v, want %+v", client, again, p.EnrolResponse)
		}
	}
	if n := h.count(t, "SELECT count(*) FROM devices"); n != 1 {
		t.Fatalf("%d devices", n)
	}
}

func TestEnrol_with_the_client_it_had(t *testing.T) {
	h := newHouse(t)
	p := h.enrol(t, h.nurse)
	if _, err := h.DB().NewQuery("UPDATE sync_clients SET last_mid = 41").Execute(); err != nil {
		t.Fatal(err)
	}
	again := into[wire.EnrolResponse](t, h.post(t, base+"/devices", h.Token(t, h.nurse), request(newKey(t), p.Client, "")), http.StatusCreated)
	if again.Client != p.Client || again.Device == p.Device {
		t.Fatalf("%+v", again)
	}
	if n := h.count(t, "SELECT count(*) FROM sync_clients WHERE last_mid = 41 AND device = '"+again.Device+"'"); n != 1 {
		t.Fatal("the client lost its numbers")
	}
	refused(t, h.post(t, base+"/devices", h.Token(t, h.other), request(newKey(t), p.Client, "")), http.StatusConflict, "client_taken")
	unknown := pbtest.ID() // the server was restored from before this phone enrolled
	kept := into[wire.EnrolResponse](t, h.post(t, base+"/devices", h.Token(t, h.other), request(newKey(t), unknown, "")), http.StatusCreated)
	if kept.Client != unknown {
		t.Fatalf("%+v", kept)
	}
}

func TestEnrol_refuses(t *testing.T) {
	h := newHouse(t)
	p := h.enrol(t, h.nurse)
	good := func() wire.EnrolRequest { return request(newKey(t), "", "") }
	with := func(change func(*wire.EnrolRequest)) wire.EnrolRequest { r := good(); change(&r); return r }
	key := func(text string) wire.EnrolRequest {
		return with(func(r *wire.EnrolRequest) { r.PublicKey = json.RawMessage(text) })
	}
	leaver := h.Staff(t, care.DistrictNurse, "Len Leaver", h.north)
	leaverToken := h.Token(t, leaver)
	h.set(t, care.StaffName, leaver.Id, map[string]any{"inactive_since": h.now()})
	private, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	point, err := private.PublicKey.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	b64 := base64.RawURLEncoding.EncodeToString
	nurse, other, gp := h.Token(t, h.nurse), h.Token(t, h.other), h.Token(t, h.gp)
	access := p.token(t).AccessToken
	before := h.Hashes(t)
	for _, c := range []struct {
		name, token string
		body        wire.EnrolRequest
		status      int
		code        string
	}{
		{"nobody", "", good(), 401, "token_missing"},
		{"a made-up token", "abc", good(), 401, "token_invalid"},
		{"a phone's token", "Bearer " + access, good(), 401, "token_invalid"},
		{"a leaver", leaverToken, good(), 403, "inactive"},
		{"a GP", gp, good(), 403, "no_device_role"},
		{"a key of somebody else", other, request(p.private, "", ""), 409, "key_taken"},
		{"no name", nurse, with(func(r *wire.EnrolRequest) { r.Name = "" }), 400, "invalid"},
		{"a client that is no id", nurse, request(newKey(t), "1 OR 1=1", ""), 400, "invalid"},
		{"no key", nurse, key(`null`), 400, "invalid_key"},
		{"a key that is text", nurse, key(`"-----BEGIN PUBLIC KEY-----"`), 400, "invalid_key"},
		{"an RSA key", nurse, key(`{"kty":"RSA","n":"AQAB","e":"AQAB"}`), 400, "invalid_key"},
		{"a secret", nurse, key(`{"kty":"oct","k":"AQAB"}`), 400, "invalid_key"},
		{"P-384", nurse, key(`{"kty":"EC","crv":"P-384","x":"` + b64(point[1:49]) + `","y":"` + b64(point[49:]) + `"}`), 400, "invalid_key"},
		{"a private key", nurse, key(string(jwk(newKey(t))[:len(jwk(newKey(t)))-1]) + `,"d":"AQAB"}`), 400, "invalid_key"},
		{"a made-up code", "", request(newKey(t), "", "guess"), 401, "code_invalid"},
		{"a made-up code by somebody who signed in", nurse, request(newKey(t), "", "guess"), 401, "code_invalid"},
	} {
		t.Run(c.name, func(t *testing.T) {
			refused(t, h.post(t, base+"/devices", c.token, c.body), c.status, c.code)
		})
	}
	pbtest.Unchanged(t, "refused enrolments", before, h.Hashes(t))
	h.set(t, care.Devices, p.Device, map[string]any{"state": "lost"})
	if e := refused(t, h.post(t, base+"/devices", nurse, request(p.private, "", "")), 403, "lost"); e.Directive != "wipe" {
		t.Errorf("a lost phone that enrols again: %+v", e)
	}
	if n := h.count(t, "SELECT count(*) FROM devices"); n != 1 {
		t.Errorf("%d devices after all that", n)
	}
}

// code asks for a sign-in code.
func (h *house) code(t *testing.T, by, staff string) answer {
	t.Helper()
	return h.post(t, base+"/sign-in-codes", by, map[string]string{"staff": staff})
}

func TestSignInCode_enrols_one_phone_within_ten_minutes(t *testing.T) {
	h := newHouse(t)
	type issued struct {
		Code      string `json:"code"`
		ExpiresAt string `json:"expires_at"`
	}
	made := into[issued](t, h.code(t, h.Token(t, h.lead), h.nurse.Id), http.StatusCreated)
	until, err := care.ParseStamp(made.ExpiresAt)
	if err != nil || until.Sub(h.now()) > 10*time.Minute || until.Sub(h.now()) < 9*time.Minute || len(made.Code) != 12 {
		t.Fatalf("%+v, %v", made, err)
	}
	if n := h.count(t, "SELECT count(*) FROM sign_in_codes WHERE instr(hash, '"+made.Code+"') = 0 AND issued_by = '"+h.lead.Id+"'"); n != 1 {
		t.Fatal("the code is stored as it is, or not at all")
	}
	private := newKey(t)
	first := into[wire.EnrolResponse](t, h.post(t, base+"/devices", "", request(private, "", made.Code)), http.StatusCreated)
	again := into[wire.EnrolResponse](t, h.post(t, base+"/devices", "", request(private, "", made.Code)), http.StatusCreated)
	if again != first {
		t.Fatalf("%+v after %+v", again, first)
	}
	refused(t, h.post(t, base+"/devices", "", request(newKey(t), "", made.Code)), http.StatusUnauthorized, "code_invalid")
	p := &phone{h: h, private: private, EnrolResponse: first}
	p.token(t)
	// S3: whoever made the code could have used it; the audit names them with the phone.
	if n := h.count(t, "SELECT count(*) FROM audit WHERE action = 'device_enrolled' AND device = '"+first.Device+"' AND detail ->> 'by' = 'sign_in_code' AND detail ->> 'issued_by' = '"+h.lead.Id+"'"); n != 1 {
		t.Errorf("%d lines of the audit say who made the code", n)
	}

	late := into[issued](t, h.code(t, h.Token(t, h.lead), h.nurse.Id), http.StatusCreated)
	h.turn(10 * time.Minute)
	refused(t, h.post(t, base+"/devices", "", request(newKey(t), "", late.Code)), http.StatusUnauthorized, "code_invalid")

	h.turn(25 * time.Hour)
	into[issued](t, h.code(t, h.Token(t, h.lead), h.nurse.Id), http.StatusCreated)
	if n := h.count(t, "SELECT count(*) FROM sign_in_codes"); n != 1 {
		t.Fatalf("%d codes kept", n)
	}
	if n := h.count(t, "SELECT count(*) FROM audit WHERE action = 'sign_in_code_issued' AND actor = '"+h.lead.Id+"' AND record = '"+h.nurse.Id+"'"); n != 3 {
		t.Fatalf("%d in the audit", n)
	}
}

// X10: the phone that makes room hands in what it holds and gets nothing from that moment; the audit says so.
func TestEnrol_APhoneThatMakesRoomMayHandInAndGetsNothing(t *testing.T) {
	h := newHouse(t)
	var phones []*phone
	for range identity.PhonesPerPerson {
		phones = append(phones, h.enrol(t, h.nurse))
		h.turn(time.Minute)
	}
	refused(t, h.post(t, base+"/devices", h.Token(t, h.nurse), request(newKey(t), "", "")), http.StatusConflict, "too_many_phones")
	h.turn(24 * time.Hour)
	held := phones[0].token(t).AccessToken
	into[httpapi.ProbeAnswer](t, h.probe(t, held), http.StatusOK) // now it is in memory
	latest := h.enrol(t, h.nurse)
	for i, p := range append(phones, latest) {
		want := "active"
		if i == 0 {
			want = "draining"
		}
		if n := h.count(t, "SELECT count(*) FROM devices WHERE id = '"+p.Device+"' AND state = '"+want+"'"); n != 1 {
			t.Errorf("phone %d is not %s", i, want)
		}
	}
	if n := h.count(t, "SELECT count(*) FROM audit WHERE action = 'device_made_room' AND device = '"+phones[0].Device+"' AND actor = '"+h.nurse.Id+"'"); n != 1 {
		t.Errorf("%d lines of the audit say so", n)
	}
	if s := into[httpapi.ProbeAnswer](t, h.probe(t, held), http.StatusOK).Session; !s.PushOnly || s.Directive != identity.DirectiveDrain {
		t.Errorf("the token it had is good for %+v", s)
	}
}

func TestSignInCode_of_two_phones_that_race_one_gets_it(t *testing.T) {
	h := newHouse(t)
	made := into[struct{ Code string }](t, h.code(t, h.Token(t, h.lead), h.nurse.Id), http.StatusCreated)
	answers := make(chan answer, 2)
	for range 2 {
		body := request(newKey(t), "", made.Code)
		go func() { answers <- h.post(t, base+"/devices", "", body) }()
	}
	a, b := <-answers, <-answers
	if a.status != http.StatusCreated {
		a, b = b, a
	}
	into[wire.EnrolResponse](t, a, http.StatusCreated)
	refused(t, b, http.StatusUnauthorized, "code_invalid")
}

func TestSignInCode_a_refused_enrolment_does_not_use_it_up(t *testing.T) {
	h := newHouse(t)
	taken := h.enrol(t, h.other)
	made := into[struct{ Code string }](t, h.code(t, h.Token(t, h.lead), h.nurse.Id), http.StatusCreated)
	refused(t, h.post(t, base+"/devices", "", request(newKey(t), taken.Client, made.Code)), http.StatusConflict, "client_taken")
	into[wire.EnrolResponse](t, h.post(t, base+"/devices", "", request(newKey(t), "", made.Code)), http.StatusCreated)
}

func TestSignInCode_refuses(t *testing.T) {
	h := newHouse(t)
	lead := h.Token(t, h.lead)
	outside := h.code(t, lead, h.other.Id)
	nobody := h.code(t, lead, pbtest.ID())
	refused(t, outside, http.StatusNotFound, "not_found")
	if string(outside.body) != string(nobody.body) || outside.status != nobody.status {
		t.Fatalf("not yours: %s; not there: %s", outside.body, nobody.body)
	}
	refused(t, h.code(t, lead, "everybody"), http.StatusBadRequest, "invalid")
	refused(t, h.code(t, lead, h.gp.Id), http.StatusForbidden, "no_device_role")
	refused(t, h.code(t, h.Token(t, h.nurse), h.lead.Id), http.StatusForbidden, "forbidden")
	refused(t, h.code(t, "", h.nurse.Id), http.StatusUnauthorized, "token_missing")
	refused(t, h.code(t, "Bearer "+h.enrol(t, h.lead).token(t).AccessToken, h.nurse.Id), http.StatusUnauthorized, "token_invalid")
	if n := h.count(t, "SELECT count(*) FROM sign_in_codes"); n != 0 {
		t.Fatalf("%d codes made", n)
	}
}

// U39
func TestEnrol_WhoStartsAgainOnAPhoneHasOneAtTheDesk(t *testing.T) {
	h := newHouse(t)
	before := h.enrol(t, h.nurse)
	anew := request(newKey(t), "", "")
	anew.Replaces = before.Device
	answer := into[httpapi.Enrolled](t, h.post(t, base+"/devices", h.Token(t, h.nurse), anew), http.StatusCreated)
	if answer.Name != "Phone" {
		t.Errorf("it is called %q", answer.Name)
	}
	if n := h.count(t, "SELECT count(*) FROM devices WHERE id = '"+before.Device+"' AND state = 'revoked'"); n != 1 {
		t.Error("the one before is in use still")
	}
	if n := h.count(t, "SELECT count(*) FROM audit WHERE action = 'device_replaced' AND device = '"+before.Device+"' AND actor = '"+h.nurse.Id+"'"); n != 1 {
		t.Errorf("%d lines in the audit", n)
	}
	again := into[httpapi.Enrolled](t, h.post(t, base+"/devices", h.Token(t, h.nurse), anew), http.StatusCreated)
	if again.Device != answer.Device || again.Name != answer.Name {
		t.Errorf("asked again: %+v, before %+v", again, answer)
	}
	anew.Replaces = "no id"
	refused(t, h.post(t, base+"/devices", h.Token(t, h.nurse), anew), http.StatusBadRequest, "invalid")
}
