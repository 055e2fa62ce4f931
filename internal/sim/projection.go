package sim

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"sort"
	"strings"

	"doorstep/internal/care"
	"doorstep/internal/phone"
)

// viewer is a member of staff as the tables have them now.
type viewer struct {
	id    string
	duty  care.Duty
	teams []string
	own   map[string]bool // scopes that are not people
	holds map[string]bool // all scopes
	ours  map[string]bool // people with a desk's teams, or with somebody who works for no other team
}

// viewerOf works out, from the tables alone, what somebody holds.
func (w *World) viewerOf(staff string) (*viewer, error) {
	db, err := w.machine.db()
	if err != nil {
		return nil, err
	}
	v := &viewer{id: staff, own: map[string]bool{}, holds: map[string]bool{}, ours: map[string]bool{}}
	var role, teams string
	if err := db.QueryRow(`SELECT role, teams FROM staff WHERE id = ?`, staff).Scan(&role, &teams); err != nil {
		return nil, err
	}
	v.duty = care.DutyOf(care.Role(role))
	if teams != "" {
		if err := json.Unmarshal([]byte(teams), &v.teams); err != nil {
			return nil, err
		}
	}
	v.own[care.DirectoryScope], v.own[care.StaffScope(staff)] = true, true
	if v.duty.Role != care.Volunteer && v.duty.Role != care.SupportWorker { // who have people by name follow their own
		for _, t := range v.teams {
			if v.duty.View != care.NoRecords || v.duty.Inbox {
				v.own[care.DestinationScope(t)] = true
			}
			if v.duty.View == care.Clinical || v.duty.Desk {
				v.own[care.TeamScope(t)] = true
			}
			if v.duty.Desk {
				v.own[care.DeskScope(t)] = true
			}
		}
	}
	for s := range v.own {
		v.holds[s] = true
	}
	holders := []string{}
	switch v.duty.Reach {
	case care.OwnPeople:
		holders = append(holders, care.StaffScope(staff))
	case care.TeamPeople:
		holders = append(holders, care.StaffScope(staff))
		for _, t := range v.teams {
			holders = append(holders, care.TeamScope(t))
		}
	case care.Nobody:
	}
	rows, err := db.Query(`SELECT patient, holder, coalesce((SELECT teams FROM staff WHERE 'staff:' || id = holder), '[]') FROM sync_grants WHERE to_seq IS NULL`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var patient, holder, theirs string
		if err := rows.Scan(&patient, &holder, &theirs); err != nil {
			return nil, err
		}
		var of []string
		if err := json.Unmarshal([]byte(cmp.Or(theirs, "[]")), &of); err != nil {
			return nil, err
		}
		elsewhere := slices.ContainsFunc(of, func(t string) bool { return !slices.Contains(v.teams, t) })
		if team, held := strings.CutPrefix(holder, care.TeamScope("")); held && slices.Contains(v.teams, team) || len(of) > 0 && !elsewhere {
			v.ours[patient] = true
		}
		if !slices.Contains(holders, holder) {
			continue
		}
		if v.duty.View == care.Clinical {
			v.holds[care.ClinicalScope(patient)] = true
		} else {
			v.holds[care.LimitedScope(patient)] = true
		}
	}
	return v, rows.Err()
}

// near says whether the viewer holds a person.
func (v *viewer) near(patient string) bool {
	return patient == "" || v.holds[care.ClinicalScope(patient)] || v.holds[care.LimitedScope(patient)]
}

// serves says whether a person is with the viewer or, for a desk, with anybody of its teams.
func (v *viewer) serves(patient string) bool {
	return v.near(patient) || v.duty.Desk && v.ours[patient]
}

// expected is a record a phone must hold.
type expected struct {
	row    *row
	scopes []string
	wire   string // collection on the wire
}

// projection is everything a viewer's phone must hold, by "collection/id".
func (s *stored) projection(v *viewer) map[string]expected {
	all := map[string]expected{}
	for name, rows := range s.rows {
		for id, r := range rows {
			wireName := name
			if name == care.Conflicts || name == care.Quarantine {
				wireName = care.SyncIssues
				if r.text("state") != "open" {
					continue
				}
			}
			if r.retracted {
				continue
			}
			var scopes []string
			for _, scope := range care.ScopesOf(name, id, r.author, r.text) {
				if v.holds[scope] {
					scopes = append(scopes, scope)
				}
			}
			if name == care.Checkins && v.duty.View == care.Limited && !v.serves(r.text("patient")) {
				continue // with the person, and with their consent, goes what was noted about them
			}
			if len(scopes) > 0 {
				all[wireName+"/"+id] = expected{r, scopes, wireName}
			}
		}
	}
	return all
}

