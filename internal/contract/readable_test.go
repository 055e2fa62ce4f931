package contract_test

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"doorstep/internal/care"
	"doorstep/internal/measures"
	"doorstep/internal/testkit/pbtest"
	"doorstep/internal/wire"
)

// reader is one bearer of a token who reads whatever there is.
type reader struct {
	name, bearer string
	client       string // of a phone, "" for a page
}

// library is a stage on which hostile things are kept, and everybody who may read them.
type library struct {
	*stage
	phones, pages []reader
	mids          map[string]int
	epoch         string
	asked         map[string]bool // routes that were read with success
	loose         bool            // what is stored keeps to nothing, and neither need answers
}

func newLibrary(t *testing.T) *library {
	l := &library{stage: newStage(t), asked: map[string]bool{}, mids: map[string]int{}}
	for _, sentence := range []string{
		"Bridge Surgery has two GPs, Guy and Gwen, and Rita at its reception.", "Adam administers the whole server", "Olga and Paul keep the rules",
		"There are a care coordinator, Cora; a mental health team, Minds, with Mia; and a voluntary service, Friendly Visits, with Vera, its coordinator, and Vic, who visits Ada.",
		"Ann's phone is enrolled, has said hello and has pulled to the end.",
		"Lea's phone is enrolled, has said hello and has pulled to the end.",
		"Vic's phone is enrolled, has said hello and has pulled to the end.",
	} {
		if err := l.act(sentence); err != nil {
			t.Fatal(err)
		}
	}
	for n, name := range []string{"Ann", "Lea", "Vic"} {
		l.phones = append(l.phones, reader{name + "'s phone", l.value[fmt.Sprintf("access token %d", n+1)], l.value[fmt.Sprintf("client %d", n+1)]})
	}
	for _, name := range []string{"Lea", "Hana", "Guy", "Rita", "Cora", "Vera", "Adam", "Olga"} {
		token, err := l.people[name].NewAuthToken()
		if err != nil {
			t.Fatal(err)
		}
		l.pages = append(l.pages, reader{name: name, bearer: token})
	}
	return l
}

// push sends one change of Ann's phone, or Vic's, whose ops are the given text.
func (l *library) push(who reader, author, ops string) wire.Result {
	l.t.Helper()
	l.mids[who.client]++
	body := fmt.Sprintf(`{"client":%q,"epoch":%q,"schema":1,"mutations":[{"mid":%d,"key":%q,"author":%q,"authored_at":%q,"ops":%s}]}`,
		who.client, l.epoch, l.mids[who.client], pbtest.ID(), author, care.Stamp(l.now()), ops)
	status, answer := l.ask(who.bearer, http.MethodPost, "/api/sync/v1/push", body)
	var pushed wire.PushResponse
	if status != http.StatusOK || json.Unmarshal(answer, &pushed) != nil || len(pushed.Results) != 1 {
		l.t.Fatalf("%.200s: %d %.300s", ops, status, answer)
	}
	return pushed.Results[0]
}

