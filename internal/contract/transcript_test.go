package contract_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"doorstep/internal/wire"
)

// TestTranscripts says every recorded conversation again to a real server and compares its
// answers, word for word but for what must differ. With -update it writes down what was said.
func TestTranscripts(t *testing.T) {
	files, err := filepath.Glob(filepath.FromSlash("../../docs/transcripts/*.http"))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) < 10 {
		t.Fatalf("only %d transcripts were found", len(files))
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".http"), func(t *testing.T) {
			raw, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			told, err := parseScript(string(raw))
			if err != nil {
				t.Fatal(err)
			}
			s := newStage(t)
			for i := range told.steps {
				st := &told.steps[i]
				if st.action != "" {
					if err := s.act(st.action); err != nil {
						t.Fatal(err)
					}
					continue
				}
				if err := s.say(st); err != nil {
					t.Fatalf("%s: %v", st.title, err)
				}
			}
			switch now := told.String(); {
			case now == string(raw):
			case *update:
				if err := os.WriteFile(file, []byte(now), 0o644); err != nil {
					t.Fatal(err)
				}
			default:
				t.Errorf("the conversation goes differently now; if that is meant, run: go test ./internal/contract -update\n%s", difference(string(raw), now))
			}
		})
	}
	if flag.Lookup("test.run").Value.String() != "" && strings.Contains(flag.Lookup("test.run").Value.String(), "/") {
		return // only some were said
	}
	for path, item := range load(t).Paths.Map() {
		for method, op := range item.Operations() {
			for status := range op.Responses.Map() {
				if status < "400" && !spoken[method+" "+path+" "+status] {
					t.Errorf("no transcript shows %s %s answered with %s", method, path, status)
				}
			}
		}
	}
}

// difference shows the first lines that are not the same.
func difference(before, after string) string {
	a, b := strings.Split(before, "\n"), strings.Split(after, "\n")
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	show := func(lines []string) string {
		return strings.Join(lines[min(i, len(lines)):min(i+8, len(lines))], "\n  ")
	}
	return fmt.Sprintf("from line %d it was\n  %s\nand is\n  %s", i+1, show(a), show(b))
}

