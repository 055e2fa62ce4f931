package pbrecords

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pocketbase/dbx"
	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"doorstep/internal/care"
	"doorstep/internal/importer"
)

// Importer keeps what an import brings in, through PocketBase's own records: rows pass its
// validation, leave version 0 behind and so enter the queue from which the engine gives them a
// number, a place in the feed, and the rules.
type Importer struct {
	app core.App
}

// NewImporter returns the import's store on a migrated app.
func NewImporter(app core.App) *Importer { return &Importer{app: app} }

// Transact runs do in one transaction on the write connection.
func (i *Importer) Transact(_ context.Context, do func(importer.Tx) error) error {
	return i.app.RunInTransaction(func(txApp core.App) error { return do(importTx{txApp}) })
}

type importTx struct{ app core.App }

// All lists every record of a collection, oldest id first.
func (t importTx) All(ctx context.Context, collection string) ([]importer.Row, error) {
	return t.rows(ctx, collection, nil)
}

// Matching lists the records whose field holds one of the values.
func (t importTx) Matching(ctx context.Context, collection, field string, values []string) ([]importer.Row, error) {
	c, ok := care.ByName(collection)
	if !ok {
		return nil, fmt.Errorf("there is no collection %s", collection)
	}
	if _, ok := c.Field(field); !ok && field != core.FieldNameId {
		return nil, fmt.Errorf("%s has no field %s", collection, field)
	}
	list := make([]any, len(values))
	for i, v := range values {
		list[i] = v
	}
	return t.rows(ctx, collection, dbx.In(field, list...))
}

func (t importTx) rows(ctx context.Context, collection string, where dbx.Expression) ([]importer.Row, error) {
	c, ok := care.ByName(collection)
	if !ok {
		return nil, fmt.Errorf("there is no collection %s", collection)
	}
	query := t.app.RecordQuery(collection).WithContext(ctx).OrderBy("id")
	if where != nil {
		query.AndWhere(where)
	}
	var records []*core.Record
	if err := query.All(&records); err != nil {
		return nil, err
	}
	rows := make([]importer.Row, 0, len(records))
	for _, record := range records {
		row := importer.Row{ID: record.Id, Values: map[string]any{}, Retracted: !record.GetDateTime("retracted").IsZero()}
		for i := range c.Fields {
			if v := fromRecord(&c.Fields[i], record); v != nil {
				row.Values[c.Fields[i].Name] = v
			}
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// fromRecord gives a field's Go value, nil when it is missing or does not fit the field.
func fromRecord(f *care.Field, record *core.Record) any {
	var v any
	switch raw := record.GetRaw(f.Name).(type) {
	case types.DateTime:
		if raw.IsZero() {
			return nil
		}
		return care.Stamp(raw.Time())
	case types.JSONRaw:
		d := json.NewDecoder(bytes.NewReader(raw))
		d.UseNumber()
		if d.Decode(&v) != nil {
			return nil
		}
	case []string: // a relation of many
		return care.NewList(raw)
	default:
		v = raw
	}
	value, problem := f.Check(v)
	if problem != nil {
		return nil
	}
	return value
}

// Save writes in the order given; what PocketBase's validation says of the first write is a
// refusal, since nothing is written then.
func (t importTx) Save(ctx context.Context, writes []importer.Write) error {
	for i, w := range writes {
		record, err := t.record(w)
		if err != nil {
			return err
		}
		err = t.app.SaveWithContext(ctx, record)
		var invalid validation.Errors
		if i == 0 && errors.As(err, &invalid) {
			return &importer.Refusal{Reason: explain(invalid)}
		}
		if err != nil {
			return fmt.Errorf("save %s %s: %w", w.Collection, w.ID, err)
		}
	}
	return nil
}

func (t importTx) record(w importer.Write) (*core.Record, error) {
	var record *core.Record
	if w.Create {
		collection, err := t.app.FindCachedCollectionByNameOrId(w.Collection)
		if err != nil {
			return nil, fmt.Errorf("find collection %s: %w", w.Collection, err)
		}
		record = core.NewRecord(collection)
		record.Set(core.FieldNameId, w.ID)
	} else {
		var err error
		if record, err = t.app.FindRecordById(w.Collection, w.ID); err != nil {
			return nil, fmt.Errorf("find %s %s: %w", w.Collection, w.ID, err)
		}
		// A version that stays tells the triggers that somebody other than the engine wrote.
	}
	for field, v := range w.Values {
		record.Set(field, v)
	}
	return record, nil
}

// explain lists what PocketBase has against a record, by field, without any value.
func explain(invalid validation.Errors) string {
	parts := make([]string, 0, len(invalid))
	for _, field := range slices.Sorted(maps.Keys(invalid)) {
		parts = append(parts, field+": "+strings.TrimSuffix(invalid[field].Error(), "."))
	}
	return strings.Join(parts, "; ")
}
