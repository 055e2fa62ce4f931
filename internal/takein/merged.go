package takein

import (
	"maps"
	"slices"

	"doorstep/internal/care"
)

// Somebody who was registered twice is made one person by a decision at a desk: what is recorded of the one registration
// is filed under the other, which the record of the first names. Phones that have not heard of it go on speaking of the
// first, and mean the second. See docs/adr/026-two-registrations-become-one.md.

// survivor is the person who is meant where one is named.
func (r *Room) survivor(person string) (string, error) {
	return care.Survivor(person, r.Reference.Patient)
}

// followMerges lets the ops of a change speak of whom they mean. The change itself stays as it came.
func (in *input) followMerges() error {
	var ops []care.Op
	for i := range in.m.Ops {
		op := in.m.Ops[i]
		if op.Kind == care.OpCreate && op.Collection == care.Patients {
			continue // it makes the registration that it names
		}
		meant, err := in.meantBy(op)
		if err != nil {
			return err
		}
		if meant == nil {
			continue
		}
		if ops == nil {
			ops = slices.Clone(in.m.Ops)
		}
		ops[i] = *meant
	}
	if ops != nil {
		m := *in.m
		m.Ops = ops
		in.m = &m
	}
	return nil
}

// meantBy is an op as it is meant; nil where that is as it says.
func (in *input) meantBy(op care.Op) (*care.Op, error) {
	named := op.Patient
	switch said, _ := op.Set["patient"].(string); {
	case op.Kind == care.OpCreate && said != "":
		named = said
	case op.Collection == care.Patients:
		named = op.ID
	}
	into, err := in.survivor(named)
	if err != nil || into == named {
		return nil, err
	}
	in.filedUnder(into, named, op)
	if op.Patient == named {
		op.Patient = into
	}
	if op.Kind == care.OpCreate {
		op.Set = maps.Clone(op.Set)
		op.Set["patient"] = into
	}
	if op.Collection == care.Patients {
		op.ID, op.Base = into, care.Base{} // what its author saw was the other registration: of this one they have seen nothing
	}
	return &op, nil
}

// filedUnder remembers by which name a change spoke of somebody.
func (in *input) filedUnder(survivor, dead string, op care.Op) {
	if in.spoken == nil {
		in.spoken, in.came = map[string]string{}, map[string]string{}
	}
	in.spoken[survivor] = dead
	if op.Kind == care.OpCreate {
		in.came[op.ID] = dead
	}
}

// noteSpoken notes which fields of a survivor's record a change meant for that of a dead registration, by its name, so that
// whoever makes them two again is told.
func (in *input) noteSpoken(d *draft) error {
	dead := in.spoken[d.rec.ID]
	if dead == "" || d.rec.Collection.Name != care.Patients {
		return nil
	}
	for _, name := range d.writes {
		if _, known := d.rec.Collection.Field(name); known {
			if err := in.Notes.NoteFiled(dead, care.Patients, name); err != nil {
				return err
			}
		}
	}
	return nil
}

// File files a record under another person. What rests on it is for whoever decides so: they file all that belongs to it.
func (r *Room) File(rec *care.Record, patient string) error {
	old, fields := rec.Clone(), []string{"patient"}
	rec.SetAll(map[string]any{"patient": patient})
	rec.Stamped("patient", care.Change{Seq: r.Moment.Seq(), At: r.Moment.Now()})
	if rec.Collection.Name == care.Observations {
		person, err := r.Reference.Patient(patient)
		if err != nil {
			return err
		}
		if scoreAnew(rec, person) { // by another date of birth, say
			fields = append(fields, "news2")
		}
	}
	return r.Store.Update(rec, old, fields)
}
