package httpapi

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"runtime/debug"
	"slices"
	"sync"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/care"
	"doorstep/internal/desk"
	"doorstep/internal/identity"
	"doorstep/internal/pbrules"
	"doorstep/internal/pbstore"
	"doorstep/internal/rulebook"
	"doorstep/internal/rules"
)

// Bounds of backtests: one runs at a time, and the last few are kept until the server stops.
const (
	backtestsKept = 5
	// mostAlertRows is how many lines of rule, practice and day an answer has.
	mostAlertRows = 2000
)

// backtests are those that run or have run.
type backtests struct {
	mu   sync.Mutex
	list []*backtest // the last at the end
}

// backtest looks what a rule would have raised over the stored records.
type backtest struct {
	id, by    string
	code      string
	mu        sync.Mutex
	done, all int
	ended     bool
	failed    string
	result    *rulebook.Backtest
}

// Backtest is how far a backtest is, and what it came to.
type Backtest struct {
	ID    string `json:"id"`
	State string `json:"state"` // running, done or failed
	Done  int    `json:"done"`  // people looked at
	All   int    `json:"all"`
	From  string `json:"from,omitempty"`
	To    string `json:"to,omitempty"`
	// People had something recorded in that time; Cut of them have more records than are looked at.
	People int            `json:"people"`
	Cut    int            `json:"cut"`
	Broke  int            `json:"broke"` // records at which the rule broke
	Why    string         `json:"why,omitempty"`
	Totals []BacktestRow  `json:"totals"` // by rule: all that are in force, and the one that is asked about
	Rows   []BacktestLine `json:"rows"`   // of the rule that is asked about, by day and practice
	More   bool           `json:"more"`   // there are more lines than are told
}

// BacktestRow counts the alerts of one rule.
type BacktestRow struct {
	Code    string `json:"code"`
	InForce int    `json:"in_force"` // by the rules in force
	Asked   int    `json:"asked"`    // by the one that is asked about
}

// BacktestLine counts the alerts of the rule that is asked about, of one practice on one day.
type BacktestLine struct {
	Practice string `json:"practice"`
	Day      string `json:"day"`
	InForce  int    `json:"in_force"`
	Asked    int    `json:"asked"`
}

// backtestRequest asks what a rule would have raised: a version that is kept, or one as it is being written.
type backtestRequest struct {
	Version string       `json:"version" validate:"omitempty,len=26"`
	Rule    *ruleRequest `json:"rule"`
	Days    int          `json:"days" validate:"required,min=1,max=90"`
}

// beginBacktest begins a backtest beside the work of the server; how far it is is asked for.
func (a *API) beginBacktest(e *core.RequestEvent) error {
	var body backtestRequest
	if err := decodeJSON(e, ruleBody, &body); err != nil {
		return err
	}
	if (body.Version == "") == (body.Rule == nil) {
		return &desk.Error{Code: desk.CodeInvalid, Message: "Name a version of a rule, or write one down."}
	}
	id, err := a.NewID()
	if err != nil {
		return err
	}
	var asked rulebook.Entry
	var inForce []rulebook.Entry
	if body.Rule != nil {
		if asked, err = body.Rule.entry(id); err != nil {
			return err
		}
	}
	if err := a.Store.ReadForPage(e.Request.Context(), func(v *pbstore.Snapshot) error {
		kept, err := pbrules.Of(v).Kept()
		if err != nil {
			return err
		}
		inForce = slices.DeleteFunc(kept, func(r rulebook.Entry) bool { return r.State != rules.Active })
		if body.Version == "" {
			return nil
		}
		found, err := pbrules.Of(v).Version(body.Version)
		if err == nil && found == nil {
			return identity.ErrNotFound
		}
		if err == nil {
			asked = *found
		}
		return err
	}); err != nil {
		return err
	}
	if looked := rulebook.Look(&asked); looked.Problem != "" {
		return &desk.Error{Code: desk.CodeInvalid, Message: "The rule cannot run: " + looked.Problem + ".", Field: looked.Field}
	}
	job := &backtest{id: id, by: e.Auth.Id, code: asked.Code}
	if !a.backtests.begin(job) {
		return &desk.Error{Code: desk.CodeAlready, Message: "A backtest runs already. Wait until it is done."}
	}
	if err := a.audit(e, "backtest", care.HandoverRules, asked.ID, "", map[string]any{"code": asked.Code, "days": body.Days}); err != nil {
		job.end(nil, err)
		return err
	}
	begun := job.view()
	go a.runBacktest(job, inForce, []rulebook.Entry{asked}, body.Days)
	return writeJSON(e, http.StatusAccepted, begun)
}

