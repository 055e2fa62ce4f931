package contract_test

import (
	"context"
	"crypto/ecdh"
	"crypto/ed25519"
	"crypto/hpke"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/care"
	"doorstep/internal/channel/channeltest"
	"doorstep/internal/channel/email"
	"doorstep/internal/identifier"
	"doorstep/internal/pbrecords"
	"doorstep/internal/pbstore"
	"doorstep/internal/server"
	"doorstep/internal/setup"
	"doorstep/internal/testkit"
	"doorstep/internal/testkit/pbtest"
	"doorstep/internal/wire"
)

// stage is a server in a small neighbourhood, and what is known of the conversation so far. Its
// clock stands still but for what a transcript says.
type stage struct {
	t       *testing.T
	app     *pbtest.App
	srv     *server.Server
	http    *httptest.Server
	clock   atomic.Int64
	ids     *identifier.Minter
	people  map[string]*core.Record
	keys    map[string]ed25519.PrivateKey // by name
	signs   map[string]string             // the key of a device, both by name
	backup  string
	entropy entropy
	// receiver takes webhooks, and says so.
	receiver *httptest.Server
	mailbox  *channeltest.Mailbox
	refuses  atomic.Int64
	*names
}

// entropy counts: ids made within one millisecond, which here lasts for ever, rise, and lists
// that are ordered by id come in the order in which things were made.
type entropy struct{ reads atomic.Uint64 }

func (e *entropy) Read(p []byte) (int, error) {
	clear(p)
	var count [8]byte
	binary.BigEndian.PutUint64(count[:], e.reads.Add(1))
	copy(p, count[:])
	return len(p), nil
}

// begin is when every transcript begins: a Monday morning in winter, when London keeps UTC.
var begin = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

func newStage(t *testing.T) *stage {
	s := &stage{t: t, people: map[string]*core.Record{}, keys: map[string]ed25519.PrivateKey{}, signs: map[string]string{}, names: newNames(), ids: identifier.NewMinter(rand.Reader)}
	s.clock.Store(begin.UnixNano())
	dir := t.TempDir()
	if err := pbtest.Fill(dir); err != nil {
		t.Fatal(err)
	}
	s.mailbox = channeltest.NewMailbox(t)
	s.open(dir)
	t.Cleanup(s.close)
	s.furnish()
	return s
}

func (s *stage) now() time.Time { return time.Unix(0, s.clock.Load()).UTC() }

func (s *stage) open(dir string) {
	s.app = pbtest.Open(s.t, dir, func(app core.App) { server.Bind(app, s.now) })
	srv, err := server.Start(s.app.BaseApp, server.Options{Now: s.now, Entropy: &s.entropy, Manual: true, Channels: server.ChannelOptions{URL: "https://doorstep.example", Private: []string{"127.0.0.1"},
		Mail: email.Settings{Server: s.mailbox.Address, User: "doorstep", Password: channeltest.Password, From: "doorstep@doorstep.example", Roots: s.mailbox.Roots}}})
	if err != nil {
		s.t.Fatal(err)
	}
	s.srv, s.http = srv, s.app.Serve(s.t)
	s.tick()
}

func (s *stage) close() {
	s.http.Close()
	if err := s.srv.Close(); err != nil {
		s.t.Error(err)
	}
	s.app.Close(s.t)
}

func (s *stage) tick() {
	s.t.Helper()
	if err := s.srv.Tick(context.Background()); err != nil {
		s.t.Fatal(err)
	}
}

