package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"crypto/x509"
	"errors"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/spf13/pflag"

	"doorstep/internal/care"
	"doorstep/internal/httpapi"
	"doorstep/internal/identity"
	"doorstep/internal/pbstore"
	"doorstep/internal/phone"
	"doorstep/internal/server"
	"doorstep/internal/settings"
	"doorstep/internal/syncer"
	"doorstep/internal/testkit"
	"doorstep/internal/testkit/pbtest"
)

// asProgram makes the test binary the program itself, for tests of flags, variables and signals.
const asProgram = "DOORSTEP_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// obeyed shows of every setting that something obeys it: what it changes is looked at from outside.
var obeyed = []struct {
	flags string
	show  func(*testing.T)
}{
	{"dir http admin-http signing-key sealing-key origins", servesAsTold},
	{"copy-to", copiesAsTold}, {"copy-key", sealsToTheKey}, {"acknowledge-after-copy", acknowledgesAfterCopy},
	{"access-token-minutes", tokensLiveAsLong}, {"phones-per-person", asManyPhonesAreInUse}, {"group-max", groupsAreAsLarge}, {"queue-length", asManyMayWait},
	{"issue-retention-days", issuesStayAsLong}, {"tombstone-days", tombstonesStayAsLong},
	{"url mail-server mail-user mail-password-file mail-from webhook-private", teamsAreToldAsSet}, {"push-services", noticesGoAsSet},
	{"escalation-interval", deadlinesAreLookedAt}, {"demo-seed", demoIsSeeded},
}

func TestEverySettingIsObeyed(t *testing.T) {
	shown := map[string]bool{}
	for _, o := range obeyed {
		for flag := range strings.FieldsSeq(o.flags) {
			shown[flag] = true
		}
		t.Run(o.flags, o.show)
	}
	for _, flag := range settings.Flags() {
		if !shown[flag] {
			t.Errorf("nothing shows that %s is obeyed", flag)
		}
		delete(shown, flag)
	}
	for flag := range shown {
		t.Errorf("there is no setting %s", flag)
	}
}

// program starts the program with its environment cleared of settings but those given, and returns its
// output line by line.
func program(t *testing.T, env []string, args ...string) (*exec.Cmd, *bufio.Scanner) {
	t.Helper()
	c := exec.CommandContext(t.Context(), os.Args[0], args...)
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "DOORSTEP_") {
			c.Env = append(c.Env, v)
		}
	}
	// Whose address for administration nobody chose has none: other tests run beside this one.
	c.Env = append(append(append(c.Env, "DOORSTEP_ADMIN_HTTP=off"), env...), asProgram+"=1")
	c.Stderr = &complaints{}
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	return c, bufio.NewScanner(out)
}

// complaints are what a program writes to its standard error, which is shown as well.
type complaints struct {
	mu   sync.Mutex
	text strings.Builder
}

func (c *complaints) Write(b []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.text.Write(b)
	return os.Stderr.Write(b)
}

// said reads output until a line holds the text.
func said(t *testing.T, lines *bufio.Scanner, text string) string {
	t.Helper()
	for lines.Scan() {
		if strings.Contains(lines.Text(), text) {
			return lines.Text()
		}
	}
	t.Fatalf("it ended without saying %q: %v", text, lines.Err())
	return ""
}

// freeAddress is one that nobody listens on at the moment.
func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	return listener.Addr().String()
}

