package setup

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/testkit"
)

func good() *Neighbourhood {
	n, err := Read(strings.NewReader(strings.Replace(Example, `password: ""`, "password: tangerine-ladder-cloud", 1)))
	if err != nil {
		panic(err)
	}
	return n
}

func TestTheExampleCanBeMadeAsItStands(t *testing.T) {
	n := good()
	if err := Check(n); err != nil {
		t.Error(err)
	}
	if w := Warnings(n); len(w) > 0 {
		t.Errorf("warnings: %v", w)
	}
}

func TestWhatIsWrongIsSaidBesideEachField(t *testing.T) {
	for _, c := range []struct {
		name    string
		do      func(n *Neighbourhood)
		field   string
		message string // a part of it
	}{
		{"no name", func(n *Neighbourhood) { n.Name = "  " }, "name", "missing"},
		{"two lines of name", func(n *Neighbourhood) { n.Name = "a\x00b" }, "name", "one line"},
		{"a very long name", func(n *Neighbourhood) { n.Name = strings.Repeat("é", 201) }, "name", "longer than 200"},
		{"no address", func(n *Neighbourhood) { n.Administrator.Email = "" }, "administrator.email", "missing"},
		{"no e-mail address", func(n *Neighbourhood) { n.Administrator.Email = "ada.quince" }, "administrator.email", "not an e-mail address"},
		{"a short password", func(n *Neighbourhood) { n.Administrator.Password = "kX9!q" }, "administrator.password", "at least 10"},
		{"a common password", func(n *Neighbourhood) { n.Administrator.Password = "password12" }, "administrator.password", "too easily guessed"},
		{"their own name as a password", func(n *Neighbourhood) { n.Administrator.Password = "adaquince1" }, "administrator.password", "too easily guessed"},
		{"no organisation", func(n *Neighbourhood) { n.Organisations = nil }, "organisations", "At least one"},
		{"an unknown kind", func(n *Neighbourhood) { n.Organisations[0].Kind = "hospital" }, "organisations[0].kind", "community_trust"},
		{"no ODS code", func(n *Neighbourhood) { n.Organisations[0].ODSCode = "R!" }, "organisations[0].ods_code", "not an ODS code"},
		{"a team without a name", func(n *Neighbourhood) { n.Organisations[0].Teams[1].Name = "" }, "organisations[0].teams[1].name", "missing"},
		{"two teams of one name", func(n *Neighbourhood) { n.Organisations[0].Teams[1].Name = "riverside nurses" }, "organisations[0].teams[1].name", "Another team"},
		{"two teams of one name, otherwise spelt", func(n *Neighbourhood) { n.Organisations[0].Teams[1].Name = "Ríverside-Nurses" }, "organisations[0].teams[1].name", "Another team"},
		{"an unknown kind of team", func(n *Neighbourhood) { n.Organisations[0].Teams[0].Kind = "ward" }, "organisations[0].teams[0].kind", "nursing"},
		{"an unknown role", func(n *Neighbourhood) { n.Organisations[0].Teams[0].Staff[0].Role = "nurse" }, "organisations[0].teams[0].staff[0].role", "district_nurse"},
		{"one address twice", func(n *Neighbourhood) { n.Organisations[0].Teams[0].Staff[1].Email = "LEA.marsh@trust.example " }, "organisations[0].teams[0].staff[1].email", "Somebody else"},
		{"the administrator's address again", func(n *Neighbourhood) { n.Organisations[0].Teams[0].Staff[1].Email = "Ada.Quince@trust.example" }, "organisations[0].teams[0].staff[1].email", "Somebody else"},
		{"one code twice", func(n *Neighbourhood) {
			n.Organisations[0].ODSCode = "rx1"
			n.Organisations = append(n.Organisations, Organisation{Name: "Other", Kind: "practice", ODSCode: " RX1"})
		}, "organisations[1].ods_code", "Another organisation"},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := good()
			c.do(n)
			n.Tidy()
			var problems Problems
			if !errors.As(Check(n), &problems) || len(problems) != 1 || problems[0].Field != c.field || !strings.Contains(problems[0].Message, c.message) {
				t.Errorf("problems are %v, want one with %s saying %q", problems, c.field, c.message)
			}
		})
	}
}

