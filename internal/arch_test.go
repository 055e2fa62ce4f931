package internal_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "doorstep"

// folder is a row of the table: what one folder may import.
type folder struct {
	// why is the sentence a broken import is answered with.
	why string
	// imports are folders of this module, as listed in the table.
	imports []string
	// outside are module prefixes from outside; the standard library is free to all.
	outside []string
	// tests are further folders its _test.go files may import, beside inTests.
	tests []string
}

// pocketbase may be imported where a row lists it, and nowhere else: it is the seam that lets
// PocketBase be upgraded, and a newcomer run the pure tests without knowing that it exists.
const pocketbase = "github.com/pocketbase/"

// everything is for the few places that put the parts together.
const everything = "*"

var table = map[string]folder{
	".":           {why: "main puts the parts together", imports: []string{everything}, outside: []string{everything}},
	"collections": {why: "the schema is built from the nouns alone", imports: []string{"internal/care"}, outside: []string{pocketbase}, tests: []string{"internal/measures"}},
	"migrations": {why: "a migration states its own delta, so that it means the same for ever",
		imports: []string{"collections", "internal/care", "internal/rules"}, outside: []string{pocketbase}},
	"hooks": {why: "a hook is record in, one internal call, record out",
		imports: []string{"collections", "internal/care", "internal/identity", "internal/pbstore"}, outside: []string{pocketbase, "github.com/ganigeorgiev/fexpr", "github.com/spf13/cast"}},
	"bench": {why: "the bench drives the whole product from outside", imports: []string{everything}, outside: []string{everything}},

	"internal": {why: "the map holds no code"},
	"internal/identifier": {why: "identifiers are checks on text and depend on nothing of ours",
		outside: []string{"github.com/oklog/ulid/v2", "github.com/go-playground/validator/v10"}},
	"internal/keyfile":    {why: "a key is written to the disk without knowing what it opens"},
	"internal/folding":    {why: "how texts are compared stands on the forms of Unicode alone", outside: []string{"golang.org/x/text/unicode/norm"}},
	"internal/news2":      {why: "the score stands on the standard library alone: it is what a clinician reviews"},
	"internal/clockwatch": {why: "a clock that is set is noticed without knowing what goes by it"},
	"internal/health":     {why: "health is judged from measurements, and knows neither store nor route", imports: []string{"internal/care", "internal/clockwatch"}},
	"internal/worktime":   {why: "working time knows calendars, not care", outside: []string{"github.com/rickar/cal/v2"}},
	"internal/measures": {why: "a measure is arithmetic on what was recorded, which anybody can do again",
		imports: []string{"internal/plan", "internal/worktime"}},
	"internal/lone": {why: "who is told of somebody who is alone is worked out from times, with no store and no clock", imports: []string{"internal/care"}},
	"internal/plan": {why: "what a repeating plan comes to is worked out from days and nouns, with no store and no clock", imports: []string{"internal/care", "internal/worktime"},
		outside: []string{"github.com/teambition/rrule-go", "github.com/oklog/ulid/v2"}},
	"internal/care": {why: "nouns depend on nothing but identifiers, hours, one hash and the forms of Unicode", imports: []string{"internal/identifier", "internal/worktime"},
		outside: []string{"github.com/cespare/xxhash/v2", "golang.org/x/text/unicode/norm"}},
	"internal/access": {why: "who may see what is decided from the nouns alone, with no store and no stage behind it",
		imports: []string{"internal/care", "internal/identifier"}},
	"internal/history": {why: "whose past a number belongs to is worked out from names alone", imports: []string{"internal/care"}},
	"internal/wire": {why: "the wire turns bodies into nouns and back, and decides nothing",
		imports: []string{"internal/care"}, outside: []string{"github.com/go-json-experiment/json"}},
	"internal/reconcile": {why: "a merge is pure: the same three sides give the same outcome anywhere",
		imports: []string{"internal/care"}},
	"internal/rules": {why: "a rule judges records and knows nothing of how they came or where the alarm goes",
		imports: []string{"internal/care", "internal/identifier", "internal/news2"}, outside: []string{"cel.dev/cel-go"}},
	"internal/rulebook": {why: "rules are looked at before they are in force, in a database that is read and nothing else, with no server",
		imports: []string{"internal/care", "internal/columns", "internal/rules"}, outside: []string{"github.com/spf13/cobra", "modernc.org/sqlite"}},
	"internal/handover": {why: "a handover is arranged from alarms and clocks; storing and sending is for others",
		imports: []string{"internal/care", "internal/rules", "internal/worktime", "internal/news2"}},
	"internal/sheet": {why: "a sheet of paper is written from texts, without knowing what they are about", outside: []string{"codeberg.org/go-pdf/fpdf", "golang.org/x/image"}},
	"internal/fhir":  {why: "a handover is written as FHIR from what its reader sees, without a store and without deciding who that is", imports: []string{"internal/care", "internal/news2"}},
	"internal/delivery": {why: "delivery carries a handover and may not change one",
		imports: []string{"internal/care", "internal/handover"}, outside: []string{"github.com/cenkalti/backoff/v5"}},
	"internal/channel": {why: "how a team is reached beyond the inbox is chosen and said here; each channel is a folder of its own", imports: []string{"internal/care", "internal/delivery", "internal/worktime"},
		tests: []string{"internal/handover"}},
	"internal/channel/channeltest": {why: "the contract knows what every channel promises, and none of them", imports: []string{"internal/selfsigned", "internal/care", "internal/channel", "internal/delivery"},
		outside: []string{"github.com/emersion/go-smtp", "github.com/emersion/go-sasl"}},
	"internal/channel/email": {why: "e-mail is one channel: it knows neither store nor route", imports: []string{"internal/channel", "internal/delivery"}, tests: []string{"internal/channel/channeltest"},
		outside: []string{"github.com/wneessen/go-mail", "github.com/emersion/go-smtp", "github.com/emersion/go-sasl"}},
	"internal/channel/outward": {why: "where a connection may lead is the same for every channel", imports: []string{"internal/delivery"}},
	"internal/channel/webpush": {why: "web push is one channel: it knows neither store nor route", imports: []string{"internal/care", "internal/channel", "internal/channel/outward", "internal/delivery"}, tests: []string{"internal/channel/channeltest"},
		outside: []string{"github.com/SherClockHolmes/webpush-go", "github.com/hashicorp/golang-lru/v2", "github.com/golang-jwt/jwt/v5"}},
	"internal/channel/webhook": {why: "webhooks are one channel: they know neither store nor route", imports: []string{"internal/care", "internal/channel", "internal/channel/outward", "internal/delivery"}, tests: []string{"internal/channel/channeltest"},
		outside: []string{"github.com/standard-webhooks/standard-webhooks"}},
	"internal/commonwords": {why: "the lists are taken before zxcvbn makes dictionaries of them: it may import what is initialised by then, nothing else",
		imports: []string{}, outside: []string{"github.com/trustelem/zxcvbn"}},
	"internal/identity": {why: "identity answers who is asking; what they may see is in access",
		imports: []string{"internal/care", "internal/access", "internal/identifier", "internal/commonwords", "internal/keyfile"}, outside: []string{"github.com/golang-jwt/jwt/v5", "github.com/go-json-experiment/json", "github.com/hashicorp/golang-lru/v2", "golang.org/x/crypto/bcrypt", "golang.org/x/time/rate", "github.com/trustelem/zxcvbn"}},
	"internal/takein": {why: "taking in knows the rooms to its right, whose stores and next rooms are interfaces",
		imports: []string{"internal/care", "internal/access", "internal/wire", "internal/reconcile", "internal/rules", "internal/handover", "internal/judge", "internal/arrange", "internal/lone"}, tests: []string{"internal/rooms"}},
	"internal/judge": {why: "judging knows the room to its right and nothing of how a change came in",
		imports: []string{"internal/care", "internal/wire", "internal/rules", "internal/handover", "internal/arrange"}, tests: []string{"internal/rooms"}},
	"internal/arrange": {why: "arranging is the last room: it knows neither how a change came in nor how it was judged",
		imports: []string{"internal/care", "internal/access", "internal/wire", "internal/news2", "internal/rules", "internal/handover", "internal/delivery"}, tests: []string{"internal/rooms"}},
	"internal/storetest": {why: "a store in memory for the rooms' tests, and the contract that it and the real one keep",
		imports: []string{"internal/care", "internal/access", "internal/wire", "internal/worktime", "internal/rules", "internal/handover", "internal/judge", "internal/arrange", "internal/rooms"}},
	"internal/rooms": {why: "the rooms are put together for one transaction; any store that has what they ask for will do",
		imports: []string{"internal/care", "internal/wire", "internal/takein", "internal/judge", "internal/arrange"}, tests: []string{"internal/handover", "internal/rules"}},
	"internal/desk": {why: "the desk decides what a lead may decide; the store is an interface, status codes are for the routes",
		imports: []string{"internal/care", "internal/access", "internal/wire", "internal/identifier", "internal/folding", "internal/plan", "internal/worktime"}},
	// The store is named, not declared as an interface: there is one, its group commit is what the
	// conversation is about, and tests run on it. PocketBase itself stays out of the conversation.
	"internal/syncer": {why: "the conversation hands changes to the rooms and knows no route and no client",
		imports: []string{"internal/care", "internal/access", "internal/wire", "internal/history", "internal/delivery", "internal/takein", "internal/judge", "internal/rooms", "internal/pbstore", "internal/clockwatch"},
		outside: []string{"github.com/hashicorp/golang-lru/v2", "golang.org/x/sync/semaphore"}},
	"internal/standing":   {why: "the journal of decisions is a file beside the database, which it must outlive", imports: []string{"internal/care", "internal/history"}},
	"internal/datafolder": {why: "a data folder is looked at before anything in it is opened, by names alone", outside: []string{"github.com/gofrs/flock", "modernc.org/sqlite"}},
	"internal/doctor": {why: "a data folder is looked through in SQL, with no server and no PocketBase: also one on which none starts",
		imports: []string{"internal/care", "internal/columns", "internal/health", "internal/rules"}, outside: []string{"github.com/spf13/cobra", "modernc.org/sqlite"},
		tests: []string{"internal/history", "internal/identity", "internal/pbapp", "internal/server"}},
	"internal/copier": {why: "a database is copied by its pages, sealed, and knows nothing of care", imports: []string{"internal/keyfile"}, outside: []string{"filippo.io/age", "github.com/benbjohnson/litestream", "github.com/johannesboyne/gofakes3", "github.com/minio/minio-go/v7", "github.com/superfly/ltx", "modernc.org/sqlite"}},
	"internal/metrics": {why: "what is counted is named and kept here; who asks the database, and who tells of commits, is for others",
		imports: []string{"internal/care", "internal/health"}, outside: []string{"github.com/prometheus/client_golang", "github.com/prometheus/client_model", "github.com/VictoriaMetrics/metricsql", "go.yaml.in/yaml/v3"}, tests: []string{"internal/clockwatch"}},
	"internal/settings": {why: "settings are read before anything else exists", outside: []string{"github.com/spf13/pflag"}},
	"internal/importer": {why: "an import parses and reports; the store is an interface",
		imports: []string{"internal/care", "internal/identifier", "internal/folding", "internal/plan"}, outside: []string{"github.com/spf13/cobra", "golang.org/x/text"}},
	"internal/setup": {why: "what is set up is described, checked and planned; the store is an interface",
		imports: []string{"internal/care", "internal/access", "internal/folding", "internal/identifier", "internal/identity"},
		outside: []string{"github.com/go-playground/validator/v10", "github.com/spf13/cobra", "go.yaml.in/yaml/v3", "golang.org/x/term", "golang.org/x/time/rate"}},
	"internal/recovery": {why: "recovery opens a phone's export and hands it in as a phone would; the store is an interface",
		imports: []string{"internal/care", "internal/keyfile", "internal/phone", "internal/worktime"}, outside: []string{"github.com/spf13/cobra"}},
	"internal/pbrecords": {why: "accounts, imports and recovery use PocketBase's records as its users would; the audit is written by the store",
		imports: []string{"internal/access", "internal/care", "internal/desk", "internal/pbplans", "internal/plan", "internal/wire", "internal/worktime", "internal/columns", "internal/identifier", "internal/identity", "internal/importer", "internal/recovery", "internal/setup", "internal/pbstore"}, outside: []string{pocketbase}},
	"internal/pbstore": {why: "the store implements the interfaces of the stages and knows no route and no client",
		imports: []string{"internal/care", "internal/access", "internal/wire", "internal/history", "internal/identifier", "internal/worktime", "internal/rules", "internal/handover",
			"internal/delivery", "internal/desk", "internal/judge", "internal/arrange", "internal/rooms", "internal/bounded", "internal/columns", "internal/rendered", "internal/sqlitedb"},
		outside: []string{pocketbase}},
	"internal/bounded": {why: "what is kept, and what it is worth, is for whoever keeps it", outside: []string{"github.com/hashicorp/golang-lru/v2"}},
	"internal/rendered": {why: "what phones get is kept, and made theirs, without knowing how it was read",
		imports: []string{"internal/bounded", "internal/care", "internal/access", "internal/wire"}},
	"internal/pbpages": {why: "what pages list is read in snapshots of the store, and by nobody but the routes",
		imports: []string{"internal/measures", "internal/care", "internal/access", "internal/columns", "internal/desk", "internal/folding", "internal/metrics", "internal/pbstore"}, tests: []string{"internal/handover"}},
	"internal/pbpeople": {why: "the index of people is written beside the store, from what people are found by alone",
		imports: []string{"internal/folding"}},
	"internal/pbmerges": {why: "merges of registrations are kept in transactions of the store, and read in its snapshots",
		imports: []string{"internal/care", "internal/columns", "internal/desk", "internal/pbstore", "internal/rules"}},
	"internal/pbplans": {why: "plans are kept in transactions of the store, and read in its snapshots",
		imports: []string{"internal/care", "internal/columns", "internal/desk", "internal/pbstore", "internal/plan", "internal/worktime"}},
	"internal/pbcontacts": {why: "lists of people to keep in touch with are kept in transactions of the store, and read in its snapshots",
		imports: []string{"internal/care", "internal/columns", "internal/desk", "internal/measures", "internal/pbstore", "internal/worktime"}},
	"internal/pbrules": {why: "rules and what they judge are read in snapshots of the store, and rules are written in its transactions",
		imports: []string{"internal/care", "internal/pbstore", "internal/rulebook", "internal/rules"}},
	"internal/pbdevices": {why: "which phones are refused is kept in transactions of the store, and read in its snapshots",
		imports: []string{"internal/care", "internal/columns", "internal/desk", "internal/pbstore"}},
	"internal/pblone": {why: "who is alone is read in snapshots of the store, and what a desk did about them kept in its transactions",
		imports: []string{"internal/care", "internal/columns", "internal/desk", "internal/pbstore"}},
	"internal/pbchannels": {why: "routes and deliveries are kept in transactions of the store, and read in its snapshots",
		imports: []string{"internal/care", "internal/channel", "internal/channel/webpush", "internal/columns", "internal/delivery", "internal/handover", "internal/pbstore"}},
	"internal/pbnotices": {why: "who takes notices where is kept in transactions of the store, and read in its snapshots",
		imports: []string{"internal/care", "internal/channel", "internal/channel/webpush", "internal/columns", "internal/pbstore"}},
	"internal/pbmeasures": {why: "figures are counted beside the store, from what stands in the feed, and read in its snapshots",
		imports: []string{"internal/access", "internal/care", "internal/columns", "internal/handover", "internal/measures", "internal/pbstore", "internal/worktime"}, outside: []string{"github.com/klauspost/compress"}},
	"internal/columns": {why: "a value's column is the same for whoever reads it; statements are for the store",
		imports: []string{"internal/care"}},
	"internal/sqlitedb": {why: "a database is opened and its statements are run without knowing what they are about",
		imports: []string{"internal/sqlitemem"}, outside: []string{pocketbase, "modernc.org/sqlite"}},
	"internal/sqlitemem": {why: "SQLite's memory is SQLite's affair and knows nothing of care",
		outside: []string{"modernc.org/libc", "modernc.org/sqlite"}},
	"internal/pbapp": {why: "pbapp opens a database and brings it to today's schema; what runs on it is for the server",
		imports: []string{"collections", "migrations", "internal/sqlitedb"}, outside: []string{pocketbase}},
	"internal/server": {why: "the server puts the parts together; clients and demos come on top of it",
		imports: []string{"hooks", "internal/care", "internal/history", "internal/standing", "internal/rules", "internal/rooms", "internal/channel", "internal/channel/email", "internal/channel/webhook", "internal/channel/webpush", "internal/pbnotices", "internal/delivery", "internal/httpapi", "internal/identifier", "internal/identity", "internal/importer", "internal/setup", "internal/pbchannels", "internal/pblone", "internal/pbmeasures", "internal/copier", "internal/datafolder", "internal/metrics", "internal/pbpages", "internal/pbpeople", "internal/pbplans", "internal/pbrecords", "internal/pbstore", "internal/sqlitedb", "internal/syncer", "internal/settings", "internal/clockwatch", "internal/health", "internal/desk"},
		outside: []string{pocketbase, "github.com/robfig/cron/v3", "github.com/standard-webhooks/standard-webhooks"}, tests: []string{"internal/channel/channeltest", "internal/measures", "internal/pbapp", "internal/webui", "internal/plan"}},
	"internal/webui": {why: "pages are served from an fs.FS and know nothing of care", outside: []string{"github.com/andybalholm/brotli", "github.com/tdewolff/"}},
	"internal/contract": {why: "the contract is held against the whole server over HTTP, as a client meets it",
		imports: []string{everything}, outside: []string{pocketbase, "github.com/getkin/kin-openapi", "github.com/klauspost/compress", "github.com/santhosh-tekuri/jsonschema/v6"}},
	"internal/acceptance": {why: "the scenarios talk to the whole server over HTTP, as a phone does",
		imports: []string{everything}, outside: []string{pocketbase, "github.com/klauspost/compress"}}, // to pack what a hostile client sends
	"internal/httpapi": {why: "a route turns a request into one call of the engine, and status codes back",
		imports: []string{"internal/measures", "internal/care", "internal/access", "internal/wire", "internal/identifier", "internal/rules", "internal/handover", "internal/desk", "internal/takein", "internal/arrange", "internal/rooms", "internal/syncer",
			"internal/identity", "internal/importer", "internal/setup", "internal/channel", "internal/channel/email", "internal/channel/webhook", "internal/channel/webpush", "internal/pbnotices", "internal/delivery", "internal/news2", "internal/sheet", "internal/fhir", "internal/pbchannels", "internal/pbmeasures", "internal/pbcontacts", "internal/pbrules", "internal/rulebook", "internal/pblone", "internal/pbstore", "internal/pbdevices", "internal/pbpages", "internal/pbpeople", "internal/folding", "internal/clockwatch", "internal/health", "internal/pbmerges", "internal/pbplans", "internal/plan", "internal/worktime"},
		outside: []string{pocketbase, "github.com/klauspost/compress", "github.com/go-json-experiment/json", "github.com/go-playground/validator/v10", "golang.org/x/time/rate"}, tests: []string{"internal/pbrecords", "internal/server"}},
	"internal/phone": {why: "a client knows the wire and nothing of the server behind it",
		imports: []string{"internal/care", "internal/wire", "internal/identifier"},
		outside: []string{"github.com/golang-jwt/jwt/v5", "github.com/cenkalti/backoff/v5"}},
	"internal/sim": {why: "the simulator drives the real engine with phones; nothing may depend on it",
		imports: []string{"internal/care", "internal/access", "internal/wire", "internal/identifier", "internal/identity", "internal/news2", "internal/rules", "internal/phone", "internal/takein", "internal/judge",
			"internal/arrange", "internal/handover", "internal/rooms", "internal/storetest", "internal/syncer", "internal/pbstore", "internal/pbapp", "internal/server", "internal/testkit/pbtest", "internal/testkit/town"},
		outside: []string{pocketbase}},
	"internal/demo": {why: "the demo uses the product as its users do: settings, import, HTTP",
		imports: []string{"internal/care", "internal/wire", "internal/identifier", "internal/news2", "internal/worktime", "internal/rules", "internal/phone", "internal/importer", "internal/plan",
			"internal/pbapp", "internal/pbrecords", "internal/server", "internal/settings", "internal/setup", "internal/recovery", "internal/channel/email", "internal/demo/catcher"},
		outside: []string{pocketbase, "github.com/spf13/cobra", "github.com/schollz/progressbar/v3"}, tests: []string{"internal/doctor", "internal/measures", "internal/pbrules", "internal/rulebook"}},
	"internal/selfsigned": {why: "a certificate of this machine's own is made without knowing who shows it"},
	"internal/demo/catcher": {why: "what catches all that leaves the demo knows nothing of what sent it", imports: []string{"internal/selfsigned"},
		outside: []string{"github.com/emersion/go-smtp", "github.com/standard-webhooks/standard-webhooks"}, tests: []string{"internal/care", "internal/channel", "internal/channel/email", "internal/channel/webhook", "internal/channel/webpush"}},
	"internal/testkit/pbtest": {why: "a migrated PocketBase for tests, put together as main does it",
		imports: []string{everything}, outside: []string{pocketbase, "golang.org/x/crypto/bcrypt"}},
	"internal/testkit":      {why: "the test kit serves every package, so it stands on the standard library alone"},
	"internal/testkit/town": {why: "the invented neighbourhood is stored as an administrator would store it", imports: []string{"internal/care"}, outside: []string{pocketbase}},
	"internal/testkit/statements": {why: "the rules for SQL read source and plans, of whichever package",
		imports: []string{"internal/sqlitedb"}},
	"internal/testkit/tally": {why: "the tally reads what the tests say and knows nothing of the product"},
	"internal/testkit/faults": {why: "what happens to servers is done to real processes, from outside, with the reference phone",
		imports: []string{"internal/care", "internal/channel/email", "internal/channel/webhook", "internal/channel/webpush", "internal/delivery", "internal/pbchannels", "internal/selfsigned", "internal/doctor", "internal/identifier", "internal/pbapp", "internal/phone", "internal/server", "internal/sqlitedb", "internal/testkit/town"},
		outside: []string{pocketbase, "github.com/hanwen/go-fuse/v2", "github.com/emersion/go-smtp"}},
	"internal/testkit/stand": {why: "the server that tests in other languages start, put together as main does it",
		imports: []string{"internal/pbapp", "internal/pbstore", "internal/sqlitedb", "internal/server", "internal/webui", "internal/care", "internal/identifier", "internal/testkit", "internal/testkit/town",
			"internal/channel", "internal/channel/email", "internal/channel/webpush", "internal/delivery", "internal/selfsigned"}, outside: []string{pocketbase}},
}

