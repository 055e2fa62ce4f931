package takein_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"doorstep/internal/care"
	"doorstep/internal/storetest"
	"doorstep/internal/takein"
	"doorstep/internal/wire"
)

// stage is a desk on which puppets of every role act: beside the people of the town, whoever a draw invents.
type stage struct {
	*desk
	puppets map[string]care.Viewer
}

// Staff implements takein.Reference.
func (s stage) Staff(id string) (care.Viewer, bool) {
	if v, ok := s.puppets[id]; ok {
		return v, true
	}
	return s.desk.Staff(id)
}

// puppet is somebody of any role in any team.
func (s stage) puppet(t *rapid.T, name string, duties []care.Duty) care.Viewer {
	town := &s.Town
	duty := rapid.SampledFrom(duties).Draw(t, "role of the "+name)
	team := rapid.SampledFrom([]string{town.Nurses, town.Others, town.Befrienders, town.Coordination}).Draw(t, "team of the "+name)
	v := care.Viewer{Staff: storetest.ID(800 + len(s.puppets)), Role: duty.Role, Organisation: town.Trust, Teams: []string{team}}
	s.puppets[v.Staff] = v
	return v
}

// direct says whether somebody may do an op to a record by a push of their own, or decide about it at their desk:
// written down apart from the code, from the table of duties alone. Desk: as a decision, for which whom the desk
// answers for is theirs too.
func (s stage) direct(v care.Viewer, right care.Right, rec *care.Record, desk bool) bool {
	duty := care.DutyOf(v.Role)
	if duty.Rights[rec.Collection.Name]&right == 0 {
		return false
	}
	holders := s.Teams(rec.Person())
	holds := duty.Reach != care.Nobody && slices.ContainsFunc(v.Teams, func(t string) bool { return slices.Contains(holders, t) })
	near := holds || desk && duty.Desk && (duty.Chain && len(holders) > 0)
	switch rec.Collection.Name {
	case care.Handovers:
		if right == care.Create {
			return near
		}
		sent := duty.Reach != care.OwnPeople && (duty.View == care.Clinical || duty.Desk) && slices.Contains(v.Teams, rec.Text("from_team"))
		return rec.Text("from_staff") == v.Staff || near && (sent || duty.Chain && rec.Text("to_team") == "")
	case care.Checkins:
		if duty.View == care.Limited && right != care.Create {
			own := rec.Author == v.Staff || rec.Text("staff") == v.Staff || duty.Desk && slices.Contains(v.Teams, rec.Text("team"))
			return near && own
		}
	case care.Goals, care.GoalSteps: // nobody helps with those of the stage
		if duty.View == care.Limited && right != care.Create {
			return false
		}
	case care.Patients:
		if right == care.Create {
			return true
		}
	}
	return near
}

// mayFill says whether a field is for somebody to fill in, by the table of duties and the field's own row.
func mayFill(v care.Viewer, c *care.Collection, f *care.Field) bool {
	duty := care.DutyOf(v.Role)
	switch {
	case f.Policy == care.Server:
		return false
	case f.Name == "spo2_scale":
		return duty.SetsScale
	case duty.View == care.Limited:
		return c.Name == care.Handovers || c.Name == care.GoalSteps && f.Name == "done_on" || c.Name != care.GoalSteps && f.Limited
	}
	return true
}

// about are the records of the stage: of each collection one about each person.
func (s stage) furnish(people []string) (ids map[string]string) {
	ids = map[string]string{}
	n := 1000
	for _, patient := range people {
		ids[care.Patients+patient] = patient
		for _, collection := range []string{care.Visits, care.Observations, care.Checkins, care.Goals, care.GoalSteps, care.Handovers} {
			n++
			rec := storetest.Record(collection, storetest.ID(n), s.Town.Ann, storetest.Monday, map[string]any{"patient": patient})
			if collection == care.Handovers {
				rec.SetAll(map[string]any{"from_staff": s.Town.Ann, "from_team": s.Town.Nurses, "class": "SD"})
			}
			if _, err := s.Insert(rec); err != nil {
				s.t.Fatal(err)
			}
			ids[collection+patient] = rec.ID
		}
	}
	return ids
}

