package phone

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	"doorstep/internal/wire"
)

// digestState is where a comparison with the server stands.
type digestState struct {
	wanted  bool
	differs []string // scopes whose records are to be listed next
}

// maxDigestAgain is how often a round pulls and compares again because something moved in between; what
// moves all the time is compared another day.
const maxDigestAgain = 3

// maxDigestScopes is how many scopes one request lists the records of.
const maxDigestScopes = 200

// RequestDigest asks for a comparison of what is held in the next round. One happens every day
// by itself.
func (p *Phone) RequestDigest() { p.digest.wanted = true }

func (p *Phone) digestDue() bool {
	if p.self.StagedCursor != "" || p.self.Cursor == "" {
		return false
	}
	now := p.opts.Now()
	every := p.opts.DigestEvery
	return p.digest.wanted || len(p.digest.differs) > 0 || (every > 0 && (now.Sub(p.self.DigestAt) >= every || now.Before(p.self.DigestAt)))
}

// Held is a digest of what this phone holds, scope by scope: how many records, and the XOR of their
// hashes over what they say; see wire.RecordHash. Scopes without records are left out.
func (p *Phone) Held() map[string]wire.ScopeDigest {
	sums := make(map[string]uint64, len(p.scopes))
	digests := make(map[string]wire.ScopeDigest, len(p.scopes))
	for _, h := range p.records {
		hash := wire.RecordHash(h.Collection, h.ID, h.Version, h.Data)
		for _, s := range h.Scopes {
			if p.scopes[s] {
				digests[s] = wire.ScopeDigest{Count: digests[s].Count + 1}
				sums[s] ^= hash
			}
		}
	}
	for s, d := range digests {
		d.Hash = wire.FormatHash(sums[s])
		digests[s] = d
	}
	return digests
}

// compare sends the digest; scopes that differ are listed record by record in a second
// request, whose answer repairs them. It moves neither the cursor nor the outbox.
func (p *Phone) compare(ctx context.Context) error {
	req := wire.DigestRequest{Client: p.self.Client, Cursor: p.self.Cursor, Content: true, Scopes: p.Held()}
	if len(p.digest.differs) > 0 {
		req.Records = p.listed(p.digest.differs[:min(len(p.digest.differs), maxDigestScopes)])
	}
	var answer wire.DigestResponse
	if err := p.exchange(ctx, request{method: http.MethodPost, path: basePath + "/digest", body: req, bearer: p.access.text}, &answer); err != nil {
		return err
	}
	if answer.Epoch != p.self.Epoch {
		p.round.greeted = false // hello first: the server is another
		return nil
	}
	first := req.Records == nil
	err := p.commit(func(t *tx) {
		b := &basis{t: t, touched: map[string]bool{}}
		for scope := range req.Records {
			if answer.Held != nil && !slices.Contains(answer.Moved, scope) {
				t.hold(scope, slices.Contains(answer.Held, scope))
			}
		}
		for i := range answer.Changes {
			b.deliver(&answer.Changes[i], answer.Epoch, answer.History)
		}
		p.self.DigestAt = p.opts.Now()
		t.putSelf()
	})
	if err != nil {
		return err
	}
	if first {
		p.digest.wanted = false
		p.digest.differs = slices.Sorted(slices.Values(answer.Differs))
	} else {
		p.digest.differs = p.digest.differs[len(req.Records):]
	}
	if len(answer.Moved) > 0 && p.round.comparedAgain < maxDigestAgain {
		p.round.comparedAgain++
		p.digest.wanted, p.round.pulled = true, false
	}
	p.round.note = fmt.Sprintf("%d scopes differ, %d records repaired", len(answer.Differs), len(answer.Changes))
	return nil
}

// listed names the records held of each scope.
func (p *Phone) listed(scopes []string) map[string][]wire.HeldRecord {
	lists := make(map[string][]wire.HeldRecord, len(scopes))
	for _, s := range scopes {
		lists[s] = []wire.HeldRecord{}
	}
	for _, h := range p.records {
		for _, s := range h.Scopes {
			if list, ok := lists[s]; ok {
				lists[s] = append(list, wire.HeldRecord{Collection: h.Collection, ID: h.ID, Version: h.Version,
					Hash: wire.FormatHash(wire.RecordHash(h.Collection, h.ID, h.Version, h.Data))})
			}
		}
	}
	return lists
}