// inTests may be imported by any _test.go file on top of its folder's row.
var inTests = folder{
	imports: []string{"internal/testkit", "internal/testkit/pbtest", "internal/testkit/statements", "internal/storetest", "internal/phone", "internal/care", "internal/wire", "internal/identifier"},
	outside: []string{"pgregory.net/rapid", "github.com/golang-jwt/jwt/v5"},
}

// nobody may import these: they are ends, not parts.
var nobody = []string{".", "bench", "internal", "internal/acceptance", "internal/contract", "internal/demo", "internal/sim"}

func TestImportsFollowTheTable(t *testing.T) {
	for dir, files := range sources(t) {
		row, listed := table[dir]
		if !listed {
			t.Errorf("%s is not in the table of arch_test.go: add a row saying what it is for and what it may import, "+
				"and a line in internal/doc.go and docs/ARCHITECTURE.md", dir)
			continue
		}
		for _, file := range files {
			for _, imported := range file.imports {
				if reason := refuse(dir, row, imported, file.test); reason != "" {
					t.Errorf("%s imports %s: %s", file.name, imported, reason)
				}
			}
		}
	}
}

func TestEveryListedFolderExists(t *testing.T) {
	found := sources(t)
	for _, dir := range slices.Sorted(maps.Keys(table)) {
		if _, ok := found[dir]; !ok {
			t.Errorf("%s is in the table of arch_test.go but holds no Go file: take the row out", dir)
		}
		for _, imported := range table[dir].imports {
			if _, ok := table[imported]; !ok && imported != everything {
				t.Errorf("the row of %s names %s, which has no row", dir, imported)
			}
		}
	}
}

