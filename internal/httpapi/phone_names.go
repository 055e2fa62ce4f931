package httpapi

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/access"
	"doorstep/internal/identity"
	"doorstep/internal/rules"
	"doorstep/internal/syncer"
)

// Names are what the screens of a phone must know beside the records: people by name, and by which rules to warn.
type Names struct {
	Me    access.Self        `json:"me"`
	Staff []access.Colleague `json:"staff"`
	// Rules in force that a phone can judge; none for limited viewers, who record nothing that they would warn of.
	Rules []rules.Warning `json:"rules"`
}

// phoneNames answers with the owner of a phone, the people whom they may know by name, and the rules to
// warn by. It carries an ETag: a phone that asks again with If-None-Match gets 304 while nothing changed.
// A phone that hands in only gets nothing, as on a pull.
func (a *API) phoneNames(e *core.RequestEvent) error {
	session := sessionOf(e)
	if session.PushOnly {
		return syncer.PushOnly(session.Directive)
	}
	people, ok := a.Store.Access.PhoneDirectory(session.Staff)
	if !ok {
		return identity.ErrNotFound
	}
	list := Names{Me: people.Me, Staff: people.Staff, Rules: []rules.Warning{}}
	if people.Me.View == "clinical" {
		list.Rules = a.Store.Warnings()
	}
	var body bytes.Buffer
	if err := json.NewEncoder(&body).Encode(list); err != nil {
		return err
	}
	sum := sha256.Sum256(body.Bytes())
	tag := `"` + hex.EncodeToString(sum[:16]) + `"`
	e.Response.Header().Set("Etag", tag)
	if slices.ContainsFunc(e.Request.Header.Values("If-None-Match"), func(h string) bool { return strings.Contains(h, tag) }) {
		e.Response.WriteHeader(http.StatusNotModified)
		return nil
	}
	return writeBody(e, http.StatusOK, mediaJSON, body.Bytes())
}
