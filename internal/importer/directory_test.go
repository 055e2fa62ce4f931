package importer

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"doorstep/internal/care"
)

func TestTheRealPracticeTable(t *testing.T) {
	var lines bytes.Buffer
	m := newMemory()
	report, err := runDirectory(t, m, options(&lines), &lines, read(t, "trafford-practices.csv"))
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "trafford-practices.csv", lines.String())
	rows := strings.Count(read(t, "trafford-practices.csv"), "\n") - 1
	if report.Counts[Created] != rows || len(m.rows[care.Organisations]) != rows || len(m.rows[care.Teams]) != rows {
		t.Errorf("%d rows made %d organisations and %d teams", rows, len(m.rows[care.Organisations]), len(m.rows[care.Teams]))
	}
	if got := dump(m, care.Neighbourhoods, "name"); strings.Count(got, "\n") != 4 {
		t.Errorf("neighbourhoods are\n%s", got)
	}
	for _, team := range m.rows[care.Teams] {
		if team.text("kind") != "practice" || team.text("route") != "inbox" || team.text("neighbourhood") == "" ||
			m.rows[care.Organisations][team.text("organisation")].text("name") != team.text("name") {
			t.Errorf("a team is %v", team.Values)
		}
	}
}

func TestBadRowsAreNamedAndGoodOnesGoIn(t *testing.T) {
	for _, file := range []string{"bad_rows.csv", "excel.csv", "broken_text.csv"} {
		t.Run(file, func(t *testing.T) {
			var lines bytes.Buffer
			m := newMemory()
			if _, err := runDirectory(t, m, options(&lines), &lines, read(t, "directory/"+file)); err != nil {
				t.Fatal(err)
			}
			lines.WriteString("\norganisations\n" + dump(m, care.Organisations, "ods_code", "name", "address", "postcode", "phone"))
			golden(t, "directory/"+file, lines.String())
		})
	}
}

func TestRunningTheDirectoryTwiceWritesNothing(t *testing.T) {
	for _, file := range []string{"trafford-practices.csv", "directory/bad_rows.csv", "directory/excel.csv"} {
		var lines bytes.Buffer
		m, o := newMemory(), options(&lines)
		first, err := runDirectory(t, m, o, &lines, read(t, file))
		if err != nil {
			t.Fatal(err)
		}
		m.writes = 0
		second, err := runDirectory(t, m, o, &lines, read(t, file))
		if err != nil {
			t.Fatal(err)
		}
		if m.writes != 0 || second.Counts[Unchanged] != first.Counts[Created] || second.Counts[Refused] != first.Counts[Refused] {
			t.Errorf("%s: the second run wrote %d records and counted %v, the first %v", file, m.writes, second.Counts, first.Counts)
		}
	}
}

func TestTheDirectoryFollowsItsFile(t *testing.T) {
	const before = "ods_code,name,address,postcode,telephone,neighbourhood\n" +
		"Z90001,Orchard Lane Surgery,12 Orchard Lane,ZZ1 1AA,0161 496 0001,North\n" +
		"Z90002,Riverside Practice,9 River Walk,ZZ1 1AB,0161 496 0002,North\n" +
		"Z90003,Closed Practice,1 Old Road,ZZ1 1AC,0161 496 0003,North\n"
	const after = "ods_code,name,address,postcode,telephone,neighbourhood\n" +
		"Z90001,Orchard Lane Medical Centre,12 Orchard Lane,ZZ1 1AA,0161 496 0099,South\n" +
		"Z90002,Riverside Practice,,,,\n"
	var lines bytes.Buffer
	m, o := newMemory(), options(&lines)
	if _, err := runDirectory(t, m, o, &lines, before); err != nil {
		t.Fatal(err)
	}
	// Somebody at Orchard Lane gave their team a phone of its own: that stays.
	for _, team := range m.rows[care.Teams] {
		if team.text("name") == "Orchard Lane Surgery" {
			team.Values["phone"] = "0161 496 0555"
		}
	}
	lines.Reset()
	if _, err := runDirectory(t, m, o, &lines, after); err != nil {
		t.Fatal(err)
	}
	lines.WriteString("\nteams\n" + dump(m, care.Teams, "name", "phone", "neighbourhood") + "\nneighbourhoods\n" + dump(m, care.Neighbourhoods, "name"))
	golden(t, "directory/follows", lines.String())
}