// The folder, the signing key and the keys that phones seal to outside it, both addresses and the origins, by variable and by flag; the dashboard is
// on the address for administration alone (X14), and all files are their owner's alone (X12). The health command of
// the same settings finds the server, and a signal ends it in good order. Served a second time, when the folder is looked
// at before its database is opened, SQLite has memory that it keeps.
func servesAsTold(t *testing.T) {
	address, admin := freeAddress(t), freeAddress(t)
	elsewhere := t.TempDir()
	dir, key, sealing := filepath.Join(t.TempDir(), "data"), filepath.Join(elsewhere, "signing.key"), filepath.Join(elsewhere, "sealing.key")
	const byVariable, byFlag = "https://variable.example.org", "https://flag.example.org"
	env := []string{"DOORSTEP_DATA_DIR=" + dir, "DOORSTEP_HTTP=" + address, "DOORSTEP_ORIGINS=" + byVariable, "DOORSTEP_SIGNING_KEY=" + key, "DOORSTEP_SEALING_KEY=" + sealing}
	for _, c := range []struct {
		args           []string
		administration bool
		origin         string
	}{{[]string{"serve", "--admin-http=off"}, false, byVariable}, {[]string{"serve", "--admin-http=" + admin, "--origins=" + byFlag}, true, byFlag}} {
		serve, lines := program(t, env, c.args...)
		said(t, lines, "Doorstep listens on "+address)
		if _, err := os.Stat(filepath.Join(dir, "data.db")); err != nil {
			t.Errorf("there is no database in the folder: %v", err)
		}
		for _, path := range []string{"/_/", "/metrics", "/debug/pprof/"} {
			if got := statusOf(t, "http://"+address+path); got != http.StatusNotFound {
				t.Errorf("%v: %s answers %d on the public address", c.args, path, got)
			}
		}
		if c.administration {
			for path, want := range map[string]int{"/_/": 200, "/api/settings": 401, httpapi.HealthPath: 200, "/metrics": 200, "/debug/pprof/": 200} {
				if got := statusOf(t, "http://"+admin+path); got != want {
					t.Errorf("%s on the address for administration = %d, want %d", path, got, want)
				}
			}
		}
		ownersAlone(t, dir, key, sealing)
		for _, origin := range []string{byVariable, byFlag} {
			want := ""
			if origin == c.origin {
				want = origin
			}
			if got := mayRead(t, "http://"+address, origin); got != want {
				t.Errorf("%v: pages of %s get Access-Control-Allow-Origin %q, want %q", c.args, origin, got, want)
			}
		}
		health, answer := program(t, env, "health")
		for answer.Scan() {
		}
		if err := health.Wait(); err != nil {
			t.Errorf("the health command of the same settings: %v", err)
		}
		if err := serve.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		for lines.Scan() {
		}
		if err := serve.Wait(); err != nil {
			t.Errorf("%v ended with %v", c.args, err)
		}
		if text := serve.Stderr.(*complaints).text.String(); strings.Contains(text, "memory of its own") {
			t.Errorf("%v: %s", c.args, text)
		}
	}
}

func statusOf(t *testing.T, url string) int {
	t.Helper()
	response, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	return response.StatusCode
}

// ownersAlone holds that nobody but their owner may open the folder, any file in it, and the keys, which are not in it.
func ownersAlone(t *testing.T, dir string, keys ...string) {
	t.Helper()
	var names []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has the rights %s", path, info.Mode())
		}
		names = append(names, d.Name())
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(names, "data.db") || !slices.Contains(names, "data.db-wal") || slices.Contains(names, identity.KeyFile) || slices.Contains(names, identity.SealingKeyFile) {
		t.Errorf("the folder holds %v", names)
	}
	for _, key := range keys {
		if info, err := os.Stat(key); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", key, info, err)
		}
	}
}

// X12: a folder that an earlier version left open to everybody is closed to them, and only to them.
func TestADataFolderOfAnEarlierVersionIsClosed(t *testing.T) {
	for before, want := range map[fs.FileMode]fs.FileMode{0o755: 0o750, 0o700: 0o700, 0o777: 0o770} {
		dir := t.TempDir()
		if err := errors.Join(os.Chmod(dir, before), closeFolder(dir)); err != nil {
			t.Fatal(err)
		}
		if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s became %v, %v; want %s", before, info.Mode().Perm(), err, want)
		}
	}
	if err := closeFolder(filepath.Join(t.TempDir(), "not there yet")); err != nil {
		t.Error(err)
	}
}

// mayRead says which origin the server lets read its answer to a page of that one.
func mayRead(t *testing.T, server, origin string) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server+"/api/health", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Origin", origin)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	return response.Header.Get("Access-Control-Allow-Origin")
}

// The demo tells its seed in its first line, and before it has made anything. A flag wins over the variable.
func demoIsSeeded(t *testing.T) {
	for _, c := range []struct {
		env  []string
		args []string
		want string
	}{
		{[]string{"DOORSTEP_DEMO_SEED=5"}, []string{"demo", "--once"}, "Seed 5."},
		{[]string{"DOORSTEP_DEMO_SEED=5"}, []string{"demo", "--once", "--demo-seed", "6"}, "Seed 6."},
		{nil, []string{"demo", "--once", "--seed", "7", "--demo-seed", "6"}, "Seed 7."},
	} {
		demo, lines := program(t, c.env, c.args...)
		if !lines.Scan() || !strings.HasPrefix(lines.Text(), "Doorstep demo") || !strings.Contains(lines.Text(), c.want) {
			t.Errorf("%v %v says first %q, want %s", c.env, c.args, lines.Text(), c.want)
		}
		if err := demo.Process.Kill(); err != nil {
			t.Error(err)
		}
		_ = demo.Wait() // killed
	}
}

