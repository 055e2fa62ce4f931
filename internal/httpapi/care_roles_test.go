package httpapi_test

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/care"
	"doorstep/internal/httpapi"
	"doorstep/internal/testkit"
	"doorstep/internal/testkit/pbtest"
)

// Who the routes of the pages are for, by role. Written by hand, so that the table of duties in internal/care is held to something.
var (
	handoverRoles = []care.Role{care.DistrictNurse, care.SupportWorker, care.Matron, care.MentalHealth, care.SocialCare, care.LinkWorker,
		care.VolunteerCoordinator, care.TeamLead, care.CareCoordinator, care.SafeguardingLead, care.Reception, care.DutyGP}
	deskRoles          = []care.Role{care.VolunteerCoordinator, care.TeamLead, care.CareCoordinator}
	answerRoles        = []care.Role{care.DistrictNurse, care.Matron, care.MentalHealth, care.SocialCare, care.VolunteerCoordinator, care.TeamLead, care.CareCoordinator, care.SafeguardingLead, care.DutyGP}
	inboxRoles         = append([]care.Role{care.Reception}, answerRoles...)
	noticeRoles        = inboxRoles // whoever has an inbox or a desk
	registerRoles      = []care.Role{care.TeamLead, care.CareCoordinator}
	administratorRoles = []care.Role{care.Administrator, care.ServerAdministrator}
	ruleRoles          = []care.Role{care.ClinicalLead}
	serverRoles        = []care.Role{care.ServerAdministrator}
	promiseRoles       = []care.Role{care.CareCoordinator, care.NeighbourhoodLead}
	keeperRoles        = []care.Role{care.VolunteerCoordinator, care.TeamLead, care.CareCoordinator, care.Administrator, care.ServerAdministrator}
)

const onePlan = `{"rule":"FREQ=DAILY","start":"2026-12-01","from":"08:00","to":"10:00","minutes":30}`

const oneRoute = `{"channel":"webhook","address":"https://receiver.example/","classes":["U2"],"hours":"always"}`

func everyRole() (roles []care.Role) {
	for _, d := range care.Duties() {
		roles = append(roles, d.Role)
	}
	return roles
}