func TestACodeThatBelongsToAnotherKindOfPartner(t *testing.T) {
	var lines bytes.Buffer
	m := newMemory()
	m.put(Write{Collection: care.Organisations, ID: "trust", Create: true, Values: map[string]any{"name": "Trust", "kind": "community_trust", "ods_code": "Z90001"}})
	if _, err := runDirectory(t, m, options(&lines), &lines, "ods_code,name\nZ90001,Orchard Lane Surgery\n"); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(lines.String(), "refused   ods_code: belongs to an organisation of kind community_trust") || m.writes != 0 {
		t.Errorf("wrote %d, report\n%s", m.writes, lines.String())
	}
}

func TestHeadersAreChecked(t *testing.T) {
	for _, c := range []struct{ name, input, want string }{
		{"nothing at all", "", "the file is empty"},
		{"no code", "number,name\nZ90001,A\n", "the header lacks ods_code"},
		{"nearly a column", "ods_code,name,adress\nZ90001,A,B\n", "the column \"adress\" (is it address?)"},
		{"no header", "Z90001,Orchard Lane Surgery\n", "the header lacks ods_code, name"},
		{"a column twice", "ods_code,name,NAME\nZ90001,A,B\n", "the column name stands there twice"},
		{"UTF-32", "\xff\xfe\x00\x00o\x00\x00\x00", "UTF-32"},
	} {
		var lines bytes.Buffer
		m := newMemory()
		_, err := runDirectory(t, m, options(&lines), &lines, c.input)
		if err == nil || !strings.Contains(err.Error(), c.want) || m.writes != 0 {
			t.Errorf("%s: got %v, want %q", c.name, err, c.want)
		}
	}
}

func TestAChunkGoesInWholeOrNotAtAll(t *testing.T) {
	var input strings.Builder
	input.WriteString("ods_code,name\n")
	for i := range 2*ChunkRows + 10 {
		fmt.Fprintf(&input, "Z%05d,Practice %d\n", i, i)
	}
	var lines bytes.Buffer
	m := newMemory()
	m.fail = func(w Write) error {
		if w.Values["ods_code"] == fmt.Sprintf("Z%05d", ChunkRows+50) {
			return errors.New("the disk is full")
		}
		return nil
	}
	report, err := runDirectory(t, m, options(&lines), &lines, input.String())
	if err == nil || !strings.Contains(err.Error(), "nothing from line 202 to line 401 went in") || !strings.Contains(err.Error(), "the disk is full") {
		t.Errorf("got %v", err)
	}
	if report.Rows != ChunkRows || len(m.rows[care.Organisations]) != ChunkRows || len(m.rows[care.Teams]) != ChunkRows {
		t.Errorf("reported %d rows; %d organisations and %d teams stand", report.Rows, len(m.rows[care.Organisations]), len(m.rows[care.Teams]))
	}
}

func TestWhatTheStoreWillNotHaveIsARefusedRow(t *testing.T) {
	var lines bytes.Buffer
	m := newMemory()
	m.refuse = func(w Write) string {
		if w.Values["ods_code"] == "Z90002" {
			return "name: must be unique"
		}
		return ""
	}
	report, err := runDirectory(t, m, options(&lines), &lines, "ods_code,name,neighbourhood\nZ90001,A,North\nZ90002,B,South\nZ90003,C,South\n")
	if err != nil {
		t.Fatal(err)
	}
	if report.Counts[Created] != 2 || report.Counts[Refused] != 1 || !strings.Contains(lines.String(), "refused   name: must be unique") {
		t.Errorf("report\n%s", lines.String())
	}
	if got := dump(m, care.Neighbourhoods, "name"); strings.Count(got, "North") != 1 || strings.Count(got, "South") != 1 {
		t.Errorf("neighbourhoods are\n%s", got)
	}
}

func TestBriefNamesOnlyWhatNeedsALook(t *testing.T) {
	var lines bytes.Buffer
	o := options(&lines)
	o.Brief = true
	if _, err := runDirectory(t, newMemory(), o, &lines, "ods_code,name\nZ90001,A\nz,B\n"); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(lines.String(), "line 2") || !strings.Contains(lines.String(), "line 3") {
		t.Errorf("report\n%s", lines.String())
	}
}