// furnish makes the people the transcripts speak of.
func (s *stage) furnish() {
	// What a new database holds already took numbers of the sequence; begin at a round one, so
	// that a rule more or less changes no transcript.
	if err := s.srv.Engine.Do(context.Background(), func(tx *pbstore.Tx) error {
		for tx.Seq() < 100 {
			tx.Next()
		}
		return nil
	}); err != nil {
		s.t.Fatal(err)
	}
	a := s.app
	trust, practice := a.Org(s.t, "community_trust", "Community Trust"), a.Org(s.t, "practice", "Bridge Surgery")
	s.know("Community Trust", trust)
	s.know("Bridge Surgery", practice)
	nurses, others := a.Team(s.t, trust, "nursing", "Riverside Nurses"), a.Team(s.t, trust, "nursing", "Hillside Nurses")
	s.know("Riverside Nurses", nurses)
	s.know("Hillside Nurses", others)
	s.know("the surgery's team", a.Team(s.t, practice, "practice", "Bridge Surgery"))
	s.know("Ann", a.Staff(s.t, care.DistrictNurse, "Ann", nurses))
	s.know("Bob", a.Staff(s.t, care.DistrictNurse, "Bob", nurses))
	s.know("Lea", a.Staff(s.t, care.TeamLead, "Lea", nurses))
	s.know("Hana", a.Staff(s.t, care.TeamLead, "Hana", others))
	ada := a.Put(s.t, care.Patients, map[string]any{"family_name": "Testpatient", "given_name": "Ada", "date_of_birth": "1941-05-06",
		"practice": practice.Id, "access_notes": "ring twice"})
	s.know("Ada", ada)
	s.know("caseload row", a.Caseload(s.t, ada, nurses))
	ben := a.Put(s.t, care.Patients, map[string]any{"family_name": "Testpatient", "given_name": "Ben", "date_of_birth": "1938-11-20", "practice": practice.Id})
	s.know("Ben", ben)
	a.Caseload(s.t, ben, others)
	s.tick()
}

func (s *stage) know(name string, r *core.Record) {
	s.people[name] = r
	s.bind(name, r.Id)
}

