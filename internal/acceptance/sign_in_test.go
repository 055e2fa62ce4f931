package acceptance

import (
	"net/http"
	"strings"
	"testing"

	"doorstep/internal/testkit/pbtest"
)

// A phone with an app from before, and the PocketBase SDK, sign in where they always did: through the doors, and by
// the same rules.
func TestOlderPhonesSignInWhereTheyAlwaysDid(t *testing.T) {
	w := newWorld(t)
	for _, path := range []string{"/api/collections/staff/auth-with-password", "/api/sync/v1/sign-in"} {
		for password, want := range map[string]int{pbtest.Password: http.StatusOK, "wrong-password": http.StatusBadRequest} {
			got := pbtest.Call(t, w.http, http.MethodPost, path, "", map[string]any{"identity": w.lea.Email(), "password": password})
			if got.Status != want || want != http.StatusOK && !strings.Contains(string(got.Body), `"sign_in_failed"`) {
				t.Errorf("%s = %d: %s", path, got.Status, got.Body)
			}
			if want != http.StatusOK {
				continue
			}
			renewed := pbtest.Call(t, w.http, http.MethodPost, "/api/collections/staff/auth-refresh", got.JSON(t)["token"].(string), nil)
			if renewed.Status != http.StatusOK {
				t.Errorf("renewing the token of %s = %d: %s", path, renewed.Status, renewed.Body)
			}
		}
	}
}
