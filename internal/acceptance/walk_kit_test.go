package acceptance

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/phone"
	"doorstep/internal/syncer"
	"doorstep/internal/wire"
)

// walker is a phone reduced to what a pull means: it stages the pages of a walk and swaps them in at the last
// one. Nothing of it repairs anything unless a test asks for a digest.
type walker struct {
	w       *world
	session syncer.Session
	client  string

	first   string // who is to come first, where it holds nothing: syncer.FirstRound or nobody
	loading bool   // more people come with the next pull
	told    wire.Loading
	cursor  string
	staged  []stagedPage
	scopes  map[string]bool
	records map[string]wire.Delivery
}

type stagedPage struct {
	from string
	*wire.PullResponse
}

// walkerOf makes one that speaks for an enrolled phone. It holds nothing yet.
func (w *world) walkerOf(staff *core.Record, p *phone.Phone) *walker {
	return &walker{w: w, session: syncer.Session{Device: p.Device(), Client: p.Client(), Staff: staff.Id}, client: p.Client(),
		scopes: map[string]bool{}, records: map[string]wire.Delivery{}}
}

// anew is a new phone of the same member of staff: it holds nothing.
func (p *walker) anew() *walker {
	return &walker{w: p.w, session: p.session, client: p.client, scopes: map[string]bool{}, records: map[string]wire.Delivery{}}
}

// copy is another phone that stands where this one does.
func (p *walker) copy() *walker {
	c := *p
	c.staged, c.scopes, c.records = slices.Clone(p.staged), maps.Clone(p.scopes), maps.Clone(p.records)
	return &c
}

// page asks for the next page, stages it, and swaps when it was the last.
func (p *walker) page(limit int) (more bool) {
	p.w.t.Helper()
	from := p.cursor
	if n := len(p.staged); n > 0 {
		from = p.staged[n-1].Cursor
	}
	page, fail := p.w.srv.Engine.Pull(context.Background(), p.session, syncer.PullRequest{Client: p.client, Cursor: from, Limit: limit, First: p.first})
	if fail != nil {
		p.w.t.Fatalf("pull: %v", fail)
	}
	if slices.Contains(page.Scopes, wire.ScopeEvent{ID: "*", Op: "reset"}) {
		p.staged = nil
	}
	p.staged = append(p.staged, stagedPage{from, page})
	if page.More {
		return true
	}
	for _, s := range p.staged {
		for _, e := range s.Scopes {
			p.event(e)
		}
		for _, d := range s.Changes {
			p.deliver(d)
		}
	}
	p.settle()
	p.cursor, p.staged, p.loading = page.Cursor, nil, page.Loading != nil
	if p.loading {
		p.told = *page.Loading
	}
	return false
}

// walk pulls to the end.
func (p *walker) walk(limit int) *walker {
	for range 200 {
		if !p.page(limit) && !p.loading {
			return p
		}
	}
	p.w.t.Fatal("the pulls do not end")
	return p
}

func (p *walker) event(e wire.ScopeEvent) {
	if e.ID == "*" {
		p.scopes = map[string]bool{}
	} else if p.scopes[e.ID] = true; e.Op == "revoke" {
		delete(p.scopes, e.ID)
	}
	for key, r := range p.records {
		r.Scopes = slices.DeleteFunc(slices.Clone(r.Scopes), func(s string) bool { return e.ID == "*" || s == e.ID })
		p.records[key] = r
	}
}

func (p *walker) deliver(d wire.Delivery) {
	key := d.Collection + "/" + d.ID
	if d.Gone != "" {
		delete(p.records, key)
		return
	}
	p.records[key] = d
}

func (p *walker) settle() {
	maps.DeleteFunc(p.records, func(_ string, r wire.Delivery) bool {
		return !slices.ContainsFunc(r.Scopes, func(s string) bool { return p.scopes[s] })
	})
}

// held is the digest of what it holds.
func (p *walker) held() map[string]wire.ScopeDigest {
	sums, counts, all := map[string]uint64{}, map[string]int{}, map[string]wire.ScopeDigest{}
	for _, r := range p.records {
		for _, s := range r.Scopes {
			if p.scopes[s] {
				sums[s] ^= wire.RecordHash(r.Collection, r.ID, r.Version, r.Data)
				counts[s]++
			}
		}
	}
	for s, sum := range sums {
		all[s] = wire.ScopeDigest{Count: counts[s], Hash: wire.FormatHash(sum)}
	}
	return all
}

// compare asks for a digest, lists what differs and takes the repairs in.
func (p *walker) compare() (differs, moved []string, repaired int) {
	p.w.t.Helper()
	ask := func(records map[string][]wire.HeldRecord) *wire.DigestResponse {
		answer, fail := p.w.srv.Engine.Digest(context.Background(), p.session,
			&wire.DigestRequest{Client: p.client, Cursor: p.cursor, Content: true, Scopes: p.held(), Records: records})
		if fail != nil {
			p.w.t.Fatalf("digest: %v", fail)
		}
		return answer
	}
	first := ask(nil)
	if len(first.Differs) == 0 {
		return nil, first.Moved, 0
	}
	listed := map[string][]wire.HeldRecord{}
	for _, s := range first.Differs {
		listed[s] = []wire.HeldRecord{}
		for _, r := range p.records {
			if slices.Contains(r.Scopes, s) {
				listed[s] = append(listed[s], wire.HeldRecord{Collection: r.Collection, ID: r.ID, Version: r.Version,
					Hash: wire.FormatHash(wire.RecordHash(r.Collection, r.ID, r.Version, r.Data))})
			}
		}
	}
	second := ask(listed)
	for s := range listed {
		switch {
		case slices.Contains(second.Held, s):
			p.scopes[s] = true
		case !slices.Contains(second.Moved, s):
			delete(p.scopes, s)
		}
	}
	for _, d := range second.Changes {
		p.deliver(d)
	}
	return first.Differs, first.Moved, len(second.Changes)
}

// unlike says in which ways two phones differ, "" for none.
func (p *walker) unlike(other *walker) string {
	var wrong []string
	mine, theirs := p.lines(), other.lines()
	for key, line := range theirs {
		if mine[key] != line {
			wrong = append(wrong, fmt.Sprintf("%s is %.120q, not %.120q", key, mine[key], line))
		}
	}
	for key := range mine {
		if _, ok := theirs[key]; !ok {
			wrong = append(wrong, "has "+key)
		}
	}
	slices.Sort(wrong)
	if n := len(wrong); n > 4 {
		wrong = append(wrong[:4], fmt.Sprintf("and %d more", n-4))
	}
	return strings.Join(wrong, "; ")
}

// asFarAs is what a phone would hold if it held only the scopes that another does, which says that more people come.
func (p *walker) asFarAs(other *walker) *walker {
	if !other.loading {
		return p
	}
	p.scopes = maps.Clone(other.scopes)
	for key, r := range p.records {
		r.Scopes = slices.DeleteFunc(slices.Clone(r.Scopes), func(s string) bool { return !p.scopes[s] })
		p.records[key] = r
	}
	p.settle()
	return p
}

// lines are everything a phone holds, a line each.
func (p *walker) lines() map[string]string {
	all := map[string]string{}
	for s := range p.scopes {
		all["scope "+s] = "held"
	}
	for key, r := range p.records {
		scopes := slices.Sorted(slices.Values(r.Scopes))
		all[key] = fmt.Sprintf("version %d in %v: %s", r.Version, scopes, r.Data)
	}
	return all
}
