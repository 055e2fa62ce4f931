package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"doorstep/internal/wire"
)

// counter is how people at a desk reach the server: over HTTP, signed in as themselves.
type counter struct {
	url    string
	client *http.Client
	tokens map[*worker]string
}

func newCounter(server string, transport http.RoundTripper) *counter {
	return &counter{url: server, client: &http.Client{Transport: transport}, tokens: map[*worker]string{}}
}

const (
	carePath   = "/api/care/v1"
	signInPath = "/api/sync/v1/sign-in"
)

// named is somebody or something with an id and a name.
type named struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// item is a handover as an inbox lists it.
type item struct {
	ID      string `json:"id"`
	Version int64  `json:"version"`
	Side    string `json:"side"` // received, or escalated: with somebody else for want of an answer from here
	State   string `json:"state"`
	Class   string `json:"class"`
	ToTeam  *named `json:"to_team"`
	Patient named  `json:"patient"`
	Rules   []struct {
		Rule string `json:"rule"`
	} `json:"rules"`
	Provenance struct {
		LateBySeconds int64 `json:"late_by_seconds"`
	} `json:"provenance"`
}

// rule is the code of the first rule behind it, "by_hand" for one a person raised.
func (i *item) rule() string {
	if len(i.Rules) > 0 {
		return i.Rules[0].Rule
	}
	return "by_hand"
}

// isWith says whether it stands with a team now.
func (i *item) isWith(t *team) bool { return i.ToTeam != nil && i.ToTeam.ID == t.id }

// act is what somebody does to a handover.
type act struct {
	verb     string // the last part of the address: acknowledge, hand-on, …
	Version  int64  `json:"version"`
	Reason   string `json:"reason,omitempty"`
	Cause    string `json:"cause,omitempty"` // of a decline
	Text     string `json:"text,omitempty"`
	Outcome  string `json:"outcome,omitempty"`
	ToTeam   string `json:"to_team,omitempty"`
	SafeNote string `json:"safe_note,omitempty"`
}

// Inbox lists the handovers, open or all, that stand with a worker's team, or left it because nobody
// answered, page by page.
func (c *counter) Inbox(ctx context.Context, w *worker, states string) ([]item, error) {
	var all []item
	for cursor := ""; ; {
		var page struct {
			Items  []item `json:"items"`
			Cursor string `json:"cursor"`
			More   bool   `json:"more"`
		}
		path := "/handovers?" + url.Values{"side": {"received"}, "state": {states}, "limit": {"200"}, "cursor": {cursor}}.Encode()
		if err := c.call(ctx, w, http.MethodGet, carePath+path, nil, &page); err != nil {
			return nil, err
		}
		all = append(all, page.Items...)
		if !page.More {
			return all, nil
		}
		cursor = page.Cursor
	}
}

// Closed finds closed handovers that a worker's teams had a part in, by words.
func (c *counter) Closed(ctx context.Context, w *worker, words string) ([]item, error) {
	var page struct {
		Items []item `json:"items"`
	}
	err := c.call(ctx, w, http.MethodPost, carePath+"/handovers/search", map[string]string{"text": words}, &page)
	return page.Items, err
}

// Act does one thing to a handover as it was last seen. A refusal is a *wire.Error.
func (c *counter) Act(ctx context.Context, w *worker, i *item, a act) error {
	a.Version = i.Version
	var after item
	if err := c.call(ctx, w, http.MethodPost, carePath+"/handovers/"+i.ID+"/"+a.verb, a, &after); err != nil {
		return err
	}
	i.Version, i.State = after.Version, after.State
	return nil
}

// issue is what a desk must decide.
type issue struct {
	ID      string `json:"id"`
	Kind    string `json:"kind"`
	Code    string `json:"code"`
	Patient any    `json:"patient"`
	Record  string `json:"record"`
	Field   string `json:"field"`
}

// Issues lists what waits for the decision of a lead, and the point of the sequence it was read at.
func (c *counter) Issues(ctx context.Context, w *worker) (list []issue, base string, err error) {
	var page struct {
		Base  string  `json:"base"`
		Items []issue `json:"items"`
	}
	err = c.call(ctx, w, http.MethodGet, carePath+"/issues?limit=200", nil, &page)
	return page.Items, page.Base, err
}

// Resolve decides an issue; an empty set lets a quarantined change in as it was written.
func (c *counter) Resolve(ctx context.Context, w *worker, id, base string, set map[string]any) error {
	var answer struct {
		Settled bool         `json:"settled"`
		Issues  []wire.Issue `json:"issues"`
	}
	err := c.call(ctx, w, http.MethodPost, carePath+"/issues/"+id+"/resolve", map[string]any{"base": base, "set": set}, &answer)
	if err == nil && !answer.Settled {
		err = fmt.Errorf("issue %s is still open: %+v", short(id), answer.Issues)
	}
	return err
}

// Move takes people from one team's caseload to another's.
func (c *counter) Move(ctx context.Context, lead *worker, p *person, from, to *team) error {
	return c.call(ctx, lead, http.MethodPost, carePath+"/caseload/move", map[string]any{"patients": []string{p.id},
		"from": map[string]string{"team": from.id}, "to": map[string]string{"team": to.id}, "reason": "moved house"}, nil)
}

// Leave notes that somebody has left, gives what they had to do to a colleague, and says how many
// visits that were.
func (c *counter) Leave(ctx context.Context, lead, w, heir *worker) (visits int, err error) {
	var answer struct {
		Moved struct {
			Visits int `json:"visits"`
		} `json:"moved"`
	}
	err = c.call(ctx, lead, http.MethodPost, carePath+"/staff/"+w.id+"/leave", map[string]any{"to": heir.id}, &answer)
	return answer.Moved.Visits, err
}

// call sends one request as a worker and decodes the answer.
func (c *counter) call(ctx context.Context, w *worker, method, path string, body, into any) error {
	token, ok := c.tokens[w]
	if !ok {
		var answer struct {
			Token string `json:"token"`
		}
		if err := c.exchange(ctx, "", http.MethodPost, signInPath,
			map[string]string{"identity": w.email, "password": Password}, &answer); err != nil {
			return fmt.Errorf("sign in %s: %w", w.name, err)
		}
		token = answer.Token
		c.tokens[w] = token
	}
	return c.exchange(ctx, token, method, path, body, into)
}

func (c *counter) exchange(ctx context.Context, token, method, path string, body, into any) error {
	var reader io.Reader
	if body != nil {
		raw, err := json.Marshal(body)
		if err != nil {
			return fmt.Errorf("encode request: %w", err)
		}
		reader = bytes.NewReader(raw)
	}
	r, err := http.NewRequestWithContext(ctx, method, c.url+path, reader)
	if err != nil {
		return fmt.Errorf("make request: %w", err)
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	answer, err := c.client.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	raw, err := io.ReadAll(answer.Body)
	if err != nil {
		return fmt.Errorf("read answer: %w", err)
	}
	where, _, _ := strings.Cut(path, "?")
	if answer.StatusCode >= 300 {
		refused := &wire.Error{Status: answer.StatusCode}
		if json.Unmarshal(raw, refused) != nil || refused.Code == "" {
			refused.Code = fmt.Sprintf("http_%d", answer.StatusCode)
		}
		return fmt.Errorf("%s %s: %w", method, where, refused)
	}
	if into == nil {
		return nil
	}
	if err := json.Unmarshal(raw, into); err != nil {
		return fmt.Errorf("%s %s: read answer: %w", method, where, err)
	}
	return nil
}