// ask sends a request and gives the answer, or of a stream all up to its first poke.
func (l *library) ask(bearer, method, address, body string) (int, []byte) {
	l.t.Helper()
	r, err := http.NewRequest(method, l.http.URL+address, strings.NewReader(body))
	if err != nil {
		l.t.Fatal(err)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	r.Header.Set("Authorization", "Bearer "+bearer)
	answer, err := l.http.Client().Do(r)
	if err != nil {
		l.t.Fatalf("%s %s: %v", method, address, err)
	}
	defer answer.Body.Close()
	if strings.HasPrefix(answer.Header.Get("Content-Type"), eventStream) {
		heard, err := l.listen(r, answer)
		if err != nil {
			l.t.Errorf("%s %s: %v", method, address, err)
		}
		return answer.StatusCode, []byte(heard)
	}
	got, err := io.ReadAll(answer.Body)
	if err != nil {
		l.t.Fatalf("%s %s: %v", method, address, err)
	}
	if l.loose || strings.HasSuffix(address, "/push") { // what is sent keeps to nothing
		return answer.StatusCode, got
	}
	if err := heldToDocument(l.t, r, answer.StatusCode, body, got); err != nil {
		l.t.Errorf("%s %s: %v", method, address, err)
	}
	return answer.StatusCode, got
}

// addresses are all that a route is asked by: each thing it can read, as far as the reader knows of it. False: nobody
// says how the route is read.
func (l *library) addresses(path string, who reader, ids map[string][]string) (list []string, body string, known bool) {
	each := func(of, format string) (list []string) {
		for _, id := range ids[of] {
			list = append(list, fmt.Sprintf(format, id))
		}
		return list
	}
	switch path {
	case "/api/sync/v1/pull":
		return []string{path + "?client=" + who.client}, "", true
	case "/api/sync/v1/stream":
		return []string{path + "?client=" + who.client + "&cursor="}, "", true
	case "/api/sync/v1/names", "/api/sync/v1/notices":
		return []string{path}, "", true
	case "/api/sync/v1/digest":
		records, err := json.Marshal(map[string]any{"client": who.client, "cursor": ids["cursor"][0], "scopes": map[string]any{},
			"records": map[string]any{"patient:" + l.value["Ada"] + ":clinical": []any{}}})
		if err != nil {
			l.t.Fatal(err)
		}
		return []string{path}, string(records), true
	case "/api/care/v1/handovers":
		for _, side := range []string{"received", "sent"} {
			list = append(list, path+"?limit=200&state=all&side="+side)
		}
		return list, "", true
	case "/api/care/v1/handovers/{id}":
		return each("handovers", "/api/care/v1/handovers/%s"), "", true
	case "/api/care/v1/handovers/{id}/pdf":
		return each("handovers", "/api/care/v1/handovers/%s/pdf"), "", true
	case "/api/care/v1/handovers/{id}/fhir":
		return each("handovers", "/api/care/v1/handovers/%s/fhir"), "", true
	case "/api/care/v1/neighbourhoods/{id}/figures", "/api/care/v1/neighbourhoods/{id}/figures/csv", "/api/care/v1/neighbourhoods/{id}/counts", "/api/care/v1/neighbourhoods/{id}/guests":
		return []string{strings.Replace(path, "{id}", l.value["Riverside"], 1)}, "", true
	case "/api/care/v1/neighbourhoods/{id}/people":
		return []string{strings.Replace(path, "{id}", l.value["Riverside"], 1) + "?measure=referred&week=" + measures.WeekOf(l.now()).Monday().String()}, "", true
	case "/api/care/v1/teams/{id}/routes":
		return []string{"/api/care/v1/teams/" + l.value["the surgery's team"] + "/routes"}, "", true
	case "/api/care/v1/issues":
		return []string{path + "?limit=200"}, "", true
	case "/api/care/v1/issues/{id}":
		return each("issues", "/api/care/v1/issues/%s"), "", true
	case "/api/care/v1/caseload":
		return []string{path + "?ended=true&patient=" + l.value["Ada"], path + "?team=" + l.value["Riverside Nurses"]}, "", true
	case "/api/care/v1/plans":
		return []string{path + "?patient=" + l.value["Ada"], path + "?team=" + l.value["Riverside Nurses"]}, "", true
	case "/api/care/v1/board":
		return []string{path + "?team=" + l.value["Riverside Nurses"]}, "", true
	case "/api/care/v1/contact-lists/due":
		return []string{path + "?team=" + l.value["Riverside Nurses"]}, "", true
	case "/api/care/v1/contact-lists/{id}/people":
		return []string{"/api/care/v1/contact-lists/" + contactList + "/people"}, "", true
	case "/api/care/v1/people/{id}/contact-lists":
		return []string{"/api/care/v1/people/" + l.value["Ada"] + "/contact-lists"}, "", true
	case "/api/care/v1/rules/backtests/{id}":
		return []string{"/api/care/v1/rules/backtests/" + l.value["backtest 1"]}, "", true
	case "/api/care/v1/people/search":
		return []string{path}, `{"text":"ad"}`, true
	case "/api/care/v1/people/alike":
		return []string{path}, `{"person":"` + l.value["Ada"] + `"}`, true
	case "/api/care/v1/people/{id}":
		return []string{"/api/care/v1/people/" + l.value["Ada"]}, "", true
	case "/api/care/v1/people/{id}/timeline":
		return []string{"/api/care/v1/people/" + l.value["Ada"] + "/timeline?limit=200"}, "", true
	case "/api/care/v1/handovers/search":
		return []string{path}, `{"limit":100}`, true
	case "/api/care/v1/staff/{id}/work":
		return []string{"/api/care/v1/staff/" + l.value["Ann"] + "/work", "/api/care/v1/staff/" + l.value["Vic"] + "/work"}, "", true
	case "/api/care/v1/inbox", "/api/care/v1/inbox/figures", "/api/care/v1/queues", "/api/care/v1/deliveries", "/api/care/v1/notices", "/api/care/v1/account-requests", "/api/care/v1/board/late", "/api/care/v1/contact-lists", "/api/care/v1/lone", "/api/care/v1/deaths", "/api/care/v1/fields", "/api/care/v1/staff", "/api/care/v1/devices", "/api/care/v1/stream",
		"/api/care/v1/organisations", "/api/care/v1/accounts", "/api/care/v1/neighbourhoods", "/api/care/v1/rules",
		"/api/doorstep/health", "/api/sync/v1/keys":
		return []string{path}, "", true
	}
	return nil, "", false
}

// readOnly are the routes that only read and take a body.
var readOnly = []string{"/api/sync/v1/digest", "/api/care/v1/people/search", "/api/care/v1/people/alike", "/api/care/v1/handovers/search"}

// readEverything reads each route that reads anything, as everybody, and gives what they got by reader and address.
func (l *library) readEverything() map[string][]byte {
	l.t.Helper()
	got := map[string][]byte{}
	doc := load(l.t)
	ids := map[string][]string{}
	for _, path := range slices.Sorted(maps.Keys(doc.Paths.Map())) { // lists come before what is in them
		method := http.MethodGet
		if slices.Contains(readOnly, path) {
			method = http.MethodPost
		}
		if doc.Paths.Value(path).GetOperation(method) == nil {
			continue
		}
		readers := l.pages
		if strings.HasPrefix(path, "/api/sync/") {
			readers = l.phones
		}
		for _, who := range readers {
			if who.client != "" {
				ids["cursor"] = []string{l.cursorOf(who)}
			}
			addresses, body, known := l.addresses(path, who, ids)
			if !known {
				l.t.Fatalf("%s reads something, and nobody says how", path)
			}
			for _, address := range addresses {
				status, answer := l.ask(who.bearer, method, address, body)
				what := who.name + " reads " + address
				if status >= http.StatusInternalServerError {
					l.t.Errorf("%s: %d %.300s", what, status, answer)
				}
				if !bytes.HasPrefix(answer, []byte("%PDF-")) && !bytes.HasPrefix(answer, []byte("week,partner,")) { // a file is not read as text
					l.clean(what, answer)
				}
				if status != http.StatusOK {
					continue
				}
				l.asked[path] = true
				got[what] = answer
				for of, list := range map[string]string{"handovers": "/api/care/v1/handovers", "issues": "/api/care/v1/issues"} {
					if path == list {
						ids[of] = slices.Compact(slices.Sorted(slices.Values(append(ids[of], itemsOf(l.t, answer)...))))
					}
				}
			}
		}
	}
	return got
}

// cursorOf pulls to the end, and gives where a phone then is.
func (l *library) cursorOf(who reader) string {
	l.t.Helper()
	_, answer := l.ask(who.bearer, http.MethodGet, "/api/sync/v1/pull?client="+who.client, "")
	var page wire.PullResponse
	if err := json.Unmarshal(answer, &page); err != nil {
		l.t.Fatalf("%s: %v: %.300s", who.name, err, answer)
	}
	l.epoch = page.Epoch
	return page.Cursor
}

// itemsOf are the ids of what a list holds, or a pull.
func itemsOf(t *testing.T, answer []byte) (ids []string) {
	t.Helper()
	var page struct {
		Items, Changes []struct {
			ID   string `json:"id"`
			Gone string `json:"gone"`
		}
	}
	if err := json.Unmarshal(answer, &page); err != nil {
		t.Fatalf("%v: %.300s", err, answer)
	}
	for _, item := range append(page.Items, page.Changes...) {
		if item.ID != "" && item.Gone == "" {
			ids = append(ids, item.ID)
		}
	}
	return ids
}

// clean holds an answer to what every parser reads: UTF-8, no halves of pairs, less than 100 deep.
func (l *library) clean(what string, body []byte) {
	l.t.Helper()
	if !utf8.Valid(body) {
		l.t.Errorf("%s: what comes is no UTF-8: %.300q", what, body)
	}
	if bytes.HasPrefix(body, []byte(answerMark)) { // a stream; listen has held its events to the document
		return
	}
	if !json.Valid(body) {
		l.t.Errorf("%s: what comes is no JSON: %.300q", what, body)
		return
	}
	depth, text := 0, false
	for i := 0; i < len(body); i++ {
		switch c := body[i]; {
		case text && c == '\\':
			if i+6 <= len(body) && body[i+1] == 'u' {
				if unit, err := strconv.ParseUint(string(body[i+2:i+6]), 16, 16); err == nil && unit>>11 == 0xd800>>11 && !bytes.HasPrefix(body[i+6:], []byte(`\u`)) {
					l.t.Errorf("%s: half of an emoji comes: %.60q", what, body[i:])
				}
			}
			i++
		case c == '"':
			text = !text
		case !text && (c == '{' || c == '['):
			if depth++; depth == 100 {
				l.t.Errorf("%s: what comes is nested 100 deep", what)
			}
		case !text && (c == '}' || c == ']'):
			depth--
		}
	}
}

// hostile are members of a set of readings that no honest phone sends.
var hostile = []string{
	`"pulse":1e400`, `"pulse":-1e400`, `"pulse":12345678901234567890`, `"note":"cut \ud83d"`, "\"note\":\"a\xffb\"", `"\udc00":1`, `"pulse":1,"pulse":2`,
	`"respiration_rate":40,"note":` + nested(5000), `"respiration_rate":40,"spo2":` + nested(60), `"respiration_rate":40,"acvpu":"\ud83d"`,
	"\"respiration_rate\":40,\"acvpu\":\"\xed\xa0\xbd\"", `"respiration_rate":40,"spo2":{"a":{"b":[1e400,{"c":"\u0000"}]}}`, `"respiration_rate":40,"spo2":1e999`,
	`"respiration_rate":"40","pulse":"fast\u2028"`, `"respiration_rate":40,"visit":` + nested(62), `"pulse":NaN`, `"temperature":37,5`, "\"note\":\"two\nlines\"",
}

func nested(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }

// keep fills the database by every way in: what is well, what alarms, what is refused, what two people say
// differently, what a volunteer saw, what is handed over by hand, and everything hostile.
func (l *library) keep() {
	l.t.Helper()
	ann, vic := l.phones[0], l.phones[2]
	l.cursorOf(ann)
	ada, author := l.value["Ada"], l.value["Ann"]
	visitors, err := l.app.FindRecordById(care.Teams, l.value["Friendly Visits"])
	if err != nil {
		l.t.Fatal(err)
	}
	service := visitors.GetString("organisation")
	create := func(collection, members string) string {
		return fmt.Sprintf(`{"op":"create","collection":%q,"id":%q,"set":{"patient":%q,%s}}`, collection, pbtest.ID(), ada, members)
	}
	well := `"taken_at":"` + care.Stamp(l.now()) + `","spo2":97,"on_oxygen":false,"systolic":128,"acvpu":"A","temperature":36.8,"pulse":72,"respiration_rate":16,"glucose":7.1`
	for range 3 {
		l.push(ann, author, "["+create(care.Observations, well)+"]")
		l.push(ann, author, "["+create(care.Visits, `"status":"completed","note":"Wound clean","soft_signs":["restless"]`)+"]")
		l.push(ann, author, "["+create(care.Goals, `"words":"cut \\ud83d","safe_words":"To \u0000 sit","helpers":["`+service+`"],"review_on":"2026-05-01"`)+"]")
		l.push(ann, author, "["+create(care.GoalSteps, `"task":"Two \u202e steps","helper":"`+service+`","due_on":"2026-04-01"`)+"]")
	}
	grave := strings.ReplaceAll(strings.ReplaceAll(well, `"respiration_rate":16`, `"respiration_rate":30`), `"spo2":97`, `"spo2":88`)
	for range 2 {
		l.push(ann, author, "["+create(care.Observations, grave)+"]")
	}
	l.push(ann, author, "["+create(care.Visits, `"status":"no_access","no_access_kind":"no_reply"`)+"]")
	l.push(ann, author, "["+create(care.Handovers, `"class":"R","situation":"Please \u0000 read","recommendation":"Ring \u202e me","reply_team":"`+l.value["Riverside Nurses"]+`"`)+"]")
	l.push(vic, l.value["Vic"], "["+create(care.Checkins, `"seen":true,"wellbeing":"unwell","concern":"cut \\ud83d"`)+"]")
	for _, notes := range []string{"key safe", "ask the warden"} { // conflicts
		l.push(ann, author, `[{"op":"update","collection":"patients","id":"`+ada+`","patient":"`+ada+`","set":{"access_notes":"`+notes+`"},"was":{"access_notes":"\ud83d\ude00"}}]`)
	}
	for _, members := range hostile {
		l.push(ann, author, "["+create(care.Observations, `"taken_at":"`+care.Stamp(l.now())+`",`+members)+"]")
	}
	l.push(ann, author, `[{"op":"update","collection":"patients","id":"`+ada+`","patient":"`+ada+`","set":{"communication_needs":["a","`+strings.Repeat(`\\`, 90)+`"],"spo2_scale":{"scale":`+nested(40)+`},"phone":"1"},"was":{"phone":`+nested(50)+`}}]`)
	l.push(ann, author, `[{"op":"create","collection":"visits","id":"`+pbtest.ID()+`","set":{"patient":"`+l.value["Ben"]+`","note":"`+strings.Repeat(`\"[`, 99)+`"}}]`)
	l.push(ann, author, `[{"op":"resolve","issue":"`+pbtest.ID()+`","set":{"pulse":`+nested(60)+`}}]`)
	l.push(ann, author, `[{"op":"create","collection":"lone_stays","id":"`+pbtest.ID()+`","set":{"place":"Mill \u202e Lane \u0000","number":"07700 \u202e","minutes":30,"home_of":"`+ada+`","panic_at":"`+care.Stamp(l.now())+`"}}]`)
	l.push(ann, author, nested(20))
	hood := l.app.Put(l.t, care.Neighbourhoods, map[string]any{"name": "Riverside"})
	for _, name := range []string{"Riverside Nurses", "Coordination"} {
		team := l.people[name]
		team.Set("neighbourhood", hood.Id)
		if err := l.app.Save(team); err != nil {
			l.t.Fatal(err)
		}
	}
	l.know("Riverside", hood)
	l.keepInTouch()
	l.backtest()
	l.tick()
}

// contactList is the list of people to keep in touch with on which Ada is.
const contactList = "01kjm6jm000000000000000001"

// backtest tries a rule over what is kept.
func (l *library) backtest() {
	l.t.Helper()
	rule := `{"days":30,"rule":{"code":"not_in","title":"Nobody opened","collection":"visits","trigger":"record.status == \"no_access\"","class":"R","destination":"practice","ask":"Ring","review_on":"2027-01-01"}}`
	token, err := l.people["Olga"].NewAuthToken()
	if err != nil {
		l.t.Fatal(err)
	}
	status, answer := l.ask(token, http.MethodPost, "/api/care/v1/rules/backtests", rule)
	var begun struct{ ID string }
	if err := json.Unmarshal(answer, &begun); err != nil || status != http.StatusAccepted {
		l.t.Fatalf("%d %s", status, answer)
	}
	l.value["backtest 1"] = begun.ID
	if err := l.act("The backtest is done"); err != nil {
		l.t.Fatal(err)
	}
}

func (l *library) keepInTouch() {
	for _, statement := range []string{
		`INSERT INTO contact_lists (id, team, name, safe_name, rule, every_days, review_days, shown, made_by, made_at, changed_at)
			VALUES ({:list}, {:team}, 'a \ud83d', '', '', 14, 365, 'clinical', '', '', '')`,
		`INSERT INTO contact_people (list, patient, since, by_staff, reason, every_days, due_on) VALUES ({:list}, {:ada}, '2026-01-01', '', 'two '||char(8238)||' lines', 14, '2026-01-15')`,
	} {
		if _, err := l.app.NonconcurrentDB().NewQuery(statement).Bind(map[string]any{"list": contactList, "team": l.value["Riverside Nurses"], "ada": l.value["Ada"]}).Execute(); err != nil {
			l.t.Fatal(err)
		}
	}
}

// C1, C2, B1. What anybody sent, as hostile as it may be, is read by everybody by every route.
func TestHostile_WhateverIsKeptEveryAnswerOfEveryRouteIsReadByAnyParser(t *testing.T) {
	l := newLibrary(t)
	l.keep()
	got := l.readEverything()
	if len(got) < 60 {
		t.Errorf("only %d answers were read", len(got))
	}
	for path := range load(t).Paths.Map() {
		if _, _, reads := l.addresses(path, l.phones[0], map[string][]string{"cursor": {""}}); reads && !l.asked[path] {
			t.Errorf("nobody could read %s", path)
		}
	}
}

// jsonColumns are the columns declared as JSON, by table of what is synced.
func (l *library) jsonColumns() map[string][]string {
	l.t.Helper()
	columns := map[string][]string{}
	for _, c := range care.Collections() {
		if !c.Synced {
			continue
		}
		var list []string
		if err := l.app.DB().NewQuery(`SELECT name FROM pragma_table_info({:t}) WHERE type = 'JSON' ORDER BY name`).Bind(map[string]any{"t": c.Name}).Column(&list); err != nil {
			l.t.Fatal(err)
		}
		if len(list) > 0 {
			columns[c.Name] = list
		}
	}
	return columns
}

// broken is what somebody who writes past the server can leave in a column, as SQL.
var broken = map[string]string{
	"half an object": `'{"torn'`, "a word": `'nonsense'`, "half an emoji": `'{"a":"\ud83d"}'`, "bytes that are no UTF-8": `CAST(x'7b2261223a22ff227d' AS TEXT)`,
	"infinity": `9e999`, "a blob": `x'00ff00'`, "JSON in a blob": `x'7b7d'`, "5,000 lists": `'` + nested(5000) + `'`, "500 lists": `'` + nested(500) + `'`,
	"90 lists in an object": `'{"records":` + nested(90) + `}'`, "a list": `'[1,2]'`, "a number": `7`, "a text": `'"seven"'`, "an object of another shape": `'{"records":7,"total":"x","from":{},"scale":[2]}'`,
	"infinity in an object": `'{"records":[{"at":1e999}],"total":1e999}'`, "a name twice": `'{"scale":1,"scale":2}'`, "JSON5": `'{records:[],}'`, "nothing at all": `''`,
}

// damage is one row whose JSON columns hold what nobody can read, and what they held before.
type damage struct {
	table, id string
	columns   []string
	values    []any
}

// spoil writes a value of SQL into all JSON columns of the n-th row of a table, if there is one. With the version raised
// nobody notices the write, as of a bad disk.
func (l *library) spoil(db *sql.DB, table string, columns []string, n int, value string) *damage {
	l.t.Helper()
	d := &damage{table: table, columns: columns, values: make([]any, len(columns))}
	into, sets := make([]any, len(columns)), make([]string, len(columns))
	for i, column := range columns {
		into[i], sets[i] = &d.values[i], column+` = `+value
	}
	err := db.QueryRow(`SELECT id, `+strings.Join(columns, ", ")+` FROM `+table+` ORDER BY id LIMIT 1 OFFSET ?`, n).Scan(append([]any{&d.id}, into...)...)
	if errors.Is(err, sql.ErrNoRows) && n > 0 {
		return nil
	}
	if err != nil {
		l.t.Fatalf("%s: %v", table, err)
	}
	if _, err := db.Exec(`UPDATE `+table+` SET `+strings.Join(sets, ", ")+`, version = version + 1 WHERE id = ?`, d.id); err != nil {
		l.t.Fatalf("%s in %s: %v", value, table, err)
	}
	return d
}

// mend puts back what a row held.
func (l *library) mend(db *sql.DB, d *damage) {
	l.t.Helper()
	sets := make([]string, len(d.columns))
	for i, column := range d.columns {
		sets[i] = column + ` = ?`
	}
	if _, err := db.Exec(`UPDATE `+d.table+` SET `+strings.Join(sets, ", ")+`, version = version + 1 WHERE id = ?`, append(d.values, d.id)...); err != nil {
		l.t.Fatal(err)
	}
}

// spoiledAtOnce is how many rows of each table nobody can read at a time.
const spoiledAtOnce = 3

// C1. A row that nobody can read, in any column of any table, comes without what is damaged; everybody else's goes on,
// and the operator is told.
func TestHostile_ARowNobodyCanReadSpoilsNobodysPage(t *testing.T) {
	l := newLibrary(t)
	l.keep()
	db := l.app.SecondConnection(t)
	before := l.readEverything()
	columns := l.jsonColumns()
	if len(columns) < 9 {
		t.Fatalf("only %d tables have JSON: %v", len(columns), columns)
	}
	l.loose = true
	for names := range slices.Chunk(slices.Sorted(maps.Keys(broken)), spoiledAtOnce) {
		var damaged []*damage
		for _, table := range slices.Sorted(maps.Keys(columns)) {
			for n, name := range names {
				if d := l.spoil(db, table, columns[table], n, broken[name]); d != nil {
					damaged = append(damaged, d)
				}
			}
		}
		l.tick()
		with := "with " + strings.Join(names, ", ") + " in a row each of every table"
		after := l.readEverything()
		for what, was := range before {
			now, there := after[what]
			if !there {
				t.Errorf("%s, nobody answers: %s", with, what)
				continue
			}
			if !strings.Contains(what, "/handovers?") && !strings.Contains(what, "/issues?") && !strings.Contains(what, "/pull?") || strings.HasPrefix(what, "Vic") {
				continue // no list; and whether a volunteer may have somebody is one of the things that nobody can read
			}
			have := itemsOf(t, now)
			for _, id := range itemsOf(t, was) {
				if !slices.Contains(have, id) {
					t.Errorf("%s, %s does not bring %s", with, what, id)
				}
			}
		}
		if res := l.push(l.phones[0], l.value["Ann"], `[{"op":"create","collection":"visits","id":"`+pbtest.ID()+`","set":{"patient":"`+l.value["Ada"]+`","status":"completed"}}]`); res.Status != care.Applied {
			t.Errorf("%s, a visit ended %+v", with, res)
		}
		if status, health := l.ask("", http.MethodGet, "/api/doorstep/health", ""); status != http.StatusOK || !bytes.Contains(health, []byte("rows_unreadable")) {
			t.Errorf("%s, health says %d %s", with, status, health)
		}
		slices.Reverse(damaged)
		for _, d := range damaged {
			l.mend(db, d)
		}
		l.tick()
	}
	if status, health := l.ask("", http.MethodGet, "/api/doorstep/health", ""); status != http.StatusOK || bytes.Contains(health, []byte("rows_unreadable")) {
		t.Errorf("mended, health says %d %s", status, health)
	}
}
