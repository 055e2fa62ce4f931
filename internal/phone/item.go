package phone

import (
	"maps"
	"slices"

	"doorstep/internal/care"
	"doorstep/internal/wire"
)

// ItemState is how far one change has come. It only moves forward.
type ItemState string

// The states of an item.
const (
	Saved    ItemState = "saved"     // on this phone
	Sent     ItemState = "sent"      // the server has it
	NeedsYou ItemState = "needs_you" // the server has it, and its author must look at it
)

// Item is the truthful receipt of one change, by its key.
type Item struct {
	Key   string
	Mid   int64
	State ItemState
	// Result is what the server answered; nil while it has not, and for a change that a pull
	// confirmed although no answer ever arrived.
	Result *wire.Result
}

var itemRank = map[ItemState]int{Saved: 0, Sent: 1, NeedsYou: 2}

// Item returns the receipt of a change; false when it is older than the sent log.
func (p *Phone) Item(key string) (Item, bool) {
	i, ok := p.items[key]
	if !ok {
		return Item{}, false
	}
	return *i, true
}

// Items lists all receipts, oldest change first.
func (p *Phone) Items() []Item {
	list := make([]Item, 0, len(p.items))
	for _, key := range slices.Sorted(maps.Keys(p.items)) { // keys are ULIDs
		list = append(list, *p.items[key])
	}
	return list
}

// advance moves an item forward; a lower state changes nothing but the mid.
func (t *tx) advance(c *change, state ItemState, result *wire.Result) {
	item, ok := t.p.items[c.Key]
	if !ok {
		item = &Item{Key: c.Key, State: Saved}
		t.p.items[c.Key] = item
	}
	item.Mid = c.Mid
	if itemRank[state] > itemRank[item.State] {
		item.State = state
	}
	if result != nil && (item.Result == nil || !result.Replayed) {
		item.Result = result
	}
	t.put(tableItems, c.Key, item)
}

// withoutWords takes from a receipt what the record said: its author may not see that any more. That there was a
// conflict stays.
func (t *tx) withoutWords(item *Item) {
	if item.Result == nil || !slices.ContainsFunc(item.Result.Conflicts, func(c wire.Conflict) bool { return c.Theirs != nil || c.Yours != nil }) {
		return
	}
	result := *item.Result
	result.Conflicts = slices.Clone(result.Conflicts)
	for i := range result.Conflicts {
		result.Conflicts[i].Theirs, result.Conflicts[i].Yours = nil, nil
	}
	item.Result = &result
	t.put(tableItems, item.Key, item)
}

// stateOf reads a result as its author must: anything refused, set aside or in conflict needs
// them.
func stateOf(r *wire.Result) ItemState {
	if r.Status == care.Quarantined || len(r.Issues) > 0 || len(r.Conflicts) > 0 {
		return NeedsYou
	}
	return Sent
}
