package pbpages

import (
	"cmp"
	"database/sql"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/columns"
	"doorstep/internal/pbstore"
)

// TrendPoint is one scored set of readings in the trend of a person: the score alone, because the
// readings behind it are nobody's business who was not handed them.
type TrendPoint struct {
	ID         string `json:"id"`
	At         string `json:"at"` // when it was taken, by the corrected clock
	Total      *int   `json:"total"`
	Band       string `json:"band"`
	FloorTotal int    `json:"floor_total"` // the least it can be, where a reading is missing
	Scale      int    `json:"scale"`       // SpO2 scale, 1 or 2
	// AgeUnknown: scored as an adult; see news2.Score.
	AgeUnknown bool `json:"age_unknown,omitempty"`
}

// Measured is what one set of readings holds of what is shown over time beside the score.
type Measured struct {
	ID       string             `json:"id"`
	At       string             `json:"at"`       // when it was taken, by the corrected clock
	Readings map[string]float64 `json:"readings"` // by wire name; only those taken
}

const (
	// trendLength is how many sets a trend has at most, scored ones and measured ones each.
	trendLength = 12
	// trendSearch is how many of a person's latest sets are looked through for them.
	trendSearch = 200
)

// Trend reads a person's last scores up to a time, and the last sets that hold a reading which the
// table of readings shows over time, both oldest first; zero = now. Who reads them is for access.ReadsTrend.
func (v Pages) Trend(patient string, until time.Time) ([]TrendPoint, []Measured, error) {
	points, sets := []TrendPoint{}, []Measured{}
	if until.IsZero() {
		until = v.Now()
	}
	replaced := map[string]bool{}
	err := v.Each(trendSets(), func(r *sql.Rows) error {
		var at, raw, replaces, measured string
		var p TrendPoint
		if err := r.Scan(&p.ID, &at, &raw, &replaces, &measured); err != nil {
			return err
		}
		p.At = strings.Replace(at, " ", "T", 1)
		replaced[replaces] = true
		if m := (Measured{ID: p.ID, At: p.At}); json.Unmarshal([]byte(measured), &m.Readings) == nil && len(m.Readings) > 0 {
			sets = append(sets, m)
		}
		var score struct {
			TrendPoint
			Status string `json:"status"`
		}
		if f, _ := observations.Collection.Field("news2"); columns.Value(f, raw) == nil && columns.Spoiled(f, raw) {
			v.NoticeUnreadable(&care.Record{Collection: observations.Collection, ID: p.ID, Meta: care.Meta{Unreadable: []string{f.Name}}})
		}
		if raw == "" || json.Unmarshal([]byte(raw), &score) != nil || score.Status == "" || score.Status == "not_applicable" {
			return nil
		}
		score.ID, score.At = p.ID, p.At
		points = append(points, score.TrendPoint)
		return nil
	}, care.ClinicalScope(patient), pbstore.CollectionNumber(care.Observations), columns.Stamp(until), trendSearch)
	if err != nil {
		return nil, nil, err
	}
	points = slices.DeleteFunc(points, func(p TrendPoint) bool { return replaced[p.ID] })
	slices.SortFunc(points, func(a, b TrendPoint) int { return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.ID, b.ID)) })
	sets = slices.DeleteFunc(sets, func(m Measured) bool { return replaced[m.ID] })
	slices.SortFunc(sets, func(a, b Measured) int { return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.ID, b.ID)) })
	return points[max(0, len(points)-trendLength):], sets[max(0, len(sets)-trendLength):], nil
}

// trendSets reads a person's latest sets of readings, through the feed: observations have no index on the person.
func trendSets() string {
	return `SELECT o.id, o.clinical_time, coalesce(o.news2, ''), o.replaces, ` + overTimeJSON + ` FROM sync_scopes s JOIN sync_feed f ON f.scope = s.id
		JOIN observations o ON o.id = f.record WHERE s.name = ? AND f.collection = ? AND o.retracted = '' AND o.clinical_time <= ?
		ORDER BY f.seq DESC LIMIT +?`
}

// overTimeJSON gives, as one object, the numbers of a set that are shown over time. Null in a patch is left out.
var overTimeJSON = func() string {
	var parts []string
	for _, r := range care.Readings() {
		if r.Trend {
			column := `o."` + r.Name + `"`
			parts = append(parts, `'`+r.Name+`', CASE WHEN json_valid(`+column+`) AND json_type(`+column+`) IN ('integer', 'real') THEN json(`+column+`) END`)
		}
	}
	return `json_patch('{}', json_object(` + strings.Join(parts, ", ") + `))`
}()