// actions are what can happen on the server between two requests, in the words of the transcripts.
var actions = map[string]func(*stage){
	"a server on which nobody has an account is started, and prints a set-up link": func(s *stage) {
		link, secret, err := setup.NewLink(s.now, rand.Reader)
		if err != nil {
			s.t.Fatal(err)
		}
		s.srv.API.FirstStart = link
		s.bind("set-up link 1", secret)
	},
	"A system of the surgery's own takes webhooks at {{their system}}": func(s *stage) {
		s.receiver = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(int(s.refuses.Load())) }))
		s.t.Cleanup(s.receiver.Close)
		s.refuses.Store(http.StatusNoContent)
		s.bind("their system", s.receiver.URL)
	},
	"The link is in the mailbox of the surgery: {{one-time link 1}}": func(s *stage) {
		for _, mail := range s.mailbox.Arrived() {
			if _, link, found := strings.Cut(mail.Text, "/once/#"); found {
				s.bind("one-time link 1", strings.Fields(link)[0])
			}
		}
	},
	"Their system refuses what it is sent": func(s *stage) { s.refuses.Store(http.StatusForbidden) },
	"Their system takes what it is sent":   func(s *stage) { s.refuses.Store(http.StatusNoContent) },
	"Olga and Paul keep the rules": func(s *stage) {
		s.know("Olga", s.app.Staff(s.t, care.ClinicalLead, "Olga"))
		s.know("Paul", s.app.Staff(s.t, care.ClinicalLead, "Paul"))
	},
	"The backtest is done": func(s *stage) {
		testkit.Until(s.t, "the backtest is done", s.backtestIsDone)
	},
	"Adam administers the whole server": func(s *stage) {
		s.know("Adam", s.app.Staff(s.t, care.ServerAdministrator, "Adam"))
	},
	"Ann is given a one-time code for a password": func(s *stage) {
		code, _, err := pbrecords.NewAccounts(s.app.BaseApp, s.now, rand.Reader).IssueCode(context.Background(), care.Viewer{Staff: s.people["Lea"].Id}, s.people["Ann"].Id)
		if err != nil {
			s.t.Fatal(err)
		}
		s.bind("password code 1", code)
	},
	"Lea takes Ada off the caseload of Riverside Nurses.": func(s *stage) {
		if err := s.app.Delete(s.people["caseload row"]); err != nil {
			s.t.Fatal(err)
		}
	},
	"Bridge Surgery has two GPs, Guy and Gwen, and Rita at its reception.": func(s *stage) {
		team := s.people["the surgery's team"]
		s.know("Guy", s.app.Staff(s.t, care.DutyGP, "Guy", team))
		s.know("Gwen", s.app.Staff(s.t, care.DutyGP, "Gwen", team))
		s.know("Rita", s.app.Staff(s.t, care.Reception, "Rita", team))
	},
	"There are a care coordinator, Cora; a mental health team, Minds, with Mia; and a voluntary service, Friendly Visits, with Vera, its coordinator, and Vic, who visits Ada.": func(s *stage) {
		a := s.app
		trust := s.people["Community Trust"]
		coordination := a.Team(s.t, trust, "coordination", "Coordination")
		minds := a.Team(s.t, a.Org(s.t, "mental_health", "Minds"), "mental_health", "Minds")
		service := a.Org(s.t, "voluntary", "Friendly Visits")
		visitors := a.Team(s.t, service, "voluntary", "Friendly Visits")
		s.know("Coordination", coordination)
		s.know("Minds", minds)
		s.know("Friendly Visits", visitors)
		s.know("Cora", a.Staff(s.t, care.CareCoordinator, "Cora", coordination))
		s.know("Mia", a.Staff(s.t, care.MentalHealth, "Mia", minds))
		s.know("Vera", a.Staff(s.t, care.VolunteerCoordinator, "Vera", visitors))
		s.know("Vic", a.Staff(s.t, care.Volunteer, "Vic", visitors))
		ada := s.people["Ada"]
		ada.Set("consent", []map[string]any{{"service": service.Id, "given": true, "by": s.people["Lea"].Id, "how": "asked", "at": care.Stamp(begin)}})
		if err := a.Save(ada); err != nil {
			s.t.Fatal(err)
		}
		a.Caseload(s.t, ada, visitors)
		a.Caseload(s.t, ada, s.people["Vic"])
	},
	"The nurses and a coordination team with Cora, a care coordinator, are of a neighbourhood, Riverside; Max manages a practice.": func(s *stage) {
		a := s.app
		hood := a.Put(s.t, care.Neighbourhoods, map[string]any{"name": "Riverside"})
		coordination := a.Team(s.t, s.people["Community Trust"], "coordination", "Coordination")
		for _, team := range []*core.Record{coordination, s.people["Riverside Nurses"]} {
			team.Set("neighbourhood", hood.Id)
			if err := a.Save(team); err != nil {
				s.t.Fatal(err)
			}
		}
		s.know("Riverside", hood)
		s.know("Cora", a.Staff(s.t, care.CareCoordinator, "Cora", coordination))
		max := a.Staff(s.t, care.Reception, "Max")
		max.SetEmail("max@example.org")
		if err := a.Save(max); err != nil {
			s.t.Fatal(err)
		}
		s.know("Max", max)
	},
	"The database is copied, as a backup does.": func(s *stage) {
		s.backup = filepath.Join(s.t.TempDir(), "data.db")
		if _, err := s.app.NonconcurrentDB().NewQuery("VACUUM INTO {:to}").Bind(map[string]any{"to": s.backup}).Execute(); err != nil {
			s.t.Fatal(err)
		}
	},
	"The server is restored from that copy.": func(s *stage) {
		dir := s.app.DataDir()
		s.close()
		if err := restore(s.backup, dir); err != nil {
			s.t.Fatal(err)
		}
		s.open(dir)
	},
}

var opening = regexp.MustCompile(`^(\w+)'s phone is enrolled, has said hello and has pulled to the end\.$`)

