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

	"doorstep/internal/identity"
	"doorstep/internal/syncer"
)

// phoneNames answers with the owner of a phone and the people whom they may know by name. It carries an ETag: a phone
// that asks again with If-None-Match gets 304 while nothing changed. A phone that hands in only
// gets nothing, as on a pull.
func (a *API) phoneNames(e *core.RequestEvent) error {
	session := sessionOf(e)
	if session.PushOnly {
		return syncer.PushOnly(session.Directive)
	}
	list, ok := a.Store.Access.PhoneDirectory(session.Staff)
	if !ok {
		return identity.ErrNotFound
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