// photo is all that is stored of care records, by collection and id.
func (s stage) photo(extra ...string) map[string]*care.Record {
	all := map[string]*care.Record{}
	for _, collection := range []string{care.Patients, care.Visits, care.Observations, care.Checkins, care.Goals, care.GoalSteps, care.Handovers} {
		c, _ := care.ByName(collection)
		ids := append([]string{s.Town.Ada, s.Town.Ben}, extra...)
		for n := 1000; n < 1020; n++ {
			ids = append(ids, storetest.ID(n))
		}
		for _, id := range ids {
			if rec, _ := s.Record(c, id); rec != nil {
				all[collection+" "+id] = rec
			}
		}
	}
	return all
}

// writable are the fields a puppet tries, with a value each that can be stored.
func writable(c *care.Collection) map[string]any {
	set := map[string]any{}
	for i := range c.Fields {
		f := &c.Fields[i]
		switch {
		case f.Name == "patient", f.Kind == care.Ref:
		case f.Name == "spo2_scale":
			set[f.Name] = map[string]any{"scale": 2}
		case f.Name == "nhs_number":
			set[f.Name] = "9990000018"
		case f.Kind == care.Text:
			set[f.Name] = "probe"
		case f.Kind == care.Enum:
			set[f.Name] = f.Values[0]
		case f.Kind == care.Bool:
			set[f.Name] = true
		case f.Kind == care.Int, f.Kind == care.Decimal:
			set[f.Name] = int64(f.Min)
		case f.Kind == care.Time:
			set[f.Name] = care.Stamp(storetest.Monday.Add(-time.Hour))
		case f.Kind == care.List:
			set[f.Name] = []any{"other"}
		}
	}
	return set
}

