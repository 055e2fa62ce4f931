package server_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/channel/channeltest"
	"doorstep/internal/channel/email"
	"doorstep/internal/httpapi"
	"doorstep/internal/pbstore"
	"doorstep/internal/server"
	"doorstep/internal/testkit"
	"doorstep/internal/testkit/pbtest"
)

// mailed is a neighbourhood whose practice is told by e-mail.
func mailed(t *testing.T) (*told, *channeltest.Mailbox) {
	t.Helper()
	box := channeltest.NewMailbox(t)
	w := newTold(t, func(o *server.ChannelOptions) {
		o.Mail = email.Settings{Server: box.Address, User: "doorstep", Password: channeltest.Password, From: "doorstep@neighbourhood.example", Roots: box.Roots}
	})
	w.ask(w.adam, http.MethodPost, "/teams/"+w.surgery.Id+"/routes", map[string]any{"channel": "email", "address": "front.desk@practice.example", "classes": care.Classes, "hours": "always"}, http.StatusCreated)
	return w, box
}

// nobody asks without an account.
func (w *told) nobody(path string, body map[string]any, status int) map[string]any {
	w.t.Helper()
	got := pbtest.Call(w.t, w.listener, http.MethodPost, httpapi.CarePath+path, "", body)
	if got.Status != status {
		w.t.Fatalf("%s %v: %d %s, want %d", path, body, got.Status, got.Body, status)
	}
	w.tick()
	return got.JSON(w.t)
}

var onceLink = regexp.MustCompile(`https://doorstep\.example/once/#(\S+)`)

// askedFor asks for a one-time link and returns what stands in it, "" where none came.
func (w *told) askedFor(box *channeltest.Mailbox, handover string) string {
	w.t.Helper()
	w.nobody("/once/ask", map[string]any{"handover": handover}, http.StatusAccepted)
	for _, mail := range box.Arrived() {
		if found := onceLink.FindStringSubmatch(mail.Text); found != nil {
			return found[1]
		}
	}
	return ""
}

func TestFromAMailToAnAcknowledgementWithoutAnAccount(t *testing.T) {
	w, box := mailed(t)
	id := w.raise(care.SameDay)
	first := box.Arrived()
	if len(first) != 1 || !strings.Contains(first[0].Text, "https://doorstep.example/practice/#/h/"+id) || onceLink.MatchString(first[0].Text) {
		t.Fatalf("the first mail opens nothing by itself: %+v", first)
	}
	link := w.askedFor(box, id)
	if link == "" {
		t.Fatal("no link came to the mailbox")
	}
	opened := w.nobody("/once", map[string]any{"link": link}, http.StatusOK)
	h := opened["handover"].(map[string]any)
	if h["id"] != id || !strings.Contains(h["situation"].(string), "Wound broken down") || len(h["may"].([]any)) != 0 {
		t.Errorf("it opens %v", h)
	}
	session := opened["session"].(string)
	w.nobody("/once", map[string]any{"link": link}, http.StatusUnauthorized)    // once
	w.nobody("/once", map[string]any{"link": session}, http.StatusUnauthorized) // what acknowledges opens nothing
	for _, wrong := range []string{link, session + "x", strings.ToUpper(session), "x", id + "." + strings.Repeat("A", 43)} {
		w.nobody("/once/acknowledge", map[string]any{"session": wrong, "name": "Rita Ames"}, http.StatusUnauthorized)
	}
	for _, blank := range []any{nil, "", "  ", "\n\t", "\u200b\u202e", "\u2028\u00a0"} { // nobody acknowledges without a name
		w.nobody("/once/acknowledge", map[string]any{"session": session, "name": blank, "role": "reception"}, http.StatusBadRequest)
	}
	if got := w.nobody("/once/acknowledge", map[string]any{"session": session, "name": " Rita\n\u202eAmes ", "role": "re\u200bception\r\n"}, http.StatusOK); got["state"] != "acknowledged" {
		t.Errorf("%v", got)
	}
	detail := w.ask(w.lea, http.MethodGet, "/handovers/"+id, nil, http.StatusOK)
	events := detail["events"].([]any)
	if last := events[len(events)-1].(map[string]any); last["text"] != "By a one-time link from e-mail: Rita Ames, reception." || detail["state"] != "acknowledged" {
		t.Errorf("the sender reads %v", last)
	}
	w.nobody("/once/acknowledge", map[string]any{"session": session, "name": "Rita Ames"}, http.StatusConflict)
	if w.askedFor(box, id) != "" {
		t.Error("a link opens what somebody has in hand")
	}
	var noted int
	if err := w.app.DB().NewQuery(`SELECT count(DISTINCT action) FROM audit WHERE action IN ('once_asked', 'once_opened', 'once_acknowledged') AND patient <> ''`).Row(&noted); err != nil || noted != 3 {
		t.Errorf("%d of three things are in the audit: %v", noted, err)
	}
}

