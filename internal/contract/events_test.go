package contract_test

import (
	"bufio"
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

const eventStream = "text/event-stream"

// listen hears a stream as far as the first poke, holds what it heard to the document and writes
// it down.
func (s *stage) listen(request *http.Request, response *http.Response) (string, error) {
	_, item := documented(load(s.t), request.URL.Path)
	if item == nil || item.GetOperation(request.Method) == nil {
		return "", fmt.Errorf("%s %s is not in the document", request.Method, request.URL.Path)
	}
	of := item.GetOperation(request.Method).Responses.Value(strconv.Itoa(response.StatusCode))
	if of == nil || of.Value.Content[eventStream] == nil {
		return "", fmt.Errorf("the document knows no stream with status %d here", response.StatusCode)
	}
	schemas, _ := of.Value.Content[eventStream].Extensions["x-events"].(map[string]any)
	heard := fmt.Sprintf("%s%d %s\nContent-Type: %s\n", answerMark, response.StatusCode, http.StatusText(response.StatusCode), eventStream)
	name := ""
	for lines := bufio.NewScanner(response.Body); lines.Scan(); {
		field, value, _ := strings.Cut(lines.Text(), ": ")
		switch field {
		case "event":
			name = value
		case "data":
			schema, _ := schemas[name].(string)
			if err := keeps(s.t, schema, []byte(value)); err != nil {
				return "", fmt.Errorf("event %s: %w", name, err)
			}
			heard += fmt.Sprintf("\nevent: %s\ndata: %s\n", name, value)
		case "":
			if name == "poke" {
				spoken[request.Method+" "+request.URL.Path+" "+strconv.Itoa(response.StatusCode)] = true
				return strings.TrimSpace(heard), nil
			}
		}
	}
	return "", fmt.Errorf("the stream ended after %s", heard)
}
