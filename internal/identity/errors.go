package identity

import "errors"

// The ways in which proving who you are can fail. They are wrapped with a cause for the log;
// compare with errors.Is. internal/httpapi holds the table of statuses, codes and sentences.
var (
	// ErrNotFound: no such device or member of staff, or not one the asker may know of.
	ErrNotFound = errors.New("not found")
	// ErrForbidden: the asker's role may not do this.
	ErrForbidden = errors.New("forbidden")

	// ErrAssertion: not an assertion a known device signed: malformed, unknown device, other
	// algorithm, wrong signature, or it breaks the rules for jti, exp or crit.
	ErrAssertion = errors.New("invalid assertion")
	// ErrAudience: a good signature, meant for somebody else.
	ErrAudience = errors.New("wrong audience")
	// ErrClock: a good signature, but exp, iat or nbf are outside the window by our clock.
	ErrClock = errors.New("assertion outside its time")
	// ErrReplayed: this assertion was used before.
	ErrReplayed = errors.New("assertion used before")

	// ErrTokenInvalid: not an access token of ours.
	ErrTokenInvalid = errors.New("invalid access token")
	// ErrTokenExpired: an access token of ours, past its time.
	ErrTokenExpired = errors.New("access token expired")

	// ErrLost: the device is marked lost and must wipe itself.
	ErrLost = errors.New("device lost")
	// ErrRevoked: the device, and its key with it, is refused for good.
	ErrRevoked = errors.New("device revoked")
	// ErrRelogin: the days for sending what was left are over; somebody must sign in again.
	ErrRelogin = errors.New("sign in again")
	// ErrRole: the role does not carry a phone.
	ErrRole = errors.New("role has no device")
	// ErrInactive: the member of staff has left.
	ErrInactive = errors.New("staff inactive")

	// ErrKey: not a public key we take; the text after it says why.
	ErrKey = errors.New("invalid public key")
	// ErrKeyTaken: another member of staff enrolled this key.
	ErrKeyTaken = errors.New("public key taken")
	// ErrClientTaken: the client belongs to another member of staff.
	ErrClientTaken = errors.New("client taken")
	// ErrTooManyPhones: this member of staff has as many phones in use as one may have.
	ErrTooManyPhones = errors.New("too many phones")
	// ErrPassword: there is no such account, or its password is another; which of them is not told.
	ErrPassword = errors.New("wrong account or password")
	// ErrBusy: too many sign in at this moment.
	ErrBusy = errors.New("too many sign in at once")
	// ErrCode: a sign-in code that is unknown, used or expired; which of them is not told.
	ErrCode = errors.New("invalid sign-in code")
)