// What each route takes, for whom, and what those get who may use it and ask for what is not there.
var routeTable = map[string]struct {
	roles  []care.Role
	query  string
	body   string
	status int
	code   string // of a refusal; "" = not_found
}{
	"POST /neighbourhoods":                 {roles: serverRoles, body: `{"set":{}}`, status: 400, code: "invalid"},
	"POST /neighbourhoods/{id}":            {roles: serverRoles, body: `{"set":{"name":"x"}}`, status: 404},
	"GET /organisations":                   {roles: administratorRoles, status: 200},
	"POST /organisations":                  {roles: serverRoles, body: `{"set":{"kind":"practice"}}`, status: 400, code: "invalid"},
	"POST /organisations/{id}":             {roles: administratorRoles, body: `{"set":{"name":"x"}}`, status: 404},
	"POST /organisations/{id}/teams":       {roles: administratorRoles, body: `{"set":{"name":"x","kind":"nursing"}}`, status: 404},
	"POST /teams/{id}":                     {roles: administratorRoles, body: `{"set":{"name":"x"}}`, status: 404},
	"GET /teams/{id}/routes":               {roles: administratorRoles, status: 404},
	"POST /teams/{id}/routes":              {roles: administratorRoles, body: oneRoute, status: 404},
	"POST /routes/{id}":                    {roles: administratorRoles, body: oneRoute, status: 404},
	"POST /routes/{id}/end":                {roles: administratorRoles, status: 404},
	"POST /routes/{id}/secret":             {roles: administratorRoles, status: 404},
	"POST /routes/{id}/test":               {roles: administratorRoles, status: 404},
	"POST /routes/{id}/tokens":             {roles: administratorRoles, status: 404},
	"POST /receiver-tokens/{id}/end":       {roles: administratorRoles, status: 404},
	"POST /teams/{id}/not-here":            {roles: answerRoles, body: `{"class":"R"}`, status: 404},
	"GET /deliveries":                      {roles: deskRoles, status: 200},
	"POST /deliveries/{id}/again":          {roles: deskRoles, status: 404},
	"POST /deliveries/{id}/other":          {roles: deskRoles, body: `{"route":"x"}`, status: 404},
	"GET /account-requests":                {roles: administratorRoles, status: 200},
	"POST /account-requests/{id}/close":    {roles: administratorRoles, status: 404},
	"GET /notices":                         {roles: noticeRoles, status: 200},
	"POST /notices":                        {roles: noticeRoles, body: `{"page":"desk","endpoint":"https://push.example/x","p256dh":"x","auth":"x"}`, status: 400, code: "invalid"},
	"POST /notices/end":                    {roles: noticeRoles, body: `{"endpoint":"https://push.example/x"}`, status: 200},
	"GET /accounts":                        {roles: administratorRoles, status: 200},
	"POST /accounts":                       {roles: administratorRoles, body: `{"set":{"name":"x","role":"volunteer"}}`, status: 400, code: "invalid"},
	"POST /accounts/{id}":                  {roles: administratorRoles, body: `{"set":{"name":"x"}}`, status: 404},
	"POST /accounts/{id}/code":             {roles: administratorRoles, status: 404},
	"POST /accounts/{id}/take-back":        {roles: administratorRoles, status: 404},
	"POST /password/own":                   {roles: everyRole(), body: `{"current":"another-password-1","password":"correct-horse-staple"}`, status: 400, code: "sign_in_failed"},
	"GET /inbox":                           {roles: handoverRoles, status: 200},
	"POST /handovers/search":               {roles: handoverRoles, body: `{}`, status: 200},
	"POST /handovers/{id}/hold":            {roles: handoverRoles, body: `{}`, status: 404},
	"POST /handovers/{id}/release":         {roles: handoverRoles, body: `{}`, status: 404},
	"GET /inbox/figures":                   {roles: inboxRoles, status: 200},
	"GET /handovers":                       {roles: handoverRoles, status: 200},
	"GET /handovers/{id}":                  {roles: handoverRoles, status: 404},
	"GET /handovers/{id}/pdf":              {roles: handoverRoles, status: 404},
	"GET /handovers/{id}/fhir":             {roles: handoverRoles, status: 404},
	"POST /handovers/{id}/see":             {roles: handoverRoles, body: `{}`, status: 404},
	"POST /handovers/{id}/acknowledge":     {roles: handoverRoles, body: `{"version":1}`, status: 404},
	"POST /handovers/{id}/unacknowledge":   {roles: handoverRoles, body: `{"version":1}`, status: 404},
	"POST /handovers/{id}/accept":          {roles: handoverRoles, body: `{"version":1}`, status: 404},
	"POST /handovers/{id}/decline":         {roles: handoverRoles, body: `{"version":1,"reason":"x"}`, status: 404},
	"POST /handovers/{id}/answer":          {roles: handoverRoles, body: `{"version":1,"outcome":"other"}`, status: 404},
	"POST /handovers/{id}/hand-on":         {roles: handoverRoles, body: `{"version":1,"reason":"x"}`, status: 404},
	"POST /handovers/{id}/convert":         {roles: handoverRoles, body: `{"version":1,"reason":"x"}`, status: 404},
	"POST /handovers/{id}/call":            {roles: handoverRoles, body: `{"version":1}`, status: 404},
	"POST /handovers/{id}/file":            {roles: handoverRoles, body: `{"version":1}`, status: 404},
	"POST /handovers/{id}/stand-down":      {roles: handoverRoles, body: `{"version":1,"reason":"x"}`, status: 404},
	"POST /handovers/{id}/confirm":         {roles: handoverRoles, body: `{"version":1}`, status: 404},
	"GET /stream":                          {roles: handoverRoles, status: 200},
	"GET /queues":                          {roles: deskRoles, status: 200},
	"GET /deaths":                          {roles: deskRoles, status: 200},
	"GET /issues":                          {roles: deskRoles, status: 200},
	"GET /issues/{id}":                     {roles: deskRoles, status: 404},
	"POST /issues/{id}/resolve":            {roles: deskRoles, body: `{"base":"e1.1"}`, status: 404},
	"POST /issues/{id}/dismiss":            {roles: deskRoles, body: `{"reason":"x"}`, status: 404},
	"POST /imports":                        {roles: []care.Role{care.CareCoordinator}, body: `{"kind":"people","file":"bmhzX251bWJlcixmYW1pbHlfbmFtZQo="}`, status: 200},
	"GET /caseload":                        {roles: deskRoles, query: "?patient={id}", status: 404},
	"POST /caseload":                       {roles: deskRoles, body: `{"patient":"{id}","team":"{id}","reason":"x"}`, status: 404},
	"POST /caseload/move":                  {roles: deskRoles, body: `{"patients":["{id}"],"from":{"team":"{id}"},"to":{"staff":"{id}"},"reason":"x"}`, status: 404},
	"POST /caseload/cover":                 {roles: deskRoles, body: `{"patients":["{id}"],"team":"{id}","to":"2200-01-01T00:00:00.000Z","reason":"x"}`, status: 404},
	"GET /plans":                           {roles: deskRoles, query: "?patient={id}", status: 404},
	"POST /plans":                          {roles: deskRoles, body: `{"patient":"{id}","team":"{id}","plan":` + onePlan + `}`, status: 404},
	"POST /plans/{id}":                     {roles: deskRoles, body: `{"plan":` + onePlan + `}`, status: 404},
	"POST /plans/{id}/end":                 {roles: deskRoles, body: `{}`, status: 404},
	"GET /rules":                           {roles: ruleRoles, status: 200},
	"POST /rules":                          {roles: ruleRoles, body: `{}`, status: 400, code: "invalid"},
	"POST /rules/{id}/approve":             {roles: ruleRoles, status: 404},
	"POST /rules/{id}/withdraw":            {roles: ruleRoles, status: 404},
	"POST /rules/backtests":                {roles: ruleRoles, body: `{"version":"{id}","days":7}`, status: 404},
	"GET /rules/backtests/{id}":            {roles: ruleRoles, status: 404},
	"GET /contact-lists":                   {roles: deskRoles, status: 200},
	"POST /contact-lists":                  {roles: deskRoles, body: `{"team":"{id}","name":"x","every_days":7,"shown":"desk"}`, status: 404},
	"GET /contact-lists/due":               {roles: deskRoles, query: "?team={id}", status: 404},
	"POST /contact-lists/{id}":             {roles: deskRoles, body: `{"name":"x","every_days":7,"shown":"desk"}`, status: 404},
	"POST /contact-lists/{id}/end":         {roles: deskRoles, status: 404},
	"GET /contact-lists/{id}/people":       {roles: deskRoles, status: 404},
	"POST /contact-lists/{id}/people":      {roles: deskRoles, body: `{"patient":"{id}"}`, status: 404},
	"POST /contact-lists/{id}/off":         {roles: deskRoles, body: `{"patient":"{id}"}`, status: 404},
	"POST /contact-lists/{id}/reviewed":    {roles: deskRoles, body: `{"patient":"{id}"}`, status: 404},
	"GET /people/{id}/contact-lists":       {roles: deskRoles, status: 404},
	"GET /board":                           {roles: deskRoles, query: "?team={id}", status: 404},
	"GET /lone":                            {roles: deskRoles, status: 200},
	"POST /lone/{id}":                      {roles: deskRoles, body: `{"kind":"took"}`, status: 404},
	"GET /board/late":                      {roles: deskRoles, status: 200},
	"POST /board/move":                     {roles: deskRoles, body: `{"team":"{id}","contacts":["{id}"],"staff":""}`, status: 404},
	"POST /people/search":                  {roles: deskRoles, body: `{}`, status: 200},
	"POST /people/alike":                   {roles: registerRoles, body: `{}`, status: 200},
	"GET /people/{id}":                     {roles: registerRoles, status: 404},
	"POST /people/{id}/correct":            {roles: registerRoles, body: `{"set":{},"was":{}}`, status: 404},
	"POST /people/{id}/merge":              {roles: registerRoles, body: `{"into":"{id}"}`, status: 404},
	"POST /people/{id}/unmerge":            {roles: registerRoles, status: 404},
	"POST /people/{id}/consent":            {roles: []care.Role{care.VolunteerCoordinator}, body: `{"given":false}`, status: 404},
	"GET /people/{id}/timeline":            {roles: deskRoles, status: 404},
	"GET /fields":                          {roles: deskRoles, status: 200},
	"GET /staff/{id}/work":                 {roles: keeperRoles, status: 404},
	"POST /caseload/{id}/end":              {roles: deskRoles, body: `{}`, status: 404},
	"POST /people":                         {roles: registerRoles, body: `{"team":"{id}","set":{"family_name":"x"}}`, status: 404},
	"GET /staff":                           {roles: keeperRoles, status: 200},
	"POST /staff/{id}/leave":               {roles: keeperRoles, body: `{}`, status: 404},
	"POST /staff/{id}/stay":                {roles: keeperRoles, status: 404},
	"GET /devices":                         {roles: keeperRoles, status: 200},
	"POST /devices/{id}/state":             {roles: keeperRoles, body: `{"state":"lost"}`, status: 404},
	"GET /neighbourhoods":                  {roles: everyRole(), status: 200},
	"GET /neighbourhoods/{id}/figures":     {roles: everyRole(), status: 404},
	"GET /neighbourhoods/{id}/figures/csv": {roles: everyRole(), status: 404},
	"GET /neighbourhoods/{id}/counts":      {roles: []care.Role{care.CareCoordinator}, status: 404},
	"GET /neighbourhoods/{id}/people":      {roles: deskRoles, query: "?measure=in_time", status: 404},
	"POST /neighbourhoods/{id}/targets":    {roles: promiseRoles, body: `{"measure":"in_time","aim":0.9,"by":"2099-01-01","owner":"x"}`, status: 404},
	"POST /targets/{id}/review":            {roles: promiseRoles, body: `{"decided":"x"}`, status: 404},
	"POST /targets/{id}/end":               {roles: promiseRoles, body: `{"outcome":"met","decided":"x"}`, status: 404},
	"GET /neighbourhoods/{id}/guests":      {roles: promiseRoles, status: 404},
	"POST /neighbourhoods/{id}/guests":     {roles: promiseRoles, body: `{"email":"x@example.org"}`, status: 404},
	"POST /guests/{id}/end":                {roles: promiseRoles, status: 404},
}

