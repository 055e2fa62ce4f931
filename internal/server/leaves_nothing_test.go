package server_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/channel/channeltest"
	"doorstep/internal/channel/email"
	"doorstep/internal/server"
)

// journal is a log that several write at once.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write implements io.Writer.
func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(p)
}

// All channels are on, some things arrive and some do not, and every byte that left or was logged is looked through.
func TestNoByteThatLeavesOrIsLoggedSaysAnythingOfAPerson(t *testing.T) {
	box, logged := channeltest.NewMailbox(t), &journal{}
	w := newToldWith(t, server.Options{Manual: true, Log: slog.New(slog.NewTextHandler(logged, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Channels: server.ChannelOptions{URL: "https://doorstep.example", Private: []string{"127.0.0.1"},
			Mail: email.Settings{Server: box.Address, User: "doorstep", Password: channeltest.Password, From: "doorstep@neighbourhood.example", Roots: box.Roots}}})
	w.route("/one", map[string]any{"digest": []string{"14:00"}})
	w.route("/two", map[string]any{"hours": "open"})
	mail := map[string]any{"channel": "email", "address": "front.desk@practice.example", "classes": care.Classes, "hours": "always", "digest": []string{"14:00"}}
	w.ask(w.adam, http.MethodPost, "/teams/"+w.surgery.Id+"/routes", mail, http.StatusCreated)
	w.ada.Load(map[string]any{"given_name": "Zebedee", "preferred_name": "Quillon", "nhs_number": "9990000018", "address": "14 Alder Row", "postcode": "ZZ99 3WZ", "phone": "01632 960777", "date_of_birth": "1941-05-06"})
	if err := w.app.Save(w.ada); err != nil {
		t.Fatal(err)
	}
	w.tick()
	said := ""
	for _, name := range care.Classes {
		if name == string(care.Safeguarding) {
			continue // it goes to its lead
		}
		for _, status := range []int{0, http.StatusGone, http.StatusBadGateway} {
			w.receiver.says("/one", status)
			id := w.raise(care.Class(name))
			w.nobody("/once/ask", map[string]any{"handover": id}, http.StatusAccepted)
			w.pass(time.Minute)
		}
	}
	w.receiver.says("/one", 0)
	w.pass(5 * time.Hour)
	for _, m := range w.receiver.arrived() {
		m.header.Del("webhook-signature") // any letters may stand in it
		said += fmt.Sprint(m.header, m.body)
	}
	for _, m := range box.Arrived() {
		said += fmt.Sprintln(m)
	}
	if strings.Count(said, "doorstep.example/practice/") < 8 || strings.Count(said, "/once/#") < 4 {
		t.Fatalf("too little left to look through:\n%s", said)
	}
	noted := ""
	if err := w.app.DB().NewQuery(`SELECT group_concat(last_error || key) FROM deliveries`).Row(&noted); err != nil {
		t.Fatal(err)
	}
	logged.mu.Lock()
	defer logged.mu.Unlock()
	for where, text := range map[string]string{"what left": said, "the log": logged.text.String(), "what is noted of deliveries": noted} {
		for _, word := range []string{"Testpatient", "Zebedee", "Quillon", "9990000018", "999 000 0018", "Alder", "ZZ99 3WZ", "01632 960777", "1941-05-06", "Wound", "prescribe", "Riverside"} {
			if at := strings.Index(text, word); at >= 0 {
				t.Errorf("%s says %q: …%.120s…", where, word, text[max(0, at-60):])
			}
		}
	}
}