func TestWithoutCoordinationOrSafeguardingItIsSaidWhatWillNotWork(t *testing.T) {
	n := good()
	n.Organisations[0].Teams = n.Organisations[0].Teams[:1]
	if err := Check(n); err != nil {
		t.Errorf("it can be made all the same: %v", err)
	}
	warnings := strings.Join(Warnings(n), "\n")
	if !strings.Contains(warnings, "care coordination") || !strings.Contains(warnings, "safeguarding") || len(Warnings(n)) != 2 {
		t.Errorf("warnings are %q", warnings)
	}
}

func TestAFileThatCannotBeReadSaysWhere(t *testing.T) {
	for _, c := range []struct{ name, text, says string }{
		{"empty", "", "empty"},
		{"a field that is misspelt", "name: Riverside\norganizations: []\n", "line 2: field organizations not found"},
		{"a list where a name belongs", "name: [a, b]\n", "line 1"},
		{"not YAML", "name: \"a\nb: {", "cannot be read"},
		{"two descriptions", "name: a\n---\nname: b\n", "second part"},
	} {
		if _, err := Read(strings.NewReader(c.text)); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %q", c.name, err, c.says)
		}
	}
	n, err := Read(strings.NewReader("\xef\xbb\xbf" + `{"name": " River  side ", "administrator": {"email": "ADA@Example.org"}, "organisations": [{"ods_code": "r x1"}]}`))
	if err != nil || n.Name != "River side" || n.Administrator.Email != "ada@example.org" || n.Organisations[0].ODSCode != "RX1" {
		t.Errorf("JSON with a byte order mark reads as %+v, %v", n, err)
	}
}

// shelf is a store that remembers what it was given.
type shelf struct {
	made  Making
	fails error
}

func (s *shelf) SetUp(_ context.Context, m Making) (map[string]string, error) {
	s.made = m
	codes := map[string]string{}
	for _, a := range m.Accounts {
		if a.Password == "" {
			codes[a.ID] = "code" + a.ID
		}
	}
	return codes, s.fails
}

func counting() func() (string, error) {
	n := 0
	return func() (string, error) { n++; return fmt.Sprint(n), nil }
}

func TestADescriptionMakesTheAdministratorAndWhatItNames(t *testing.T) {
	s := &shelf{}
	made, err := Make(context.Background(), s, good(), ByTerminal, counting())
	if err != nil {
		t.Fatal(err)
	}
	count := map[string]int{}
	for _, r := range s.made.Rows {
		count[r.Collection]++
	}
	if count[care.Neighbourhoods] != 1 || count[care.Organisations] != 1 || count[care.Teams] != 3 || len(s.made.Accounts) != 5 {
		t.Errorf("made %v and %d accounts", count, len(s.made.Accounts))
	}
	if a := s.made.Accounts[0]; a.Values["role"] != string(care.ServerAdministrator) || a.Password == "" || a.Values["organisation"] != made.Organisation || a.ID != made.Administrator {
		t.Errorf("the administrator is %+v", a)
	}
	if len(made.Invited) != 4 || made.Invited[0].Name != "Lea Marsh" || made.Invited[0].Code == "" {
		t.Errorf("invited are %v", made.Invited)
	}
	s.fails = ErrStands
	if _, err := Make(context.Background(), s, good(), ByTerminal, counting()); !errors.Is(err, ErrStands) {
		t.Errorf("where somebody administers already: %v", err)
	}
	bad := good()
	bad.Name = ""
	s.made = Making{}
	if _, err := Make(context.Background(), s, bad, ByTerminal, counting()); err == nil || len(s.made.Rows) > 0 {
		t.Errorf("what cannot be made reached the store: %v, %v", err, s.made)
	}
}