func TestCare_EveryRoleAgainstEveryRoute(t *testing.T) {
	w := newTown(t)
	for _, route := range httpapi.CareRoutes() {
		if _, ok := routeTable[route]; !ok {
			t.Errorf("%s is not in the table", route)
		}
	}
	equal(t, "routes", len(httpapi.CareRoutes()), len(routeTable))
	call := func(route, token string) answer {
		row := routeTable[route]
		method, path, _ := strings.Cut(route, " ")
		missing := strings.NewReplacer("{id}", pbtest.ID())
		return w.do(t, method, pages+missing.Replace(path+row.query), token, []byte(missing.Replace(row.body)))
	}
	for _, duty := range care.Duties() {
		who := w.Staff(t, duty.Role, "Role "+strings.ReplaceAll(string(duty.Role), "_", " "), w.nurses)
		w.tick()
		token := w.Token(t, who)
		for route, row := range routeTable {
			got := call(route, token)
			want, code := row.status, cmp.Or(row.code, "not_found")
			if !slices.Contains(row.roles, duty.Role) {
				want, code = http.StatusForbidden, "forbidden"
			}
			if got.status != want {
				t.Errorf("%s: %s: %d %s, want %d", duty.Role, route, got.status, got.body, want)
			} else if want != http.StatusOK {
				refused(t, got, want, code)
			}
		}
	}
	superuser := w.Superuser(t)
	for route := range routeTable {
		refused(t, call(route, ""), http.StatusUnauthorized, "token_missing")
		refused(t, call(route, "nonsense"), http.StatusUnauthorized, "token_invalid")
		refused(t, call(route, superuser), http.StatusForbidden, "forbidden")
	}
	token := w.Token(t, w.lea)
	w.save(w.lea, map[string]any{"inactive_since": w.now().Add(-time.Minute)})
	for route := range routeTable {
		refused(t, call(route, token), http.StatusForbidden, "inactive")
	}
	refused(t, w.get(w.guy, "/nothing"), http.StatusNotFound, "not_found")
	refused(t, w.do(t, http.MethodPut, pages+"/issues", w.Token(t, w.cora), nil), http.StatusMethodNotAllowed, "method_not_allowed")
}

