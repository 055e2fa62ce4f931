package pbrecords

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/care"
)

// AuditSeal is a hash over all lines of the audit up to one of them. Kept where the database is not, it shows
// whether any of them was changed or taken out since.
type AuditSeal struct {
	Line int64  `db:"line"`
	At   string `db:"at"`
	Hash string `db:"hash"`
}

// AuditChanged says that the lines from After to Seal.Line are not those that were sealed.
type AuditChanged struct {
	After int64
	Seal  AuditSeal
}

// Error implements error.
func (e *AuditChanged) Error() string {
	return fmt.Sprintf("the audit was changed since %s: its lines %d to %d are not those that were sealed", e.Seal.At, e.After+1, e.Seal.Line)
}

// sealedAtOnce is how many lines are read at a time.
const sealedAtOnce = 5000

// linesToSeal writes each line as one text, in which no value can pass for part of another.
const linesToSeal = `SELECT id, json_array(id, at, actor, role, organisation, device, action, collection, record, patient, detail) AS line
	FROM audit WHERE id > {:after} AND id <= {:upto} ORDER BY id LIMIT {:limit}`

// beforeTheFirst is below every line, also one that somebody puts before the others.
const beforeTheFirst = math.MinInt64

// SealAudit seals the lines that are new since the last seal and returns the newest seal; the zero AuditSeal while
// there are no lines.
func SealAudit(ctx context.Context, app core.App, now time.Time) (AuditSeal, error) {
	last, err := newestSeal(ctx, app)
	if err != nil {
		return AuditSeal{}, err
	}
	var upto int64
	if err := app.DB().NewQuery(`SELECT coalesce(max(id), 0) FROM audit`).WithContext(ctx).Row(&upto); err != nil {
		return AuditSeal{}, fmt.Errorf("read the end of the audit: %w", err)
	}
	if upto == last.Line {
		return last, nil
	}
	seal := AuditSeal{Line: upto, At: care.Stamp(now)}
	if seal.Hash, err = hashLines(ctx, app, last, upto); err != nil {
		return AuditSeal{}, err
	}
	_, err = execute(ctx, app, `INSERT INTO audit_seals (line, at, hash) VALUES ({:line}, {:at}, {:hash})`,
		dbx.Params{"line": seal.Line, "at": seal.At, "hash": seal.Hash})
	return seal, err
}

// VerifyAudit hashes the whole audit again and returns the newest seal. Error: *AuditChanged for the first seal that
// does not fit.
func VerifyAudit(ctx context.Context, app core.App) (AuditSeal, error) {
	var seals []AuditSeal
	if err := app.DB().NewQuery(`SELECT line, at, hash FROM audit_seals ORDER BY line`).WithContext(ctx).All(&seals); err != nil {
		return AuditSeal{}, fmt.Errorf("read the seals of the audit: %w", err)
	}
	last := AuditSeal{}
	for _, seal := range seals {
		hash, err := hashLines(ctx, app, last, seal.Line)
		if err != nil {
			return AuditSeal{}, err
		}
		if hash != seal.Hash {
			return AuditSeal{}, &AuditChanged{After: last.Line, Seal: seal}
		}
		last = seal
	}
	return last, nil
}

// SealedAudit says whether a seal of that hash was made here.
func SealedAudit(ctx context.Context, app core.App, hash string) (found bool, err error) {
	err = app.DB().NewQuery(`SELECT EXISTS (SELECT 1 FROM audit_seals WHERE hash = {:hash})`).WithContext(ctx).Bind(dbx.Params{"hash": hash}).Row(&found)
	return found, err
}

func newestSeal(ctx context.Context, app core.App) (seal AuditSeal, err error) {
	err = app.DB().NewQuery(`SELECT line, at, hash FROM audit_seals ORDER BY line DESC LIMIT 1`).WithContext(ctx).One(&seal)
	if errors.Is(err, sql.ErrNoRows) {
		return AuditSeal{}, nil
	}
	return seal, err
}

// hashLines is the hash over a seal and the lines after it, up to one of them.
func hashLines(ctx context.Context, app core.App, from AuditSeal, upto int64) (string, error) {
	sum := sha256.New()
	sum.Write([]byte(from.Hash))
	after := from.Line
	if from.Hash == "" {
		after = beforeTheFirst
	}
	for {
		var lines []struct {
			ID   int64  `db:"id"`
			Line string `db:"line"`
		}
		err := app.DB().NewQuery(linesToSeal).WithContext(ctx).Bind(dbx.Params{"after": after, "upto": upto, "limit": sealedAtOnce}).All(&lines)
		if err != nil {
			return "", fmt.Errorf("read lines of the audit: %w", err)
		}
		for _, l := range lines {
			sum.Write([]byte(l.Line))
			sum.Write([]byte{'\n'})
			after = l.ID
		}
		if len(lines) < sealedAtOnce {
			return hex.EncodeToString(sum.Sum(nil)), nil
		}
	}
}
