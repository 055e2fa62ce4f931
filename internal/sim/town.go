package sim

import (
	"fmt"
	"math/rand/v2"
	"os"
	"sync"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/care"
	"doorstep/internal/identifier"
	"doorstep/internal/testkit/pbtest"
	riverside "doorstep/internal/testkit/town"
)

// person is a member of staff.
type person struct {
	name, id, email string
	role            care.Role
	teams           []string
}

// town is the neighbourhood every run begins with: the same people, the same ids.
type town struct {
	disk     disk
	staff    map[string]*person
	teams    map[string]string // id by short name
	orgs     map[string]string
	patients []string

	once    sync.Once
	tables  *stored // as they are on the first morning
	readErr error
}

// theTown is made once for the process; runs begin on copies of its disk.
var theTown = sync.OnceValues(buildTown)

func buildTown() (*town, error) {
	dir, err := os.MkdirTemp(pbtest.Scratch(), "doorstep-town-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	t := &town{staff: map[string]*person{}}
	empty := dir + "/empty"
	if err := os.Mkdir(empty, 0o700); err != nil {
		return nil, err
	}
	if err := pbtest.Fill(empty); err != nil {
		return nil, err
	}
	d, err := readDisk(empty)
	if err != nil {
		return nil, err
	}
	m := &machine{root: dir, clock: &Clock{now: start.Add(-12 * time.Hour)}, entropy: rand.NewChaCha8([32]byte{8})}
	if err := m.boot(d); err != nil {
		return nil, err
	}
	if err := t.settle(m.app); err != nil {
		return nil, fmt.Errorf("build the town: %w", err)
	}
	if err := m.tick(); err != nil {
		return nil, err
	}
	db, err := m.db()
	if err != nil {
		return nil, err
	}
	if _, err := db.Exec("PRAGMA wal_checkpoint(TRUNCATE)"); err != nil {
		return nil, err
	}
	if t.disk, err = m.image(); err != nil {
		return nil, err
	}
	return t, m.shut()
}

// settle stores Riverside and a quiet history for each person, long enough for several pages.
func (t *town) settle(app core.App) error {
	minter := identifier.NewMinter(rand.NewChaCha8([32]byte{7}))
	s := &riverside.Seeder{App: app, NewID: func() (string, error) {
		id, err := minter.New(start.Add(-24 * time.Hour))
		return string(id), err
	}}
	stored := riverside.Settle(s)
	t.teams, t.orgs = stored.Teams, stored.Organisations
	for _, m := range riverside.Staff {
		t.staff[m.Short] = &person{name: m.Short, id: stored.Staff[m.Short], email: m.Email(), role: m.Role, teams: stored.TeamsOf(m)}
	}
	chance := rand.New(rand.NewPCG(1, 2))
	for i, p := range riverside.People {
		id := stored.People[p.Family]
		t.patients = append(t.patients, id)
		for n := range 12 {
			at := start.Add(-time.Duration(14*24-n*24) * time.Hour)
			visit := s.Put(care.Visits, map[string]any{"patient": id, "team": t.teams["north"], "status": "completed", "purpose": "observation",
				"started_at": care.Stamp(at), "ended_at": care.Stamp(at.Add(30 * time.Minute)), "note": fmt.Sprintf("history %d of %d", n, i)})
			if n%4 == 0 {
				s.Put(care.Observations, map[string]any{"patient": id, "visit": visit, "taken_at": care.Stamp(at), "respiration_rate": 14 + chance.IntN(4),
					"spo2": 97, "on_oxygen": false, "systolic": 120 + chance.IntN(20), "pulse": 60 + chance.IntN(20), "acvpu": "A", "temperature": 36.6})
			}
		}
	}
	return s.Err
}