// What each reader gets of the same handover.
func TestCare_EachReadsTheirProjection(t *testing.T) {
	w := newTown(t)
	id := w.raise(care.SameDay, nil, map[string]any{"safe_note": "Please bring the chair"})
	for _, who := range []*core.Record{w.rita, w.guy, w.lea, w.ann} {
		got := w.read(who, id)
		if got.Projection != "full" || !strings.Contains(got.Situation, "Wound broken down") || got.Patient.FamilyName != "Testpatient" || got.Patient.NHSNumber != "999 000 0018" || got.Patient.DateOfBirth == "" {
			t.Errorf("%s reads %s", who.GetString("name"), toJSON(t, got))
		}
	}
	into[map[string]any](t, w.send(w.guy, "/handovers/"+id+"/hand-on", w.seen(w.guy, id, map[string]any{"reason": "Lonely", "text": "About her wound", "to_team": w.visitors.Id, "safe_note": "Please visit on Tuesdays"})), http.StatusOK)
	w.tick()
	got := w.get(w.vera, "/handovers/"+id)
	for _, secret := range []string{"Wound", "Infected", "Diabetic", "prescribe", "Testpatient", "999 000 0018", "9990000018", "1941", "Lonely"} {
		if strings.Contains(string(got.body), secret) {
			t.Errorf("the volunteers' coordinator reads %q in %s", secret, got.body)
		}
	}
	read := w.read(w.vera, id)
	if read.Projection != "limited" || read.SafeNote != "Please visit on Tuesdays" || read.Patient.ID != w.ada.Id || read.Patient.PreferredName != "" {
		t.Errorf("she reads %s", toJSON(t, read))
	}
	w.Caseload(t, w.ada, w.visitors)
	w.tick()
	equal(t, "once the person is theirs, by consent", w.read(w.vera, id).Patient.PreferredName, "Ada")
	if list := w.get(w.vera, "/handovers"); strings.Contains(string(list.body), "Wound") || !strings.Contains(string(list.body), "Tuesdays") {
		t.Errorf("her list: %s", list.body)
	}
	equal(t, "the sender's lead still reads all", w.read(w.lea, id).Projection, "full")
	refused(t, w.get(w.vic, "/handovers/"+id), http.StatusForbidden, "forbidden")
}

