package httpapi_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/care"
	"doorstep/internal/measures"
	"doorstep/internal/pbmeasures"
)

// board is the town as a neighbourhood of the nurses, the coordinators and Noor, its lead, with a month of visits: six were not
// recorded, of the nurses one and a day each.
type board struct {
	*town
	hood, noor *core.Record
}

func newBoard(t *testing.T) *board {
	w := &board{town: newTown(t)}
	hood, err := w.FindRecordById(care.Neighbourhoods, w.nurses.GetString("neighbourhood"))
	must(t, err)
	w.hood = hood
	w.noor = w.Staff(t, care.NeighbourhoodLead, "Noor", w.coordination)
	for n := range 40 {
		at := w.now().AddDate(0, 0, -7*(n%8)-2)
		status := "completed"
		if n < 3 {
			status = "planned"
		}
		w.Put(t, care.Visits, map[string]any{"patient": w.ada.Id, "team": w.nurses.Id, "staff": w.ann.Id, "author": w.ann.Id, "purpose": "bloods", "status": status,
			"started_at": at, "planned_start": at, "planned_end": at.Add(time.Hour)})
	}
	w.tick()
	keeper := &pbmeasures.Keeper{Store: w.store, Now: w.now, Do: w.engine.Do}
	must(t, keeper.Keep(t.Context()))
	return w
}

func (w *board) path(rest string) string { return "/neighbourhoods/" + w.hood.Id + rest }

func TestNeighbourhood_WhoReadsItsFigures(t *testing.T) {
	w := newBoard(t)
	for _, c := range []struct {
		who            *core.Record
		figures, small int
	}{
		{w.noor, 200, 404}, {w.lea, 200, 404}, {w.cora, 200, 200}, {w.ann, 404, 404}, {w.vera, 200, 404}, {w.rita, 404, 404}, {w.guy, 404, 404}, {w.vic, 404, 404},
	} {
		equal(t, c.who.GetString("name")+" reads figures", w.get(c.who, w.path("/figures")).status, c.figures)
		equal(t, c.who.GetString("name")+" reads the file", w.get(c.who, w.path("/figures/csv")).status, c.figures)
		equal(t, c.who.GetString("name")+" reads small numbers", w.get(c.who, w.path("/figures?small=shown")).status, c.small)
	}
	equal(t, "small numbers are noted", w.column(`SELECT count(*) FROM audit WHERE action = 'small_numbers'`), "1")
	equal(t, "the lead takes counts away", w.get(w.noor, w.path("/counts")).status, 403)
	equal(t, "the coordinator takes counts away", w.get(w.cora, w.path("/counts")).status, 200)
}

func TestNeighbourhood_NoSmallNumberLeaves(t *testing.T) {
	w := newBoard(t)
	var figures struct {
		Weeks  []string `json:"weeks"`
		Charts []struct {
			Code  string `json:"code"`
			Cells []struct {
				N, Of  *int
				Hidden bool
			} `json:"cells"`
		} `json:"charts"`
	}
	must(t, json.Unmarshal(w.get(w.noor, w.path("/figures")).body, &figures))
	hidden := 0
	for _, c := range figures.Charts {
		for i, cell := range c.Cells {
			for _, n := range []*int{cell.N, cell.Of} {
				if n != nil && *n > 0 && *n < 5 {
					t.Errorf("%s in the week of %s: %d is published", c.Code, figures.Weeks[i], *n)
				}
			}
			if cell.Hidden {
				hidden++
			}
		}
	}
	if hidden == 0 || len(figures.Weeks) < 7 {
		t.Errorf("%d cells are hidden, in %d weeks", hidden, len(figures.Weeks))
	}
	if small := w.get(w.cora, w.path("/figures?small=shown")); !strings.Contains(string(small.body), `"n":4,"of":5`) && !strings.Contains(string(small.body), `"n":5,"of":5`) {
		t.Errorf("the coordinator sees no small numbers: %.600s", small.body)
	}
}

func TestNeighbourhood_SomebodyIsLetIn(t *testing.T) {
	w := newBoard(t)
	w.rita.SetEmail("rita@example.org")
	must(t, w.Save(w.rita))
	refused := w.send(w.noor, w.path("/guests"), map[string]any{"email": "nobody@example.org"})
	equal(t, "an address that nobody has", refused.status, http.StatusBadRequest)
	equal(t, "a nurse lets nobody in", w.send(w.ann, w.path("/guests"), map[string]any{"email": "rita@example.org"}).status, http.StatusForbidden)
	made := w.send(w.noor, w.path("/guests"), map[string]any{"email": "rita@example.org"})
	equal(t, "Rita is let in", made.status, http.StatusCreated)
	equal(t, "twice is once", string(w.send(w.noor, w.path("/guests"), map[string]any{"email": "rita@example.org"}).body), string(made.body))
	equal(t, "she reads figures", w.get(w.rita, w.path("/figures")).status, http.StatusOK)
	equal(t, "she sees no people", w.get(w.rita, w.path("/people?measure=recorded")).status, http.StatusForbidden)
	var guest struct{ ID string }
	must(t, json.Unmarshal(made.body, &guest))
	equal(t, "not any more", w.send(w.noor, "/guests/"+guest.ID+"/end", nil).status, http.StatusOK)
	equal(t, "she reads nothing", w.get(w.rita, w.path("/figures")).status, http.StatusNotFound)
}

