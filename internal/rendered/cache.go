// Package rendered keeps records as the database rendered them for phones, so that what was just pushed is rendered once
// and not for each phone that pulls it.
package rendered

import (
	"doorstep/internal/bounded"
	"doorstep/internal/care"
)

// Key names one version of a record as one kind of viewer gets it. What the engine writes has a version of its own, so
// nothing that is kept ever becomes untrue; it is asked for no more.
type Key struct {
	Record  string
	Version int64
	View    care.View
}

// Row is what was read of a record.
type Row struct {
	Retracted, Author, Patient string
	Data                       []byte   // its JSON; not to be changed
	Values                     []string // of the fields that say where it belongs, in the order of care.ScopeFields
}

// Cache keeps what was asked for last, up to a number of bytes. It may be used by many at once.
type Cache = bounded.Cache[Key, Row]

// New is a cache of so many bytes at most.
func New(most int) *Cache { return bounded.New[Key](most, Row.size) }

// overhead is what a row takes beside its texts, about, in bytes.
const overhead = 256

func (r Row) size() int {
	n := overhead + len(r.Data) + len(r.Author) + len(r.Patient) + len(r.Retracted)
	for _, v := range r.Values {
		n += len(v)
	}
	return n
}