// A safeguarding concern: its content is for the safeguarding lead, everybody else reads that
// there is one.
func TestCare_SafeguardingIsForItsLead(t *testing.T) {
	w := newTown(t)
	id := w.raise(care.Safeguarding, nil, map[string]any{"situation": "Bruises on both arms"})
	full := w.read(w.sara, id)
	if full.Projection != "full" || !strings.Contains(full.Situation, "Bruises") || full.Patient.FamilyName == "" {
		t.Errorf("the safeguarding lead reads %s", toJSON(t, full))
	}
	w.act(w.sara, id, "accept", nil)
	w.act(w.sara, id, "answer", map[string]any{"outcome": "referred", "text": "Referred the bruises to the council"})
	got := w.get(w.ann, "/handovers/"+id) // who raised it keeps a receipt
	if strings.Contains(strings.ToLower(string(got.body)), "bruises") {
		t.Errorf("she reads %s", got.body)
	}
	read := into[view](t, got, http.StatusOK)
	if read.Projection != "sealed" || read.State != "done" || !strings.Contains(read.Situation, "safeguarding lead only") || len(read.Evidence) != 0 {
		t.Errorf("the receipt: %s", toJSON(t, read))
	}
	list := w.get(w.ann, "/handovers?side=sent&state=all")
	if strings.Contains(strings.ToLower(string(list.body)), "bruises") || !strings.Contains(string(list.body), id) {
		t.Errorf("in her list: %s", list.body)
	}
	p := w.phoneOf(w.ann)
	h, ok := p.View(care.Handovers, id)
	if !ok || h.Text("situation") != care.SealedReceipt || h.Text("state") != "done" || h.Text("outcome") != "referred" {
		t.Errorf("the receipt on her phone: %s", toJSON(t, h))
	}
	if held := toJSON(t, []any{p.List(care.Handovers), p.List(care.HandoverEvents)}); strings.Contains(strings.ToLower(held), "bruises") {
		t.Errorf("her phone holds %s", held)
	}
	for _, who := range []*core.Record{w.lea, w.cora, w.bob} { // nobody else learns that there is one
		refused(t, w.get(who, "/handovers/"+id), http.StatusNotFound, "not_found")
		equal(t, "listed", len(w.listed(who, "side=sent&state=all").Items), 0)
	}
	// Nor does it leak from the quarantine: the lead lets it in unread, and it reaches Sara.
	otto := w.phoneOf(w.otto)
	refusedID, err := otto.Create(care.Handovers, map[string]any{"patient": w.ada.Id, "class": "SG", "situation": "More bruises", "recommendation": "Please see her"})
	must(t, err)
	w.sync(otto)
	open := w.issues(w.lea)
	if len(open.Items) != 1 || strings.Contains(toJSON(t, open), "bruises") || strings.Contains(toJSON(t, w.phoneOf(w.lea).List(care.SyncIssues)), "bruises") {
		t.Errorf("the lead reads %s", toJSON(t, open))
	}
	into[decision](t, w.resolve(w.lea, open.Items[0]["id"].(string), open.Base, nil), http.StatusOK)
	w.tick()
	equal(t, "it reached the safeguarding lead", w.read(w.sara, refusedID).Situation, "More bruises")
}

