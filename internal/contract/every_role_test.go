package contract_test

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"doorstep/internal/care"
	"doorstep/internal/testkit/pbtest"
)

// TestEveryRoleIsAnsweredAsDocumented asks, at the end of the conversations in which most happens, every route that
// reads, as everybody there is, about everything there is: each answer keeps to the schema of its status, and an
// error to the codes that the route names.
func TestEveryRoleIsAnsweredAsDocumented(t *testing.T) {
	asked, answered := 0, map[string]bool{}
	for _, conversation := range []string{"05-quarantine", "11-handover", "12-handed-on", "13-desk", "19-ways", "23-contact-lists", "24-neighbourhood", "22-rules"} {
		t.Run(conversation, func(t *testing.T) {
			s := newStage(t)
			s.replay(t, conversation)
			if conversation == "13-desk" {
				s.hireEveryRole(t)
			}
			for name, token := range s.tokens(t) {
				for path, item := range load(t).Paths.Map() {
					op := item.Get
					if op == nil || !slices.Contains(schemesOf(load(t), op), "staffToken") || streams(op) {
						continue
					}
					for _, address := range s.addresses(path, op) {
						asked++
						if status := s.ask(t, name, address, token); status < 300 {
							answered[path] = true
						}
					}
				}
			}
			for name, person := range s.people {
				if person.Collection().Name != care.StaffName {
					continue
				}
				now, err := s.app.FindRecordById(care.StaffName, person.Id)
				if err != nil {
					t.Fatal(err)
				}
				if care.DutyOf(care.Role(now.GetString("role"))).Device && now.GetDateTime("inactive_since").IsZero() {
					if err := s.openPhone(name); err != nil {
						t.Errorf("the phone of %s: %v", name, err)
					}
				}
			}
		})
	}
	for path, item := range load(t).Paths.Map() {
		if op := item.Get; op != nil && slices.Contains(schemesOf(load(t), op), "staffToken") && !streams(op) && !answered[path] {
			t.Errorf("nobody was answered at %s, so its answer was not looked at", path)
		}
	}
	if asked < 1000 {
		t.Errorf("only %d requests were made", asked)
	}
}

// replay says a recorded conversation once more.
func (s *stage) replay(t *testing.T, conversation string) {
	t.Helper()
	raw, err := os.ReadFile(filepath.FromSlash("../../docs/transcripts/" + conversation + ".http"))
	if err != nil {
		t.Fatal(err)
	}
	told, err := parseScript(string(raw))
	if err != nil {
		t.Fatal(err)
	}
	for i := range told.steps {
		st := &told.steps[i]
		if st.action != "" {
			err = s.act(st.action)
		} else {
			err = s.say(st)
		}
		if err != nil {
			t.Fatalf("%s: %v", st.title, err)
		}
	}
}

// hireEveryRole adds somebody in each role that nobody has.
func (s *stage) hireEveryRole(t *testing.T) {
	t.Helper()
	roles := map[string]bool{}
	for _, person := range s.people {
		if person.Collection().Name == care.StaffName {
			roles[person.GetString("role")] = true
		}
	}
	for _, d := range care.Duties() {
		if !roles[string(d.Role)] {
			name := "the " + string(d.Role)
			s.know(name, s.app.Staff(t, d.Role, name, s.people["Riverside Nurses"]))
		}
	}
	s.tick()
}

// tokens are the staff tokens of everybody there is.
func (s *stage) tokens(t *testing.T) map[string]string {
	t.Helper()
	tokens := map[string]string{}
	for name, person := range s.people {
		if person.Collection().Name != care.StaffName {
			continue
		}
		token, err := person.NewAuthToken()
		if err != nil {
			t.Fatal(err)
		}
		tokens[name] = token
	}
	return tokens
}

// addresses are those of a route: about everything the conversation named that is of its kind and one thing there
// is not, and with each of its parameters.
func (s *stage) addresses(path string, op *openapi3.Operation) (list []string) {
	if strings.Contains(path, "{id}") {
		kind := map[string]string{"handovers": "handover ", "issues": "issue ", "contact-lists": "list ", "rules": "backtest "}[strings.Split(path, "/")[4]]
		for _, name := range slices.Sorted(maps.Keys(s.value)) {
			person, isPerson := s.people[name]
			of := map[string]string{"people": care.Patients, "teams": care.Teams, "neighbourhoods": care.Neighbourhoods}[strings.Split(path, "/")[4]]
			if of == "" {
				of = care.StaffName
			}
			if kind != "" && strings.HasPrefix(name, kind) || kind == "" && isPerson && person.Collection().Name == of {
				list = append(list, strings.ReplaceAll(path, "{id}", s.value[name]))
				if of == care.Neighbourhoods && strings.HasSuffix(path, "/people") {
					list = append(list, strings.ReplaceAll(path, "{id}", s.value[name])+"?measure=in_time")
				}
			}
		}
		return append(list, strings.ReplaceAll(path, "{id}", pbtest.ID()))
	}
	list = []string{path}
	for _, p := range op.Parameters {
		if p.Value.In != openapi3.ParameterInQuery {
			continue
		}
		for _, value := range s.goodValues(p.Value) {
			list = append(list, path+"?"+url.Values{p.Value.Name: {value}}.Encode())
		}
	}
	return list
}

// goodValues are values that a query parameter may have.
func (s *stage) goodValues(p *openapi3.Parameter) (list []string) {
	for _, v := range p.Schema.Value.Enum {
		list = append(list, fmt.Sprint(v))
	}
	switch p.Name {
	case "limit":
		list = append(list, "1")
	case "state":
		if len(list) == 0 {
			list = append(list, "all", "closed")
		}
	case "team", "staff", "patient":
		for _, name := range []string{"Riverside Nurses", "the surgery's team", "Ann", "Ada"} {
			list = append(list, s.people[name].Id)
		}
	}
	return list
}

func streams(op *openapi3.Operation) bool {
	ok := op.Responses.Status(http.StatusOK)
	return ok != nil && ok.Value.Content[eventStream] != nil
}

// ask reads an address as somebody, and holds what comes to the document.
func (s *stage) ask(t *testing.T, who, address, token string) (status int) {
	t.Helper()
	request, err := http.NewRequest(http.MethodGet, s.http.URL+address, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+token)
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	if err := heldToDocument(t, request, answer.StatusCode, "", body); err != nil {
		t.Errorf("%s reads %s: %d, %v", who, address, answer.StatusCode, err)
	}
	return answer.StatusCode
}