// compare says in which ways a phone's base differs from what it must hold; deep looks at
// every value, not only at versions.
func (h *handset) compare(s *stored, v *viewer, deep bool) []string {
	var wrong []string
	want := s.projection(v)
	h.EachHeld(func(r phone.Held) {
		key := r.Collection + "/" + r.ID
		if r.Waiting {
			return
		}
		e, ok := want[key]
		delete(want, key)
		if !ok {
			wrong = append(wrong, fmt.Sprintf("holds %s %s which is not theirs (scopes %v)", r.Collection, shortKey(r.ID), r.Scopes))
			return
		}
		// A limited viewer is not told of changes they cannot see, so their version may be older.
		if r.Version != e.row.version && (v.duty.View == care.Clinical || r.Collection != care.Patients) {
			wrong = append(wrong, fmt.Sprintf("holds version %d of %s %s, not %d", r.Version, r.Collection, shortKey(r.ID), e.row.version))
		}
		have := slices.Sorted(slices.Values(r.Scopes))
		slices.Sort(e.scopes)
		if !slices.Equal(have, e.scopes) {
			wrong = append(wrong, fmt.Sprintf("%s %s in scopes %v, not %v", r.Collection, shortKey(r.ID), have, e.scopes))
		}
		if deep {
			wrong = append(wrong, s.differences(r, e, v)...)
		}
	})
	for key, e := range want {
		wrong = append(wrong, fmt.Sprintf("lacks %s %s of version %d (scopes %v)", e.wire, shortKey(key), e.row.version, e.scopes))
	}
	scopes := h.Scopes()
	for _, scope := range scopes {
		if !v.holds[scope] {
			wrong = append(wrong, "holds scope "+scope)
		}
	}
	for scope := range v.holds {
		if !slices.Contains(scopes, scope) {
			wrong = append(wrong, "lacks scope "+scope)
		}
	}
	sort.Strings(wrong)
	return wrong
}

// differences compares values, and makes sure that nothing is there which this viewer must not see.
func (s *stored) differences(r phone.Held, e expected, v *viewer) []string {
	var wrong []string
	data, err := jsonValue(r.Data)
	values, ok := data.(map[string]any)
	if err != nil || !ok {
		return []string{fmt.Sprintf("%s %s is no object", r.Collection, shortKey(r.ID))}
	}
	if e.wire == care.SyncIssues {
		return issueDifferences(values, e.row, v)
	}
	c := e.row.collection
	follows := followsOnly(e, v)
	for name := range values {
		if follows && !howItStands(c, name) {
			wrong = append(wrong, fmt.Sprintf("%s %s shows %s to who sent it about somebody who is not theirs", r.Collection, shortKey(r.ID), name))
		}
	}
	for name := range values {
		if f, ok := c.Field(name); v.duty.View != care.Clinical && name != "id" && (!ok || !f.Limited) {
			wrong = append(wrong, fmt.Sprintf("%s %s shows %s to a limited viewer", r.Collection, shortKey(r.ID), name))
		}
	}
	for i := range c.Fields {
		f := &c.Fields[i]
		if v.duty.View != care.Clinical && !f.Limited || follows && !howItStands(c, f.Name) {
			continue
		}
		want := e.row.values[f.Name]
		if c.Name == care.Patients && f.Name == "preferred_name" && want == nil && v.duty.View != care.Clinical {
			want = e.row.values["given_name"] // what they are called by
		}
		if f.Sealed && want != nil {
			want = care.SealedReceipt
		}
		var have any
		if f.Kind == care.Object {
			have = compact(values[f.Name])
		} else if have, _ = f.Check(values[f.Name]); have == nil && values[f.Name] != nil {
			have = values[f.Name] // not one of its kind: shown as it is
		}
		if s.concern(e.row) && telling[f.Name] {
			if have != nil && have != care.SealedReceipt {
				wrong = append(wrong, fmt.Sprintf("%s %s shows %s of a safeguarding concern", r.Collection, shortKey(r.ID), f.Name))
			}
			continue
		}
		if !care.Equal(have, want) {
			wrong = append(wrong, fmt.Sprintf("%s of %s %s is %s, not %s", f.Name, r.Collection, shortKey(r.ID), jsonOf(have), jsonOf(want)))
		}
	}
	return wrong
}