// X1, X6, D1: whatever a puppet of any role pushes, and whoever approves it with whatever corrections, each value
// that is stored is one that its author or its approver may write by themselves.
func TestRights_EveryWriteThroughAnyWayInEqualsADirectRight(t *testing.T) {
	var phones, desks []care.Duty
	for _, duty := range care.Duties() {
		if duty.Device {
			phones = append(phones, duty)
		}
		if duty.Desk {
			desks = append(desks, duty)
		}
	}
	written, refused, approved := 0, 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		s := stage{newDesk(t), map[string]care.Viewer{}}
		town := &s.Town
		people := []string{town.Ada, town.Ben}
		s.Give(town.Ben, rapid.SampledFrom([]string{town.Others, town.Befrienders}).Draw(rt, "who has Ben"), storetest.Monday)
		ids := s.furnish(people)
		author, approver := s.puppet(rt, "author", phones), s.puppet(rt, "approver", desks)

		c, _ := care.ByName(rapid.SampledFrom([]string{care.Patients, care.Visits, care.Observations, care.Checkins, care.Goals, care.GoalSteps, care.Handovers}).Draw(rt, "collection"))
		about := rapid.SampledFrom(people).Draw(rt, "person of the record")
		claimed := rapid.SampledFrom([]string{about, town.Ada, town.Ben, ""}).Draw(rt, "person it names")
		kind := rapid.SampledFrom([]care.OpKind{care.OpCreate, care.OpUpdate, care.OpRetract}).Draw(rt, "op")
		offered := writable(c)
		names := make([]string, 0, len(offered))
		for name := range offered {
			names = append(names, name)
		}
		slices.Sort(names)
		set := map[string]any{}
		for _, name := range rapid.SliceOfNDistinct(rapid.SampledFrom(names), 1, min(4, len(names)), rapid.ID[string]).Draw(rt, "fields") {
			set[name] = offered[name]
		}
		made := storetest.ID(1019)
		attempt := op{"op": string(kind), "collection": c.Name, "id": ids[c.Name+about], "base": "e1.1000000"}
		switch kind {
		case care.OpCreate:
			attempt["id"] = made
			if c.Name != care.Patients {
				set["patient"] = about
			}
			attempt["set"] = set
		case care.OpUpdate:
			attempt["set"] = set
		}
		if claimed != "" && kind != care.OpCreate {
			attempt["patient"] = claimed
		}
		before := s.photo()
		push := func(v care.Viewer, o op) (res wire.Result) {
			s.must(func(r *takein.Room) (err error) {
				r.Reference = s
				res, err = r.Accept(s.mutation(v.Staff, o), s.by(v))
				return err
			})
			return res
		}
		check := func(step string, by ...care.Viewer) {
			for at, rec := range s.photo() {
				old := before[at]
				right := care.Update
				switch {
				case old == nil:
					right, old = care.Create, &care.Record{Collection: rec.Collection, ID: rec.ID, Values: map[string]any{}}
				case rec.Retracted.IsZero() != old.Retracted.IsZero():
					right = care.Retract
				}
				changed := right != care.Update
				for i := range rec.Collection.Fields {
					f := &rec.Collection.Fields[i]
					if care.Equal(rec.Get(f.Name), old.Get(f.Name)) || f.Policy == care.Server || f.Name == "patient" {
						continue
					}
					changed = true
					asks := right
					if right == care.Update && rec.Collection.AppendOnly {
						rt.Fatalf("%s: %s of %s was changed afterwards", step, f.Name, at)
					}
					if !slices.ContainsFunc(by, func(v care.Viewer) bool { return s.direct(v, asks, rec, len(by) > 1) && mayFill(v, rec.Collection, f) }) {
						rt.Fatalf("%s: %s of %s was written, which none of %v may", step, f.Name, at, by)
					}
				}
				if changed && !slices.ContainsFunc(by, func(v care.Viewer) bool { return s.direct(v, right, rec, len(by) > 1) }) {
					rt.Fatalf("%s: %s was changed, which none of %v may", step, at, by)
				}
			}
		}
		res := push(author, attempt)
		check("the push", author)
		target := &care.Record{Collection: c, ID: fmt.Sprint(attempt["id"]), Values: map[string]any{"patient": about}}
		if kind != care.OpCreate {
			target = before[c.Name+" "+target.ID]
		}
		right := map[care.OpKind]care.Right{care.OpCreate: care.Create, care.OpUpdate: care.Update, care.OpRetract: care.Retract}[kind]
		if right == care.Update && c.AppendOnly {
			right = care.Create
		}
		may := s.direct(author, right, target, false) && (claimed == "" || claimed == about || kind == care.OpCreate)
		if may != (res.Status != care.Quarantined) {
			rt.Fatalf("%s may: %t, and it ended %+v", author.Role, may, res)
		}
		if res.Status != care.Quarantined {
			written++
			return
		}
		refused++
		row := s.issue(res.Issues[0].ID)
		for i := range rapid.IntRange(1, 3).Draw(rt, "decisions") {
			correction := map[string]any{}
			switch rapid.IntRange(0, 4).Draw(rt, fmt.Sprint("correction ", i)) {
			case 1:
				correction["patient"] = rapid.SampledFrom(people).Draw(rt, fmt.Sprint("corrected person ", i))
			case 2:
				correction["id"] = ids[c.Name+rapid.SampledFrom(people).Draw(rt, fmt.Sprint("corrected id ", i))]
			case 3:
				correction[rapid.SampledFrom(names).Draw(rt, fmt.Sprint("corrected field ", i))] = "probe"
			}
			who := rapid.SampledFrom([]care.Viewer{author, approver}).Draw(rt, fmt.Sprint("who decides ", i))
			res := push(who, s.decision(row.ID, correction))
			by := []care.Viewer{author, approver}
			if who.Staff == author.Staff {
				by = by[:1]
			} else if len(correction) > 0 {
				by = []care.Viewer{approver, approver}
			}
			check("the decision of "+string(who.Role), by...)
			before = s.photo()
			if s.issue(row.ID).Text("state") == care.IssueResolved && who.Staff == approver.Staff {
				approved++
			}
			for _, c := range res.Conflicts {
				if c.ID == "" {
					rt.Fatalf("a conflict without an id: %+v", c)
				}
			}
		}
	})
	if written == 0 || refused == 0 || approved == 0 {
		t.Errorf("%d were written, %d refused, %d approved: the draws show nothing", written, refused, approved)
	}
}