// town is a server on given settings, its clock in the test's hands, with one nurse and one person.
type town struct {
	*pbtest.App
	srv   *server.Server
	url   string
	clock testkit.Clock
	ann   *core.Record
	ada   *core.Record
	round *core.Record // the caseload row that gives Ann's team Ada
}

func (w *town) tick(t *testing.T) {
	t.Helper()
	if err := w.srv.Tick(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func townOf(t *testing.T, manual bool, flags ...string) *town {
	t.Helper()
	return townWith(t, manual, nil, flags...)
}

// townWith is townOf whose mail server is trusted by a certificate of the test's own.
func townWith(t *testing.T, manual bool, roots *x509.CertPool, flags ...string) *town {
	t.Helper()
	set, err := settings.FromEnvironment(func(string) (string, bool) { return "", false })
	if err != nil {
		t.Fatal(err)
	}
	known := pflag.NewFlagSet("doorstep", pflag.ContinueOnError)
	set.Bind(known)
	if err := known.Parse(flags); err != nil {
		t.Fatal(err)
	}
	w := &town{}
	w.App = pbtest.New(t, func(app core.App) { server.Bind(app, w.clock.Now) })
	o, err := server.From(set)
	if err != nil {
		t.Fatal(err)
	}
	o.Now, o.Manual, o.Channels.Mail.Roots = w.clock.Now, manual, roots
	if w.srv, err = server.Start(w.BaseApp, o); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.srv.Close(); err != nil {
			t.Error(err)
		}
	})
	if !manual {
		return w
	}
	w.url = w.Serve(t).URL
	team := w.Team(t, w.Org(t, "community_trust", "Trust"), "nursing", "North")
	w.ann = w.Staff(t, care.DistrictNurse, "Ann", team)
	w.ada = w.Patient(t, "Testpatient", nil)
	w.round = w.Caseload(t, w.ada, team)
	w.tick(t)
	return w
}

// phone is one in Ann's hands that keeps the last answer of the token route.
func (w *town) phone(t *testing.T, token *strings.Builder) *phone.Phone {
	t.Helper()
	p, err := phone.New(phone.Options{Server: w.url, HTTP: listening{token}, Now: w.clock.Now, Entropy: rand.Reader, Name: "Ann's phone", Platform: "test"})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(p.SignIn(t.Context(), w.ann.Email(), pbtest.Password), p.Sync(t.Context())); err != nil {
		t.Fatal(err)
	}
	return p
}

type listening struct{ token *strings.Builder }

func (l listening) Do(r *http.Request) (*http.Response, error) {
	answer, err := http.DefaultClient.Do(r)
	if err == nil && l.token != nil && strings.HasSuffix(r.URL.Path, "/token") {
		raw, err := io.ReadAll(answer.Body)
		if err != nil {
			return nil, err
		}
		l.token.Write(raw)
		answer.Body = io.NopCloser(strings.NewReader(string(raw)))
	}
	return answer, err
}

func tokensLiveAsLong(t *testing.T) {
	for flag, want := range map[string]string{"--access-token-minutes=1": `"expires_in":60,`, "--access-token-minutes=15": `"expires_in":900,`} {
		var token strings.Builder
		townOf(t, true, flag).phone(t, &token)
		if !strings.Contains(token.String(), want) {
			t.Errorf("%s gives %s, not %s", flag, token.String(), want)
		}
	}
}

// hold keeps the writer busy until the returned function is called.
func hold(t *testing.T, e *syncer.Engine) (release func()) {
	t.Helper()
	entered, released, ended := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		ended <- e.Do(context.Background(), func(*pbstore.Tx) error { close(entered); <-released; return nil })
	}()
	<-entered
	return func() {
		close(released)
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
}

