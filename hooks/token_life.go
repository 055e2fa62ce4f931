package hooks

import (
	"strings"
	"time"

	"doorstep/internal/identity"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
	"github.com/pocketbase/pocketbase/tools/security"
	"github.com/spf13/cast"
)

// BindTokenLife takes a token of PocketBase's own for none when it has longer to live than its collection
// gives: nobody here makes such a token, so it was signed with a secret that came into wrong hands, or was
// made to act as somebody else.
func BindTokenLife(app core.App) {
	app.OnServe().BindFunc(func(e *core.ServeEvent) error {
		e.Router.Bind(&hook.Handler[*core.RequestEvent]{
			Id:       "doorstepTokenLife",
			Priority: apis.DefaultLoadAuthTokenMiddlewarePriority + 1,
			Func: func(e *core.RequestEvent) error {
				if e.Auth != nil && livesTooLong(e.Auth, tokenOf(e), time.Now()) {
					e.Auth = nil
				}
				return e.Next()
			},
		})
		return e.Next()
	})
}

// livesTooLong tells whether a token of that account, already verified, is good for longer from now than a
// new one would be. A machine whose clock is put right by seconds signs nobody out.
//
// NB! Now is the machine's clock, by which PocketBase makes and verifies its tokens.
func livesTooLong(account *core.Record, token string, now time.Time) bool {
	claims, err := security.ParseUnverifiedJWT(token)
	if err != nil {
		return true
	}
	ends := time.Unix(cast.ToInt64(claims["exp"]), 0)
	return ends.After(now.Add(account.Collection().AuthToken.DurationTime() + identity.Leeway))
}

// tokenOf is the token that PocketBase read from the request.
func tokenOf(e *core.RequestEvent) string {
	token := e.Request.Header.Get("Authorization")
	if len(token) > len("Bearer ") && strings.EqualFold(token[:len("Bearer ")], "Bearer ") {
		return token[len("Bearer "):]
	}
	return token
}