func TestTheLinkOfAStartCountsOnceForHalfAnHour(t *testing.T) {
	now := testkit.Monday
	link, secret, err := NewLink(func() time.Time { return now }, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := link.Check(secret); err != nil {
		t.Errorf("a new link: %v", err)
	}
	broken := errors.New("disk full")
	if err := link.Use(secret, func() error { return broken }); !errors.Is(err, broken) {
		t.Errorf("a set-up that failed: %v", err)
	}
	if err := link.Use(secret, func() error { return nil }); err != nil {
		t.Errorf("after it the link still counts: %v", err)
	}
	if err := link.Use(secret, func() error { t.Error("it ran twice"); return nil }); !errors.Is(err, ErrLink) {
		t.Errorf("used twice: %v", err)
	}
	late, secret, err := NewLink(func() time.Time { return now }, nil)
	if err != nil {
		t.Fatal(err)
	}
	now = now.Add(LinkLifetime)
	if err := late.Check(secret); !errors.Is(err, ErrLink) {
		t.Errorf("after half an hour: %v", err)
	}
	if err := (*Link)(nil).Check(secret); !errors.Is(err, ErrLink) {
		t.Errorf("on a server that needs none: %v", err)
	}
}

func TestTheLinkOfAnEarlierStartIsNone(t *testing.T) {
	clock := func() time.Time { return testkit.Monday }
	_, before, err := NewLink(clock, nil)
	if err != nil {
		t.Fatal(err)
	}
	link, _, err := NewLink(clock, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := link.Check(before); !errors.Is(err, ErrLink) {
		t.Errorf("after a restart: %v", err)
	}
}

func TestGuessesAtTheLinkAreSlowedDown(t *testing.T) {
	now := testkit.Monday
	link, secret, err := NewLink(func() time.Time { return now }, nil)
	if err != nil {
		t.Fatal(err)
	}
	for range freeTries {
		if err := link.Check("guess"); !errors.Is(err, ErrLink) {
			t.Fatalf("a wrong link: %v", err)
		}
	}
	tooMany := new(TooManyTries)
	for _, try := range []string{"guess", secret} {
		if err := link.Check(try); !errors.As(err, &tooMany) || tooMany.Wait <= 0 || tooMany.Wait > tryEvery {
			t.Errorf("one more: %v", err)
		}
	}
	now = now.Add(tryEvery)
	if err := link.Check(secret); err != nil {
		t.Errorf("after the wait: %v", err)
	}
}

func TestTheTerminalAsksUntilEachAnswerWillDo(t *testing.T) {
	answers := []string{"Ada Quince", "ada", "Ada.Quince@trust.example", "password12", "tangerine-ladder-cloud", "another", "tangerine-ladder-cloud", "tangerine-ladder-cloud",
		"Riverside", "Riverside Trust", "", "!", "", "", "", "-", "", "Night Nurses", "ward", "nursing", ""}
	var said bytes.Buffer
	n, err := terminal(strings.NewReader(strings.Join(answers, "\n")+"\n"), &said).neighbourhood(context.Background())
	if err != nil {
		t.Fatalf("%v\n%s", err, said.String())
	}
	if err := Check(n); err != nil {
		t.Error(err)
	}
	var teams []string
	for _, team := range n.Organisations[0].Teams {
		teams = append(teams, team.Kind+" "+team.Name)
	}
	if want := []string{"nursing Riverside Nurses", "safeguarding Safeguarding", "nursing Night Nurses"}; !slices.Equal(teams, want) {
		t.Errorf("teams are %v, want %v", teams, want)
	}
	for _, why := range []string{"not an e-mail address", "too easily guessed", "two different passwords", "not an ODS code", "must be one of nursing"} {
		if !strings.Contains(said.String(), why) {
			t.Errorf("%q was not said:\n%s", why, said.String())
		}
	}
	if _, err := terminal(strings.NewReader("Ada\n"), &said).neighbourhood(context.Background()); !errors.Is(err, errNoAnswer) {
		t.Errorf("answers that end: %v", err)
	}
}

func TestTheCommandSaysWhatItMadeAndWhatComesNext(t *testing.T) {
	file := t.TempDir() + "/n.yaml"
	text := strings.Replace(Example, `password: ""`, "password: tangerine-ladder-cloud", 1)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	s := &shelf{}
	run := func(args ...string) (string, error) {
		var out bytes.Buffer
		c := Command(func() (Store, error) { return s, nil }, counting())
		c.SetArgs(args)
		c.SetOut(&out)
		c.SetErr(&out)
		c.SilenceErrors = true
		err := c.ExecuteContext(context.Background())
		return out.String(), err
	}
	said, err := run(file)
	if err != nil || !strings.Contains(said, "Riverside Community Trust (community_trust), with 3 teams") || !strings.Contains(said, "Lea Marsh <lea.marsh@trust.example> sets a password at /account/ with the code CODE") ||
		!strings.Contains(said, "ada.quince@trust.example signs in at /desk/") {
		t.Errorf("%v\n%s", err, said)
	}
	if err := os.WriteFile(file, []byte(strings.Replace(text, "kind: nursing", "kind: ward", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := run(file); err == nil || !strings.Contains(err.Error(), "organisations[0].teams[0].kind: This must be one of") {
		t.Errorf("what cannot be made: %v", err)
	}
	if said, err := run("--example"); err != nil || said != Example {
		t.Errorf("the example: %v", err)
	}
}