// queue hands the writer work until n of it were refused or taken; it returns the transactions the
// work ran in and how much was refused.
func queue(t *testing.T, e *syncer.Engine, n int) (transactions, refused int) {
	t.Helper()
	release := hold(t, e)
	type end struct {
		tx  *pbstore.Tx
		err error
	}
	ends := make(chan end, n)
	for range n {
		go func() {
			var in *pbstore.Tx
			err := e.Do(context.Background(), func(tx *pbstore.Tx) error { in = tx; return nil })
			ends <- end{in, err}
		}()
	}
	seen := map[*pbstore.Tx]bool{}
	take := func(x end) {
		switch {
		case errors.Is(x.err, syncer.ErrBusy):
			refused++
		case x.err != nil:
			t.Error(x.err)
		default:
			seen[x.tx] = true
		}
	}
	taken := 0
	testkit.Until(t, "all of it is refused or waits", func() bool {
		select {
		case x := <-ends: // refused: the writer is held
			take(x)
			taken++
		default:
		}
		return e.Vitals().Waiting+taken == n
	})
	release()
	for ; taken < n; taken++ {
		take(<-ends)
	}
	return len(seen), refused
}

func groupsAreAsLarge(t *testing.T) {
	for flag, want := range map[string]int{"--group-max=1": 6, "--group-max=3": 2, "--group-max=64": 1} {
		if n, refused := queue(t, townOf(t, true, flag).srv.Engine, 6); n != want || refused != 0 {
			t.Errorf("%s: six pushes were committed in %d transactions (want %d), %d refused", flag, n, want, refused)
		}
	}
}

func asManyMayWait(t *testing.T) {
	if _, refused := queue(t, townOf(t, true, "--queue-length=2").srv.Engine, 6); refused != 4 {
		t.Errorf("of six pushes %d were told to come back later, want 4", refused)
	}
}

func asManyPhonesAreInUse(t *testing.T) {
	for flag, want := range map[string]int{"--phones-per-person=1": 1, "--phones-per-person=3": 3} {
		w := townOf(t, true, flag)
		for range want {
			w.phone(t, nil)
		}
		p, err := phone.New(phone.Options{Server: w.url, HTTP: http.DefaultClient, Now: w.clock.Now, Entropy: rand.Reader, Name: "one more", Platform: "test"})
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(p.SignIn(t.Context(), w.ann.Email(), pbtest.Password), p.Sync(t.Context())); err == nil || !strings.Contains(err.Error(), "too_many_phones") {
			t.Errorf("%s: one more phone is answered %v", flag, err)
		}
	}
}

func issuesStayAsLong(t *testing.T) {
	for flag, want := range map[string]int{"--issue-retention-days=3": 0, "--issue-retention-days=30": 1} {
		w := townOf(t, true, flag)
		p := w.phone(t, nil)
		if _, err := p.Create(care.Visits, map[string]any{"patient": w.ada.Id, "status": "no such status"}); err != nil {
			t.Fatal(err)
		}
		if err := p.Sync(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.round.Set("to", w.clock.Now())
		if err := w.Save(w.round); err != nil {
			t.Fatal(err)
		}
		w.tick(t)
		w.clock.Pass(4 * 24 * time.Hour)
		w.tick(t)
		if err := p.Sync(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := len(p.List(care.SyncIssues)); n != want {
			t.Errorf("%s: four days after the person was lost the phone shows %d issues, want %d", flag, n, want)
		}
	}
}

func tombstonesStayAsLong(t *testing.T) {
	for flag, gone := range map[string]bool{"--tombstone-days=31": true, "--tombstone-days=180": false} {
		w := townOf(t, true, flag)
		w.clock.Pass(40 * 24 * time.Hour)
		if err := w.srv.CleanUp(t.Context()); err != nil {
			t.Fatal(err)
		}
		if floor := w.srv.Store.Floor(); (floor > 0) != gone {
			t.Errorf("%s: after forty days the feed begins above %d", flag, floor)
		}
	}
}

func deadlinesAreLookedAt(t *testing.T) {
	w := townOf(t, false, "--escalation-interval=1s")
	var first time.Time
	testkit.Until(t, "somebody looks a second time", func() bool {
		ran, _, err := w.srv.Store.LastRan(syncer.JobDue)
		if err != nil {
			t.Fatal(err)
		}
		if first.IsZero() {
			first = ran
		}
		w.clock.Pass(time.Second) // what ran is told by the server's clock
		return ran.After(first)
	})
}
