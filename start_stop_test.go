package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"doorstep/internal/care"
	"doorstep/internal/sqlitedb"
	"doorstep/internal/testkit"
)

// serves starts the program on a folder and waits until it listens; it is ended with the test, if not before.
func serves(t *testing.T, dir string, args ...string) (serve *exec.Cmd, lines *bufio.Scanner, address string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address = listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	serve, lines = program(t, []string{"DOORSTEP_DATA_DIR=" + dir, "DOORSTEP_HTTP=" + address}, append([]string{"serve"}, args...)...)
	said(t, lines, "Doorstep listens on "+address)
	return serve, lines, address
}

// ends tells the program to end and waits until it has, in good order.
func ends(t *testing.T, serve *exec.Cmd, lines *bufio.Scanner) {
	t.Helper()
	if err := serve.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	for lines.Scan() {
	}
	if err := serve.Wait(); err != nil {
		t.Errorf("it ended with %v", err)
	}
}

// refused runs the program, which must fail, and returns what it says to people.
func refused(t *testing.T, dir string, args ...string) string {
	t.Helper()
	c := exec.CommandContext(t.Context(), os.Args[0], args...)
	c.Env = append(os.Environ(), asProgram+"=1", "DOORSTEP_DATA_DIR="+dir, "DOORSTEP_HTTP=127.0.0.1:0")
	var out bytes.Buffer
	c.Stderr = &out
	if err := c.Run(); err == nil {
		t.Fatalf("%v did not fail: %s", args, out.String())
	}
	return out.String()
}

// K5: two servers on one folder would hide the work of each from the phones of the other.
func TestASecondServerOnAFolderIsRefusedAndToldWhoseItIs(t *testing.T) {
	dir := t.TempDir()
	first, lines, _ := serves(t, dir)
	if got := refused(t, dir, "serve"); !strings.Contains(got, fmt.Sprintf("(pid %d)", first.Process.Pid)) || !strings.Contains(got, dir) {
		t.Errorf("it says %q", got)
	}
	if err := first.Process.Kill(); err != nil { // however it ends, the folder is free
		t.Fatal(err)
	}
	for lines.Scan() {
	}
	_ = first.Wait() // killed
	second, lines, _ := serves(t, dir)
	ends(t, second, lines)
}

// K5, K6: the folder that --dir names is the one that is looked at, taken, copied and put back, whatever the variable
// says; and a server on another folder is in nobody's way.
func TestEveryCommandGoesByTheFolderThatTheFlagNames(t *testing.T) {
	dir, variable := t.TempDir(), t.TempDir()
	first, lines, _ := serves(t, variable, "--dir", dir)
	if got := refused(t, t.TempDir(), "serve", "--dir", dir); !strings.Contains(got, fmt.Sprintf("(pid %d)", first.Process.Pid)) {
		t.Errorf("a second server on the folder says %q", got)
	}
	other, otherLines, _ := serves(t, variable, "--dir", t.TempDir())
	ends(t, other, otherLines)
	backup := filepath.Join(t.TempDir(), "night.db")
	command(t, variable, "backup", "--dir", dir, backup)
	if got := refused(t, variable, "restore", "--dir", dir, backup); !strings.Contains(got, "is served by another process") {
		t.Errorf("a backup put back under a running server says %q", got)
	}
	ends(t, first, lines)
	command(t, variable, "restore", "--dir", dir, backup)
	if entries, err := os.ReadDir(variable); err != nil || len(entries) > 0 {
		t.Errorf("the folder of the variable holds %v, %v", entries, err)
	}
}

