// Package pbrecords keeps what identity, imports and recovery need, on PocketBase's own record API:
// accounts and devices, the practice directory, the keys of organisations. None of it is on the hot
// path; what is has its statements in pbstore.
package pbrecords

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"doorstep/internal/care"
	"doorstep/internal/identity"
	"doorstep/internal/pbstore"
)

// codesKept is how long a sign-in code outlives its ten minutes, for whoever asks what became
// of it.
const codesKept = 24 * time.Hour

// Identity keeps devices, used assertions and sign-in codes: the identity.Store on PocketBase.
type Identity struct {
	app   core.App
	reads *sql.DB
}

// NewIdentity makes the store of a migrated app. Reads are the connections that answer who a phone is: it must
// not wait for what pages ask.
func NewIdentity(app core.App, reads *sql.DB) *Identity { return &Identity{app: app, reads: reads} }

var _ identity.Store = (*Identity)(nil)

// BindRevocation has revoke called with the id of every device and member of staff that is
// changed or deleted through PocketBase, once it is committed. See also pbstore.Store.OnRevocation.
func BindRevocation(app core.App, revoke func(id string)) {
	changed := func(e *core.RecordEvent) error {
		revoke(e.Record.Id)
		return e.Next()
	}
	app.OnRecordAfterUpdateSuccess(care.Devices, care.StaffName).BindFunc(changed)
	app.OnRecordAfterDeleteSuccess(care.Devices, care.StaffName).BindFunc(changed)
}

// Device returns a device by its id.
func (s *Identity) Device(ctx context.Context, id string) (identity.DeviceRecord, error) {
	d := identity.DeviceRecord{}
	var since types.DateTime
	err := s.reads.QueryRowContext(ctx, `SELECT id, client, staff, public_key, locked_key, state, state_since FROM devices WHERE id = ?`, id).
		Scan(&d.ID, &d.Client, &d.Staff, &d.PublicKey, &d.LockedKey, &d.State, &since)
	d.StateSince = since.Time()
	return d, readFailed(missing(err, care.Devices, id))
}

// Staff returns a member of staff by their id.
func (s *Identity) Staff(ctx context.Context, id string) (identity.StaffRecord, error) {
	v := identity.StaffRecord{}
	var teams types.JSONArray[string]
	var inactive types.DateTime
	err := s.reads.QueryRowContext(ctx, `SELECT id, role, organisation, teams, inactive_since FROM staff WHERE id = ?`, id).
		Scan(&v.ID, &v.Role, &v.Organisation, &teams, &inactive)
	v.Teams, v.InactiveSince = teams, inactive.Time()
	return v, readFailed(missing(err, care.StaffName, id))
}

// missing names what was looked for and not found.
func missing(err error, collection, id string) error {
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return fmt.Errorf("%w: %s %s", identity.ErrNotFound, collection, id)
	case err != nil:
		return fmt.Errorf("find %s %s: %w", collection, id, err)
	}
	return nil
}

// readFailed tells what is not there from what cannot be read.
func readFailed(err error) error {
	if err == nil || errors.Is(err, identity.ErrNotFound) {
		return err
	}
	return pbstore.ReadFailed(err)
}

func findOne(ctx context.Context, app core.App, collection, id string) (*core.Record, error) {
	r := &core.Record{}
	err := missing(app.RecordQuery(collection).WithContext(ctx).AndWhere(dbx.HashExp{"id": id}).Limit(1).One(r), collection, id)
	if err != nil {
		return nil, err
	}
	return r, nil
}

func deviceOf(r *core.Record) identity.DeviceRecord {
	return identity.DeviceRecord{ID: r.Id, Client: r.GetString("client"), Staff: r.GetString("staff"), Name: r.GetString("name"),
		PublicKey: r.GetString("public_key"), State: r.GetString("state"), StateSince: r.GetDateTime("state_since").Time(),
		LastSeen: r.GetDateTime("last_seen").Time()}
}

func staffOf(r *core.Record) identity.StaffRecord {
	return identity.StaffRecord{ID: r.Id, Role: care.Role(r.GetString("role")), Organisation: r.GetString("organisation"),
		Teams: r.GetStringSlice("teams"), InactiveSince: r.GetDateTime("inactive_since").Time()}
}

