package sim

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"doorstep/internal/phone"
	"doorstep/internal/wire"
)

// The seeded bugs of phones stand between a phone and the line, or between a phone and its owner: what
// a phone with the bug would do wrongly, this one is made to do by what it is told. The client that
// ships knows nothing of them.

// phoneBug is what is wrong with every phone of a run.
type phoneBug struct {
	line      func(*handset) lineBug // between the phone and the line, nil for nothing
	newest    bool                   // a form shows what is newest when it is sent, not what its author saw
	noTimer   bool                   // a round that failed is not tried again before the next change
	patient   bool                   // an emergency waits as everything else does
	dropTaken bool                   // what a locked phone hears was taken leaves the outbox
}

// lineBug alters what a phone hears; each part may be nil.
type lineBug struct {
	// instead answers a pull itself; false lets it go on.
	instead func(*http.Request) (*wire.PullResponse, bool)
	page    func(*http.Request, *wire.PullResponse)
	pushed  func(*http.Request, *wire.PushResponse)
	// any sees every answer as JSON and says whether it altered it.
	any func(map[string]any) bool
}

func onPhone(b phoneBug) func(*Options) { return func(o *Options) { o.Phone = b } }

// onPages alters every page a phone gets.
func onPages(alter func(*handset, *http.Request, *wire.PullResponse)) func(*Options) {
	return onPhone(phoneBug{line: func(h *handset) lineBug {
		return lineBug{page: func(r *http.Request, p *wire.PullResponse) { alter(h, r, p) }}
	}})
}

// buggedLine is a phone's network with a bug in front of it.
type buggedLine struct {
	next phone.Doer
	bug  lineBug
}

// Do implements phone.Doer.
func (l buggedLine) Do(req *http.Request) (*http.Response, error) {
	pull, push := strings.HasSuffix(req.URL.Path, "/pull"), strings.HasSuffix(req.URL.Path, "/push")
	if pull && l.bug.instead != nil {
		if page, ours := l.bug.instead(req); ours {
			return answerWith(http.StatusOK, page.AppendJSON(nil)), nil
		}
	}
	resp, err := l.next.Do(req)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	switch {
	case l.bug.any != nil:
		answer := map[string]any{}
		dec := json.NewDecoder(bytes.NewReader(body))
		dec.UseNumber()
		if dec.Decode(&answer) == nil && l.bug.any(answer) {
			if body, err = json.Marshal(answer); err != nil {
				return nil, err
			}
		}
	case resp.StatusCode != http.StatusOK:
	case pull && l.bug.page != nil:
		var page wire.PullResponse
		if err := json.Unmarshal(body, &page); err != nil {
			return nil, err
		}
		l.bug.page(req, &page)
		body = page.AppendJSON(nil)
	case push && l.bug.pushed != nil:
		var answer wire.PushResponse
		if err := json.Unmarshal(body, &answer); err != nil {
			return nil, err
		}
		l.bug.pushed(req, &answer)
	}
	resp.Body, resp.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	return resp, nil
}

func answerWith(status int, body []byte) *http.Response {
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(bytes.NewReader(body)), ContentLength: int64(len(body))}
}

// ackMovesCursor takes the place in the sequence that the answer to a push speaks of for the place to read on
// from, and so skips what others wrote before it.
func ackMovesCursor(h *handset) lineBug {
	from, jump := "", ""
	return lineBug{
		pushed: func(r *http.Request, _ *wire.PushResponse) {
			query := r.URL.Query()
			query.Set("client", h.Client())
			query.Set("limit", strconv.Itoa(wire.MinPullRows))
			query.Set("cursor", h.Cursor())
			if h.Cursor() == "" {
				return
			}
			ask, err := http.NewRequestWithContext(r.Context(), http.MethodGet, h.opts.Server+"/api/sync/v1/pull?"+query.Encode(), nil)
			if err != nil {
				return
			}
			ask.Header.Set("Authorization", r.Header.Get("Authorization"))
			resp, err := h.link.Do(ask)
			if err != nil {
				return
			}
			defer func() { _ = resp.Body.Close() }()
			if resp.StatusCode != http.StatusOK {
				return
			}
			var page wire.PullResponse
			if json.NewDecoder(resp.Body).Decode(&page) == nil && !page.More && page.Epoch == h.Epoch() {
				from, jump = h.Cursor(), page.Cursor
			}
		},
		instead: func(r *http.Request) (*wire.PullResponse, bool) {
			query := r.URL.Query()
			if jump != "" && query.Get("cursor") == from {
				query.Set("cursor", jump)
				r.URL.RawQuery = query.Encode()
			}
			jump = ""
			return nil, false
		},
	}
}

// dropOnOK takes HTTP 200 on a push for the end of it: what was sent leaves the outbox although no pull has
// brought its effects.
func dropOnOK(h *handset) lineBug {
	var pushed *wire.PushResponse
	return lineBug{
		pushed: func(_ *http.Request, p *wire.PushResponse) { pushed = p },
		instead: func(r *http.Request) (*wire.PullResponse, bool) {
			cursor := r.URL.Query().Get("cursor")
			p := pushed
			pushed = nil
			if p == nil || cursor == "" || p.Epoch != h.Epoch() {
				return nil, false
			}
			h.heard = nil
			return &wire.PullResponse{Epoch: p.Epoch, Cursor: cursor, LastMid: p.LastMid, LastKey: p.LastKey,
				Scopes: []wire.ScopeEvent{}, Changes: []wire.Delivery{}}, true
		},
	}
}

