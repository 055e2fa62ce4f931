package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	_ "github.com/pocketbase/pocketbase/migrations" // PocketBase's own tables
	"github.com/pocketbase/pocketbase/tools/types"

	"doorstep/internal/care"
	"doorstep/internal/pbapp"
)

// The peer is PocketBase as somebody would start with it: a fresh app with its own defaults
// (WAL, synchronous NORMAL, activity log on), a collection with the wire fields of a visit,
// signed-in users and the rule "signed in". Where a choice is open it is made in the peer's
// favour: references are plain text (no look-up of the record they name), ids are time-ordered,
// there is no index but the primary key, and records are read in its order.
const signedIn = `@request.auth.id != ""`

func servePocketBase(conf config) (*service, error) {
	appConf := core.BaseAppConfig{DataDir: conf.Dir}
	if conf.Count {
		appConf.DBConnect = func(path string) (*dbx.DB, error) {
			// PocketBase's own connection string, through the counting driver.
			return dbx.Open(countedDriver, path+"?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)"+
				"&_pragma=journal_size_limit(200000000)&_pragma=synchronous(NORMAL)&_pragma=foreign_keys(ON)"+
				"&_pragma=temp_store(MEMORY)&_pragma=cache_size(-32000)")
		}
	}
	core.AppMigrations = core.MigrationsList{} // the peer is plain: Doorstep's migrations are linked into this binary
	app := core.NewBaseApp(appConf)
	if err := app.Bootstrap(); err != nil {
		return nil, err
	}
	if err := app.RunAllMigrations(); err != nil {
		return nil, err
	}
	devices, err := furnish(app, conf)
	if err != nil {
		return nil, err
	}
	addr, served, err := servePB(app)
	if err != nil {
		return nil, err
	}
	return &service{url: "http://" + addr, devices: devices, stop: func() error {
		return errors.Join(pbapp.CloseApp(app), <-served)
	}}, nil
}

// servePB runs PocketBase's own server on a free port; the channel gets how it ended.
func servePB(app core.App) (string, <-chan error, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	ready := make(chan struct{})
	app.OnServe().BindFunc(func(e *core.ServeEvent) error {
		e.Listener = listener
		e.InstallerFunc = nil
		if err := e.Next(); err != nil {
			return err
		}
		close(ready)
		return nil
	})
	served := make(chan error, 1)
	go func() { served <- apis.Serve(app, apis.ServeConfig{HttpAddr: listener.Addr().String()}) }()
	select {
	case <-ready:
		return listener.Addr().String(), served, nil
	case err := <-served:
		return "", nil, fmt.Errorf("serve PocketBase: %w", err)
	}
}

// furnish makes the collection, the settings and one signed-in user a device.
func furnish(app core.App, conf config) ([]device, error) {
	if conf.Fresh {
		settings := app.Settings()
		settings.Batch.Enabled = true
		if err := app.Save(settings); err != nil {
			return nil, fmt.Errorf("save settings: %w", err)
		}
		if err := app.Save(visitsCollection()); err != nil {
			return nil, fmt.Errorf("save visits collection: %w", err)
		}
	}
	users, err := app.FindCollectionByNameOrId("users")
	if err != nil {
		return nil, err
	}
	devices := town(conf)
	for i := range devices {
		email := fmt.Sprintf("device%d@bench.invalid", i)
		user, err := app.FindAuthRecordByEmail(users, email)
		if err != nil {
			user = core.NewRecord(users)
			user.SetEmail(email)
			user.SetRandomPassword()
			if err := app.Save(user); err != nil {
				return nil, fmt.Errorf("save user %d: %w", i, err)
			}
		}
		if devices[i].Token, err = user.NewAuthToken(); err != nil {
			return nil, err
		}
	}
	return devices, nil
}

// visitsCollection has the wire fields of a visit in PocketBase's own field types.
func visitsCollection() *core.Collection {
	c := core.NewBaseCollection(care.Visits)
	c.ListRule, c.ViewRule, c.CreateRule = types.Pointer(signedIn), types.Pointer(signedIn), types.Pointer(signedIn)
	id := c.Fields.GetByName(core.FieldNameId).(*core.TextField)
	id.Min, id.Max, id.AutogeneratePattern = 26, 26, "[a-z0-9]{26}"
	shape, _ := care.ByName(care.Visits)
	for _, f := range shape.Fields {
		switch f.Kind {
		case care.Enum:
			c.Fields.Add(&core.SelectField{Name: f.Name, MaxSelect: 1, Values: f.Values})
		case care.Time:
			c.Fields.Add(&core.DateField{Name: f.Name})
		case care.Text, care.ID, care.Ref, care.Date:
			c.Fields.Add(&core.TextField{Name: f.Name, Max: int(f.Max)})
		case care.Int, care.Decimal, care.Bool, care.List, care.Object:
			c.Fields.Add(&core.JSONField{Name: f.Name})
		}
	}
	c.Fields.Add(&core.AutodateField{Name: "created", OnCreate: true}, &core.AutodateField{Name: "updated", OnCreate: true, OnUpdate: true})
	return c
}

// town invents who calls: devices in teams of twenty-five, and people shared among the teams.
// It is for servers that look nothing up; Doorstep's town is seeded as real records.
func town(conf config) []device {
	teams := max(1, conf.Devices/25)
	people := make([][]string, teams)
	names := make([]string, teams)
	for t := range teams {
		names[t] = newID()
	}
	for p := range max(conf.Patients, teams) {
		people[p%teams] = append(people[p%teams], newID())
	}
	devices := make([]device, conf.Devices)
	for i := range devices {
		devices[i] = device{Staff: newID(), Email: fmt.Sprintf("nurse%d@bench.invalid", i), Team: names[i%teams], Patients: people[i%teams]}
	}
	return devices
}

// recordBody is a visit as PocketBase's record API takes it.
func recordBody(v visit) []byte {
	b := make([]byte, 0, len(v.set)+40)
	b = append(b, `{"id":"`...)
	b = append(b, v.id...)
	b = append(b, `",`...)
	return append(b, v.set[1:]...)
}

// plainTurn is one POST a visit.
func plainTurn(base string, dev device, visits []visit) turn {
	t := make(turn, len(visits))
	for i, v := range visits {
		t[i] = request(base, "/api/collections/visits/records", dev.Token, recordBody(v))
	}
	return t
}

// batchTurn is one /api/batch with all visits.
func batchTurn(base string, dev device, visits []visit) turn {
	type create struct {
		Method string          `json:"method"`
		URL    string          `json:"url"`
		Body   json.RawMessage `json:"body"`
	}
	requests := make([]create, len(visits))
	for i, v := range visits {
		requests[i] = create{"POST", "/api/collections/visits/records", recordBody(v)}
	}
	body, err := json.Marshal(map[string]any{"requests": requests})
	if err != nil {
		panic(err) // generated JSON always marshals
	}
	return turn{request(base, "/api/batch", dev.Token, body)}
}

func checkCreated(status int, body []byte) error {
	if status != 200 || !bytes.Contains(body, []byte(`"id":"`)) {
		return fmt.Errorf("PocketBase answered %d: %.200s", status, body)
	}
	return nil
}

func checkBatch(status int, body []byte) error {
	if n := bytes.Count(body, []byte(`"status":200`)); status != 200 || n != batchSize {
		return fmt.Errorf("PocketBase batch answered %d, %d of %d stored: %.200s", status, n, batchSize, body)
	}
	return nil
}
