package settings

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/spf13/pflag"
)

var update = flag.Bool("update", false, "rewrite the table in README.md")

func none(string) (string, bool) { return "", false }

func variables(pairs ...string) func(string) (string, bool) {
	m := map[string]string{}
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i]] = pairs[i+1]
	}
	return func(name string) (string, bool) { v, ok := m[name]; return v, ok }
}

func TestDefaults(t *testing.T) {
	s, err := FromEnvironment(none)
	if err != nil {
		t.Fatal(err)
	}
	if s.DataDir != "pb_data" || s.HTTP != "127.0.0.1:8090" || s.AdminHTTP != "127.0.0.1:8091" || s.SigningKey != "" || s.AccessToken != 15*time.Minute || s.GroupMax != 64 ||
		s.QueueLength != 512 || s.IssueRetention != 30*24*time.Hour ||
		s.TombstoneRetention != 180*24*time.Hour || s.EscalationInterval != 15*time.Second || s.DemoSeed != 1 {
		t.Errorf("defaults are %+v", s)
	}
}

func TestFlagWinsOverVariableOverDefault(t *testing.T) {
	s, err := FromEnvironment(variables("DOORSTEP_GROUP_MAX", "8", "DOORSTEP_QUEUE_LENGTH", "9", "DOORSTEP_ADMIN_HTTP", "127.0.0.1:9091", "DOORSTEP_DEMO_SEED", ""))
	if err != nil {
		t.Fatal(err)
	}
	flags := pflag.NewFlagSet("doorstep", pflag.ContinueOnError)
	s.Bind(flags)
	if err := flags.Parse([]string{"--group-max=16", "--escalation-interval", "30s", "--tombstone-days=90"}); err != nil {
		t.Fatal(err)
	}
	if s.GroupMax != 16 || s.QueueLength != 9 || s.AdminHTTP != "127.0.0.1:9091" || s.EscalationInterval != 30*time.Second ||
		s.TombstoneRetention != 90*24*time.Hour || s.DemoSeed != 1 {
		t.Errorf("got %+v", s)
	}
}

func TestTheListenerForAdministrationCanBeSwitchedOff(t *testing.T) {
	for value, want := range map[string]string{"off": "", "0.0.0.0:9000": "0.0.0.0:9000", "": "127.0.0.1:8091"} { // an empty variable is not set
		s, err := FromEnvironment(variables("DOORSTEP_ADMIN_HTTP", value))
		if err != nil || s.AdminHTTP != want {
			t.Errorf("%q makes %q, %v", value, s.AdminHTTP, err)
		}
	}
	s, err := FromEnvironment(none)
	if err != nil {
		t.Fatal(err)
	}
	flags := pflag.NewFlagSet("doorstep", pflag.ContinueOnError)
	s.Bind(flags)
	if err := flags.Parse([]string{"--admin-http="}); err != nil || s.AdminHTTP != "" || flags.Lookup("admin-http").Value.String() != "off" {
		t.Errorf("an empty flag makes %q, %v", s.AdminHTTP, err)
	}
}

func TestBadValuesAreNamed(t *testing.T) {
	for _, c := range []struct{ env, value, want string }{
		{"DOORSTEP_ACCESS_TOKEN_MINUTES", "0", "0 is outside 1 to 60"},
		{"DOORSTEP_ACCESS_TOKEN_MINUTES", "61", "61 is outside 1 to 60"},
		{"DOORSTEP_ACCESS_TOKEN_MINUTES", "15m", `"15m" is not a whole number`},
		{"DOORSTEP_ISSUE_RETENTION_DAYS", "31", "31 is outside 1 to 30"},
		{"DOORSTEP_TOMBSTONE_DAYS", "30", "30 is outside 31 to 3650"},
		{"DOORSTEP_ESCALATION_INTERVAL", "61s", "1m1s is outside 1s to 1m0s"},
		{"DOORSTEP_ESCALATION_INTERVAL", "15", `"15" is not a duration such as 15s`},
		{"DOORSTEP_QUEUE_LENGTH", "99999999999999999999", "is not a whole number"},
		{"DOORSTEP_HTTP", "nonsense", `"nonsense" is not an address such as 127.0.0.1:8090`}, // K13
		{"DOORSTEP_ADMIN_HTTP", "8091", `"8091" is not an address such as 127.0.0.1:8090`},
		{"DOORSTEP_ORIGINS", "*", `"*" is not an origin such as https://app.example.org`},
		{"DOORSTEP_ORIGINS", "https://a.example.org,https://*.example.org", `"https://*.example.org" is not an origin`},
		{"DOORSTEP_ORIGINS", "app.example.org", `"app.example.org" is not an origin`},
		{"DOORSTEP_ORIGINS", "https://app.example.org/", `"https://app.example.org/" is not an origin`},
		{"DOORSTEP_ORIGINS", "https://nia@app.example.org", `is not an origin`},
		{"DOORSTEP_ORIGINS", "file:///etc", `is not an origin`},
	} {
		_, err := FromEnvironment(variables(c.env, c.value))
		if err == nil || !strings.Contains(err.Error(), c.env) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s=%s: got %v, want %s", c.env, c.value, err, c.want)
		}
	}
	s, err := FromEnvironment(none)
	if err != nil {
		t.Fatal(err)
	}
	flags := pflag.NewFlagSet("doorstep", pflag.ContinueOnError)
	flags.SetOutput(&strings.Builder{})
	s.Bind(flags)
	if err := flags.Parse([]string{"--group-max=0"}); err == nil || !strings.Contains(err.Error(), "0 is outside 1 to 1024") {
		t.Errorf("--group-max=0: got %v", err)
	}
}

