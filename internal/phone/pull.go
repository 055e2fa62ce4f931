package phone

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"doorstep/internal/wire"
)

// resetAll is the scope that stands for all of them in a reset.
const resetAll = "*"

// pull asks for the next page and stages it; the last page swaps the base.
func (p *Phone) pull(ctx context.Context) error {
	from := p.self.Cursor
	if p.self.StagedCursor != "" {
		from = p.self.StagedCursor
	}
	answer, err := p.page(ctx, from)
	if err != nil {
		return err
	}
	p.round.note = fmt.Sprintf("%d records", len(answer.Changes))
	if answer.More {
		p.round.note += ", more"
	}
	if err := p.commit(func(t *tx) { t.pulled(from, answer) }); err != nil {
		return err
	}
	p.round.pulled = !answer.More && len(p.staged) == 0 && p.self.StagedCursor == "" && p.self.Cursor == answer.Cursor
	return nil
}

func (p *Phone) pageRows() int {
	if p.opts.PageRows > 0 {
		return min(p.self.Limits.PullRows, p.opts.PageRows)
	}
	return p.self.Limits.PullRows
}

// page asks for the page after a cursor; "" is the beginning.
func (p *Phone) page(ctx context.Context, cursor string) (*wire.PullResponse, error) {
	query := url.Values{"client": {p.self.Client}, "limit": {strconv.Itoa(p.pageRows())}}
	if cursor != "" {
		query.Set("cursor", cursor)
	}
	answer := &wire.PullResponse{}
	err := p.exchange(ctx, request{method: http.MethodGet, path: basePath + "/pull", query: query, bearer: p.access.text}, answer)
	return answer, err
}

// pulled takes in one page.
func (t *tx) pulled(from string, answer *wire.PullResponse) {
	p := t.p
	if answer.Epoch != p.self.Epoch {
		begins := from == p.self.Cursor && p.self.StagedCursor == ""
		t.enterEpoch(answer.Epoch, answer.LastMid, answer.LastKey)
		if !begins {
			return // the pages before it were of the old epoch: start over
		}
	}
	if slices.Contains(answer.Scopes, wire.ScopeEvent{ID: resetAll, Op: "reset"}) {
		t.dropStaging() // what came before it is void, and may be more than we may see now
	}
	g := &page{Number: p.self.Pages, From: from, PullResponse: *answer}
	p.self.Pages++
	p.self.StagedCursor = answer.Cursor
	p.staged = append(p.staged, g)
	t.put(tableStaged, placeKey(int64(g.Number)), g)
	t.narrow(answer.Scopes)
	if !answer.More {
		t.swap(answer)
		return
	}
	t.putSelf()
}

// narrow takes away at once what a reset of everything does not give back: the role changed,
// and its old content must not stay until the last page arrives. The outbox stays.
func (t *tx) narrow(events []wire.ScopeEvent) {
	p := t.p
	given, reset := map[string]bool{}, false
	for _, e := range events {
		switch {
		case e.ID == resetAll:
			reset = true
		case e.Op == "add":
			given[e.ID] = true
		}
	}
	if !reset {
		return
	}
	for key, h := range p.records {
		keep := false
		for _, s := range h.Scopes {
			keep = keep || (p.scopes[s] && given[s])
		}
		if !keep {
			t.takeRecord(key)
		}
	}
	for _, item := range p.items {
		t.withoutWords(item)
	}
}

// pullAfresh makes the next pull begin at the beginning. What is held stays until it is swapped.
func (t *tx) pullAfresh() {
	t.dropStaging()
	t.p.self.Cursor = ""
	t.putSelf()
}

// dropStaging forgets the pull that is under way.
func (t *tx) dropStaging() {
	p := t.p
	for _, g := range p.staged {
		t.take(tableStaged, placeKey(int64(g.Number)))
	}
	p.staged = nil
	p.self.Pages, p.self.StagedCursor = 0, ""
}