// The readings behind a handover, with sub-scores, who took them, and how late they were.
func TestCare_EvidenceAndProvenance(t *testing.T) {
	w := newTown(t)
	p := w.phoneOf(w.ann)
	readings := w.news2Of8()
	_, err := p.Create(care.Observations, readings)
	must(t, err)
	taken := readings["taken_at"].(string)
	w.turn(3 * time.Hour)
	w.sync(p)
	w.tick()
	h := w.listed(w.guy, "state=all").Items[0]
	got := w.read(w.guy, h.ID)
	if len(got.Evidence) != 1 {
		t.Fatalf("evidence: %s", toJSON(t, got.Evidence))
	}
	e := got.Evidence[0]
	at, err := care.ParseStamp(taken)
	must(t, err)
	recorded, err := care.ParseStamp(e.RecordedAt) // corrected by what the phone's clock was found to be off
	must(t, err)
	if recorded.Sub(at).Abs() > time.Second || e.RecordedBy == nil || e.RecordedBy.Name != "Ann" || e.LateBy < 3*3600 || e.LateBy > 3*3600+60 || e.ReachedAt <= taken {
		t.Errorf("provenance of the set: %+v", e)
	}
	if !strings.Contains(string(e.NEWS2), `"respiration_rate":3`) || e.Values["pulse"] != float64(112) {
		t.Errorf("readings %v, sub-scores %s", e.Values, e.NEWS2)
	}
	if got.Provenance.RecordedAt != e.RecordedAt || got.Provenance.LateBySeconds < 3*3600 || len(got.Rules) == 0 || got.Rules[0].Title == "" || got.ByHand {
		t.Errorf("provenance %+v, rules %+v", got.Provenance, got.Rules)
	}
	if !slices.Contains(got.May, "accept") || slices.Contains(got.May, "file") {
		t.Errorf("the GP may %v", got.May)
	}
	if rita := w.read(w.rita, h.ID).May; slices.Contains(rita, "accept") || !slices.Contains(rita, "acknowledge") {
		t.Errorf("reception may %v", rita)
	}
}

// A volunteer's concern becomes a clinical handover by one action of their coordinator.
func TestCare_AConcernIsConverted(t *testing.T) {
	w := newTown(t)
	w.Caseload(t, w.ada, w.visitors)
	w.Caseload(t, w.ada, w.vic)
	w.tick()
	p := w.phoneOf(w.vic)
	_, err := p.Create(care.Checkins, map[string]any{"patient": w.ada.Id, "team": w.visitors.Id, "happened_at": care.Stamp(w.now()), "seen": true, "wellbeing": "unwell", "concern": "She did not know me today"})
	must(t, err)
	w.sync(p)
	w.tick()
	inbox := w.listed(w.vera, "").Items
	if len(inbox) != 1 || inbox[0].Projection != "limited" {
		t.Fatalf("the coordinator's inbox: %s", toJSON(t, inbox))
	}
	got := w.read(w.vera, inbox[0].ID)
	if len(got.Evidence) != 1 || got.Evidence[0].Values["concern"] != "She did not know me today" {
		t.Errorf("she reads %s", toJSON(t, got.Evidence))
	}
	into[map[string]any](t, w.send(w.vera, "/handovers/"+got.ID+"/convert", w.seen(w.vera, got.ID, map[string]any{"reason": "New confusion", "text": "Please ring her today"})), http.StatusOK)
	w.tick()
	at := w.read(w.guy, got.ID)
	for _, part := range []string{"Handed on by Visitors: New confusion", "A volunteer's concern"} {
		if !strings.Contains(at.Situation, part) {
			t.Errorf("the GP's situation lacks %q: %s", part, at.Situation)
		}
	}
	if !strings.Contains(at.Assessment, "She did not know me today") || !strings.HasPrefix(at.Recommendation, "Please ring her today") || at.ToTeam.Name != "Bridge Surgery" || at.State != "sent" {
		t.Errorf("the GP reads %s", toJSON(t, at))
	}
}

