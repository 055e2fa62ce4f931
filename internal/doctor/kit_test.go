package doctor_test

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/doctor"
	"doorstep/internal/history"
	"doorstep/internal/identity"
	"doorstep/internal/pbapp"
	"doorstep/internal/phone"
	"doorstep/internal/server"
	"doorstep/internal/testkit"
	"doorstep/internal/testkit/pbtest"
)

// lived is a data folder in which a nurse's phone has brought a visit with alarming readings, and whose server has stopped.
type lived struct {
	dir    string
	now    time.Time
	schema map[string]string
	ids    map[string]string
	copied func(context.Context) (time.Time, error)
	left   []string
	served bool // by another process, so that nothing here locks it
}

// original is one for all tests, each of which has a copy.
var original *lived

func TestMain(m *testing.M) {
	code := m.Run()
	if original != nil {
		_ = os.RemoveAll(filepath.Dir(original.dir)) // in memory
	}
	os.Exit(code)
}

func livedIn(t *testing.T) *lived {
	t.Helper()
	if original == nil {
		dir, err := os.MkdirTemp(pbtest.Scratch(), "doorstep-doctor-")
		if err != nil {
			t.Fatal(err)
		}
		original = liveIn(t, dir)
	}
	return original.copy(t)
}

func liveIn(t *testing.T, scratch string) *lived {
	t.Helper()
	l := &lived{dir: filepath.Join(scratch, "data"), ids: map[string]string{}}
	if err := errors.Join(os.Mkdir(l.dir, 0o700), pbtest.Fill(l.dir)); err != nil {
		t.Fatal(err)
	}
	clock := testkit.Clock{Tick: time.Millisecond}
	app := pbtest.Open(t, l.dir, pbtest.Hooked(clock.Now))
	srv, err := server.Start(app.BaseApp, server.Options{Now: clock.Now, Manual: true})
	if err != nil {
		t.Fatal(err)
	}
	hood := app.Put(t, care.Neighbourhoods, map[string]any{"name": "Riverside"}).Id
	trust, practice := app.Org(t, "community_trust", "Trust"), app.Org(t, "practice", "Elm Row Surgery")
	trust.Set("recovery_key", `{"kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4","y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"}`)
	if err := app.Save(trust); err != nil {
		t.Fatal(err)
	}
	nurses, coordination, safeguarding := app.Team(t, trust, "nursing", "Nurses"), app.Team(t, trust, "coordination", "Coordination"), app.Team(t, trust, "safeguarding", "Safeguarding")
	inbox := app.Team(t, practice, "practice", "Elm Row inbox")
	for _, team := range []interface{ Set(string, any) }{nurses, coordination, safeguarding, inbox} {
		team.Set("neighbourhood", hood)
	}
	if err := errors.Join(app.Save(nurses), app.Save(coordination), app.Save(safeguarding), app.Save(inbox)); err != nil {
		t.Fatal(err)
	}
	ann := app.Staff(t, care.DistrictNurse, "Ann", nurses)
	app.Staff(t, care.TeamLead, "Lea", nurses)
	cora := app.Staff(t, care.CareCoordinator, "Cora", coordination)
	app.Staff(t, care.SafeguardingLead, "Sara", safeguarding)
	guy := app.Staff(t, care.DutyGP, "Guy", inbox)
	app.Staff(t, care.ServerAdministrator, "Ada Min", nurses)
	ada := app.Patient(t, "Testpatient", practice)
	app.Caseload(t, ada, nurses)
	if err := srv.Tick(t.Context()); err != nil {
		t.Fatal(err)
	}
	p, err := phone.New(phone.Options{Server: app.Serve(t).URL, HTTP: http.DefaultClient, Now: clock.Now, Entropy: rand.Reader, Name: "Ann's phone", Platform: "test"})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(p.SignIn(t.Context(), ann.Email(), pbtest.Password), p.Sync(t.Context())); err != nil {
		t.Fatal(err)
	}
	visit, err := p.Create(care.Visits, map[string]any{"patient": ada.Id, "team": nurses.Id, "status": "completed", "note": "Short of breath"})
	if err != nil {
		t.Fatal(err)
	}
	reading, err := p.Create(care.Observations, map[string]any{"patient": ada.Id, "visit": visit, "respiration_rate": 28, "spo2": 88, "on_oxygen": false, "systolic": 88, "pulse": 132, "acvpu": "A", "temperature": 39.4})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(p.Sync(t.Context()), srv.Tick(t.Context()), p.Sync(t.Context()), srv.People.Bring(t.Context())); err != nil {
		t.Fatal(err)
	}
	if l.schema, err = pbapp.SchemaOf(app.BaseApp); err != nil {
		t.Fatal(err)
	}
	l.ids = map[string]string{"visit": visit, "reading": reading, "ada": ada.Id, "cora": cora.Id, "guy": guy.Id, "nurses": nurses.Id, "device": p.Device()}
	l.now = clock.Now()
	if err := srv.Close(); err != nil {
		t.Fatal(err)
	}
	app.Close(t)
	if l.sql(t, `SELECT id FROM handovers LIMIT 1`) == "" {
		t.Fatal("the readings raised nothing: this folder shows too little")
	}
	return l
}