// begin keeps a backtest, unless another one runs.
func (b *backtests) begin(job *backtest) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if n := len(b.list); n > 0 && !b.list[n-1].over() {
		return false
	}
	b.list = append(b.list, job)
	b.list = b.list[max(0, len(b.list)-backtestsKept):]
	return true
}

func (j *backtest) over() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.ended
}

func (j *backtest) end(result *rulebook.Backtest, err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.ended, j.result = true, result
	if err != nil {
		j.failed = "The records could not be read to the end. Begin again."
	}
}

// runBacktest reads a few people at a time, on the connections of pages, and writes nothing. One that breaks down is over, and
// nothing else is.
func (a *API) runBacktest(job *backtest, inForce, asked []rulebook.Entry, days int) {
	defer func() {
		if broke := recover(); broke != nil {
			a.App.Logger().Error("backtest of a rule", "rule", job.code, "error", broke, "stack", string(debug.Stack()))
			job.end(nil, errBrokeDown)
		}
	}()
	ctx := a.Draining
	if ctx == nil {
		ctx = context.Background()
	}
	result, err := rulebook.Run(a.backtestSource(ctx), inForce, asked, days, a.Clock(), func(done, all int) {
		job.mu.Lock()
		job.done, job.all = done, all
		job.mu.Unlock()
	})
	if err != nil && !errors.Is(err, context.Canceled) {
		a.App.Logger().Error("backtest of a rule", "rule", job.code, "error", err)
	}
	job.end(result, err)
}

var errBrokeDown = errors.New("the backtest broke down")

// backtestSource reads on snapshots of the store, until the server stops.
func (a *API) backtestSource(ctx context.Context) rulebook.Source {
	return pbrules.Source{Read: func(fn func(pbrules.Records) error) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		return a.Store.ReadForPage(ctx, func(v *pbstore.Snapshot) error { return fn(v) })
	}}
}

// readBacktest says how far a backtest of one's own is.
func (a *API) readBacktest(e *core.RequestEvent) error {
	a.backtests.mu.Lock()
	at := slices.IndexFunc(a.backtests.list, func(j *backtest) bool { return j.id == e.Request.PathValue("id") && j.by == e.Auth.Id })
	var job *backtest
	if at >= 0 {
		job = a.backtests.list[at]
	}
	a.backtests.mu.Unlock()
	if job == nil {
		return identity.ErrNotFound
	}
	return writeJSON(e, http.StatusOK, job.view())
}

func (j *backtest) view() Backtest {
	j.mu.Lock()
	defer j.mu.Unlock()
	view := Backtest{ID: j.id, State: "running", Done: j.done, All: j.all, Totals: []BacktestRow{}, Rows: []BacktestLine{}}
	switch {
	case !j.ended:
		return view
	case j.failed != "" || j.result == nil:
		view.State, view.Why = "failed", j.failed
		return view
	}
	r := j.result
	view.State, view.From, view.To, view.People, view.Cut = "done", care.Stamp(r.From), care.Stamp(r.To), r.People, r.Cut
	view.Broke, view.Why = r.Broke[j.code].Records, r.Broke[j.code].Last
	totals := map[string]*BacktestRow{j.code: {Code: j.code}}
	for _, x := range r.Alerts {
		if totals[x.Code] == nil {
			totals[x.Code] = &BacktestRow{Code: x.Code}
		}
		totals[x.Code].InForce += x.InForce
		totals[x.Code].Asked += x.Asked
		if x.Code != j.code {
			continue
		}
		if view.More = len(view.Rows) == mostAlertRows; !view.More {
			view.Rows = append(view.Rows, BacktestLine{x.Practice, x.Day, x.InForce, x.Asked})
		}
	}
	for _, code := range slices.Sorted(maps.Keys(totals)) {
		view.Totals = append(view.Totals, *totals[code])
	}
	return view
}
