package takein

import (
	"slices"
	"strings"

	"doorstep/internal/access"
	"doorstep/internal/care"
)

// asideField is a value that cannot be stored, and why.
type asideField struct {
	name string
	raw  []byte // as JSON, if it is any
	why  *care.Problem
}

// check turns one raw value into a stored one, or says why it is set aside.
func (in *input) check(p *planned, c *care.Collection, name string, raw any) (*care.Field, any, *care.Problem) {
	f, ok := c.Field(name)
	if !ok {
		return nil, nil, &care.Problem{Code: care.CodeUnknownField, Message: `This server has no field "` + care.Clip(name, 40) + `" in ` + c.Name + "."}
	}
	if f.Policy == care.Server {
		return nil, nil, &care.Problem{Code: care.CodeServerOnly, Message: "Only the server writes " + name + "."}
	}
	if !slices.ContainsFunc(p.writers, func(who access.Rights) bool { return who.WritesField(c, f) }) {
		return nil, nil, &care.Problem{Code: care.CodeNotYours, Message: "Your role does not write " + name + "."}
	}
	if name == "spo2_scale" && raw != nil && !slices.ContainsFunc(p.writers, access.Rights.SetsScale) {
		return nil, nil, &care.Problem{Code: care.CodeNotYours, Message: "The SpO2 scale is set by a clinician who is qualified to."}
	}
	if f.Sealed {
		return f, sealedWords(raw), nil
	}
	v, why := f.Check(raw)
	return f, v, why
}

// sift is check of what an op sets or adds: of a list, the members that cannot be stored are set aside and the
// others are not held up by them. Stored says whether there is a value to store.
func (in *input) sift(p *planned, c *care.Collection, name string, raw any) (f *care.Field, v any, aside []asideField, stored bool) {
	f, v, why := in.check(p, c, name, raw)
	if why == nil {
		return f, v, nil, true
	}
	if f != nil {
		if good, bad, wrong := f.Sift(raw); wrong != nil {
			return f, good, []asideField{{name, care.JSON(bad), wrong}}, true
		}
	}
	return f, nil, []asideField{{name, care.JSON(raw), why}}, false
}

// setAside keeps values that could not be stored, with an issue each, in the order of their names.
func (in *input) setAside(p *planned, rec *care.Record, patient string, fields []asideField) {
	in.setAsideOf(p, rec, rec, patient, fields)
}

// setAsideOf is setAside of a record that is part of another: a line of the history of a handover. What is for the
// safeguarding lead alone is said to that lead all the same.
func (in *input) setAsideOf(p *planned, rec, whole *care.Record, patient string, fields []asideField) {
	slices.SortFunc(fields, func(a, b asideField) int { return strings.Compare(a.name, b.name) })
	for _, a := range fields {
		q := in.newHeld(care.HeldField, patient, !access.SafeToShare(rec.Collection.Name, a.name))
		q.SetAll(map[string]any{"collection": rec.Collection.Name, "record": rec.ID, "field": care.Clip(a.name, 60),
			"code": a.why.Code, "message": a.why.Message, "fix": care.FixOf(a.why.Code)})
		quote(q, a.raw)
		p.notice(q, a.name)
		if care.SealedName(a.name) || isConcern(whole) && access.TellsOfConcern(rec.Collection.Name, a.name) {
			in.keepWords(p, patient, rec.ID, sealedText(care.DecodeJSON(a.raw)), q)
		}
	}
}
