package phone

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"doorstep/internal/wire"
)

// digestState is where a comparison with the server stands.
type digestState struct {
	wanted  bool
	differs []string // scopes whose records are to be listed next
}

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

// Held is a digest of what this phone holds, scope by scope: how many records, and the XOR of
// the first eight bytes of SHA-256("collection/id/version") over them, in hexadecimal. Scopes
// without records are left out.
func (p *Phone) Held() map[string]wire.ScopeDigest {
	sums := make(map[string]uint64, len(p.scopes))
	digests := make(map[string]wire.ScopeDigest, len(p.scopes))
	for _, h := range p.records {
		sum := sha256.Sum256([]byte(h.Collection + "/" + h.ID + "/" + strconv.FormatInt(h.Version, 10)))
		for _, s := range h.Scopes {
			if p.scopes[s] {
				digests[s] = wire.ScopeDigest{Count: digests[s].Count + 1}
				sums[s] ^= binary.BigEndian.Uint64(sum[:8])
			}
		}
	}
	for s, d := range digests {
		d.Hash = fmt.Sprintf("%016x", sums[s])
		digests[s] = d
	}
	return digests
}

// compare sends the digest; scopes that differ are listed record by record in a second
// request, whose answer repairs them. It moves neither the cursor nor the outbox.
func (p *Phone) compare(ctx context.Context) error {
	req := wire.DigestRequest{Client: p.self.Client, Cursor: p.self.Cursor, Scopes: p.Held()}
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
		for i := range answer.Changes {
			b.deliver(&answer.Changes[i], answer.Epoch, answer.History)
		}
		p.self.DigestAt = p.opts.Now()
		t.putSelf()
	})
	if err != nil {
		return err
	}
	p.digest.wanted = false
	if first {
		p.digest.differs = slices.Sorted(slices.Values(answer.Differs))
	} else {
		p.digest.differs = p.digest.differs[len(req.Records):]
	}
	p.round.note = fmt.Sprintf("%d scopes differ, %d records repaired", len(answer.Differs), len(answer.Changes))
	return nil
}

// listed names the records held of each scope.
func (p *Phone) listed(scopes []string) map[string][]wire.RecordRef {
	lists := make(map[string][]wire.RecordRef, len(scopes))
	for _, s := range scopes {
		lists[s] = []wire.RecordRef{}
	}
	for _, h := range p.records {
		for _, s := range h.Scopes {
			if list, ok := lists[s]; ok {
				lists[s] = append(list, wire.RecordRef{Collection: h.Collection, ID: h.ID, Version: h.Version})
			}
		}
	}
	return lists
}
