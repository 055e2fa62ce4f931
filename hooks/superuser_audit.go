package hooks

import (
	"net/http"

	"doorstep/internal/care"
	"doorstep/internal/pbstore"

	"github.com/pocketbase/pocketbase/core"
)

// superuserRequest is the detail of the audit line of what a superuser asked for. Filter and SQL are what
// they typed: they say whom somebody looked for when no record was found.
type superuserRequest struct {
	Route  string `json:"route"` // method and pattern
	Filter string `json:"filter,omitempty"`
	SQL    string `json:"sql,omitempty"`
	Backup string `json:"backup,omitempty"` // the file
}

// quotedBytes is how much of a filter or a statement is kept; PocketBase runs statements of 5,000 characters.
const quotedBytes = 20_000

// auditSuperuser writes who asked for what before it is done: a request that cannot be written down is refused.
func (d doors) auditSuperuser(e *core.RequestEvent, who *core.Record) error {
	detail := superuserRequest{Route: e.Request.Pattern, Filter: clip(e.Request.URL.Query().Get("filter")), Backup: clip(e.Request.PathValue("key"))}
	if e.Request.Pattern == http.MethodPost+" /api/sql" {
		var body struct {
			Query string `json:"query" form:"query"`
		}
		if err := e.BindBody(&body); err != nil { // it is kept and can be read again
			return err
		}
		detail.SQL = clip(body.Query)
	}
	return pbstore.WriteAudit(e.App, care.AuditLine{At: d.now(), Actor: who.Id, Role: superuserRole, Action: "administration",
		Collection: collectionNamed(e), Record: e.Request.PathValue("id"), Detail: detail})
}

// fetchesBackup is the superuser who fetches a backup, which PocketBase serves for a token in the address; nil
// where it will refuse the request, or it is another.
func fetchesBackup(e *core.RequestEvent) *core.Record {
	if e.Request.Pattern != "GET /api/backups/{key}" {
		return nil
	}
	who, err := e.App.FindAuthRecordByToken(e.Request.URL.Query().Get("token"), core.TokenTypeFile)
	if err != nil || !who.IsSuperuser() {
		return nil
	}
	return who
}

func clip(text string) string {
	if len(text) > quotedBytes {
		return text[:quotedBytes] + "…"
	}
	return text
}

// collectionNamed is the collection of the address, by name; "" when there is none.
func collectionNamed(e *core.RequestEvent) string {
	c, err := e.App.FindCachedCollectionByNameOrId(e.Request.PathValue("collection"))
	if err != nil {
		return ""
	}
	return c.Name
}