func TestAOneTimeLinkIsForFifteenMinutesAndFewTimes(t *testing.T) {
	w, box := mailed(t)
	id := w.raise(care.SameDay)
	late, stays := w.askedFor(box, id), w.askedFor(box, id)
	session := w.nobody("/once", map[string]any{"link": stays}, http.StatusOK)["session"]
	w.pass(15 * time.Minute)
	w.nobody("/once", map[string]any{"link": late}, http.StatusUnauthorized)
	w.nobody("/once/acknowledge", map[string]any{"session": session, "name": "Rita"}, http.StatusUnauthorized)
	if w.askedFor(box, id) == "" {
		t.Error("the third within an hour does not come")
	}
	if w.askedFor(box, id) != "" {
		t.Error("the fourth within an hour comes")
	}
	if w.askedFor(box, pbtest.ID()) != "" {
		t.Error("a link to nothing came")
	}
	w.pass(time.Hour)
	other := w.raise(care.SameDay)
	box.Arrived()
	link := w.askedFor(box, other)
	version := w.ask(w.guy, http.MethodGet, "/handovers/"+other, nil, http.StatusOK)["version"]
	w.ask(w.guy, http.MethodPost, "/handovers/"+other+"/accept", map[string]any{"version": version}, http.StatusOK)
	w.nobody("/once", map[string]any{"link": link}, http.StatusUnauthorized) // a clinician has it: nobody needs to look by mail
}

// Whoever has no account may ask as often as they like. What sends nothing must not reach the one writer, which pushes wait for.
func TestWhoeverAsksForLinksInVainKeepsNobodyWaiting(t *testing.T) {
	w, box := mailed(t)
	id := w.raise(care.SameDay)
	used := w.askedFor(box, id)
	session := w.nobody("/once", map[string]any{"link": used}, http.StatusOK)["session"]
	late := w.askedFor(box, id)
	w.pass(16 * time.Minute)
	if w.askedFor(box, id) == "" {
		t.Fatal("the third did not come")
	}
	held, release, ended := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		ended <- w.srv.Engine.Do(context.Background(), func(*pbstore.Tx) error {
			close(held)
			<-release
			return nil
		})
	}()
	testkit.ReceiveOrEnd(t, held, "the writer to be busy")
	defer func() {
		close(release)
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}()
	for name, c := range map[string]struct {
		path   string
		body   map[string]any
		status int
	}{
		"a handover there is not":      {"/once/ask", map[string]any{"handover": pbtest.ID()}, http.StatusAccepted},
		"one asked for too often":      {"/once/ask", map[string]any{"handover": id}, http.StatusAccepted},
		"a link that was used":         {"/once", map[string]any{"link": used}, http.StatusUnauthorized},
		"a link that is too old":       {"/once", map[string]any{"link": late}, http.StatusUnauthorized},
		"a session that is too old":    {"/once/acknowledge", map[string]any{"session": session, "name": "Rita"}, http.StatusUnauthorized},
		"a link that is none of ours":  {"/once", map[string]any{"link": "x.y"}, http.StatusUnauthorized},
		"nobody who has no handover":   {"/once/ask", map[string]any{}, http.StatusBadRequest},
		"a session that is none of us": {"/once/acknowledge", map[string]any{"session": "x.y", "name": "Rita"}, http.StatusUnauthorized},
	} {
		answered := make(chan int, 1)
		go func() {
			raw, _ := json.Marshal(c.body)
			got, err := http.Post(w.listener.URL+httpapi.CarePath+c.path, "application/json", bytes.NewReader(raw))
			if err != nil {
				answered <- 0
				return
			}
			_ = got.Body.Close()
			answered <- got.StatusCode
		}()
		if got, _ := testkit.ReceiveOrEnd(t, answered, name+" to be answered while somebody else writes"); got != c.status {
			t.Errorf("%s: %d, want %d", name, got, c.status)
		}
	}
}