// K4, K12, K13: what is wrong with a folder is said in a sentence that names the file, before anything changes.
func TestAFolderThatWouldComeToHarmIsNotServed(t *testing.T) {
	dir := t.TempDir()
	serve, lines, _ := serves(t, dir)
	ends(t, serve, lines)
	data := filepath.Join(dir, "data.db")
	kept, err := os.ReadFile(data)
	if err != nil {
		t.Fatal(err)
	}
	put := func(content []byte) {
		t.Helper()
		if err := os.WriteFile(data, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	put(nil)
	if got := refused(t, dir, "serve"); !strings.Contains(got, data) || !strings.Contains(got, "--fresh") {
		t.Errorf("of an empty database beside a key it says %q", got)
	}
	put([]byte(strings.Repeat("junk", 5000)))
	if got := refused(t, dir, "serve"); !strings.Contains(got, data+" cannot be read") {
		t.Errorf("of junk it says %q", got)
	}
	put(nil)
	serve, lines, _ = serves(t, dir, "--fresh")
	ends(t, serve, lines)
	put(kept)
	if err := os.WriteFile(filepath.Join(dir, "auxiliary.db"), []byte(strings.Repeat("junk", 5000)), 0o600); err != nil {
		t.Fatal(err)
	}
	serve, lines, _ = serves(t, dir) // K13: only the log is broken
	ends(t, serve, lines)
	if aside, err := filepath.Glob(filepath.Join(dir, "auxiliary.db.broken-*")); err != nil || len(aside) != 1 {
		t.Errorf("the broken log is not put aside: %v, %v", aside, err)
	}
}

// K14: bodies of which the rest never comes do not make an orderly end a failure.
func TestTheServerEndsInGoodOrderWhileBodiesAreHalfSent(t *testing.T) {
	serve, lines, address := serves(t, t.TempDir())
	for range 3 {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = conn.Close() })
		if err := conn.SetDeadline(testkit.Deadline()); err != nil {
			t.Fatal(err)
		}
		// Expect: 100-continue has the server say that it reads the body.
		if _, err := io.WriteString(conn, "POST /api/sync/v1/token HTTP/1.1\r\nHost: doorstep\r\nContent-Type: application/x-www-form-urlencoded\r\n"+
			"Content-Length: 1000\r\nExpect: 100-continue\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		answer, err := bufio.NewReader(conn).ReadString('\n')
		if err != nil || !strings.Contains(answer, fmt.Sprint(http.StatusContinue)) {
			t.Fatalf("the server does not read the body: %q, %v", answer, err)
		}
		if _, err := io.WriteString(conn, "grant_type="); err != nil {
			t.Fatal(err)
		}
	}
	ends(t, serve, lines)
}

// K14: a writer that hangs, here because another program holds the database, does not keep the server from ending.
func TestTheServerEndsWhileItsWriterHangs(t *testing.T) {
	dir := t.TempDir()
	serve, lines, _ := serves(t, dir, "--escalation-interval=1s")
	other, err := sqlitedb.Connect(filepath.Join(dir, "data.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	held, err := other.DB().Begin() // takes the lock that writers need
	if err != nil {
		t.Fatal(err)
	}
	defer held.Rollback()
	ends(t, serve, lines)
}

// K14: whoever listens, waits, reads nothing or is at work, a server that is told to stop ends in good order: pulls that
// wait are answered, streams end, and what hangs is cut off.
func TestTheServerEndsInGoodOrderWhilePhonesListenWaitAndReadNothing(t *testing.T) {
	dir, email, person := nursesFolder(t)
	audit, err := sqlitedb.Connect(filepath.Join(dir, "data.db"))
	if err != nil {
		t.Fatal(err)
	}
	// So many lines that the job which seals them is at work from the start.
	_, err = audit.DB().Exec(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200000)
		INSERT INTO audit (at, actor, role, organisation, device, action, collection, record, patient, detail)
		SELECT '2026-03-02T08:00:00.000Z', '', '', '', '', 'test', '', '', '', '{}' FROM n`)
	if err = errors.Join(err, audit.Close()); err != nil {
		t.Fatal(err)
	}
	serve, lines, address := serves(t, dir, "--escalation-interval=1s")
	heard := &overhears{}
	ann := annsPhone(t, address, email, heard)
	for range 1000 {
		if _, err := ann.Create(care.Visits, map[string]any{"patient": person, "status": "completed", "note": strings.Repeat("a long note. ", 350)}); err != nil {
			t.Fatal(err)
		}
	}
	synced(t, ann)
	ask := func(path string, smallest bool) *bufio.Reader {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = conn.Close() })
		if smallest {
			err = conn.(*net.TCPConn).SetReadBuffer(4 << 10)
		}
		request := fmt.Sprintf("GET /api/sync/v1/%s HTTP/1.1\r\nHost: doorstep\r\nAuthorization: %s\r\n\r\n", path, heard.bearer)
		if err = errors.Join(err, conn.SetDeadline(testkit.Deadline())); err != nil {
			t.Fatal(err)
		}
		if _, err = io.WriteString(conn, request); err != nil {
			t.Fatal(err)
		}
		return bufio.NewReader(conn)
	}
	answered := func(what string, by *bufio.Reader) {
		t.Helper()
		if status, err := by.ReadString('\n'); err != nil || !strings.Contains(status, "200") {
			t.Fatalf("%s is answered %q, %v", what, status, err)
		}
	}
	stream := ask("stream?client="+ann.Client(), false)
	answered("the stream", stream)
	answered("the first line", ask("pull?client="+ann.Client(), true)) // and nothing more is read of 4 MB
	pull := "pull?client=" + ann.Client() + "&cursor=" + heard.cursor + "&wait=3600"
	earlier, waits := ask(pull, false), ask(pull, false)
	// A phone has one pull that waits: when one is answered, the other is waiting.
	first := make(chan *bufio.Reader, 2)
	for _, each := range []*bufio.Reader{earlier, waits} {
		go func() {
			if _, err := each.Peek(1); err == nil {
				first <- each
			}
		}()
	}
	if testkit.Receive(t, first, "one of two pulls of a phone is answered") == waits {
		waits = earlier
	}
	ends(t, serve, lines)
	answered("the pull that waited", waits)
	if _, err := io.Copy(io.Discard, stream); err != nil {
		t.Errorf("the stream did not end: %v", err)
	}
}

// overhears is a network on which the last token and cursor are heard.
type overhears struct{ bearer, cursor string }

func (o *overhears) Do(r *http.Request) (*http.Response, error) {
	answer, err := http.DefaultClient.Do(r)
	if err != nil || !strings.HasPrefix(r.Header.Get("Authorization"), "Bearer ") || !strings.HasPrefix(r.URL.Path, "/api/sync/v1/p") {
		return answer, err
	}
	o.bearer = r.Header.Get("Authorization")
	body, err := io.ReadAll(answer.Body)
	answer.Body = io.NopCloser(bytes.NewReader(body))
	var page struct{ Cursor string }
	if err == nil && strings.HasSuffix(r.URL.Path, "/pull") && json.Unmarshal(body, &page) == nil {
		o.cursor = page.Cursor
	}
	return answer, err
}