// copy is the same folder at another place, to plant something in.
func (l *lived) copy(t *testing.T) *lived {
	t.Helper()
	other := *l
	scratch, err := os.MkdirTemp(pbtest.Scratch(), "doorstep-doctor-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(scratch); err != nil {
			t.Error(err)
		}
	})
	other.dir = filepath.Join(scratch, "data")
	if err := errors.Join(os.CopyFS(other.dir, os.DirFS(l.dir)), os.Chmod(other.dir, 0o700)); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{identity.KeyFile, identity.SealingKeyFile} {
		if err := os.Chmod(filepath.Join(other.dir, key), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return &other
}

func (l *lived) given() doctor.Given {
	key, sealing := filepath.Join(l.dir, identity.KeyFile), filepath.Join(l.dir, identity.SealingKeyFile)
	return doctor.Given{Dir: l.dir, Copy: l.copied, Served: func() bool { return l.served }, SigningKey: key, SealingKey: sealing, Now: l.now, Steps: pbapp.Steps(), CopyKey: filepath.Join(l.dir, "copy.key"), Left: func() ([]string, error) {
		return slices.DeleteFunc(slices.Clone(l.left), func(path string) bool { _, err := os.Stat(path); return err != nil }), nil
	},
		Schema: func() (map[string]string, error) { return l.schema, nil },
		OwnHistory: func(name string) (bool, error) {
			keys, err := identity.ReadKeyring(key)
			if err != nil {
				return false, err
			}
			_, own := history.Namer{Key: keys.Secret("history")}.Own(history.Name(name))
			return own, nil
		},
		Sealing: func() error { _, err := identity.ReadSealingKeys(sealing); return err }}
}

func (l *lived) examine(t *testing.T) *doctor.Report {
	t.Helper()
	r, err := doctor.Examine(t.Context(), l.given())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// sql runs statements past the server and returns the first value of the last one, "" for none.
func (l *lived) sql(t *testing.T, statement string) string {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(l.dir, "data.db")+"?_pragma=recursive_triggers(ON)")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var found sql.NullString
	if err := db.QueryRow(statement).Scan(&found); err != nil && !errors.Is(err, sql.ErrNoRows) {
		t.Fatalf("%s: %v", statement, err)
	}
	return found.String
}

// serve has a server on the folder until it has settled what others wrote.
func (l *lived) serve(t *testing.T) {
	t.Helper()
	l.with(t, func(*pbtest.App) {})
}

// with has a server on the folder that settles what is written meanwhile.
func (l *lived) with(t *testing.T, write func(*pbtest.App)) {
	t.Helper()
	clock := testkit.Clock{Tick: time.Millisecond}
	clock.Turn(l.now.Add(time.Second))
	app := pbtest.Open(t, l.dir, pbtest.Hooked(clock.Now))
	srv, err := server.Start(app.BaseApp, server.Options{Now: clock.Now, Manual: true})
	if err != nil {
		t.Fatal(err)
	}
	write(app)
	if err := errors.Join(srv.Engine.Settle(t.Context()), srv.People.Bring(t.Context()), srv.Close()); err != nil {
		t.Fatal(err)
	}
	l.now = clock.Now()
	app.Close(t)
}
