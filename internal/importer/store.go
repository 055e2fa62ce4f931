package importer

import (
	"context"
	"fmt"
)

// Row is one stored record.
type Row struct {
	ID        string
	Values    map[string]any // by field name; see care.Kind for the Go types
	Retracted bool           // withdrawn: it neither counts nor may be written to
}

func (r Row) text(field string) string {
	s, _ := r.Values[field].(string)
	return s
}

// Write is one record to save.
type Write struct {
	Collection string
	ID         string
	Create     bool
	Values     map[string]any // of a new record all, of another those that change
}

// Tx is a view of the store that nobody else changes until it ends.
type Tx interface {
	// All lists every record of a collection; for small ones only.
	All(ctx context.Context, collection string) ([]Row, error)
	// Matching lists the records whose field holds one of the values; field may be "id".
	Matching(ctx context.Context, collection, field string, values []string) ([]Row, error)
	// Save writes in the order given. When the store will not have the first write, it writes
	// nothing and returns a *Refusal; any other error spoils the transaction.
	Save(ctx context.Context, writes []Write) error
}

// Store runs do in one transaction, which stands when do returns nil and is undone otherwise.
type Store interface {
	Transact(ctx context.Context, do func(Tx) error) error
}

// Refusal is a reason, in a sentence, why the store will not have a record as it is, and of a plan the field of which it
// speaks, "" for none.
type Refusal struct {
	Field, Reason string
}

// Error returns the sentence.
func (r *Refusal) Error() string { return r.Reason }

// lookup fetches the rows matching any of the values, without asking for none.
func lookup(ctx context.Context, tx Tx, collection, field string, values map[string]bool) ([]Row, error) {
	delete(values, "")
	if len(values) == 0 {
		return nil, nil
	}
	list := make([]string, 0, len(values))
	for v := range values {
		list = append(list, v)
	}
	rows, err := tx.Matching(ctx, collection, field, list)
	if err != nil {
		return nil, fmt.Errorf("look up %s by %s: %w", collection, field, err)
	}
	return rows, nil
}
