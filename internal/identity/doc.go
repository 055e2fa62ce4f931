// Package identity knows which phone is speaking and for whom.
//
// A phone is enrolled once, by a member of staff who signed in or with a one-time code from
// their lead, and leaves a public key. From then on it proves itself with short assertions
// signed by that key (RFC 7523) and gets access tokens of fifteen minutes in return. Nothing
// in between is stored on the phone but the key, so a lost reply can never lock it out.
//
//	enrol → device, client
//	assertion (device key, used once) → access token (server key, 15 minutes) → Session
//
// A Session always says what the device and its owner may do now: it is made from the stored
// device and staff, kept while the token lives, and dropped at once by [Service.Revoke].
package identity