// TestEveryAllowanceIsUsed keeps the table true: an arrow that nobody draws any more may not stay
// allowed. What only tests import belongs in the list tests.
func TestEveryAllowanceIsUsed(t *testing.T) {
	found := sources(t)
	for _, dir := range slices.Sorted(maps.Keys(table)) {
		for _, unused := range idle(table[dir], found[dir]) {
			t.Errorf("nobody uses what the row of %s allows: %s. Take it out", dir, unused)
		}
	}
	var all []source
	for _, files := range found {
		all = append(all, files...)
	}
	for _, unused := range idle(folder{tests: inTests.imports, outside: inTests.outside}, all) {
		t.Errorf("no test uses what inTests allows: %s. Take it out", unused)
	}
}

func TestAnUnusedAllowanceIsFound(t *testing.T) {
	row := folder{imports: []string{"internal/care", "internal/wire", "internal/testkit", everything}, tests: []string{"internal/webui", "internal/pbapp"},
		outside: []string{"example.org/a", "example.org/b/", everything}}
	got := idle(row, []source{
		{imports: []string{"fmt", "doorstep/internal/care", "doorstep/internal/testkit/pbtest", "example.org/b/deep"}},
		{imports: []string{"doorstep/internal/wire", "doorstep/internal/pbapp", "example.org/abc"}, test: true},
	})
	want := []string{"imports internal/wire", "imports internal/testkit", "tests internal/webui", "outside example.org/a"}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// idle lists what a row allows and none of its files imports.
func idle(row folder, files []source) []string {
	var product, tests []string
	for _, file := range files {
		if file.test {
			tests = append(tests, file.imports...)
		} else {
			product = append(product, file.imports...)
		}
	}
	var unused []string
	check := func(list string, allowed []string, uses func(one string) bool) {
		for _, one := range allowed {
			if one != everything && !uses(one) {
				unused = append(unused, list+" "+one)
			}
		}
	}
	check("imports", row.imports, func(one string) bool { return slices.Contains(product, module+"/"+one) })
	check("tests", row.tests, func(one string) bool { return slices.Contains(tests, module+"/"+one) })
	check("outside", row.outside, func(one string) bool {
		return slices.ContainsFunc(slices.Concat(product, tests), func(i string) bool { return within(i, []string{one}) })
	})
	return unused
}

// TestPocketBaseStaysBehindItsSeam pins the list itself: widening it is a decision, not an edit.
func TestPocketBaseStaysBehindItsSeam(t *testing.T) {
	var have []string
	for dir, row := range table {
		if slices.Contains(row.outside, pocketbase) || slices.Contains(row.outside, everything) {
			have = append(have, dir)
		}
	}
	slices.Sort(have)
	want := []string{".", "bench", "collections", "hooks", "internal/acceptance", "internal/contract", "internal/demo", "internal/httpapi", "internal/pbapp",
		"internal/pbrecords", "internal/pbstore", "internal/server", "internal/sim", "internal/sqlitedb", "internal/testkit/faults", "internal/testkit/pbtest", "internal/testkit/stand", "internal/testkit/town", "migrations"}
	if !slices.Equal(have, want) {
		t.Errorf("PocketBase may be imported by\n %v\nwant\n %v", have, want)
	}
}

func TestTheTableRefuses(t *testing.T) {
	for _, c := range []struct {
		name, dir, imported string
		test                bool
		refused             bool
	}{
		{"the standard library is free", "internal/care", "time", false, false},
		{"an arrow pointing left", "internal/rules", "doorstep/internal/care", false, false},
		{"an arrow pointing right", "internal/care", "doorstep/internal/rules", false, true},
		{"PocketBase in a pure stage", "internal/reconcile", "github.com/pocketbase/pocketbase/core", false, true},
		{"PocketBase in a pure stage's test", "internal/reconcile", "github.com/pocketbase/pocketbase/core", true, true},
		{"PocketBase in the store", "internal/pbstore", "github.com/pocketbase/pocketbase/core", false, false},
		{"the test kit in a test", "internal/pbstore", "doorstep/internal/testkit/pbtest", true, false},
		{"the test kit in the product", "internal/pbstore", "doorstep/internal/testkit/pbtest", false, true},
		{"the demo as a part", "internal/pbapp", "doorstep/internal/demo", false, true},
		{"a module nobody agreed to", "internal/handover", "example.org/clever", false, true},
		{"a prefix is not a folder", "internal/pbstore", "github.com/pocketbaseless/x", false, true},
	} {
		if got := refuse(c.dir, table[c.dir], c.imported, c.test); (got != "") != c.refused {
			t.Errorf("%s: %s imports %s: got %q", c.name, c.dir, c.imported, got)
		}
	}
}

// refuse says why dir may not import that path, "" when it may.
func refuse(dir string, row folder, imported string, test bool) string {
	if imported == module || strings.HasPrefix(imported, module+"/") {
		target := path.Clean(strings.TrimPrefix(strings.TrimPrefix(imported, module), "/"))
		switch {
		case target == dir: // an outside test of the package itself
			return ""
		case slices.Contains(row.imports, target), slices.Contains(row.imports, everything):
			return ""
		case test && (slices.Contains(inTests.imports, target) || slices.Contains(row.tests, target)):
			return ""
		case slices.Contains(nobody, target):
			return target + " is an end, not a part: nothing depends on it"
		}
		return row.why + "; it may import " + list(row.imports)
	}
	if first, _, _ := strings.Cut(imported, "/"); !strings.Contains(first, ".") {
		return "" // the standard library
	}
	if within(imported, row.outside) || test && within(imported, inTests.outside) {
		return ""
	}
	if strings.HasPrefix(imported, pocketbase) {
		return "PocketBase stays behind its seam (see TestPocketBaseStaysBehindItsSeam); " + row.why
	}
	return row.why + "; from outside it may import " + list(row.outside)
}

func within(imported string, prefixes []string) bool {
	for _, p := range prefixes {
		if p == everything || imported == p || strings.HasPrefix(imported, strings.TrimSuffix(p, "/")+"/") {
			return true
		}
	}
	return false
}

func list(names []string) string {
	if len(names) == 0 {
		return "nothing"
	}
	return strings.Join(names, ", ")
}

type source struct {
	name    string
	test    bool
	imports []string
}

// sources reads the import lines of every Go file of the module, by folder.
func sources(t *testing.T) map[string][]source {
	t.Helper()
	const root = ".."
	found := map[string][]source{}
	err := filepath.WalkDir(root, func(file string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := entry.Name()
		if entry.IsDir() {
			if file != root && (name == "testdata" || name == "node_modules" || name == "bin" || name == "dist" ||
				strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_")) {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") {
			return nil
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(root, file)
		if err != nil {
			return err
		}
		relative = filepath.ToSlash(relative)
		s := source{name: relative, test: strings.HasSuffix(name, "_test.go")}
		for _, spec := range parsed.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			s.imports = append(s.imports, imported)
		}
		dir := path.Dir(relative)
		found[dir] = append(found[dir], s)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}
