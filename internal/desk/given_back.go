package desk

import (
	"encoding/json"
	"maps"
	"slices"

	"doorstep/internal/care"
)

// givenBack works out which fields of a survivor an undoing sets: those that hold what the decision put there get what they
// held before, and of a list goes what the decision added. What somebody changed since, the decision is that number of the
// sequence, stays. A home comes back as a whole, and with it whether the address is for those who visit.
func givenBack(survivor *care.Record, merge *Merge, decided int64) (set map[string]any, stays []string) {
	set = map[string]any{}
	moved := false // to another home, since
	for _, name := range homeFields {
		f, _ := survivor.Collection.Field(name)
		if after, put := merge.After[name]; put {
			v, wrong := f.Check(after)
			moved = moved || wrong != nil || !care.Same(survivor.Get(name), v)
		} else {
			moved = moved || survivor.LastChange(name).Seq > decided
		}
	}
	for _, name := range slices.Sorted(maps.Keys(merge.After)) {
		f, ok := survivor.Collection.Field(name)
		if !ok {
			continue
		}
		put, wrong := f.Check(merge.After[name])
		before, wrongBefore := f.Check(merge.Before[name])
		now := survivor.Get(name)
		ofHome := name == hiddenField || slices.Contains(homeFields, name)
		switch {
		case wrong == nil && wrongBefore == nil && care.Same(now, before):
		case wrong != nil || wrongBefore != nil || moved && ofHome:
			stays = append(stays, name)
		case care.Same(now, put):
			set[name] = before
		case name == consentField:
			said, unclear := f.Check(care.DecodeJSON(care.JSON(now)))
			left, ok := withoutSaid(said, before, put)
			if unclear != nil || !ok {
				stays = append(stays, name)
				continue
			}
			set[name] = left
		case f.Policy == care.Set:
			set[name] = withoutAdded(now, before, put)
		default:
			stays = append(stays, name)
		}
	}
	return set, stays
}

// withoutAdded is a list without what a decision added to it.
func withoutAdded(now, before, put any) any {
	list, _ := now.([]string)
	had, _ := before.([]string)
	added, _ := put.([]string)
	return care.NewList(slices.DeleteFunc(slices.Clone(list), func(v string) bool {
		return slices.Contains(added, v) && !slices.Contains(had, v)
	}))
}

// withoutSaid is what was said about voluntary services without what a decision added to it. One thing may have been said to
// both registrations, and is then taken away as often as it was added; from the end, where what is repeated stands.
func withoutSaid(now, before, put any) (any, bool) {
	lists := [3][]said{}
	for i, of := range []any{now, before, put} {
		if raw, _ := of.(json.RawMessage); len(raw) > 0 && json.Unmarshal(raw, &lists[i]) != nil {
			return nil, false
		}
	}
	added := map[string]int{}
	for _, s := range lists[2] {
		added[string(care.JSON(s))]++
	}
	for _, s := range lists[1] {
		added[string(care.JSON(s))]--
	}
	left := lists[0]
	for i := len(left) - 1; i >= 0; i-- {
		if key := string(care.JSON(left[i])); added[key] > 0 {
			added[key]--
			left = slices.Delete(left, i, i+1)
		}
	}
	if len(left) == 0 {
		return nil, true
	}
	return care.JSON(left), true
}