// howItStands says whether a member of a handover, or of its history, tells how it stands and no more.
func howItStands(c *care.Collection, name string) bool {
	switch name {
	case "id", "patient", "from_staff", "from_team", "to_team", "class", "state", "raised_at", "ack_due", "act_due", "seen_by", "acknowledged_by", "acknowledged_at", "owner":
		return true
	}
	return c.Name == care.HandoverEvents && (name == "handover" || name == "at" || name == "kind" || name == "by" || name == "team")
}

// followsOnly says whether a handover, or a line of its history, comes to a phone only because its owner, or their team,
// sent it: its person is not theirs.
func followsOnly(e expected, v *viewer) bool {
	if e.wire != care.Handovers && e.wire != care.HandoverEvents {
		return false
	}
	sent := false
	for _, scope := range e.scopes {
		if strings.HasPrefix(scope, "dest:") && (v.duty.Inbox || e.wire == care.HandoverEvents) {
			return false
		}
		sent = sent || strings.HasPrefix(scope, "staff:") || strings.HasPrefix(scope, "team:")
	}
	patient := e.row.text("patient")
	return sent && (patient == "" || !v.serves(patient))
}

// telling are the fields of a handover, and of its history, that say what it is about.
var telling = map[string]bool{"situation": true, "background": true, "assessment": true, "recommendation": true, "safe_note": true,
	"evidence": true, "answer": true, "decline_reason": true, "text": true, "detail": true}

// concern says whether a record is a safeguarding handover, or part of its history: what it is
// about is for the safeguarding lead and on no phone.
func (s *stored) concern(r *row) bool {
	switch r.collection.Name {
	case care.HandoverEvents:
		if r = s.rows[care.Handovers][r.text("handover")]; r == nil {
			return false
		}
	case care.Handovers:
	default:
		return false
	}
	return r.text("class") == string(care.Safeguarding)
}

// named is whom the first op of a kept change is about, by its author; "" where it does not say.
func named(r *row) string {
	var kept struct {
		Ops []struct {
			Patient string `json:"patient"`
		} `json:"ops"`
	}
	raw, _ := r.values["content"].(json.RawMessage)
	if json.Unmarshal(raw, &kept) != nil || len(kept.Ops) == 0 {
		return ""
	}
	return kept.Ops[0].Patient
}

// issueDifferences: contents are shown to those who have the person, and to nobody else.
func issueDifferences(values map[string]any, r *row, v *viewer) []string {
	hidden := []string{"before", "kept", "lost"}
	if r.collection.Name == care.Quarantine {
		hidden = []string{"content", "raw"}
	}
	near := v.near(r.text("patient"))
	if claimed, _ := values["patient"].(string); claimed != r.text("patient") {
		// It is filed under whom the record is about; its author sees whom they named, and no more than that.
		if r.text("author") != v.id || r.text("kind") != care.HeldMutation || values["owner_team"] != nil {
			return []string{fmt.Sprintf("issue %s is shown as about %q", shortKey(r.id), claimed)}
		}
		near = v.near(claimed)
	} else if whom := named(r); r.text("author") == v.id && whom != "" {
		near = near || v.near(whom) // they wrote it about somebody who is theirs, and know this one from their desk
	}
	if strings.Contains(strings.ToLower(r.text("field")), "safeguarding") { // whatever collection it is said to be of
		near = false
	}
	var wrong []string
	for _, name := range hidden {
		_, shown := values[name]
		switch {
		case shown && !near:
			wrong = append(wrong, fmt.Sprintf("issue %s shows %s of a person who is not theirs", shortKey(r.id), name))
		case shown && v.duty.View != care.Clinical && clinical(r):
			wrong = append(wrong, fmt.Sprintf("issue %s shows %s, which is clinical, to a limited viewer", shortKey(r.id), name))
		case !shown && near && v.duty.View == care.Clinical:
			wrong = append(wrong, fmt.Sprintf("issue %s hides %s from somebody who has the person", shortKey(r.id), name))
		}
	}
	return wrong
}

// clinical says whether an issue is about what a limited viewer must never see.
func clinical(r *row) bool {
	if r.collection.Name == care.Conflicts {
		c, ok := care.ByName(r.text("collection"))
		if !ok || r.text("field") == "" {
			return false
		}
		f, ok := c.Field(r.text("field"))
		return ok && !f.Limited
	}
	switch r.text("collection") {
	case care.Visits, care.Observations:
		return true
	}
	return false
}
