package server_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/care"
	"doorstep/internal/httpapi"
	"doorstep/internal/server"
	"doorstep/internal/testkit/pbtest"
)

// What another process writes into the database is told to phones within moments.
func TestStream_a_poke_follows_a_raw_SQL_write(t *testing.T) {
	app := pbtest.New(t, func(a core.App) { server.Bind(a, false) })
	s, err := server.Start(app.BaseApp, server.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	listener := app.Serve(t)
	trust := app.Org(t, "community_trust", "Trust")
	north, south := app.Team(t, trust, "nursing", "North"), app.Team(t, trust, "nursing", "South")
	ann := app.Staff(t, care.DistrictNurse, "Ann", north)
	hers, theirs := app.Patient(t, "Hers", nil), app.Patient(t, "Theirs", nil)
	app.Caseload(t, hers, north)
	app.Caseload(t, theirs, south)
	if err := s.Engine.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, token := enrol(t, s, ann.Id, time.Now())
	reader := bufio.NewScanner(open(t, listener.Listener.Addr().String(), httpapi.BasePath, token))
	await(t, reader, "event: poke") // what was there before
	_, head := s.Store.Head()

	db := app.SecondConnection(t)
	for _, id := range []string{theirs.Id, hers.Id} {
		if _, err := db.Exec(`UPDATE patients SET access_notes = 'ring twice' WHERE id = ?`, id); err != nil {
			t.Fatal(err)
		}
	}
	await(t, reader, "event: poke")
	if _, now := s.Store.Head(); now <= head {
		t.Errorf("a poke, and nothing was taken in: %d, then %d", head, now)
	}
}

// open opens a stream on a connection of its own, without a goroutine, until the test ends.
func open(t testing.TB, address, base, token string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Fprintf(conn, "GET %s/stream HTTP/1.1\r\nHost: doorstep\r\nAuthorization: Bearer %s\r\n\r\n", base, token); err != nil {
		t.Fatal(err)
	}
	return conn
}

func await(t testing.TB, lines *bufio.Scanner, text string) {
	t.Helper()
	for lines.Scan() {
		if strings.Contains(lines.Text(), text) {
			return
		}
	}
	t.Fatalf("the stream ended before %q: %v", text, lines.Err())
}

// A thousand phones listen, and one more does not hear of it in the server's memory: 60 MB is the
// most they may add, all told, and this prints what they do.
func TestStream_a_thousand_phones_add_at_most_60_MB(t *testing.T) {
	const phones, most = 1000, 60 << 20
	c := newClock()
	app := pbtest.New(t, func(a core.App) { server.Bind(a, false) })
	s, err := server.Start(app.BaseApp, server.Options{Now: c.now, Manual: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	listener := app.Serve(t)
	trust := app.Org(t, "community_trust", "Trust")
	var staff []string
	var people []*core.Record
	for i := range 10 {
		team := app.Team(t, trust, "nursing", fmt.Sprint("Team ", i))
		person := app.Patient(t, fmt.Sprint("Person ", i), nil)
		app.Caseload(t, person, team)
		people = append(people, person)
		staff = append(staff, app.Staff(t, care.DistrictNurse, fmt.Sprint("Nurse ", i), team).Id)
	}
	if err := s.Tick(t.Context()); err != nil {
		t.Fatal(err)
	}
	// Two thousand commits that nobody's work hangs on need not reach the disk.
	if _, err := app.NonconcurrentDB().NewQuery("PRAGMA synchronous = OFF").Execute(); err != nil {
		t.Fatal(err)
	}
	tokens := make([]string, phones)
	for i := range tokens {
		_, tokens[i] = enrol(t, s, staff[i%len(staff)], c.now())
	}

	before := inUse()
	conns := make([]net.Conn, phones)
	for i, token := range tokens {
		conns[i] = open(t, listener.Listener.Addr().String(), httpapi.BasePath, token)
	}
	buffer := make([]byte, 4<<10)
	poked := func(conn net.Conn) {
		t.Helper()
		for got := 0; !bytes.Contains(buffer[:got], []byte("event: poke")); {
			n, err := conn.Read(buffer[got:])
			if err != nil {
				t.Fatalf("%v after %q", err, buffer[:got])
			}
			got += n
		}
	}
	for _, conn := range conns {
		poked(conn)
	}
	open := inUse()
	t.Logf("%d phones add %.1f MB (%.1f kB each), both ends of their connections", phones, float64(open-before)/(1<<20), float64(open-before)/phones/(1<<10))
	if open-before > most {
		t.Errorf("that is more than %d MB", most>>20)
	}

	// One team writes twenty times: its hundred phones hear of it, the memory stays.
	for range 20 {
		people[3].Set("access_notes", pbtest.ID())
		if err := app.Save(people[3]); err != nil {
			t.Fatal(err)
		}
		if err := s.Tick(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	for i, conn := range conns {
		if i%len(staff) == 3 {
			poked(conn)
		}
	}
	told := inUse()
	t.Logf("and %.1f MB after twenty changes", float64(told-before)/(1<<20))
	if told-before > most {
		t.Errorf("that is more than %d MB", most>>20)
	}
	// The others were left alone.
	for i, conn := range conns {
		if i%len(staff) == 3 {
			continue
		}
		if err := conn.SetReadDeadline(time.Now().Add(2 * time.Millisecond)); err != nil { // what came is there
			t.Fatal(err)
		}
		if n, err := conn.Read(buffer); n > 0 || err == nil {
			t.Fatalf("phone %d of another team heard %q", i, buffer[:n])
		}
	}
}

// inUse is what heap and stacks take, in bytes, after what is unused was let go.
func inUse() int64 {
	runtime.GC()
	runtime.GC() // pools give back at the second
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc + m.StackInuse)
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
	began := time.Now()
	if err := m.Stop(); err != nil {
		t.Errorf("stop: %v", err)
	}
	if took := time.Since(began); took > 5*time.Second { // eight are given to those that do not end
		t.Errorf("stopping took %s", took)
	}
	for _, conn := range streams {
		if text, err := io.ReadAll(conn); err != nil || !strings.HasSuffix(string(text), "\r\n0\r\n\r\n") { // the end of a body that was not cut off
			t.Errorf("the stream ended with %v and %q", err, text)
		}
	}
}
