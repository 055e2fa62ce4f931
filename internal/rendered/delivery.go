package rendered

import (
	"slices"

	"doorstep/internal/access"
	"doorstep/internal/care"
	"doorstep/internal/wire"
)

// ByVersion says whether what is rendered of a record depends on nothing but its version, so that it may be kept. A line
// of the history of a handover reads otherwise once that is of another class, and a limited viewer is told of the last
// change of a person that they could see.
func ByVersion(c *care.Collection, view care.View) bool {
	return c.Name != care.HandoverEvents && (view == care.Clinical || c.Name != care.Patients)
}

// Scopes lists where a record belongs.
func (r Row) Scopes(c *care.Collection, id string) []string {
	return care.ScopesOf(c.Name, id, r.Author, func(field string) string {
		if i := slices.Index(care.ScopeFields[c.Name], field); i >= 0 {
			return r.Values[i]
		}
		return ""
	})
}

// Delivery is a record as somebody gets it, or word that it is gone.
func (r Row) Delivery(c *care.Collection, k Key, visible *access.Visible) wire.Delivery {
	d := wire.Delivery{Collection: c.Name, ID: k.Record, Version: k.Version, Patient: r.Patient, Scopes: visible.Held(r.Scopes(c, k.Record))}
	switch {
	case r.Retracted != "":
		d.Gone, d.Scopes = "retracted", nil
	case len(d.Scopes) == 0, !visible.Access.Gets(c.Name, r.Patient, r.Data):
		d.Gone, d.Scopes = "left", nil
	case c.Name == care.Handovers, c.Name == care.HandoverEvents:
		d.Data = visible.Access.SeeSent(c, d.Scopes, d.Patient, r.Data)
	default:
		d.Data = r.Data
	}
	return d
}
