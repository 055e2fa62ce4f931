package httpapi

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"doorstep/internal/access"
	"doorstep/internal/care"
	"doorstep/internal/sheet"
)

// onSheet is a handover whose first set of readings was corrected.
func onSheet() *handoverDetail {
	set := func(id, at string, rate float64, score string) Evidence {
		return Evidence{Collection: care.Observations, ID: id, RecordedAt: at, ReachedAt: "2026-03-02T11:45:00.000Z", LateBy: 7500, RecordedBy: &care.Named{Name: "Ann", Role: "district_nurse"}, ClockKnown: true, Verified: true,
			Values: map[string]any{"respiration_rate": rate, "pulse": 112.0}, NEWS2: json.RawMessage(score)}
	}
	first := set("o1", "2026-03-02T09:40:00.000Z", 25, `{"respiration_rate":3,"pulse":2,"total":null,"floor_total":5,"band":"medium"}`)
	first.ReplacedBy, first.ReplacedAt = "o2", "2026-03-02T10:00:00.000Z"
	second := set("o2", "2026-03-02T09:40:00.000Z", 22, `{"respiration_rate":2,"pulse":2,"total":null,"floor_total":4,"band":"low"}`)
	second.Verified = false
	d := &handoverDetail{HandoverView: HandoverView{ID: "01kh", Version: 133, Class: "U2", State: "call_needed", FromStaff: &care.Named{Name: "Ann", Role: "district_nurse"}, FromTeam: &care.Named{Name: "Riverside Nurses", Phone: "01632 960101"},
		ToTeam: &care.Named{Name: "Bridge Surgery"}, Situation: "Siân Llŷr is confused.", Recommendation: "Please ring.", Provenance: HandoverProvenance{RecordedAt: "2026-03-02T09:40:00.000Z", RaisedAt: "2026-03-02T11:45:00.000Z", LateBySeconds: 7500},
		Patient: access.Person{ID: "01kp", FamilyName: "Llŷr", GivenName: "Siân", PreferredName: "Sha", NHSNumber: "999 000 0018", NHSNumberStatus: "verified", DateOfBirth: "1941-05-06"}},
		Events: []HandoverEvent{{At: "2026-03-02T11:45:00.000Z", Kind: "raised", By: &care.Named{Name: "Ann"}}, {At: "2026-03-02T11:46:00.000Z", Kind: "not_delivered", Team: &care.Named{Name: "Bridge Surgery"}, Text: "By e-mail."}}}
	d.Evidence = []Evidence{first, second}
	return d
}

// written is a sheet as lines.
func written(s sheet.Sheet) (lines []string) {
	lines = append(lines, s.Title, s.Person, s.Reference)
	for _, section := range s.Sections {
		if section.Title != "" {
			lines = append(lines, "# "+section.Title)
		}
		for _, r := range section.Rows {
			if r.Text != "" {
				lines = append(lines, r.Label+": "+r.Text)
			}
		}
		lines = append(lines, section.Lines...)
	}
	return lines
}

func TestASheetSaysWhoWhatWhenAndWhatWasCorrected(t *testing.T) {
	want := `Handover: urgent, within 2 hours
LLŶR, Siân (Sha). NHS number 999 000 0018, born 6 May 1941
Handover 01kh as it stood at change 133
From: Ann, district nurse, Riverside Nurses, 01632 960101
To: Bridge Surgery
Happened: Mon 2 Mar 2026 09:40
Reached us: Mon 2 Mar 2026 11:45, 2 h 5 min after it was recorded
State: call needed
Situation: Siân Llŷr is confused.
Recommendation: Please ring.
# Readings, Mon 2 Mar 2026 09:40: NEWS2 at least 5
respiration rate 25/min (3)
SpO2 not taken (–)
breathing not taken (–)
systolic BP not taken (–)
pulse 112/min (2)
ACVPU not taken (–)
temperature not taken (–)
Replaced Mon 2 Mar 2026 10:00: respiration rate 22/min, not 25/min.
Recorded by Ann, district nurse; reached us Mon 2 Mar 2026 11:45, 2 h 5 min after it was recorded.
# Readings, Mon 2 Mar 2026 09:40: NEWS2 at least 4
respiration rate 22/min (2)
SpO2 not taken (–)
breathing not taken (–)
systolic BP not taken (–)
pulse 112/min (2)
ACVPU not taken (–)
temperature not taken (–)
Recorded by Ann, district nurse; reached us Mon 2 Mar 2026 11:45, 2 h 5 min after it was recorded. A value of it is in doubt.
# What happened
Mon 2 Mar 2026 11:45: raised, Ann
Mon 2 Mar 2026 11:46: not delivered, Bridge Surgery. By e-mail.`
	if got := written(sheetOf(onSheet())); !slices.Equal(got, strings.Split(want, "\n")) {
		t.Errorf("the sheet says\n%s", strings.Join(got, "\n"))
	}
}

func TestTheSameHandoverIsTheSameFile(t *testing.T) {
	file := func(d *handoverDetail) []byte {
		raw, err := sheetOf(d).PDF()
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	first, moved := file(onSheet()), onSheet()
	if !bytes.Equal(first, file(onSheet())) {
		t.Error("twice the same handover gives two files")
	}
	moved.Version++
	if bytes.Equal(first, file(moved)) {
		t.Error("a handover that has moved gives the same file")
	}
}

func TestASheetNamesNobodyToWhoeverMayNotKnow(t *testing.T) {
	d := onSheet()
	d.Patient = access.Person{ID: "01kp"}
	if got := sheetOf(d).Person; got != "Somebody whose name is not for this reader, 01kp" {
		t.Error(got)
	}
}