// say sends a step's request, checks it and the answer against the document, and writes the
// answer into the step.
func (s *stage) say(st *step) error {
	path, err := s.show(st.path, s.mint)
	if err != nil {
		return err
	}
	body, err := s.show(st.body, s.mint)
	if err != nil {
		return err
	}
	request, err := http.NewRequest(st.method, s.http.URL+path, strings.NewReader(body))
	if err != nil {
		return err
	}
	for _, h := range st.headers {
		value, err := s.show(h[1], s.mint)
		if err != nil {
			return err
		}
		request.Header.Set(h[0], value)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.Header.Get("Content-Type") == eventStream {
		st.answer, err = s.listen(request, response)
		return err
	}
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if err := heldToDocument(s.t, request, response.StatusCode, body, text); err != nil {
		return err
	}
	route, _ := documented(load(s.t), request.URL.Path)
	spoken[request.Method+" "+route+" "+strconv.Itoa(response.StatusCode)] = true
	var head strings.Builder
	fmt.Fprintf(&head, "%s%d %s\n", answerMark, response.StatusCode, http.StatusText(response.StatusCode))
	for _, name := range []string{"Allow", "ETag", "Retry-After", "WWW-Authenticate"} {
		if value := response.Header.Get(name); value != "" {
			if name == "ETag" {
				s.see("etag", value)
				value = "{{" + s.name[value] + "}}"
			}
			fmt.Fprintf(&head, "%s: %s\n", name, value)
		}
	}
	s.tick() // what a server does by itself a moment later
	if len(text) == 0 {
		st.answer = strings.TrimSpace(head.String())
		return nil
	}
	if slices.Contains(files, response.Header.Get("Content-Type")) && response.StatusCode < 300 {
		st.answer = head.String() + "\n(a file)"
		return nil
	}
	v, err := parseJSON(text)
	if err != nil {
		return fmt.Errorf("status %d: %w: %s", response.StatusCode, err, text)
	}
	s.learn(v, "")
	if device := v.string("device"); device != "" {
		s.signs[s.name[device]] = enrolled.FindString(st.body)
	}
	if st.only != "" && response.StatusCode < 300 {
		v.keep(strings.Split(st.only, ", ")...)
	}
	b := &head
	b.WriteString("\n")
	hidden, err := parseJSON([]byte(s.hide(v.flat())))
	if err != nil {
		return err
	}
	hidden.print(b, 0, 0)
	st.answer = b.String()
	return nil
}

// pdfFile and csvFile are the answers that are no JSON and no stream; fhirFile is JSON of FHIR's own form, held to it by two
// validators in e2e/unit/fhir.test.mjs. Transcripts show none of them.
const (
	pdfFile  = "application/pdf"
	csvFile  = "text/csv"
	fhirFile = "application/fhir+json"
)

var files = []string{pdfFile, csvFile, fhirFile}

// enrolled finds the key by which a request enrols a device.
var enrolled = regexp.MustCompile(`key \d+`)

// heldToDocument holds one exchange to docs/openapi.yaml: the bodies to their schemas, the
// records in them to theirs, an error to the codes its answer names.
func heldToDocument(t *testing.T, request *http.Request, status int, sent string, got []byte) error {
	if !ours.MatchString(request.URL.Path) {
		return nil
	}
	doc := load(t)
	_, item := documented(doc, request.URL.Path)
	if item == nil || item.GetOperation(request.Method) == nil {
		return fmt.Errorf("%s %s is not in the document", request.Method, request.URL.Path)
	}
	op := item.GetOperation(request.Method)
	if op.RequestBody != nil && status < 300 {
		if err := bodyKeeps(t, op.RequestBody.Value.Content, sent); err != nil {
			return fmt.Errorf("request: %w", err)
		}
	}
	response := op.Responses.Value(strconv.Itoa(status))
	if response == nil {
		return fmt.Errorf("the document knows no status %d here: %s", status, got)
	}
	media := response.Value.Content["application/json"]
	if media == nil {
		if response.Value.Content[pdfFile] != nil && bytes.HasPrefix(got, []byte("%PDF-")) || response.Value.Content[csvFile] != nil && bytes.HasPrefix(got, []byte("week,partner,")) {
			return nil
		}
		if response.Value.Content[fhirFile] != nil && bytes.HasPrefix(got, []byte(`{"resourceType":"`)) && json.Valid(got) {
			return nil
		}
		if len(got) > 0 {
			return fmt.Errorf("the document knows no body with status %d here: %s", status, got)
		}
		return nil
	}
	if err := keeps(t, schemaName(media.Schema), got); err != nil {
		return fmt.Errorf("answer: %w", err)
	}
	if status >= 300 {
		var e wire.Error
		if err := json.Unmarshal(got, &e); err != nil {
			return err
		}
		if codes := codesOf(t, request.URL.Path, response.Value); !slices.Contains(codes, e.Code) {
			return fmt.Errorf("%d with code %s; the document names %v", status, e.Code, codes)
		}
	}
	return recordsKeep(t, got)
}

// bodyKeeps holds the body of a request to the schema of the route, a form by its members.
func bodyKeeps(t *testing.T, content openapi3.Content, sent string) error {
	t.Helper()
	media := content["application/json"]
	if media == nil {
		media = content["application/x-www-form-urlencoded"]
		form, err := url.ParseQuery(sent)
		if err != nil {
			return err
		}
		members := map[string]string{}
		for name := range form {
			members[name] = form.Get(name)
		}
		text, err := json.Marshal(members)
		if err != nil {
			return err
		}
		sent = string(text)
	}
	return keeps(t, schemaName(media.Schema), []byte(sent))
}

// spoken are the routes that some transcript used, with the status of the answer.
var spoken = map[string]bool{}

// documented finds the path of the document that an address is one of.
func documented(doc *openapi3.T, address string) (string, *openapi3.PathItem) {
	if item := doc.Paths.Value(address); item != nil {
		return address, item
	}
	path := numbered.ReplaceAllString(id.ReplaceAllString(address, "{id}"), "/{id}$1")
	return path, doc.Paths.Value(path)
}

// numbered is a part of an address that is a number, as that of a delivery.
var numbered = regexp.MustCompile(`/[0-9]+(/|$)`)

// recordsKeep holds every record of an answer to the schema of its collection.
func recordsKeep(t *testing.T, got []byte) error {
	var page struct{ Changes []wire.Delivery }
	if err := json.Unmarshal(got, &page); err != nil {
		return err
	}
	for _, d := range page.Changes {
		if d.Data == nil {
			continue
		}
		if err := keeps(t, d.Collection, d.Data); err != nil {
			return fmt.Errorf("%s %s: %w", d.Collection, d.ID, err)
		}
	}
	return nil
}

// restore puts a copy of the database in place of what is in dir.
func restore(from, dir string) error {
	for _, name := range []string{"data.db-wal", "data.db-shm"} {
		if err := os.Remove(filepath.Join(dir, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	raw, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "data.db"), raw, 0o600)
}
