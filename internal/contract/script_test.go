package contract_test

import (
	"fmt"
	"slices"
	"strings"
)

// script is one recorded conversation: requests as somebody wrote them, answers as the server
// gave them. docs/transcripts/README.md tells how to read one.
type script struct {
	intro string
	steps []step
}

// step is one request and its answer, or something that happens on the server meanwhile.
type step struct {
	title, prose string
	action       string // "" = a request
	only         string // members of the answer that are shown, by commas; "" = all
	method, path string
	headers      [][2]string
	body         string
	answer       string // status line, headers, body
}

const (
	titleMark  = "### "
	actionMark = "! "
	onlyMark   = "~ "
	answerMark = "HTTP "
)

func parseScript(text string) (*script, error) {
	parts := strings.Split("\n"+text, "\n"+titleMark)
	s := &script{intro: strings.TrimSpace(parts[0])}
	for _, part := range parts[1:] {
		title, rest, _ := strings.Cut(part, "\n")
		st := step{title: title}
		lines := strings.Split(strings.TrimSpace(rest), "\n")
		for len(lines) > 0 && (strings.HasPrefix(lines[0], "#") || lines[0] == "") {
			st.prose += lines[0] + "\n"
			lines = lines[1:]
		}
		st.prose = strings.TrimSpace(st.prose)
		if len(lines) > 0 && strings.HasPrefix(lines[0], onlyMark) {
			st.only = strings.TrimPrefix(lines[0], onlyMark)
			lines = strings.Split(strings.TrimSpace(strings.Join(lines[1:], "\n")), "\n")
		}
		if len(lines) == 0 {
			return nil, fmt.Errorf("%q neither asks nor does anything", title)
		}
		if after := lines[1:]; slices.ContainsFunc(after, func(line string) bool { return strings.HasPrefix(line, actionMark) }) {
			return nil, fmt.Errorf("%q: what happens stands alone below a title of its own", title)
		}
		if action, ok := strings.CutPrefix(lines[0], actionMark); ok {
			if len(lines) > 1 {
				return nil, fmt.Errorf("%q: nothing follows what happens", title)
			}
			st.action = action
		} else if err := st.parseRequest(lines); err != nil {
			return nil, fmt.Errorf("%q: %w", title, err)
		}
		s.steps = append(s.steps, st)
	}
	return s, nil
}

func (st *step) parseRequest(lines []string) error {
	var ok bool
	if st.method, st.path, ok = strings.Cut(lines[0], " "); !ok {
		return fmt.Errorf("%q is no request line", lines[0])
	}
	i := 1
	for ; i < len(lines) && lines[i] != "" && !strings.HasPrefix(lines[i], answerMark); i++ {
		name, value, ok := strings.Cut(lines[i], ": ")
		if !ok {
			return fmt.Errorf("%q is no header", lines[i])
		}
		st.headers = append(st.headers, [2]string{name, value})
	}
	var body []string
	for ; i < len(lines) && !strings.HasPrefix(lines[i], answerMark); i++ {
		body = append(body, lines[i])
	}
	st.body = strings.TrimSpace(strings.Join(body, "\n"))
	st.answer = strings.TrimSpace(strings.Join(lines[i:], "\n"))
	return nil
}

func (s *script) String() string {
	var b strings.Builder
	b.WriteString(s.intro + "\n")
	for _, st := range s.steps {
		b.WriteString("\n" + titleMark + st.title + "\n")
		if st.prose != "" {
			b.WriteString(st.prose + "\n")
		}
		if st.action != "" {
			b.WriteString("\n" + actionMark + st.action + "\n")
			continue
		}
		if st.only != "" {
			b.WriteString("\n" + onlyMark + st.only + "\n")
		}
		b.WriteString("\n" + st.method + " " + st.path + "\n")
		for _, h := range st.headers {
			b.WriteString(h[0] + ": " + h[1] + "\n")
		}
		if st.body != "" {
			b.WriteString("\n" + st.body + "\n")
		}
		b.WriteString("\n" + st.answer + "\n")
	}
	return b.String()
}