// RememberAssertion notes a used assertion; see identity.Store. Its commit is on the disk when
// it returns.
func (s *Identity) RememberAssertion(ctx context.Context, key string, expires, now time.Time) error {
	return s.app.RunInTransaction(func(tx core.App) error {
		_, err := execute(ctx, tx, `DELETE FROM sync_assertions WHERE expires < {:now}`, dbx.Params{"now": now.UnixMilli()})
		if err != nil {
			return err
		}
		n, err := execute(ctx, tx, `INSERT INTO sync_assertions (jti, expires) VALUES ({:key}, {:expires}) ON CONFLICT DO NOTHING`,
			dbx.Params{"key": key, "expires": expires.UnixMilli()})
		if err == nil && n == 0 {
			err = identity.ErrReplayed
		}
		return err
	})
}

// KeepLockedKey implements identity.Store.
func (s *Identity) KeepLockedKey(ctx context.Context, device, key string) error {
	return s.app.RunInTransaction(func(tx core.App) error {
		_, err := execute(ctx, tx, `UPDATE devices SET locked_key = {:key} WHERE id = {:device}`, dbx.Params{"key": key, "device": device})
		return err
	})
}

// AddCode keeps a sign-in code and drops those that ended a day ago.
func (s *Identity) AddCode(ctx context.Context, c identity.SignInCode, now time.Time) error {
	return s.app.RunInTransaction(func(tx core.App) error {
		_, err := execute(ctx, tx, `DELETE FROM sign_in_codes WHERE expires_at < {:before}`,
			dbx.Params{"before": care.Stamp(now.Add(-codesKept))})
		if err != nil {
			return err
		}
		_, err = execute(ctx, tx, `INSERT INTO sign_in_codes (hash, staff, issued_by, expires_at) VALUES ({:hash}, {:staff}, {:by}, {:expires})`,
			dbx.Params{"hash": c.Hash, "staff": c.Staff, "by": c.IssuedBy, "expires": care.Stamp(c.ExpiresAt)})
		if err != nil {
			return err
		}
		by, err := findOne(ctx, tx, care.StaffName, c.IssuedBy)
		if err != nil {
			return err
		}
		return auditIdentity(tx, by, now, "sign_in_code_issued", care.StaffName, c.Staff, map[string]string{})
	})
}

// Enrol writes what identity.Enrolment.Admit decides; see identity.Store.
func (s *Identity) Enrol(ctx context.Context, e identity.Enrolment) (device identity.DeviceRecord, err error) {
	err = s.app.RunInTransaction(func(tx core.App) error {
		found, staff, err := findForEnrolment(ctx, tx, e)
		if err != nil {
			return err
		}
		admission, err := e.Admit(found)
		if err != nil {
			return err
		}
		device = admission.Device
		if admission.Repeat {
			return nil
		}
		for _, id := range admission.Leaving {
			if err := letGo(ctx, tx, id, "draining", "device_made_room", staff, e.At); err != nil {
				return err
			}
		}
		if admission.Replaced != "" {
			if err := letGo(ctx, tx, admission.Replaced, "revoked", "device_replaced", staff, e.At); err != nil {
				return err
			}
		}
		return writeEnrolment(ctx, tx, e, found.Code, device, staff)
	})
	return device, err
}

func findForEnrolment(ctx context.Context, tx core.App, e identity.Enrolment) (found identity.Found, staff *core.Record, err error) {
	owner := e.Staff
	if e.CodeHash != "" {
		if found.Code, err = findCode(ctx, tx, e.CodeHash); err != nil || found.Code == nil {
			return found, nil, err
		}
		owner = found.Code.Staff
	}
	if staff, err = findOne(ctx, tx, care.StaffName, owner); err != nil {
		return found, nil, err
	}
	found.Staff = staffOf(staff)
	var devices []*core.Record
	err = tx.RecordQuery(care.Devices).WithContext(ctx).AndWhere(dbx.HashExp{"public_key": e.Key}).OrderBy("id DESC").All(&devices)
	if err != nil {
		return found, nil, fmt.Errorf("find devices by key: %w", err)
	}
	for _, d := range devices {
		found.Keys = append(found.Keys, deviceOf(d))
	}
	var theirs []*core.Record
	err = tx.RecordQuery(care.Devices).WithContext(ctx).AndWhere(dbx.HashExp{"staff": owner, "state": []any{"active", "revoked"}}).All(&theirs)
	if err != nil {
		return found, nil, fmt.Errorf("find the phones of %s: %w", owner, err)
	}
	for _, d := range theirs {
		found.Theirs = append(found.Theirs, deviceOf(d))
	}
	if e.Client == "" {
		return found, staff, nil
	}
	err = query(ctx, tx, `SELECT staff FROM sync_clients WHERE client = {:client}`, dbx.Params{"client": e.Client}).Row(&found.ClientOwner)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return found, nil, fmt.Errorf("find client %s: %w", e.Client, err)
	}
	return found, staff, nil
}

