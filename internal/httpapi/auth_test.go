package httpapi_test

import (
	"net/http"
	"strings"
	"testing"

	"doorstep/internal/httpapi"
)

func TestRequireDevice_reads_only_a_bearer_token(t *testing.T) {
	h := newHouse(t)
	token := h.enrol(t, h.nurse).token(t).AccessToken
	parts := strings.Split(token, ".")
	for _, c := range []struct{ name, header, code string }{
		{"nothing", "", "token_missing"},
		{"the bare token", token, "token_missing"},
		{"another scheme", "Basic " + token, "token_missing"},
		{"an empty one", "Bearer ", "token_missing"},
		{"a staff token", "Bearer " + h.Token(t, h.nurse), "token_invalid"},
		{"no signature", "Bearer " + parts[0] + "." + parts[1] + ".", "token_invalid"},
		{"a signature of nothing", "Bearer " + parts[0] + ".e30." + parts[2], "token_invalid"},
	} {
		t.Run(c.name, func(t *testing.T) {
			refused(t, h.post(t, base+"/probe", c.header, map[string]any{}), http.StatusUnauthorized, c.code)
		})
	}
	into[httpapi.ProbeAnswer](t, h.post(t, base+"/probe", "bearer "+token, map[string]any{}), http.StatusOK)
}