// openPhone says what 01-first-sync tells at length.
func (s *stage) openPhone(name string) error {
	n := strconv.Itoa(s.count["device"] + 1)
	bearer := [2]string{"Authorization", "Bearer {{access token " + n + "}}"}
	inJSON := [2]string{"Content-Type", "application/json"}
	for _, st := range []step{
		{method: "POST", path: "/api/sync/v1/devices", headers: [][2]string{{"Authorization", "{{staff token of " + name + "}}"}, inJSON},
			body: `{"name": "Phone", "platform": "android", "public_key": {"kty": "OKP", "crv": "Ed25519", "x": "{{key ` + n + `}}"}}`},
		{method: "POST", path: "/api/sync/v1/token", headers: [][2]string{{"Content-Type", "application/x-www-form-urlencoded"}},
			body: "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion={{assertion 1 of device " + n + "}}"},
		{method: "POST", path: "/api/sync/v1/hello", headers: [][2]string{bearer, inJSON},
			body: `{"protocol": 1, "schema": 1, "client": "{{client ` + n + `}}", "now": "` + care.Stamp(s.now()) + `", "cursor": "", "outbox": {"count": 0, "next_mid": 1}}`},
		{method: "GET", path: "/api/sync/v1/pull?client={{client " + n + "}}", headers: [][2]string{bearer}},
	} {
		if err := s.say(&st); err != nil {
			return err
		}
		if !strings.HasPrefix(st.answer, "HTTP 20") {
			return fmt.Errorf("open %s's phone: %s", name, st.answer)
		}
	}
	return nil
}

// lockPhone gives the first phone a token of a locked one.
func (s *stage) lockPhone() error {
	inJSON := [2]string{"Content-Type", "application/json"}
	for _, st := range []step{
		{method: "POST", path: "/api/sync/v1/hello", headers: [][2]string{{"Authorization", "Bearer {{access token 1}}"}, inJSON},
			body: `{"protocol": 1, "schema": 1, "client": "{{client 1}}", "now": "` + care.Stamp(s.now()) + `", "cursor": "", "outbox": {"count": 0, "next_mid": 1}, ` +
				`"locked_key": {"kty": "OKP", "crv": "Ed25519", "x": "{{locked key 1}}"}}`},
		{method: "POST", path: "/api/sync/v1/token", headers: [][2]string{{"Content-Type", "application/x-www-form-urlencoded"}},
			body: "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&scope=locked&assertion={{locked assertion 1 of device 1}}"},
	} {
		if err := s.say(&st); err != nil {
			return err
		}
		if !strings.HasPrefix(st.answer, "HTTP 200") {
			return fmt.Errorf("lock the phone: %s", st.answer)
		}
	}
	return nil
}

var passing = regexp.MustCompile(`^(\d+) (minutes|hours|days) pass\.$`)

// backtestIsDone says whether Olga's backtest is done.
func (s *stage) backtestIsDone() bool {
	token, err := s.people["Olga"].NewAuthToken()
	if err != nil {
		s.t.Fatal(err)
	}
	request, err := http.NewRequest(http.MethodGet, s.http.URL+"/api/care/v1/rules/backtests/"+s.value["backtest 1"], nil)
	if err != nil {
		s.t.Fatal(err)
	}
	request.Header.Set("Authorization", token)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		s.t.Fatal(err)
	}
	defer response.Body.Close()
	var far struct{ State string }
	if err := json.NewDecoder(response.Body).Decode(&far); err != nil {
		s.t.Fatal(err)
	}
	return far.State != "running"
}

func (s *stage) act(sentence string) error {
	if m := passing.FindStringSubmatch(sentence); m != nil {
		n, err := strconv.Atoi(m[1])
		if err != nil {
			return err
		}
		unit := map[string]time.Duration{"minutes": time.Minute, "hours": time.Hour, "days": 24 * time.Hour}[m[2]]
		s.clock.Add(int64(time.Duration(n) * unit))
	} else if m := opening.FindStringSubmatch(sentence); m != nil {
		if err := s.openPhone(m[1]); err != nil {
			return err
		}
	} else if do := actions[sentence]; do != nil {
		do(s)
	} else {
		return fmt.Errorf("nobody knows how to do %q", sentence)
	}
	s.tick()
	return nil
}

var (
	staffToken = regexp.MustCompile(`^staff token of (.+)$`)
	keyName    = regexp.MustCompile(`^(locked )?key \d+$`)
	lockedSign = regexp.MustCompile(`^locked assertion \d+ of (device (\d+))$`)
	sealedPart = regexp.MustCompile(`^(change (\d+), sealed|signature of change (\d+)) by device (\d+)$`)
	assertion  = regexp.MustCompile(`^assertion \d+ of (device \d+)(?:, whose clock is (\d+) days fast)?$`)
)

