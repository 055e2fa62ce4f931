package pbstore

import (
	"database/sql"
	"errors"
	"net/http"
	"slices"

	"doorstep/internal/care"
	"doorstep/internal/identifier"
	"doorstep/internal/rooms"
	"doorstep/internal/takein"
	"doorstep/internal/wire"
)

// Registration is a person new to the neighbourhood.
type Registration struct {
	Lead care.Viewer
	ID   string // "" = the server makes one; the same one sent twice registers once
	Team string // whose caseload the person comes on
	Set  map[string]any
	// Anyway: there is somebody with this NHS number, and it is not the same person.
	Anyway bool
}

// Register stores a person and puts them on a team's caseload. Unlike a push, which comes from a
// house without signal, it refuses what cannot be stored: whoever registers is still looking at
// the form. Refusals are *wire.Error.
func (tx *Tx) Register(r Registration) (rec *care.Record, made bool, err error) {
	if !slices.Contains(tx.store.DeskTeams(r.Lead), r.Team) || r.Team == "" {
		return nil, false, wire.Fail(http.StatusNotFound, "not_found", wire.RetryNever, "There is no such team among yours.")
	}
	patients, _ := care.ByName(care.Patients)
	if r.ID == "" {
		r.ID = tx.NewID()
	}
	if rec, err = tx.Record(patients, r.ID); err != nil {
		return nil, false, err
	}
	if rec != nil && rec.Author == r.Lead.Staff {
		return rec, false, nil
	}
	if rec != nil {
		return nil, false, wire.Fail(http.StatusConflict, "id_taken", wire.RetryAfterFix, "There is a record of this id already.")
	}
	if err := tx.registrable(patients, r); err != nil {
		return nil, false, err
	}
	lead := r.Lead
	lead.Teams = append([]string{r.Team}, slices.DeleteFunc(slices.Clone(lead.Teams), func(t string) bool { return t == r.Team })...)
	m := &care.Mutation{Key: tx.NewID(), Author: lead.Staff, AuthoredAt: tx.now,
		Ops: []care.Op{{Kind: care.OpCreate, Collection: care.Patients, ID: r.ID, Patient: r.ID, Set: r.Set}}}
	res, err := rooms.Of(tx).TakeIn.Accept(m, takein.By{Viewer: lead, Clock: care.DeviceClock{Known: true}})
	if err != nil {
		return nil, false, err
	}
	if res.Status != care.Applied {
		return nil, false, wire.Fail(http.StatusConflict, "not_registered", wire.RetryAfterFix, "This person could not be registered.")
	}
	rec, err = tx.Record(patients, r.ID)
	return rec, true, err
}

func (tx *Tx) registrable(c *care.Collection, r Registration) error {
	for _, name := range sortedKeys(r.Set) {
		f, ok := c.Field(name)
		if !ok || f.Policy == care.Server {
			return wire.Fail(http.StatusBadRequest, "invalid", wire.RetryAfterFix, "%s is not a field one can fill in.", clipped(name))
		}
		if _, wrong := f.Check(r.Set[name]); wrong != nil {
			return wire.Fail(http.StatusBadRequest, wrong.Code, wire.RetryAfterFix, "%s: %s.", name, wrong.Message)
		}
	}
	if name, _ := r.Set["family_name"].(string); name == "" {
		return wire.Fail(http.StatusBadRequest, "invalid", wire.RetryAfterFix, "family_name is missing.")
	}
	number, _ := r.Set["nhs_number"].(string)
	if number == "" || r.Anyway {
		return nil
	}
	parsed, err := identifier.ParseNHSNumber(number)
	if err != nil {
		return err // Check took it a moment ago
	}
	var id string
	err = tx.row(`SELECT id FROM patients WHERE nhs_number = ? AND nhs_number <> '' AND retracted = '' LIMIT 1`, string(parsed)).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	return wire.Fail(http.StatusConflict, "same_number", wire.RetryAfterFix, "Somebody with this NHS number is registered already. Ask the care coordinator for them, or say that this is another person.")
}

func clipped(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}

// SettleNow takes in, within this transaction, what it wrote past the engine itself: caseload
// and staff. What depends on them is true when the transaction commits.
func (tx *Tx) SettleNow() error {
	for {
		more, err := tx.Settle(settleRows, rooms.Of(tx).TakeIn)
		if err != nil || !more {
			return err
		}
	}
}

const settleRows = 500
