package demo

import (
	"encoding/json"
	"slices"
	"strings"

	"doorstep/internal/care"
	"doorstep/internal/phone"
)

// phonesAgree: every phone holds exactly what its owner may see of the tables, value by value, and
// a wiped phone holds nothing.
func phonesAgree(w *witnesses) *verdict {
	v := &verdict{promise: "Every phone shows what the server has"}
	phones := 0
	for _, h := range w.handsets {
		phones++
		if h.gone {
			v.wiped(h)
			continue
		}
		v.compare(w.books, h)
	}
	v.of = "records on " + counted(phones, "phone")
	return v
}

func (v *verdict) wiped(h *handset) {
	v.evidence++
	n := 0
	h.EachHeld(func(phone.Held) { n++ })
	if n > 0 {
		v.breaks("%s left, and the phone still holds %d records", h.owner.given(), n)
	}
}

// viewer is somebody's rights, worked out from the tables alone.
type viewer struct {
	duty   care.Duty
	with   string // the organisation
	scopes map[string]bool
	serves map[string]bool // people who are with them or, for a desk, with anybody of its teams
}

// viewerOf reads who somebody is and whom they have: from the staff row, the caseload and the
// consent, not from what the engine made of them.
func (b *books) viewerOf(staff string) *viewer {
	r := b.staff[staff]
	teams := b.teamsOf(staff)
	v := &viewer{duty: care.DutyOf(care.Role(r.text("role"))), with: r.text("organisation"), scopes: map[string]bool{care.DirectoryScope: true, care.StaffScope(staff): true}, serves: map[string]bool{}}
	if v.duty.Role != care.Volunteer && v.duty.Role != care.SupportWorker { // who have people by name follow their own
		for _, t := range teams {
			v.scopes[care.DestinationScope(t)] = true
			if v.duty.View == care.Clinical || v.duty.Desk {
				v.scopes[care.TeamScope(t)] = true
			}
			if v.duty.Desk {
				v.scopes[care.DeskScope(t)] = true
			}
		}
	}
	for _, h := range b.holds {
		if !h.from.IsZero() && h.from.After(b.now) || !h.to.IsZero() && !h.to.After(b.now) {
			continue
		}
		mine := h.staff == staff || v.duty.Reach == care.TeamPeople && h.team != "" && slices.Contains(teams, h.team)
		ours := v.duty.Desk && (slices.Contains(teams, h.team) || h.staff != "" && slices.ContainsFunc(b.teamsOf(h.staff), func(t string) bool { return slices.Contains(teams, t) }))
		if !mine && !ours || !b.consented(h) {
			continue
		}
		v.serves[h.patient] = true
		if !mine {
			continue
		}
		if v.duty.View == care.Clinical {
			v.scopes[care.ClinicalScope(h.patient)] = true
		} else {
			v.scopes[care.LimitedScope(h.patient)] = true
		}
	}
	return v
}

func (b *books) teamsOf(staff string) []string {
	r := b.staff[staff]
	if r == nil {
		return nil
	}
	teams, _ := r.values["teams"].([]string)
	return teams
}

// consented: a voluntary service holds only those whose last word on it was yes.
func (b *books) consented(h hold) bool {
	organisation := ""
	if t := b.rows[care.Teams][h.team]; t != nil {
		organisation = t.text("organisation")
	} else if s := b.staff[h.staff]; s != nil {
		organisation = s.text("organisation")
	}
	if o := b.rows[care.Organisations][organisation]; o == nil || o.text("kind") != "voluntary" {
		return true
	}
	person := b.rows[care.Patients][h.patient]
	if person == nil || person.flag("objection") {
		return false
	}
	var words []struct {
		Service string `json:"service"`
		Given   bool   `json:"given"`
	}
	raw, _ := person.values["consent"].(json.RawMessage)
	if json.Unmarshal(raw, &words) != nil {
		return false
	}
	given := false
	for _, c := range words {
		if c.Service == organisation {
			given = c.Given
		}
	}
	return given
}

// due is a record a phone must hold.
type due struct {
	row    *row
	scopes []string
}

// projection is everything a viewer's phone must hold, by collection and id as on the wire.
func (b *books) projection(v *viewer) map[string]due {
	all := map[string]due{}
	for name, rows := range b.rows {
		wire := name
		if name == care.Conflicts || name == care.Quarantine {
			wire = care.SyncIssues
		}
		for id, r := range rows {
			if r.retracted || wire == care.SyncIssues && r.text("state") != care.IssueOpen {
				continue
			}
			if name == care.Checkins && v.duty.View == care.Limited && !v.serves[r.text("patient")] {
				continue
			}
			if helpers, _ := r.values["helpers"].([]string); name == care.Goals && v.duty.View == care.Limited && !slices.Contains(helpers, v.with) {
				continue
			}
			var mine []string
			for _, s := range care.ScopesOf(name, id, r.author, r.text) {
				if v.scopes[s] {
					mine = append(mine, s)
				}
			}
			if len(mine) > 0 {
				slices.Sort(mine)
				all[wire+"/"+id] = due{r, mine}
			}
		}
	}
	return all
}

