package pbrecords

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/care"
	"doorstep/internal/identifier"
	"doorstep/internal/pbstore"
	"doorstep/internal/recovery"
)

// Recovery answers what `doorstep recovery` asks of the database, through PocketBase's own records.
type Recovery struct {
	app core.App
	now func() time.Time
}

// NewRecovery returns the store of the recovery commands on a migrated app.
func NewRecovery(app core.App, now func() time.Time) *Recovery { return &Recovery{app, now} }

// Organisation implements recovery.Store.
func (r *Recovery) Organisation(ctx context.Context, which string) (recovery.Organisation, error) {
	var found []*core.Record
	err := r.app.RecordQuery(care.Organisations).WithContext(ctx).
		AndWhere(dbx.HashExp{"retracted": ""}).
		AndWhere(dbx.Or(dbx.HashExp{"id": which}, dbx.HashExp{"ods_code": strings.ToUpper(which)}, dbx.HashExp{"name": which})).All(&found)
	if err != nil {
		return recovery.Organisation{}, err
	}
	if which == "" || len(found) != 1 {
		return recovery.Organisation{}, recovery.ErrNotFound
	}
	var key map[string]any
	if err := found[0].UnmarshalJSONField("recovery_key", &key); err != nil {
		return recovery.Organisation{}, err
	}
	return recovery.Organisation{ID: found[0].Id, Name: found[0].GetString("name"), HasKey: key != nil}, nil
}

// SetRecoveryKey implements recovery.Store. The record's triggers put it into the feed; the audit says when the key was
// set, for phones seal to whichever is there.
func (r *Recovery) SetRecoveryKey(_ context.Context, organisation string, jwk json.RawMessage) error {
	return r.app.RunInTransaction(func(tx core.App) error {
		record, err := tx.FindRecordById(care.Organisations, organisation)
		if err != nil {
			return err
		}
		record.Set("recovery_key", jwk)
		if err := tx.Save(record); err != nil {
			return err
		}
		return pbstore.WriteAudit(tx, care.AuditLine{At: r.now(), Role: "command", Action: "recovery_key_set", Collection: care.Organisations,
			Record: organisation, Organisation: organisation, Detail: map[string]json.RawMessage{"key": jwk}})
	})
}

// DeviceKey implements recovery.Store. A device that was revoked or lost since still made what it made.
func (r *Recovery) DeviceKey(ctx context.Context, device string) ([]byte, error) {
	var jwk string
	err := r.app.DB().NewQuery(`SELECT public_key FROM devices WHERE id = {:id}`).WithContext(ctx).Bind(dbx.Params{"id": device}).Row(&jwk)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return []byte(jwk), err
}

// Names implements recovery.Store: a person with birthday and NHS number, so that a note gets to
// the right one.
func (r *Recovery) Names(ctx context.Context, staff, patients []string) (recovery.Names, error) {
	names := recovery.Names{}
	for _, ask := range []struct {
		collection string
		ids        []string
		name       func(*core.Record) string
	}{
		{care.StaffName, staff, func(s *core.Record) string { return s.GetString("name") }},
		{care.Patients, patients, personName},
	} {
		records, err := r.app.FindRecordsByIds(ask.collection, ask.ids, func(q *dbx.SelectQuery) error { q.WithContext(ctx); return nil })
		if err != nil {
			return nil, fmt.Errorf("find %s: %w", ask.collection, err)
		}
		for _, record := range records {
			names[record.Id] = ask.name(record)
		}
	}
	return names, nil
}

func personName(p *core.Record) string {
	parts := []string{strings.TrimSpace(p.GetString("given_name") + " " + p.GetString("family_name"))}
	if born := p.GetString("date_of_birth"); born != "" {
		parts = append(parts, "born "+born)
	}
	if n, err := identifier.ParseNHSNumber(p.GetString("nhs_number")); err == nil {
		parts = append(parts, "NHS number "+n.Display())
	}
	return strings.Join(parts, ", ")
}