// findCode returns nil for a hash that is not there.
func findCode(ctx context.Context, tx core.App, hash string) (*identity.SignInCode, error) {
	var expires string
	var used sql.NullString
	c := identity.SignInCode{Hash: hash}
	err := query(ctx, tx, `SELECT staff, issued_by, expires_at, used_at FROM sign_in_codes WHERE hash = {:hash}`,
		dbx.Params{"hash": hash}).Row(&c.Staff, &c.IssuedBy, &expires, &used)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err == nil {
		c.ExpiresAt, err = care.ParseStamp(expires)
	}
	if err == nil && used.Valid {
		c.UsedAt, err = care.ParseStamp(used.String)
	}
	if err != nil {
		return nil, fmt.Errorf("find sign-in code: %w", err)
	}
	return &c, nil
}

// letGo gives a phone of somebody, for another one of theirs, a state in which it is not in use, and audits why.
func letGo(ctx context.Context, tx core.App, id, state, why string, staff *core.Record, at time.Time) error {
	r, err := findOne(ctx, tx, care.Devices, id)
	if err != nil {
		return err
	}
	r.Load(map[string]any{"state": state, "state_since": at})
	if err := tx.SaveWithContext(ctx, r); err != nil {
		return fmt.Errorf("let device %s go: %w", id, err)
	}
	return auditIdentity(tx, staff, at, why, care.Devices, id, map[string]string{})
}

func writeEnrolment(ctx context.Context, tx core.App, e identity.Enrolment, code *identity.SignInCode, d identity.DeviceRecord, staff *core.Record) error {
	devices, err := tx.FindCachedCollectionByNameOrId(care.Devices)
	if err != nil {
		return fmt.Errorf("find collection devices: %w", err)
	}
	r := core.NewRecord(devices)
	r.Id = d.ID
	r.Load(map[string]any{"staff": d.Staff, "client": d.Client, "public_key": types.JSONRaw(d.PublicKey), "name": d.Name,
		"platform": e.Platform, "state": d.State, "state_since": d.StateSince})
	if err := tx.SaveWithContext(ctx, r); err != nil {
		return fmt.Errorf("save device %s: %w", d.ID, err)
	}
	// A client that comes back keeps its numbers: only the device that speaks for it changes.
	_, err = execute(ctx, tx, `INSERT INTO sync_clients (client, device, staff, created_at) VALUES ({:client}, {:device}, {:staff}, {:at})
		ON CONFLICT (client) DO UPDATE SET device = excluded.device`,
		dbx.Params{"client": d.Client, "device": d.ID, "staff": d.Staff, "at": care.Stamp(e.At)})
	if err != nil {
		return err
	}
	detail := map[string]string{}
	if code != nil {
		detail["by"], detail["issued_by"] = "sign_in_code", code.IssuedBy
		_, err = execute(ctx, tx, `UPDATE sign_in_codes SET used_at = {:at} WHERE hash = {:hash}`,
			dbx.Params{"at": care.Stamp(e.At), "hash": e.CodeHash})
		if err != nil {
			return err
		}
	}
	return auditIdentity(tx, staff, e.At, "device_enrolled", care.Devices, d.ID, detail)
}

// auditIdentity notes who got into the house and who let them, in the transaction of that.
func auditIdentity(tx core.App, actor *core.Record, at time.Time, action, collection, record string, detail map[string]string) error {
	line := care.AuditLine{At: at, Actor: actor.Id, Role: actor.GetString("role"), Organisation: actor.GetString("organisation"),
		Action: action, Collection: collection, Record: record, Detail: detail}
	if collection == care.Devices {
		line.Device = record
	}
	return pbstore.WriteAudit(tx, line)
}

func query(ctx context.Context, app core.App, sql string, params dbx.Params) *dbx.Query {
	return app.NonconcurrentDB().NewQuery(sql).WithContext(ctx).Bind(params)
}

// execute runs a statement on the write connection and returns how many rows it changed.
func execute(ctx context.Context, app core.App, sql string, params dbx.Params) (int64, error) {
	result, err := query(ctx, app, sql, params).Execute()
	if err != nil {
		return 0, fmt.Errorf("%.40s: %w", sql, err)
	}
	return result.RowsAffected()
}
