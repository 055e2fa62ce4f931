package demo

import (
	"encoding/binary"
	"io"
	"math/rand/v2"
	"sync"
)

// entropy is a reader of seeded numbers, safe for concurrent use: the same seed and tag, the same
// ids. It makes the phones and the records of the demo; the server's keys are truly random.
func entropy(seed int, tag uint64) io.Reader {
	var key [32]byte
	binary.LittleEndian.PutUint64(key[:8], uint64(seed))
	binary.LittleEndian.PutUint64(key[8:16], tag)
	return &locked{r: rand.NewChaCha8(key)}
}

type locked struct {
	mu sync.Mutex
	r  io.Reader
}

func (l *locked) Read(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.r.Read(p)
}
