package pbtest

import (
	"crypto/rand"
	"strings"
	"sync"
	"testing"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/identifier"
	"doorstep/internal/testkit"

	"github.com/pocketbase/pocketbase/core"
	"golang.org/x/crypto/bcrypt"
)

// Password is the password of everyone Staff makes.
const Password = "correct-horse-battery"

var minter = identifier.NewMinter(rand.Reader)

// ID makes a record id of the day before testkit.Monday, so that it was there when a test's clock begins. It
// rises with each call.
func ID() string {
	id, err := minter.New(testkit.Monday.AddDate(0, 0, -1))
	if err != nil {
		panic(err)
	}
	return string(id)
}

// Put saves a new record with app.Save, as the dashboard or an import would: the engine finds it in
// sync_dirty. Fields without "id" get a new one.
func (a *App) Put(t testing.TB, collection string, fields map[string]any) *core.Record {
	t.Helper()
	c, err := a.FindCollectionByNameOrId(collection)
	if err != nil {
		t.Fatalf("find collection %s: %v", collection, err)
	}
	r := core.NewRecord(c)
	r.Load(fields)
	if r.Id == "" {
		r.Id = ID()
	}
	if err := a.Save(r); err != nil {
		t.Fatalf("save %s: %v", collection, err)
	}
	return r
}

// Org saves an organisation of one of care.OrganisationKinds.
func (a *App) Org(t testing.TB, kind, name string) *core.Record {
	t.Helper()
	return a.Put(t, care.Organisations, map[string]any{"kind": kind, "name": name})
}

// Team saves a team of one of care.TeamKinds, whose route is the inbox.
func (a *App) Team(t testing.TB, org *core.Record, kind, name string) *core.Record {
	t.Helper()
	return a.Put(t, care.Teams, map[string]any{"organisation": org.Id, "kind": kind, "name": name, "route": "inbox"})
}

// Staff saves a member of staff with Password, in the teams given and in the organisation of the
// first of them. Their e-mail is the name in lower case with dots, at example.org.
func (a *App) Staff(t testing.TB, role care.Role, name string, teams ...*core.Record) *core.Record {
	t.Helper()
	c, err := a.FindCollectionByNameOrId(care.StaffName)
	if err != nil {
		t.Fatalf("find collection staff: %v", err)
	}
	r := account(c)
	r.Id = ID()
	r.SetEmail(strings.ReplaceAll(strings.ToLower(name), " ", ".") + "@example.org")
	r.SetVerified(true)
	r.Set("name", name)
	r.Set("role", string(role))
	ids := make([]string, len(teams))
	for i, team := range teams {
		ids[i] = team.Id
		if i == 0 {
			r.Set("organisation", team.GetString("organisation"))
		}
	}
	r.Set("teams", ids)
	if err := a.Save(r); err != nil {
		t.Fatalf("save staff %s: %v", name, err)
	}
	return r
}

// Patient saves a person registered with the practice, which may be nil.
func (a *App) Patient(t testing.TB, familyName string, practice *core.Record) *core.Record {
	t.Helper()
	fields := map[string]any{"family_name": familyName, "given_name": "Test", "date_of_birth": "1941-05-06"}
	if practice != nil {
		fields["practice"] = practice.Id
	}
	return a.Put(t, care.Patients, fields)
}

// Caseload puts a person on the caseload of a team, or, when holder is a member of staff, of that one
// person; for ever unless a window of from and to is given.
func (a *App) Caseload(t testing.TB, patient, holder *core.Record, window ...time.Time) *core.Record {
	t.Helper()
	fields := map[string]any{"patient": patient.Id, "reason": "test"}
	switch holder.Collection().Name {
	case care.StaffName:
		fields["staff"] = holder.Id
	default:
		fields["team"] = holder.Id
	}
	for i, key := range []string{"from", "to"}[:len(window)] {
		if !window[i].IsZero() {
			fields[key] = window[i]
		}
	}
	return a.Put(t, care.Caseload, fields)
}

// Token is a token of PocketBase's own for a member of staff, good for 15 minutes.
func (a *App) Token(t testing.TB, staff *core.Record) string {
	t.Helper()
	token, err := staff.NewAuthToken()
	if err != nil {
		t.Fatalf("make token: %v", err)
	}
	return token
}

// Superuser makes the one who works in the dashboard and returns a token for them.
func (a *App) Superuser(t testing.TB) string {
	t.Helper()
	c, err := a.FindCollectionByNameOrId(core.CollectionNameSuperusers)
	if err != nil {
		t.Fatalf("find superusers: %v", err)
	}
	r := account(c)
	r.SetEmail(ID() + "@example.org")
	if err := a.Save(r); err != nil {
		t.Fatalf("save superuser: %v", err)
	}
	return a.Token(t, r)
}

// hash is that of Password, worked out once: hundreds of accounts have it, and neither what it costs nor how soon
// somebody guesses it is what their tests are about.
var hash = sync.OnceValue(func() string {
	h, err := bcrypt.GenerateFromPassword([]byte(Password), bcrypt.MinCost)
	if err != nil {
		panic(err)
	}
	return string(h)
})

// account makes a new record of an auth collection with Password.
func account(c *core.Collection) *core.Record {
	r := core.NewRecord(c)
	r.SetRaw(core.FieldNamePassword, &core.PasswordFieldValue{Hash: hash()})
	return r
}
