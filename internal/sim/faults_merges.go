package sim

import (
	"doorstep/internal/pbstore"
	"doorstep/internal/rooms"
	"doorstep/internal/takein"
)

// faultsOfMerges show on days about people who are registered twice.
func faultsOfMerges() []Fault {
	return []Fault{
		{"what came of a merged registration is not noted", "undoing by the list of the first day", inRooms(func(r *rooms.Rooms, _ *pbstore.Tx) {
			r.TakeIn.Notes = forgetsWhatCame{r.TakeIn.Notes}
		}), duplicates},
	}
}

// forgetsWhatCame lets nobody know, once two are two again, whom a record was written about meanwhile.
type forgetsWhatCame struct{ takein.Notes }

func (forgetsWhatCame) NoteFiled(_, _, _ string) error { return nil }
