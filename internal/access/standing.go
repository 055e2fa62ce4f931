package access

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"doorstep/internal/care"
)

// PastKept is how long it is remembered what a member of staff was, and whom they had: as long as a phone
// that may only hand in still may, and some days more.
const PastKept = 35 * 24 * time.Hour

// Past is what a member of staff was until a moment. What they wrote before it is judged by it.
type Past struct {
	Role         care.Role `json:"role"`
	Organisation string    `json:"organisation"`
	Teams        []string  `json:"teams"`
	Until        time.Time `json:"until"`
}

// At is what a member of staff was at a moment; whether they were in service is as it is now.
func (m *Member) At(at time.Time) care.Viewer {
	v := m.Viewer
	for _, p := range m.Past {
		if at.Before(p.Until) {
			v.Role, v.Organisation, v.Teams = p.Role, p.Organisation, p.Teams
			return v
		}
	}
	return v
}

// Follows compares a member of staff, as the account says they are now, with their standing when it was last
// looked at; "" for somebody new. Where it changed, what they were becomes part of their past.
func (m *Member) Follows(standing string, d *Directory, now time.Time) (was care.Viewer, t Transition) {
	was = m.Viewer
	if standing == "" {
		was.Role, was.Organisation, was.Teams = "", "", nil
	} else {
		parts := strings.Split(standing, "|")
		was.Role, was.Teams = care.Role(parts[0]), strings.FieldsFunc(parts[1], func(r rune) bool { return r == ',' })
		if len(parts) > 2 { // an earlier program did not note the organisation
			was.Organisation = parts[2]
		}
	}
	t = d.Transition(was, m.Viewer)
	m.Past = slices.DeleteFunc(m.Past, func(p Past) bool { return now.Sub(p.Until) > PastKept })
	if t.Anew && standing != "" {
		m.Past = append(m.Past, Past{was.Role, was.Organisation, was.Teams, now})
	}
	return was, t
}

// Standing is what decides what a member of staff may see or do, in one text: two that are alike have the same.
func Standing(v care.Viewer) string {
	teams := slices.Sorted(slices.Values(v.Teams))
	return string(v.Role) + "|" + strings.Join(teams, ",") + "|" + v.Organisation
}

// SameStanding says whether two have the same standing.
func SameStanding(v, w care.Viewer) bool {
	return v.Role == w.Role && v.Organisation == w.Organisation && (slices.Equal(v.Teams, w.Teams) || Standing(v) == Standing(w))
}

// ReadPast reads what was written of the past of a member of staff. An earlier program wrote the teams they
// had left, one by one, and took their role of today for that of then.
func ReadPast(text string, now care.Viewer) ([]Past, error) {
	var stored []struct {
		Past
		Team string `json:"team"`
	}
	if err := json.Unmarshal([]byte(text), &stored); err != nil {
		return nil, err
	}
	list := make([]Past, len(stored))
	for i, s := range stored {
		if list[i] = s.Past; s.Team != "" {
			list[i] = Past{now.Role, now.Organisation, append([]string{s.Team}, now.Teams...), s.Until}
		}
	}
	return list, nil
}

// StandingAt is what a member of staff was at a moment; false for nobody.
func (ix *Index) StandingAt(staff string, at time.Time) (care.Viewer, bool) {
	if m := ix.Member(staff); m != nil {
		return m.At(at), true
	}
	return care.Viewer{}, false
}
