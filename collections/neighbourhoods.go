package collections

import (
	"doorstep/internal/care"

	"github.com/pocketbase/pocketbase/core"
)

// Neighbourhood is the area whose partners work together.
type Neighbourhood struct{ core.BaseRecordProxy }

// Name is how people call it.
func (n *Neighbourhood) Name() string { return n.GetString("name") }

// Neighbourhoods is the collection of neighbourhoods: all staff read it.
func Neighbourhoods() *core.Collection { return readable(build(care.Neighbourhoods), signedIn) }