func TestNeighbourhood_ATargetIsSetReviewedAndEnds(t *testing.T) {
	w := newBoard(t)
	trust := w.nurses.GetString("organisation")
	ask := func(set map[string]any) answer {
		body := map[string]any{"measure": "recorded", "aim": 0.95, "by": "2026-09-30", "owner": trust}
		for k, v := range set {
			body[k] = v
		}
		return w.send(w.noor, w.path("/targets"), body)
	}
	for name, set := range map[string]map[string]any{
		"a measure nobody charts": {"measure": "referred"}, "a share above all": {"aim": 1.5}, "less than nothing": {"aim": -1}, "a day that is past": {"by": "2026-01-01"},
		"no day": {"by": "soon"}, "a partner nobody knows": {"owner": "nobody"},
	} {
		equal(t, name, ask(set).status, http.StatusBadRequest)
	}
	made := ask(nil)
	equal(t, "it is set", made.status, http.StatusCreated)
	equal(t, "one measure has one target", ask(nil).status, http.StatusBadRequest)
	var target struct{ ID string }
	must(t, json.Unmarshal(made.body, &target))
	at := "/targets/" + target.ID
	equal(t, "a review", w.send(w.cora, at+"/review", map[string]any{"decided": "Two practices try a duty line.", "next_on": "2026-05-04"}).status, http.StatusOK)
	equal(t, "a lead of nurses decides nothing", w.send(w.lea, at+"/review", map[string]any{"decided": "x"}).status, http.StatusForbidden)
	equal(t, "an end that is none", w.send(w.noor, at+"/end", map[string]any{"outcome": "great", "decided": "x"}).status, http.StatusBadRequest)
	equal(t, "it ends", w.send(w.noor, at+"/end", map[string]any{"outcome": "missed", "decided": "A new one in May."}).status, http.StatusOK)
	equal(t, "what has ended is not reviewed", w.send(w.noor, at+"/review", map[string]any{"decided": "x"}).status, http.StatusBadRequest)
	var figures struct {
		Targets []struct {
			Outcome  string
			Baseline struct{ Weeks int }
			Reviews  []struct{ Decided string }
		}
	}
	must(t, json.Unmarshal(w.get(w.lea, w.path("/figures")).body, &figures))
	if len(figures.Targets) != 1 || figures.Targets[0].Outcome != "missed" || len(figures.Targets[0].Reviews) != 2 || figures.Targets[0].Baseline.Weeks < 5 {
		t.Errorf("%+v", figures.Targets)
	}
}

func TestNeighbourhood_ThePeopleBehindANumberAreThoseOneHas(t *testing.T) {
	w := newBoard(t)
	monday := w.now().AddDate(0, 0, -int(w.now().Weekday()+6)%7-7).Format(time.DateOnly)
	mine, others := w.get(w.lea, w.path("/people?measure=recorded&week="+monday)), w.get(w.hella, w.path("/people?measure=recorded&week="+monday))
	equal(t, "a lead who has her", mine.status, http.StatusOK)
	equal(t, "a lead who has not", others.status, http.StatusOK)
	if !strings.Contains(string(mine.body), w.ada.Id) || strings.Contains(string(others.body), w.ada.Id) {
		t.Errorf("%s and %s", mine.body, others.body)
	}
	equal(t, "a measure that is none", w.get(w.lea, w.path("/people?measure=reputation")).status, http.StatusBadRequest)
	equal(t, "a week that is none", w.get(w.lea, w.path("/people?measure=recorded&week=soon")).status, http.StatusBadRequest)
}

// noted writes who is behind a number, as the job that counts does.
func (w *board) noted(statement string) {
	_, err := w.NonconcurrentDB().NewQuery(statement).Execute()
	must(w.t, err)
}

// Whoever has a few of the many people behind a number finds all of them, page by page, and learns of nobody else.
func TestNeighbourhood_EveryoneBehindANumberWhomOneHasIsFound(t *testing.T) {
	w := newBoard(t)
	const strangers, mine = 600, 60
	monday := w.now().AddDate(0, 0, -int(w.now().Weekday()+6)%7-7)
	week := measures.WeekOf(monday)
	for n := range strangers {
		w.noted(fmt.Sprintf(`INSERT INTO measure_noted (week, measure, team, patient, value) VALUES (%d, 'in_time', '%s', 'a%025d', '0')`, week, w.nurses.Id, n))
	}
	for n := range mine {
		person := w.Patient(t, fmt.Sprintf("Behind %d", n), nil)
		w.Caseload(t, person, w.nurses)
		value := "0"
		if n%2 == 1 {
			value = "?" + fmt.Sprint(w.now().Unix()-60) // its time has run out
		}
		w.noted(fmt.Sprintf(`INSERT INTO measure_noted (week, measure, team, patient, value) VALUES (%d, 'in_time', '%s', '%s', '%s')`, week, w.nurses.Id, person.Id, value))
	}
	early := w.Patient(t, "Not due", nil)
	w.Caseload(t, early, w.nurses)
	w.noted(fmt.Sprintf(`INSERT INTO measure_noted (week, measure, team, patient, value) VALUES (%d, 'in_time', '%s', '%s', '?%d')`, week, w.nurses.Id, early.Id, w.now().Unix()+3600))
	w.tick()
	var found []string
	cursor, pages := "", 0
	for more := true; more && pages < 9; pages++ {
		var page struct {
			Items  []struct{ ID string }
			Cursor string
			More   bool
		}
		must(t, json.Unmarshal(w.get(w.lea, w.path("/people?measure=in_time&week="+monday.Format(time.DateOnly)+"&cursor="+cursor)).body, &page))
		for _, p := range page.Items {
			found = append(found, p.ID)
		}
		cursor, more = page.Cursor, page.More
	}
	slices.Sort(found)
	if n := len(slices.Compact(found)); n != mine || pages != 2 {
		t.Errorf("%d of %d people on %d pages", n, mine, pages)
	}
}