func TestPocketBaseFlagsObeyTheirVariables(t *testing.T) {
	for _, c := range []struct {
		name, env string
		args      []string
		want      string
	}{
		{"nothing set: the owner's default stays", "", nil, ""},
		{"the variable becomes the default", "0.0.0.0:80", nil, "0.0.0.0:80"},
		{"the flag still wins", "0.0.0.0:80", []string{"--http=127.0.0.1:1"}, "127.0.0.1:1"},
	} {
		s, err := FromEnvironment(variables("DOORSTEP_HTTP", c.env))
		if err != nil {
			t.Fatal(err)
		}
		flags := pflag.NewFlagSet("serve", pflag.ContinueOnError)
		got := flags.String("http", "", "PocketBase's own")
		if err := s.BindPocketBaseFlags(flags); err != nil {
			t.Fatal(err)
		}
		if err := flags.Parse(c.args); err != nil {
			t.Fatal(err)
		}
		if *got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, *got, c.want)
		}
	}
}

func TestATakenFlagIsOursAlone(t *testing.T) {
	for _, c := range []struct {
		name, env string
		args      []string
		want      string
	}{
		{"nothing set: no other origin", "", nil, ""},
		{"the variable", "https://A.example.org, http://localhost:5173", nil, "https://a.example.org,http://localhost:5173"},
		{"the flag wins", "https://a.example.org", []string{"--origins=https://b.example.org"}, "https://b.example.org"},
	} {
		s, err := FromEnvironment(variables("DOORSTEP_ORIGINS", c.env))
		if err != nil {
			t.Fatal(err)
		}
		flags := pflag.NewFlagSet("serve", pflag.ContinueOnError)
		flags.SetOutput(&strings.Builder{})
		theirs := flags.StringSlice("origins", []string{"*"}, "PocketBase's own")
		if err := s.BindPocketBaseFlags(flags); err != nil {
			t.Fatal(err)
		}
		if err := flags.Parse(c.args); err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(s.Origins, ","); got != c.want || len(*theirs) != 1 {
			t.Errorf("%s: got %q (PocketBase: %v), want %q", c.name, got, *theirs, c.want)
		}
		if err := flags.Parse([]string{"--origins=*"}); err == nil || !strings.Contains(err.Error(), "is not an origin") {
			t.Errorf("%s: --origins=* got %v", c.name, err)
		}
	}
}

// TestREADMETable holds the table people read to the one the program uses; -update rewrites it.
func TestREADMETable(t *testing.T) {
	const begin, end = "<!-- settings: begin -->\n", "<!-- settings: end -->"
	path := filepath.Join("..", "..", "README.md")
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(raw), begin)
	have, after, closed := strings.Cut(rest, end)
	if !ok || !closed {
		t.Fatal("README.md has lost the marks around the settings table")
	}
	if have == markdown() {
		return
	}
	if !*update {
		t.Fatalf("the settings table in README.md is not the one in the code; run: go test ./internal/settings -update\nwant\n%s", markdown())
	}
	if err := os.WriteFile(path, []byte(before+begin+markdown()+end+after), 0o644); err != nil {
		t.Fatal(err)
	}
}

// markdown is the table as README.md shows it.
func markdown() string {
	var b strings.Builder
	b.WriteString("| flag | variable | default | what it does |\n| --- | --- | --- | --- |\n")
	for _, e := range table {
		fallback := "none"
		if e.Default != "" {
			fallback = "`" + e.Default + "`"
		}
		fmt.Fprintf(&b, "| `--%s` | `%s` | %s | %s |\n", e.Flag, e.Env, fallback, e.Help)
	}
	return b.String()
}
