package server_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"doorstep/internal/care"
)

// alone are those whom the desk of Ann's team looks after, by stay.
func (w *told) alone(list string) map[string]map[string]any {
	w.t.Helper()
	stays := map[string]map[string]any{}
	for _, s := range w.ask(w.lea, http.MethodGet, "/lone", nil, http.StatusOK)[list].([]any) {
		stays[s.(map[string]any)["id"].(string)] = s.(map[string]any)
	}
	return stays
}

// goesIn is Ann going in to Ada, for half an hour.
func (w *told) goesIn(more ...any) string {
	w.t.Helper()
	set := map[string]any{"team": w.nurses.Id, "home_of": w.ada.Id, "went_in_at": care.Stamp(w.clock.Now()), "minutes": 30, "place": "Alder Row"}
	for i := 0; i+1 < len(more); i += 2 {
		set[more[i].(string)] = more[i+1]
	}
	id, err := w.phone.Create(care.LoneStays, set)
	if err != nil {
		w.t.Fatal(err)
	}
	w.sync()
	return id
}

// leaves is what came beyond the desk since it was last asked: of the team's receiver and its browsers.
func (w *told) leaves(p *pushService) string {
	w.t.Helper()
	w.tick()
	if err := w.srv.SendDue(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
	var came []string
	for _, m := range w.receiver.arrived() {
		for _, word := range []string{"Ann", "Testpatient", "Alder", "Riverside", w.ada.Id} {
			if strings.Contains(m.body, word) {
				w.t.Errorf("%q left: %s", word, m.body)
			}
		}
		if !strings.Contains(m.body, `"type":"lone.alarm"`) || !strings.Contains(m.body, `"link":"https://doorstep.example/desk/#/lone"`) || strings.Contains(m.body, `"handover"`) {
			w.t.Errorf("it says %s", m.body)
		}
		came = append(came, m.path)
	}
	return strings.TrimSpace(strings.Join(came, " ") + " " + p.arrived())
}

// An alarm of somebody who is alone leaves by all ways of their team that take an emergency, once when the desk was told and once
// when the manager was, whatever happens to the server in between; nothing leaves about whom somebody sees to, or who is out.
func TestAnAlarmOfSomebodyAloneLeavesByTheWaysOfTheirTeam(t *testing.T) {
	w, p := noticed(t)
	quiet := w.goesIn("panic_at", care.Stamp(w.clock.Now()))
	if came := w.leaves(p); came != "" || len(w.alone("items")[quiet]["deliveries"].([]any)) != 0 {
		t.Errorf("nobody is told beyond the desk, and %q came", came)
	}
	w.ask(w.lea, http.MethodPost, "/lone/"+quiet, map[string]any{"kind": "safe", "text": "rang, she is in her car"}, http.StatusOK)
	w.ask(w.adam, http.MethodPost, "/teams/"+w.nurses.Id+"/routes", map[string]any{"channel": "webhook", "address": w.receiver.URL + "/all", "classes": care.Classes, "hours": "always"}, http.StatusCreated)
	w.ask(w.adam, http.MethodPost, "/teams/"+w.nurses.Id+"/routes", map[string]any{"channel": "webhook", "address": w.receiver.URL + "/routine", "classes": []string{"R"}, "hours": "always"}, http.StatusCreated)
	w.takes(p, w.lea, "/lea", "desk")

	stay := w.goesIn()
	for _, c := range []struct {
		after time.Duration
		came  string
	}{{29 * time.Minute, ""}, {17 * time.Minute, ""}, {15 * time.Minute, "/all /lea"}, {time.Minute, ""}, {14 * time.Minute, "/all /lea"}, {time.Hour, ""}} {
		w.pass(c.after)
		if came := w.leaves(p); came != c.came {
			t.Errorf("after another %s %q came, want %q", c.after, came, c.came)
		}
	}
	states := map[string]int{}
	for _, d := range w.alone("items")[stay]["deliveries"].([]any) {
		states[d.(map[string]any)["channel"].(string)+" "+d.(map[string]any)["state"].(string)]++
	}
	if len(states) != 2 || states["webhook delivered"] != 2 || states["webpush delivered"] != 2 {
		t.Errorf("the desk reads %v", states)
	}

	// She pressed for help: that is another alarm, and leaves in the moment in which it came. A receiver that is away is asked again
	// until somebody sees to it.
	w.receiver.says("/all", http.StatusServiceUnavailable)
	if err := w.phone.Edit(care.LoneStays, stay, map[string]any{"panic_at": care.Stamp(w.clock.Now())}); err != nil {
		t.Fatal(err)
	}
	w.sync()
	if came := w.leaves(p); came != "/lea" {
		t.Errorf("the panic button: %q came", came)
	}
	w.ask(w.lea, http.MethodPost, "/lone/"+stay, map[string]any{"kind": "took"}, http.StatusOK)
	w.receiver.says("/all", 0)
	w.clock.Pass(time.Minute)
	if came := w.leaves(p); came != "" {
		t.Errorf("somebody sees to it, and %q came", came)
	}
	w.pass(10 * time.Minute)
	if came := w.leaves(p); came != "/all /lea" {
		t.Errorf("when the manager is to be told, though somebody sees to it: %q came", came)
	}
	w.ask(w.lea, http.MethodPost, "/lone/"+stay, map[string]any{"kind": "safe", "text": "a colleague is with her"}, http.StatusOK)

	// Both were alarms: they are kept as a record of an accident is. A stay of which nobody was told is forgotten with its season.
	calm := w.goesIn()
	if err := w.phone.Edit(care.LoneStays, calm, map[string]any{"out_at": care.Stamp(w.clock.Now())}); err != nil {
		t.Fatal(err)
	}
	w.sync()
	count := func(sql string) (n int) {
		t.Helper()
		if err := w.app.DB().NewQuery(sql).Row(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	for _, c := range []struct {
		after                   time.Duration
		stays, steps, delivered int
	}{{89 * 24 * time.Hour, 3, 3, 7}, {2 * 24 * time.Hour, 2, 3, 7}, {3 * 366 * 24 * time.Hour, 0, 0, 0}} {
		w.clock.Pass(c.after)
		if err := w.srv.CleanUp(t.Context()); err != nil {
			t.Fatal(err)
		}
		stays, steps, delivered := count(`SELECT count(*) FROM lone_stays`), count(`SELECT count(*) FROM lone_steps`), count(`SELECT count(*) FROM deliveries WHERE key LIKE 'lone:%' AND state = 'delivered'`)
		if stays != c.stays || steps != c.steps || delivered != c.delivered {
			t.Errorf("after another %s there are %d stays, %d steps, %d deliveries; want %d, %d, %d", c.after, stays, steps, delivered, c.stays, c.steps, c.delivered)
		}
	}
}