// given are names of what only a server makes.
var given = regexp.MustCompile(`^(cursor|access token|secret|session|one-time link|sealing key|key id|staff token|receiver token|device|issue|epoch|history|sign-in code|etag) \d+$`)

// mint makes the value of a name that a request uses first.
func (s *stage) mint(name string) (string, error) {
	if m := staffToken.FindStringSubmatch(name); len(m) > 0 && s.people[m[1]] != nil {
		return s.people[m[1]].NewAuthToken()
	}
	if keyName.MatchString(name) {
		public, private, err := ed25519.GenerateKey(rand.Reader)
		s.keys[name] = private
		return base64.RawURLEncoding.EncodeToString(public), err
	}
	if m := assertion.FindStringSubmatch(name); m != nil {
		at := s.now()
		if m[2] != "" {
			days, err := strconv.Atoi(m[2])
			if err != nil {
				return "", err
			}
			at = at.AddDate(0, 0, days)
		}
		device, key := s.value[m[1]], s.keys[s.signs[m[1]]]
		if device == "" || key == nil {
			return "", fmt.Errorf("there is no %s yet", m[1])
		}
		return jwt.NewWithClaims(jwt.SigningMethodEdDSA, jwt.MapClaims{"iss": device, "aud": "doorstep", "jti": pbtest.ID(),
			"iat": at.Unix(), "exp": at.Add(45 * time.Second).Unix()}).SignedString(key)
	}
	if m := lockedSign.FindStringSubmatch(name); m != nil {
		device, key := s.value[m[1]], s.keys["locked key "+m[2]]
		if device == "" || key == nil {
			return "", fmt.Errorf("there is no %s with a locked key yet", m[1])
		}
		return jwt.NewWithClaims(jwt.SigningMethodEdDSA, jwt.MapClaims{"iss": device, "aud": "doorstep", "jti": pbtest.ID(),
			"iat": s.now().Unix(), "exp": s.now().Add(45 * time.Second).Unix()}).SignedString(key)
	}
	if m := sealedPart.FindStringSubmatch(name); m != nil {
		return s.sealedPart(m[2]+m[3], m[4], m[2] != "")
	}
	if given.MatchString(name) {
		return "", fmt.Errorf("only the server gives a %s, and it has not yet", name)
	}
	v, err := s.ids.New(s.now())
	return string(v), err
}

// sealedPart seals a visit to Ada as a phone does when it is saved, or signs it.
func (s *stage) sealedPart(number, device string, sealing bool) (string, error) {
	mid, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		return "", err
	}
	c := wire.SealedChange{Mid: mid, Key: s.value["change "+number], KID: s.value["key id 1"], Sealed: s.value["change "+number+", sealed by device "+device]}
	if !sealing {
		key := s.keys[s.signs["device "+device]]
		return base64.RawURLEncoding.EncodeToString(ed25519.Sign(key, []byte(c.Signed(s.value["device "+device], s.value["client "+device])))), nil
	}
	point, err := base64.RawURLEncoding.DecodeString(s.value["sealing key 1"])
	if err != nil {
		return "", err
	}
	to, err := hpke.DHKEM(ecdh.P256()).NewPublicKey(point)
	if err != nil {
		return "", err
	}
	plain, err := s.show(s.saved(number), s.mint)
	if err != nil {
		return "", err
	}
	sealed, err := hpke.Seal(to, hpke.HKDFSHA256(), hpke.AES256GCM(), []byte(c.Terms(s.value["client "+device])), []byte(plain))
	return base64.RawURLEncoding.EncodeToString(sealed), err
}

// saved is the visit to Ada that Ann saves in the transcript of the locked phone.
func (s *stage) saved(number string) string {
	return `{"mid": ` + number + `, "key": "{{change ` + number + `}}", "author": "{{Ann}}", "authored_at": "2026-03-02T08:00:00.000Z", "ops": [` +
		`{"op": "create", "collection": "visits", "id": "{{visit ` + number + `}}", "set": {"patient": "{{Ada}}", "status": "completed", "note": "Chest pain, 999 called"}}]}`
}
