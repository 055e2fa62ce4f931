package phone

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"time"

	"doorstep/internal/wire"
)

const grantType = "urn:ietf:params:oauth:grant-type:jwt-bearer"

// accessToken is the fifteen minutes the server trusts us for. It is never stored.
type accessToken struct {
	text  string
	until time.Time // by the device's clock
	scope string
}

func (a accessToken) valid(now time.Time) bool { return a.text != "" && now.Before(a.until) }

// SignIn proves who the person is, by e-mail and password. The next step enrols the device.
// While unsent work of somebody else is on the phone, also what the server could not take or had no
// room for, it fails with ErrUnsent: nothing may be lost, and nothing sent under another name.
func (p *Phone) SignIn(ctx context.Context, email, password string) error {
	var answer struct {
		Token  string `json:"token"`
		Record struct {
			ID string `json:"id"`
		} `json:"record"`
	}
	body := map[string]string{"identity": email, "password": password}
	if err := p.exchange(ctx, request{method: http.MethodPost, path: signInPath, body: body}, &answer); err != nil {
		return err
	}
	if err := p.become(answer.Record.ID); err != nil {
		return err
	}
	p.staffToken = answer.Token
	return nil
}

// UseCode signs in with the one-time code a lead showed as a QR picture, which also names the
// member of staff. The next step enrols the device.
func (p *Phone) UseCode(staff, code string) error {
	if err := p.become(staff); err != nil {
		return err
	}
	p.code = code
	return nil
}

// become makes the phone that person's.
func (p *Phone) become(staff string) error {
	if p.self.Directive == directiveWipe {
		return ErrWiped
	}
	other := p.self.Staff != "" && p.self.Staff != staff
	if n, _ := p.Unsent(); other && (n > 0 || len(p.aside) > 0) {
		return ErrUnsent
	}
	return p.commit(func(t *tx) {
		if other {
			t.eraseAll()
		}
		p.self.Staff = staff
		switch {
		case p.self.Device == "":
			p.self.Enrol = enrolFirst
		case p.self.Enrol == "" && p.self.Directive == directiveRelogin:
			p.self.Enrol = enrolAgain
		}
		if p.self.Directive == directiveRelogin {
			p.self.Directive = ""
		}
		t.putSelf()
	})
}

// Enrol binds this device to the person who signed in. Step does it by itself when it is due;
// this is for a screen that wants to know at once.
func (p *Phone) Enrol(ctx context.Context) error {
	if !p.canEnrol() {
		return ErrNotSignedIn
	}
	return p.enrol(ctx)
}

func (p *Phone) mustEnrol() bool { return p.self.Device == "" || p.self.Enrol != "" }

// canEnrol says whether there is something to enrol with. A device that forked proves itself
// with the key it has.
func (p *Phone) canEnrol() bool {
	return p.self.Staff != "" && (p.staffToken != "" || p.code != "" || (p.self.Enrol == enrolAnew && p.self.Device != ""))
}

func (p *Phone) enrol(ctx context.Context) error {
	if p.self.Key == nil {
		// Stored before it is sent: when the answer is lost, the same key is enrolled again.
		key, err := newKey(p.opts.KeyType, p.opts.Entropy)
		if err != nil {
			return err
		}
		if err := p.commit(func(t *tx) { p.self.Key = key; t.putSelf() }); err != nil {
			return err
		}
	}
	public, err := publicJWK(p.self.Key)
	if err != nil {
		return err
	}
	req := wire.EnrolRequest{Name: p.opts.Name, Platform: p.opts.Platform, PublicKey: public, Code: p.code}
	bearer := p.staffToken
	switch p.self.Enrol {
	case enrolAgain:
		req.Client = p.self.Client
	case enrolAnew:
		// A client of our own choosing, kept so that a lost answer does not make a third one.
		if req.Client, err = p.nextClient(); err != nil {
			return err
		}
		if bearer == "" && req.Code == "" {
			bearer = p.access.text
		}
	case enrolFirst:
	}
	var answer wire.EnrolResponse
	if err := p.exchange(ctx, request{method: http.MethodPost, path: basePath + "/devices", body: req, bearer: bearer}, &answer); err != nil {
		return err
	}
	return p.enrolled(&answer)
}

// nextClient is the client a forked phone goes on under.
func (p *Phone) nextClient() (string, error) {
	if p.self.NextClient == "" {
		id, err := p.newID()
		if err != nil {
			return "", err
		}
		if err := p.commit(func(t *tx) { p.self.NextClient = id; t.putSelf() }); err != nil {
			return "", err
		}
	}
	return p.self.NextClient, nil
}

func (p *Phone) enrolled(answer *wire.EnrolResponse) error {
	err := p.commit(func(t *tx) {
		old := p.self.Client
		p.self.Device, p.self.Client = answer.Device, answer.Client
		p.self.Enrol, p.self.NextClient, p.self.Directive = "", "", ""
		if old != answer.Client {
			if old != "" && !slices.Contains(p.self.Former, old) {
				p.self.Former = append(p.self.Former, old)
			}
			p.self.ConfirmedMid, p.self.ConfirmedKey = 0, ""
			place := p.self.NextPlace
			if len(p.outbox) > 0 {
				place = p.outbox[0].Place
			}
			t.renumber(place, 0)
		}
		t.putSelf()
	})
	if err != nil {
		return err
	}
	p.staffToken, p.code, p.access = "", "", accessToken{}
	p.round.greeted = false
	return nil
}

// token trades an assertion for an access token.
func (p *Phone) token(ctx context.Context) error {
	jti, err := p.newID()
	if err != nil {
		return err
	}
	got, err := connection{&p.opts, p.trueTime}.token(ctx, p.self.Key, p.self.Device, jti, "")
	if err != nil {
		return err
	}
	p.refusals = 0
	if got.scope == scopePushOnly && p.self.Directive != directiveDrain {
		p.round.greeted = false // hello says why
	}
	p.access = got
	return nil
}

// token trades an assertion of a key of a device for an access token of a scope, "" for that of an open phone.
func (c connection) token(ctx context.Context, key []byte, device, jti, scope string) (accessToken, error) {
	signed, err := assertion(key, device, c.opts.Audience, c.trueTime(), jti)
	if err != nil {
		return accessToken{}, err
	}
	form := url.Values{"grant_type": {grantType}, "assertion": {signed}}
	if scope != "" {
		form.Set("scope", scope)
	}
	var answer wire.TokenResponse
	asked := c.opts.Now()
	if err := c.exchange(ctx, request{method: http.MethodPost, path: basePath + "/token", body: form}, &answer); err != nil {
		return accessToken{}, err
	}
	// A minute early, so that no request is on its way when it ends.
	life := max(time.Duration(answer.ExpiresIn)*time.Second-time.Minute, 10*time.Second)
	return accessToken{text: answer.AccessToken, until: asked.Add(life), scope: answer.Scope}, nil
}
