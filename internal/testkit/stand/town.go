package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/care"
	"doorstep/internal/identifier"
	"doorstep/internal/pbapp"
	"doorstep/internal/server"
	riverside "doorstep/internal/testkit/town"
)

// member is somebody who works in the neighbourhood.
type member struct {
	ID    string   `json:"id"`
	Email string   `json:"email"`
	Name  string   `json:"name"`
	Role  string   `json:"role"`
	Teams []string `json:"teams"`
}

type town struct {
	staff                 map[string]*member
	teams, orgs, patients map[string]string
}

// migrate puts an empty database of today's schema into dir: a copy of the template, where there is one.
func migrate(dir, template string) error {
	if template == "" {
		return os.Mkdir(dir, 0o700) // whoever opens it migrates it
	}
	made := filepath.Join(template, "migrated")
	if _, err := os.Stat(made); err != nil {
		own, err := os.MkdirTemp(template, "migrating-")
		if err != nil {
			return err
		}
		app, err := pbapp.OpenApp(own)
		if err != nil {
			return err
		}
		if err := pbapp.CloseApp(app); err != nil { // folds the write-ahead log into the file
			return err
		}
		if err := os.Rename(own, made); err != nil && !errors.Is(err, fs.ErrExist) { // another stand may have been quicker
			return err
		}
	}
	return os.CopyFS(dir, os.DirFS(made))
}

// buildTown makes the neighbourhood of the first morning in dir.
func buildTown(dir, template string, further int) (*town, error) {
	if err := migrate(dir, template); err != nil {
		return nil, err
	}
	app, err := pbapp.OpenApp(dir, func(app core.App) { server.Bind(app, time.Now) })
	if err != nil {
		return nil, err
	}
	var t *town
	srv, err := server.Start(app, server.Options{Manual: true}) // makes the signing key too
	if err != nil {
		return nil, errors.Join(err, pbapp.CloseApp(app))
	}
	err = app.RunInTransaction(func(tx core.App) error {
		s := &riverside.Seeder{App: tx, NewID: newID}
		t = settle(s, further)
		return s.Err
	})
	if err == nil {
		err = srv.Tick(context.Background())
	}
	return t, errors.Join(err, srv.Close(), pbapp.CloseApp(app))
}

var minter = identifier.NewMinter(rand.Reader)

func newID() (string, error) {
	id, err := minter.New(time.Now())
	return string(id), err
}

// settle stores Riverside, further people of the north team, and what each has to show.
func settle(s *riverside.Seeder, further int) *town {
	stored := riverside.Settle(s)
	t := &town{map[string]*member{}, stored.Teams, stored.Organisations, stored.People}
	for _, m := range riverside.Staff {
		t.staff[m.Short] = &member{ID: stored.Staff[m.Short], Email: m.Email(), Name: m.Name, Role: string(m.Role), Teams: stored.TeamsOf(m)}
	}
	for i, p := range riverside.People {
		t.plan(s, i, stored.People[p.Family], p.Holders[0])
		t.history(s, i, stored.People[p.Family], p.Holders[0])
	}
	for n := range further {
		i := len(riverside.People) + n
		t.plan(s, i, stored.Take(s, i, riverside.Person{Family: fmt.Sprintf("Resident%04d", n), Given: "Test", Practice: "elm", Holders: []string{"north"}}), "north")
	}
	return t
}

// nurses is the team that visits somebody.
func (t *town) nurses(holder string) string {
	if holder == "south" {
		return t.teams["south"]
	}
	return t.teams["north"]
}

// visitTime is when the i-th person is visited today.
func visitTime(i int) time.Time {
	return time.Now().UTC().Truncate(24 * time.Hour).Add(time.Duration(9+i%8) * time.Hour)
}

// plan puts a visit of today into the diary.
func (t *town) plan(s *riverside.Seeder, i int, id, holder string) {
	today := visitTime(i)
	s.Put(care.Visits, map[string]any{"patient": id, "team": t.nurses(holder), "status": "planned", "purpose": "wound_care",
		"planned_start": care.Stamp(today), "planned_end": care.Stamp(today.Add(30 * time.Minute))})
}

// history is a quiet week.
func (t *town) history(s *riverside.Seeder, i int, id, holder string) {
	for day := range 7 {
		at := visitTime(i).Add(-time.Duration(7-day) * 24 * time.Hour)
		visit := s.Put(care.Visits, map[string]any{"patient": id, "team": t.nurses(holder), "status": "completed", "purpose": "observation", "outcome": "care_given",
			"started_at": care.Stamp(at), "ended_at": care.Stamp(at.Add(25 * time.Minute)), "note": fmt.Sprintf("Day %d: comfortable, eating well.", day+1)})
		s.Put(care.Observations, map[string]any{"patient": id, "visit": visit, "taken_at": care.Stamp(at.Add(5 * time.Minute)), "respiration_rate": 15 + (i+day)%4,
			"spo2": 96 + day%3, "on_oxygen": false, "systolic": 118 + (3*i+5*day)%20, "pulse": 66 + (2*i+3*day)%14, "acvpu": "A", "temperature": 36.4 + float64((i+day)%5)/10})
	}
}