// keepRevoked takes nothing away when a scope ends.
func keepRevoked(_ *handset, _ *http.Request, p *wire.PullResponse) {
	p.Scopes = slices.DeleteFunc(p.Scopes, func(e wire.ScopeEvent) bool { return e.Op == "revoke" })
}

// revokeTakesShared takes with a scope the records that another scope still brings.
func revokeTakesShared(h *handset, _ *http.Request, p *wire.PullResponse) {
	var gone []wire.Delivery
	for _, e := range p.Scopes {
		if e.Op != "revoke" {
			continue
		}
		h.EachHeld(func(r phone.Held) {
			if slices.Contains(r.Scopes, e.ID) {
				gone = append(gone, wire.Delivery{Collection: r.Collection, ID: r.ID, Version: r.Version, Gone: "left"})
			}
		})
	}
	slices.SortFunc(gone, func(a, b wire.Delivery) int { return strings.Compare(a.ID, b.ID) })
	p.Changes = append(gone, p.Changes...)
}

// scopesPileUp adds the scopes of a delivery to those that a record had.
func scopesPileUp(h *handset, _ *http.Request, p *wire.PullResponse) {
	had := map[string][]string{}
	h.EachHeld(func(r phone.Held) { had[r.Collection+"/"+r.ID] = r.Scopes })
	for i := range p.Changes {
		if d := &p.Changes[i]; d.Gone == "" {
			d.Scopes = slices.Compact(slices.Sorted(slices.Values(slices.Concat(had[d.Collection+"/"+d.ID], d.Scopes))))
		}
	}
}

// shortPageIsLast takes a page with fewer rows than it asked for for the last.
func shortPageIsLast(_ *handset, r *http.Request, p *wire.PullResponse) {
	if limit, err := strconv.Atoi(r.URL.Query().Get("limit")); err == nil && len(p.Changes) < limit {
		p.More = false
	}
}

// swapEachPage applies pages as they come.
func swapEachPage(_ *handset, _ *http.Request, p *wire.PullResponse) { p.More = false }

// keyAt is the key of the change that this phone sent last up to a mid, as its present client.
func (h *handset) keyAt(mid int64, exact bool) (key string) {
	best := int64(0)
	for k, m := range h.w.reached {
		if m.client == h.Client() && m.Mid <= mid && m.Mid > best && (!exact || m.Mid == mid) {
			key, best = k, m.Mid
		}
	}
	for _, c := range h.Outbox() {
		if c.Mid == mid {
			return c.Key
		}
	}
	return key
}

// ownKey lets an answer speak of this phone's own key at last_mid, whatever the server's is.
func (h *handset) ownKey(answer map[string]any, exact bool) bool {
	mid, ok := answer["last_mid"].(json.Number)
	if !ok {
		return false
	}
	n, err := mid.Int64()
	key := h.keyAt(n, exact)
	if err != nil || key == "" {
		return false
	}
	answer["last_key"] = key
	return true
}

// byMid never compares last_key with our own key at last_mid.
func byMid(h *handset) lineBug {
	return lineBug{any: func(answer map[string]any) bool {
		return answer["epoch"] == h.Epoch() && h.ownKey(answer, true)
	}}
}

// trustLastMid believes last_mid after an epoch change.
func trustLastMid(h *handset) lineBug {
	return lineBug{any: func(answer map[string]any) bool {
		epoch, _ := answer["epoch"].(string)
		return epoch != "" && h.Epoch() != "" && epoch != h.Epoch() && h.ownKey(answer, false)
	}}
}

// dropTaken takes out of a phone's outbox what it heard was taken while it was locked.
func (h *handset) dropTaken() {
	taken := map[string]bool{}
	var drop []phone.Write
	err := h.store.Load(func(table, _ string, value []byte) error {
		var row struct {
			Key   string `json:"key"`
			Taken bool
		}
		if table == "sealed" && json.Unmarshal(value, &row) == nil && row.Taken {
			taken[row.Key] = true
		}
		return nil
	})
	if err == nil {
		err = h.store.Load(func(table, key string, value []byte) error {
			var row struct{ Key string }
			if table == "outbox" && json.Unmarshal(value, &row) == nil && taken[row.Key] {
				drop = append(drop, phone.Write{Table: table, Key: key})
			}
			return nil
		})
	}
	if err := errors.Join(err, h.store.Commit(drop)); err != nil {
		h.w.fail("%s: %v", h.name, err)
	}
}

// NextTry is the phone's own, unless its timer is broken.
func (h *handset) NextTry() (time.Time, bool) {
	if h.w.o.Phone.noTimer && h.gaveUp {
		return time.Time{}, false
	}
	return h.Phone.NextTry()
}

// shown is what a form shows when it is sent.
func (h *handset) shown(seen *phone.Seen) *phone.Seen {
	if now, ok := h.View(seen.Collection, seen.ID); ok && h.w.o.Phone.newest {
		return now
	}
	return seen
}
