package collections

import (
	"doorstep/internal/care"

	"github.com/pocketbase/pocketbase/core"
)

// Neighbourhoods is the collection of neighbourhoods: all staff read it.
func Neighbourhoods() *core.Collection { return readable(build(care.Neighbourhoods), signedIn) }