// Every read of a handover is one row of the audit, of a list one for the page.
func TestCare_ReadsAreAudited(t *testing.T) {
	w := newTown(t)
	id := w.raise(care.SameDay, nil)
	before := w.count(t, `SELECT count(*) FROM audit`)
	w.listed(w.rita, "")
	w.read(w.rita, id)
	equal(t, "rows", w.count(t, `SELECT count(*) FROM audit`)-before, 2)
	equal(t, "the list names whose", w.column(`SELECT detail FROM audit WHERE action = 'list' AND actor = ? ORDER BY id DESC`, w.rita.Id), `{"count":1,"patients":["`+w.ada.Id+`"]}`)
	equal(t, "the reading names the person", w.column(`SELECT patient || ' ' || role FROM audit WHERE action = 'view' AND record = ?`, id), w.ada.Id+" practice_reception")
	refused(t, w.get(w.elmer, "/handovers/"+id), http.StatusNotFound, "not_found")
	equal(t, "what was not read is not in it", w.count(t, `SELECT count(*) FROM audit`)-before, 2)
}

// U28. Open before closed, an emergency first, then the overdue, then by class, then by age; page by page the same as in one.
func TestCare_TheOrderOfAnInbox(t *testing.T) {
	w := newTown(t)
	add := func(class, state string, raised, due time.Duration) string {
		dueAt := ""
		if due != 0 {
			dueAt = w.now().Add(due).UTC().Format("2006-01-02 15:04:05.000Z")
		}
		return w.Put(t, care.Handovers, map[string]any{"patient": w.ada.Id, "from_team": w.nurses.Id, "to_team": w.surgery.Id, "class": class, "state": state,
			"ack_due": dueAt, "act_due": dueAt, "raised_at": w.now().Add(-raised)}).Id
	}
	want := []string{
		add("E", "sent", time.Minute, -time.Minute),       // an emergency, and overdue
		add("E", "sent", 2*time.Minute, time.Hour),        // an emergency
		add("U2", "sent", time.Minute, -time.Minute),      // overdue, the most urgent
		add("R", "failed", 9*time.Hour, time.Hour),        // nobody answered at all
		add("SD", "seen", 3*time.Hour, time.Hour),         // by age
		add("SD", "acknowledged", 2*time.Hour, time.Hour), //
		add("I", "sent", 5*time.Hour, 0),                  // nothing is due
	}
	older := add("E", "done", 5*time.Hour, -time.Hour)
	newer := add("I", "stood_down", 4*time.Hour, 0)
	w.tick()
	all := append(slices.Clone(want), newer, older) // the closed, the latest first
	ids := func(list []string, query string) (got []string) {
		cursor := ""
		for range list {
			page := w.listed(w.rita, query+"&cursor="+cursor)
			for _, item := range page.Items {
				got = append(got, item.ID)
			}
			if cursor = page.Cursor; !page.More {
				break
			}
			w.turn(10 * time.Minute) // time passes between pages; nothing moves
		}
		return got
	}
	for _, c := range []struct {
		query string
		want  []string
	}{
		{"limit=200", want}, {"limit=2", want}, {"limit=1&state=all", all}, {"limit=3&state=all", all},
		{"state=closed", []string{newer, older}}, {"class=SD", want[4:6]}, {"state=seen,failed", []string{want[3], want[4]}}, {"mine=true", nil},
		{"team=" + w.surgery.Id, want},
	} {
		w.clock.Turn(testkit.Monday)
		if got := ids(all, c.query); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.query, got, c.want)
		}
	}
	w.clock.Turn(testkit.Monday)
	for _, bad := range []string{"state=lost", "class=X", "side=left", "cursor=!!!", "cursor=%0A", "cursor=" + strings.Repeat("a", 900), "limit=-1", "mine=perhaps"} {
		if a := w.get(w.rita, "/handovers?"+bad); a.status != http.StatusBadRequest {
			t.Errorf("%s: %d %s", bad, a.status, a.body)
		}
	}
	refused(t, w.get(w.rita, "/handovers?team="+w.elm.Id), http.StatusNotFound, "not_found")
}
