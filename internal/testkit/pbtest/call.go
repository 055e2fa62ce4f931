package pbtest

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
)

// Answer is what a server said.
type Answer struct {
	Status int
	Body   []byte
}

// JSON reads the body of an answer as an object; it fails the test when it is none.
func (a Answer) JSON(t testing.TB) map[string]any {
	t.Helper()
	object := map[string]any{}
	if err := json.Unmarshal(a.Body, &object); err != nil {
		t.Fatalf("answer %d is no JSON object: %s", a.Status, a.Body)
	}
	return object
}

// Call sends one request. Body is sent as JSON unless nil, token as the Authorization header unless
// "".
func Call(t testing.TB, server *httptest.Server, method, path, token string, body any) Answer {
	t.Helper()
	var reader io.Reader
	if body != nil {
		raw, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		reader = bytes.NewReader(raw)
	}
	request, err := http.NewRequest(method, server.URL+path, reader)
	if err != nil {
		t.Fatal(err)
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		request.Header.Set("Authorization", token)
	}
	response, err := server.Client().Do(request)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	defer response.Body.Close()
	raw, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	return Answer{Status: response.StatusCode, Body: raw}
}
