package server_test

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net"
	"strings"
	"testing"

	"doorstep/internal/care"
	"doorstep/internal/httpapi"
	"doorstep/internal/server"
	"doorstep/internal/testkit/pbtest"
)

// What another process writes into the database is told to phones.
func TestStream_a_poke_follows_a_raw_SQL_write(t *testing.T) {
	s := start(t, server.Options{})
	trust := s.app.Org(t, "community_trust", "Trust")
	north, south := s.app.Team(t, trust, "nursing", "North"), s.app.Team(t, trust, "nursing", "South")
	ann := s.app.Staff(t, care.DistrictNurse, "Ann", north)
	hers, theirs := s.app.Patient(t, "Hers", nil), s.app.Patient(t, "Theirs", nil)
	s.app.Caseload(t, hers, north)
	s.app.Caseload(t, theirs, south)
	if err := s.srv.Engine.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	token := s.enrol(t, ann.Id)
	reader := bufio.NewScanner(open(t, s.address(), httpapi.BasePath, token))
	await(t, reader, "event: poke") // what was there before
	_, head := s.srv.Store.Head()

	db := s.app.SecondConnection(t)
	for _, id := range []string{theirs.Id, hers.Id} {
		if _, err := db.Exec(`UPDATE patients SET access_notes = 'ring twice' WHERE id = ?`, id); err != nil {
			t.Fatal(err)
		}
	}
	await(t, reader, "event: poke")
	if _, now := s.srv.Store.Head(); now <= head {
		t.Errorf("a poke, and nothing was taken in: %d, then %d", head, now)
	}
}

// Many phones listen: those of one team hear of its change, and the others of nothing.
func TestStream_a_change_is_told_to_the_phones_of_its_team_alone(t *testing.T) {
	const teams, phones = 10, 100
	s := start(t, server.Options{Manual: true})
	draining, drain := context.WithCancel(t.Context())
	s.srv.API.Draining = draining
	crowd := s.crowd(t, teams, phones)
	for _, conn := range crowd.conns {
		poked(t, conn)
	}
	for range 20 {
		crowd.change(t, 3)
	}
	for i, conn := range crowd.conns {
		if i%teams == 3 {
			poked(t, conn)
		}
	}
	drain()
	for i, conn := range crowd.conns {
		rest, err := io.ReadAll(conn)
		if err != nil {
			t.Fatal(err)
		}
		if i%teams != 3 && bytes.Contains(rest, []byte("event:")) {
			t.Errorf("phone %d of another team heard %q", i, rest)
		}
	}
}

// Told to stop, a server does not wait for those who listen, and they are not cut off.
func TestMount_streams_end_when_it_stops(t *testing.T) {
	m := mount(t, server.Options{})
	a := &pbtest.App{BaseApp: m.app}
	lea := a.Staff(t, care.TeamLead, "Lea", a.Team(t, a.Org(t, "community_trust", "Trust"), "nursing", "North"))
	var streams []net.Conn
	for range 5 {
		conn := open(t, strings.TrimPrefix(m.url, "http://"), httpapi.CarePath, a.Token(t, lea))
		await(t, bufio.NewScanner(io.LimitReader(conn, int64(len("HTTP/1.1 200 OK\r\n")))), "200")
		streams = append(streams, conn)
	}
	if err := m.Stop(); err != nil {
		t.Errorf("stop: %v", err)
	}
	for _, conn := range streams {
		if text, err := io.ReadAll(conn); err != nil || !strings.HasSuffix(string(text), "\r\n0\r\n\r\n") { // the end of a body: a server that had waited for them would have cut them off
			t.Errorf("the stream ended with %v and %q", err, text)
		}
	}
}