func (v *verdict) compare(b *books, h *handset) {
	who := b.viewerOf(h.owner.id)
	want := b.projection(who)
	name := h.owner.given()
	h.EachHeld(func(r phone.Held) {
		v.evidence++
		key := r.Collection + "/" + r.ID
		d, ok := want[key]
		delete(want, key)
		switch {
		case !ok:
			v.breaks("%s's phone holds %s %s, which is not theirs", name, r.Collection, short(r.ID))
			return
		case !slices.Equal(slices.Sorted(slices.Values(r.Scopes)), d.scopes):
			v.breaks("%s's phone has %s %s for the wrong reasons", name, r.Collection, short(r.ID))
		case r.Version != d.row.version && (who.duty.View == care.Clinical || r.Collection != care.Patients):
			v.breaks("%s's phone holds version %d of %s %s, not %d", name, r.Version, r.Collection, short(r.ID), d.row.version)
		}
		if r.Collection != care.SyncIssues {
			for _, field := range differences(r, d, who) {
				v.breaks("%s's phone shows another %s of %s %s", name, field, r.Collection, short(r.ID))
			}
		}
	})
	for key := range want {
		v.breaks("%s's phone lacks %s", name, short(key))
	}
	for _, s := range h.Scopes() {
		if !who.scopes[s] {
			v.breaks("%s's phone believes that it may hold %s", name, short(s))
		}
	}
}

// provenance is what a clinical viewer gets beside the fields of a record.
var provenance = map[string]bool{"author": true, "authored_at": true, "received_at": true, "clinical_time": true, "clock_offset_ms": true}

// differences names the fields in which a phone's copy differs from the record, and those it
// should not have at all.
func differences(held phone.Held, d due, who *viewer) []string {
	r, shown := d.row, fieldsFor(d, who)
	decoded, err := decodeJSON(held.Data)
	values, ok := decoded.(map[string]any)
	if err != nil || !ok {
		return []string{"content"}
	}
	var wrong []string
	c, _ := care.ByName(r.collection)
	limited := who.duty.View != care.Clinical
	for name := range values {
		f, known := c.Field(name)
		switch {
		case name == "id", known && shown(f):
		case !known && !limited && provenance[name] && shown(nil):
		default:
			wrong = append(wrong, name)
		}
	}
	if at, ok := values["clinical_time"].(string); ok && r.collection != care.Handovers && !parseTime(at).Equal(r.clinical) {
		wrong = append(wrong, "clinical_time")
	}
	if by, ok := values["author"].(string); ok && by != r.author {
		wrong = append(wrong, "author")
	}
	for i := range c.Fields {
		f := &c.Fields[i]
		if !shown(f) {
			continue
		}
		want := r.values[f.Name]
		if f.Sealed && want != nil {
			want = care.SealedReceipt
		}
		if limited && r.collection == care.Patients && f.Name == "preferred_name" && want == nil {
			want = r.values["given_name"] // what they are called by
		}
		have := values[f.Name]
		if f.Kind == care.Object {
			if have != nil {
				have = canonical(have)
			}
		} else if got, why := f.Check(have); why == nil {
			have = got
		}
		if !care.Equal(have, want) {
			wrong = append(wrong, f.Name)
		}
	}
	slices.Sort(wrong)
	return wrong
}

// fieldsFor says which fields of a record a phone shows; nil asks for its provenance. Of a handover that its owner's
// side sent, about a person who is not theirs, it is how it stands.
func fieldsFor(d due, who *viewer) func(*care.Field) bool {
	follows := followsOnly(d, who)
	return func(f *care.Field) bool {
		switch {
		case who.duty.View != care.Clinical && (f == nil || !f.Limited):
			return false
		case follows && d.row.collection == care.HandoverEvents:
			return f != nil && f.Name != "text" && f.Name != "detail"
		}
		return !follows || f != nil && slices.Contains(howItStands, f.Name)
	}
}

// howItStands are the fields of a handover by which somebody follows it.
var howItStands = []string{"patient", "from_staff", "from_team", "to_team", "class", "state", "raised_at", "ack_due", "act_due", "seen_by", "acknowledged_by", "acknowledged_at", "owner"}

// followsOnly says whether a handover, or a line of its history, comes to a phone only because its owner or their team
// sent it.
func followsOnly(d due, who *viewer) bool {
	if d.row.collection != care.Handovers && d.row.collection != care.HandoverEvents {
		return false
	}
	sent := false
	for _, scope := range d.scopes {
		if strings.HasPrefix(scope, care.DestinationScope("")) && (who.duty.Inbox || d.row.collection == care.HandoverEvents) {
			return false
		}
		sent = sent || strings.HasPrefix(scope, care.StaffScope("")) || strings.HasPrefix(scope, care.TeamScope(""))
	}
	return sent && !who.serves[d.row.text("patient")]
}
