package pbstore

import (
	"io"
	"time"

	"doorstep/internal/identifier"
)

// ids makes the ids of records the server creates: ULIDs, so that they fill indexes in order.
type ids struct {
	now  func() time.Time
	mint *identifier.Minter
}

func newIDs(now func() time.Time, entropy io.Reader) *ids {
	return &ids{now: now, mint: identifier.NewMinter(entropy)}
}

func (i *ids) next() string {
	id, err := i.mint.New(i.now())
	if err != nil {
		panic("pbstore: no entropy for ids: " + err.Error()) //nolint:forbidigo // the system's random source is gone
	}
	return string(id)
}
