package recovery

import (
	"bytes"
	"context"
	"crypto/ecdh"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"doorstep/internal/care"
	"doorstep/internal/testkit"
)

var update = flag.Bool("update", false, "write the golden texts anew")

const (
	fixtureStaff   = "01jz1v6q0t9c2m4n8r5w7x3y1k"
	fixtureDevice  = "01jz1v7d3e5f6g8h9j0k1m2n3p"
	fixturePatient = "01jz1x5k7m9p2r4t6v8w0y3a5b"
)

func fixtureKey(t *testing.T) *ecdh.PrivateKey {
	t.Helper()
	key, err := ReadKey(filepath.Join("testdata", "invented.pem"))
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func fixture(t *testing.T, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func opened(t *testing.T, name string) *Work {
	t.Helper()
	w, err := Open(fixture(t, name), fixtureKey(t))
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// edited is a fixture somebody meddled with.
func edited(t *testing.T, name string, edit func(f map[string]any)) []byte {
	t.Helper()
	var f map[string]any
	if err := json.Unmarshal(fixture(t, name), &f); err != nil {
		t.Fatal(err)
	}
	edit(f)
	text, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func rowsOf(f map[string]any) []any { return f["rows"].([]any) }

func TestWhatAPhoneExportedIsOpened(t *testing.T) {
	for _, name := range []string{"unlocked.json", "locked.json"} {
		w := opened(t, name)
		if len(w.Changes) != 2 || len(w.TooBig) != 1 || len(w.Drafts) != 1 {
			t.Fatalf("%s: %d changes, %d too big, %d drafts", name, len(w.Changes), len(w.TooBig), len(w.Drafts))
		}
		if w.Changes[0].Place != 5 || w.Changes[1].Place != 6 || w.Changes[0].Key != "01jz2c0000000000000000a001" {
			t.Errorf("%s: order %+v", name, w.Changes)
		}
		if got := w.Changes[0].Ops[1].Set["temperature"]; got != json.Number("37.4") {
			t.Errorf("%s: temperature is %#v", name, got)
		}
		if w.Cover != (Cover{Device: fixtureDevice, Client: "01jz1v7d3fwq2r4s6t8v0w1x2y", Staff: fixtureStaff, OffsetMs: 209787, OffsetKnown: true}) {
			t.Errorf("%s: cover %+v", name, w.Cover)
		}
		if w.Whole != (name == "unlocked.json") {
			t.Errorf("%s: whole %v", name, w.Whole)
		}
	}
}

func TestTheTextIsForPeople(t *testing.T) {
	names := Names{fixtureStaff: "Nia Evans", fixturePatient: "Mary Testpatient, born 1941-04-03, NHS number 999 000 0042"}
	for _, name := range []string{"unlocked", "unvouched"} {
		var out bytes.Buffer
		if err := opened(t, name+".json").Write(&out, names); err != nil {
			t.Fatal(err)
		}
		golden := filepath.Join("testdata", name+".txt")
		if *update {
			if err := os.WriteFile(golden, out.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if want := string(fixture(t, name+".txt")); out.String() != want {
			t.Errorf("%s: got\n%s\nwant\n%s", name, out.String(), want)
		}
	}
	if err := opened(t, "locked.json").Write(brokenWriter{}, nil); !errors.Is(err, errBroken) {
		t.Errorf("a broken printer: %v", err)
	}
}

var errBroken = errors.New("out of paper")

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, errBroken }

func TestMeddlingIsNoticed(t *testing.T) {
	first := func(f map[string]any) map[string]any { return rowsOf(f)[1].(map[string]any) }
	for _, c := range []struct {
		name string
		text []byte
		want error
	}{
		{"no JSON", []byte("Dear colleague"), ErrNotAnExport},
		{"another file", []byte(`{"rows":[]}`), ErrNotAnExport},
		{"no time", edited(t, "locked.json", func(f map[string]any) { f["made_at"] = "yesterday" }), ErrNotAnExport},
		{"no base64", edited(t, "locked.json", func(f map[string]any) { first(f)["data"] = "!!" }), ErrNotAnExport},
		{"a newer form", edited(t, "locked.json", func(f map[string]any) { f["doorstep_export"] = 2 }), ErrNewer},
		{"a newer row", edited(t, "locked.json", func(f map[string]any) { first(f)["v"] = 2 }), ErrNewer},
		{"a row under another key", edited(t, "locked.json", func(f map[string]any) { first(f)["key"] = "0000000000000009" }), ErrDamaged},
		{"a row in another table", edited(t, "locked.json", func(f map[string]any) { first(f)["table"] = "aside" }), ErrDamaged},
		{"a short vector", edited(t, "locked.json", func(f map[string]any) { first(f)["iv"] = "AAAA" }), ErrDamaged},
		{"another vault", edited(t, "locked.json", func(f map[string]any) { f["vault"] = "AAAAAAAAAAAAAAAAAAAAAA" }), ErrDamaged},
		{"no point", edited(t, "locked.json", func(f map[string]any) {
			f["recovery"].(map[string]any)["epk"].(map[string]any)["x"] = "AAAA"
		}), ErrDamaged},
		{"a row taken out", edited(t, "unlocked.json", func(f map[string]any) { f["rows"] = rowsOf(f)[:2] }), ErrDamaged},
		{"rows in another order", edited(t, "unlocked.json", func(f map[string]any) { rowsOf(f)[1], rowsOf(f)[2] = rowsOf(f)[2], rowsOf(f)[1] }), ErrDamaged},
		{"another export's seal", edited(t, "unlocked.json", func(f map[string]any) { f["made_at"] = "2026-03-02T07:58:11.205Z" }), ErrDamaged},
	} {
		if _, err := Open(c.text, fixtureKey(t)); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", c.name, err, c.want)
		}
	}
	other, err := NewKey()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Open(fixture(t, "locked.json"), other); !errors.Is(err, ErrOtherKey) {
		t.Errorf("another key: %v", err)
	}
}

func TestOnlyTheDeviceCanVouch(t *testing.T) {
	device := fixture(t, "device.json")
	if err := opened(t, "locked.json").VouchedBy(device); err != nil {
		t.Errorf("its own device: %v", err)
	}
	stranger, err := NewKey()
	if err != nil {
		t.Fatal(err)
	}
	jwk, err := Public(stranger)
	if err != nil {
		t.Fatal(err)
	}
	if err := opened(t, "locked.json").VouchedBy(jwk); !errors.Is(err, ErrNotItsDevice) {
		t.Errorf("another device: %v", err)
	}
	if err := opened(t, "unvouched.json").VouchedBy(device); !errors.Is(err, ErrNotItsDevice) {
		t.Errorf("nobody signed: %v", err)
	}
	renamed := edited(t, "locked.json", func(f map[string]any) {
		f["recovery"].(map[string]any)["voucher"].(map[string]any)["device"] = "01jz1v7d3e5f6g8h9j0k1m2n3q"
	})
	w, err := Open(renamed, fixtureKey(t))
	if err != nil {
		t.Fatal(err)
	}
	if err := w.VouchedBy(device); !errors.Is(err, ErrNotItsDevice) {
		t.Errorf("signed as another: %v", err)
	}
	for _, bad := range []string{`{`, `{"kty":"OKP","crv":"Ed25519","x":"AA"}`} {
		if err := w.VouchedBy([]byte(bad)); err == nil || errors.Is(err, ErrNotItsDevice) {
			t.Errorf("a key that is none: %v", err)
		}
	}
}

func TestAPrivateKeyIsItsOwnersAlone(t *testing.T) {
	key, err := NewKey()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "recovery.pem")
	if err := WriteKey(path, key); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	back, err := ReadKey(path)
	if err != nil || !back.Equal(key) {
		t.Errorf("read back: %v", err)
	}
	if err := WriteKey(path, key); !errors.Is(err, os.ErrExist) {
		t.Errorf("written over: %v", err)
	}
	for name, text := range map[string]string{"no PEM": "hello", "no key": "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
		"an Ed25519 key": "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n-----END PRIVATE KEY-----\n"} {
		bad := filepath.Join(t.TempDir(), "bad.pem")
		if err := os.WriteFile(bad, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadKey(bad); !errors.Is(err, ErrNotAKey) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := ReadKey(filepath.Join(t.TempDir(), "nowhere")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
}

func TestHandingInIsRefusedWhereItWouldLie(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*Work)
		want   error
	}{
		{"nobody's", func(w *Work) { w.Cover.Staff = "" }, ErrNoStaff},
		{"a clock nobody measured", func(w *Work) { w.Cover.OffsetKnown = false }, ErrClock},
		{"somebody else's change", func(w *Work) { w.Changes[1].Author = fixtureDevice }, ErrOthersWork},
	} {
		w := opened(t, "locked.json")
		c.change(w)
		if _, err := w.HandIn(context.Background(), HandIn{HTTP: noNetwork{t}, Now: testkit.NewClock().Now}); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", c.name, err, c.want)
		}
	}
}

type noNetwork struct{ t *testing.T }

func (n noNetwork) Do(*http.Request) (*http.Response, error) {
	n.t.Error("something was sent")
	return nil, errBroken
}

// shelf is a store in memory.
type shelf struct {
	org     Organisation
	key     json.RawMessage
	devices map[string][]byte
	names   Names
	err     error
}

func (s *shelf) Organisation(_ context.Context, which string) (Organisation, error) {
	if which != s.org.Name {
		return Organisation{}, ErrNotFound
	}
	o := s.org
	o.HasKey = s.key != nil
	return o, nil
}

func (s *shelf) SetRecoveryKey(_ context.Context, _ string, jwk json.RawMessage) error {
	if s.err == nil {
		s.key = jwk
	}
	return s.err
}

func (s *shelf) DeviceKey(_ context.Context, device string) ([]byte, error) {
	return s.devices[device], nil
}

func (s *shelf) Names(context.Context, []string, []string) (Names, error) { return s.names, nil }

// dataFolder is where the database of these commands would be.
const dataFolder = "pb_data"

func runCommand(t *testing.T, s *shelf, args ...string) (string, error) {
	t.Helper()
	c := Command(func() (Store, error) {
		if s == nil {
			return nil, errBroken
		}
		return s, nil
	}, func() string { return dataFolder }, testkit.NewClock().Now)
	var out bytes.Buffer
	c.SetOut(&out)
	c.SetErr(io.Discard)
	c.SetArgs(args)
	err := c.Execute()
	return out.String(), err
}

func TestTheCommandMakesAKey(t *testing.T) {
	s := &shelf{org: Organisation{ID: fixtureStaff, Name: "North Trust"}}
	path := filepath.Join(t.TempDir(), "north.pem")
	if _, err := runCommand(t, s, "new", "--organisation", "South Trust", "--out", path); !errors.Is(err, ErrNotFound) {
		t.Errorf("nobody of that name: %v", err)
	}
	s.err = errBroken
	if _, err := runCommand(t, s, "new", "--organisation", "North Trust", "--out", path); !errors.Is(err, errBroken) {
		t.Errorf("a database that refuses: %v", err)
	}
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a private key without its public half is left behind: %v", err)
	}
	s.err = nil
	out, err := runCommand(t, s, "new", "--organisation", "North Trust", "--out", path)
	if err != nil {
		t.Fatal(err)
	}
	key, err := ReadKey(path)
	if err != nil {
		t.Fatal(err)
	}
	stored, err := care.ParseRecoveryKey(s.key)
	if err != nil || !stored.Equal(key.PublicKey()) {
		t.Errorf("stored %s, %v", s.key, err)
	}
	kid, err := Thumbprint(key.PublicKey())
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out, kid) || !strings.Contains(out, path) {
		t.Errorf("printed %q", out)
	}
	// X12: a private key in the data folder would be in every backup.
	for _, inside := range []string{filepath.Join(dataFolder, "recovery.pem"), filepath.Join(dataFolder, "deep", "..", "recovery.pem")} {
		if _, err := runCommand(t, s, "new", "--organisation", "North Trust", "--replace", "--out", inside); !errors.Is(err, ErrInDataFolder) {
			t.Errorf("a private key was to be written to %s: %v", inside, err)
		}
	}
	if _, err := runCommand(t, s, "new", "--organisation", "North Trust", "--out", path+"2"); !errors.Is(err, ErrHasKey) {
		t.Errorf("a second key: %v", err)
	}
	if _, err := runCommand(t, s, "new", "--organisation", "North Trust", "--out", path+"2", "--replace"); err != nil {
		t.Errorf("replaced: %v", err)
	}
	if _, err := runCommand(t, nil, "new", "--organisation", "North Trust", "--out", path+"3"); !errors.Is(err, errBroken) {
		t.Errorf("no database: %v", err)
	}
	if _, err := runCommand(t, s, "new", "--organisation", "North Trust"); err == nil {
		t.Error("without a file for the key")
	}
}

func TestTheCommandOpens(t *testing.T) {
	key, file := filepath.Join("testdata", "invented.pem"), filepath.Join("testdata", "locked.json")
	s := &shelf{devices: map[string][]byte{fixtureDevice: fixture(t, "device.json")}, names: Names{fixtureStaff: "Nia Evans"}}
	out, err := runCommand(t, s, "open", file, "--key", key)
	if err != nil || !strings.Contains(out, "Signed by device "+fixtureDevice) || !strings.Contains(out, "by Nia Evans") || !strings.Contains(out, "nobody can say whether rows were taken out") {
		t.Errorf("%v\n%s", err, out)
	}
	out, err = runCommand(t, nil, "open", file, "--key", key, "--offline")
	if err != nil || !strings.Contains(out, "Nobody vouches") || !strings.Contains(out, "by "+fixtureStaff) || !strings.Contains(out, "Wound clean.") {
		t.Errorf("%v\n%s", err, out)
	}
	out, err = runCommand(t, s, "open", filepath.Join("testdata", "unlocked.json"), "--key", key)
	if err != nil || !strings.Contains(out, "It is whole") {
		t.Errorf("%v\n%s", err, out)
	}
	if s.devices[fixtureDevice], err = Public(fixtureKey(t)); err != nil {
		t.Fatal(err)
	}
	if out, err = runCommand(t, s, "open", file, "--key", key); !errors.Is(err, ErrNotItsDevice) || strings.Contains(out, "Wound") {
		t.Errorf("signed by somebody else: %v\n%s", err, out)
	}
	s.devices = nil
	if _, err = runCommand(t, s, "open", file, "--key", key, "--push", "http://127.0.0.1:1", "--code", "x"); !errors.Is(err, ErrNotItsDevice) {
		t.Errorf("an unknown device's work was handed in: %v", err)
	}
	if _, err := runCommand(t, nil, "open", file, "--key", key); !errors.Is(err, errBroken) {
		t.Errorf("no database: %v", err)
	}
	if _, err := runCommand(t, s, "open", file+".txt", "--key", key); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
	if _, err := runCommand(t, s, "open", file, "--key", file); !errors.Is(err, ErrNotAKey) {
		t.Errorf("no key: %v", err)
	}
	if _, err := runCommand(t, s, "open", file, "--key", key, "--push", "http://x"); err == nil {
		t.Error("handed in without a code")
	}
}

// What came from a phone shows itself on a terminal, and steers nothing.
func TestWork_TextThatSteersATerminalIsShownByItsNumbers(t *testing.T) {
	for text, want := range map[string]string{
		"seen\x1b[2J\x1b]0;pwned\x07": `seen\u001b[2J\u001b]0;pwned\u0007`,
		"line\nnext\r":                "line\nnext\\u000d",
		"\u202egnorw\u2069":           `\u202egnorw\u2069`,
		"Zoë, 37.5 °C":                "Zoë, 37.5 °C",
	} {
		if got := visible(text); got != want {
			t.Errorf("%q is shown as %q, want %q", text, got, want)
		}
	}
}
