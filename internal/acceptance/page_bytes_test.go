package acceptance

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"doorstep/internal/care"
	"doorstep/internal/phone"
	"doorstep/internal/wire"
)

// X10: what is very large comes in several pages, none of them much larger than another, and all of it arrives: by any
// page size, at the phone of an author and at that of a lead, and at a new one. A list of the desk leaves it out.
func TestStory_LargeChangesComeInPagesThatAPhoneCanTake(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	lea, leaNet := w.phoneOn(w.lea)
	ann := w.handOf(w.ann)
	note := strings.Repeat("The dressing was changed. ", 8000) // 200 kB, and in no collection that there is
	const large = 45
	mid := 0
	for mid < large {
		var list []map[string]any
		for range 15 { // 3 MB a push
			mid++
			list = append(list, ann.mutation(mid, create("dressings", w.id(), map[string]any{"patient": w.ada.Id, "note": note + strconv.Itoa(mid)})))
		}
		for _, status := range ann.took(ann.push(list...)) {
			if status != string(care.Quarantined) {
				t.Fatalf("a change ended %s", status)
			}
		}
	}
	var small []map[string]any
	for range 100 {
		mid++
		small = append(small, ann.mutation(mid, create(care.Visits, w.id(), w.visit(w.ada, "small"))))
	}
	ann.took(ann.push(small...))
	for name, limit := range map[string]int{"the largest page": 0, "the smallest page": wire.MinPullRows} {
		pages, issues, visits, cursor := 0, map[string]bool{}, map[string]bool{}, ""
		for more := true; more; pages++ {
			answer := w.call(leaNet.bearer, http.MethodGet, "/pull?client="+lea.Client()+"&cursor="+cursor+"&limit="+strconv.Itoa(limit), nil)
			var page wire.PullResponse
			if answer.Status != http.StatusOK || json.Unmarshal(answer.Body, &page) != nil {
				t.Fatalf("%s: %d %.300s", name, answer.Status, answer.Body)
			}
			if most := wire.MaxPullBytes + wire.MaxMutationBytes + 512<<10; len(answer.Body) > most {
				t.Errorf("%s: page %d has %d bytes, more than %d", name, pages, len(answer.Body), most)
			}
			for _, d := range page.Changes {
				switch d.Collection {
				case care.SyncIssues:
					if !strings.Contains(string(d.Data), "The dressing was changed.") {
						t.Errorf("%s: an issue came without its content: %.200s", name, d.Data)
					}
					issues[d.ID] = true
				case care.Visits:
					visits[d.ID] = true
				}
			}
			more, cursor = page.More, page.Cursor
			if pages > 500 {
				t.Fatalf("%s: it goes on for ever", name)
			}
		}
		if len(issues) != large || len(visits) != len(small) || pages < 3 {
			t.Errorf("%s: %d large issues and %d visits came in %d pages, want %d and %d", name, len(issues), len(visits), pages, large, len(small))
		}
	}
	w.repairInParts(lea, leaNet, large)
	w.sync(lea)
	fresh := w.phoneOf(w.lea, func(o *phone.Options) { o.PageRows = wire.MinPullRows })
	for name, p := range map[string]*phone.Phone{"the lead's phone": lea, "a new one": fresh} {
		if n := len(p.List(care.SyncIssues)); n != large {
			t.Errorf("%s shows %d issues, want %d", name, n, large)
		}
	}
}

// repairInParts holds that a phone which says that it has nothing is given all of it, some at a time.
func (w *world) repairInParts(p *phone.Phone, net *link, issues int) {
	w.t.Helper()
	cursor, scopes := "", map[string][]wire.HeldRecord{}
	for more := true; more; {
		var page wire.PullResponse
		ok(w.t, json.Unmarshal(w.call(net.bearer, http.MethodGet, "/pull?client="+p.Client()+"&cursor="+cursor, nil).Body, &page))
		for _, s := range page.Scopes {
			if s.Op == "add" {
				scopes[s.ID] = []wire.HeldRecord{}
			}
		}
		more, cursor = page.More, page.Cursor
	}
	got := map[string]bool{}
	for round := 1; ; round++ {
		answer := w.call(net.bearer, http.MethodPost, "/digest", wire.DigestRequest{Client: p.Client(), Cursor: cursor, Content: true, Scopes: map[string]wire.ScopeDigest{}, Records: scopes})
		var digest wire.DigestResponse
		if answer.Status != http.StatusOK || json.Unmarshal(answer.Body, &digest) != nil {
			w.t.Fatalf("digest = %d %.300s", answer.Status, answer.Body)
		}
		if most := 2*wire.MaxPullBytes + wire.MaxMutationBytes + 512<<10; len(answer.Body) > most {
			w.t.Errorf("repair %d has %d bytes, more than %d", round, len(answer.Body), most)
		}
		if len(digest.Changes) == 0 {
			if round < 3 || len(got) != issues {
				w.t.Errorf("%d of %d issues came in %d repairs", len(got), issues, round-1)
			}
			return
		}
		for _, d := range digest.Changes {
			if d.Gone != "" {
				w.t.Fatalf("%s %s is taken away: %s", d.Collection, d.ID, d.Gone)
			}
			if d.Collection == care.SyncIssues {
				got[d.ID] = true
			}
			held := wire.HeldRecord{Collection: d.Collection, ID: d.ID, Version: d.Version, Hash: wire.FormatHash(wire.RecordHash(d.Collection, d.ID, d.Version, d.Data))}
			for _, scope := range d.Scopes {
				scopes[scope] = append(scopes[scope], held)
			}
		}
		if round > 20 {
			w.t.Fatal("it goes on for ever")
		}
	}
}
