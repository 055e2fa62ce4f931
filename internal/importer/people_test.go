package importer

import (
	"bytes"
	"strings"
	"testing"

	"doorstep/internal/care"
)

var patientFields = []string{"nhs_number", "nhs_number_status", "family_name", "given_name", "preferred_name", "date_of_birth", "address", "postcode", "phone",
	"practice", "communication_needs"}

func stored(m *memory) string {
	return "\npatients\n" + dump(m, care.Patients, patientFields...) +
		"\ncaseload\n" + dump(m, care.Caseload, "patient", "team", "from", "to", "reason", "cohort", "contact_every_days")
}

func TestPeopleFiles(t *testing.T) {
	for _, file := range []string{"rows.csv", "bundle.json", "bundle.xml", "patient.xml", "patient.json", "as_uk_core.xml", "as_hl7.json", "breaks_off.json"} {
		t.Run(file, func(t *testing.T) {
			var lines bytes.Buffer
			m, o := seeded(), options(&lines)
			o.Team = "" // rows that name none stay on nobody's caseload
			if strings.HasPrefix(file, "bundle") {
				o.Team = "north NURSES"
			}
			_, err := runPeople(t, m, o, &lines, read(t, "people/"+file))
			if broken := strings.HasPrefix(file, "breaks"); (err != nil) != broken {
				t.Errorf("error is %v", err)
			}
			lines.WriteString(stored(m))
			golden(t, "people/"+file, lines.String())
		})
	}
}

func TestRunningPeopleTwiceWritesNothing(t *testing.T) {
	for _, file := range []string{"rows.csv", "bundle.json", "bundle.xml", "as_uk_core.xml", "as_hl7.json"} {
		var lines bytes.Buffer
		m, o := seeded(), options(&lines)
		o.Team = "North nurses"
		first, err := runPeople(t, m, o, &lines, read(t, "people/"+file))
		if err != nil {
			t.Fatal(err)
		}
		if first.Counts[Created] == 0 {
			t.Fatalf("%s created nobody", file)
		}
		m.writes = 0
		second, err := runPeople(t, m, o, &lines, read(t, "people/"+file))
		if err != nil {
			t.Fatal(err)
		}
		if m.writes != 0 || second.Counts[Created]+second.Counts[Updated] != 0 || second.Counts[Refused] != first.Counts[Refused] {
			t.Errorf("%s: the second run wrote %d records and counted %v, the first %v", file, m.writes, second.Counts, first.Counts)
		}
	}
}

func TestWhatDiffersIsLeftAloneUnlessAskedFor(t *testing.T) {
	var lines bytes.Buffer
	m, o := seeded(), options(&lines)
	if _, err := runPeople(t, m, o, &lines, read(t, "people/rows.csv")); err != nil {
		t.Fatal(err)
	}
	// Ben was discharged since.
	for id, c := range m.rows[care.Caseload] {
		if m.rows[care.Patients][c.text("patient")].text("family_name") == "Birtles" {
			c.Values["to"] = "2026-11-20T12:00:00.000Z"
			m.rows[care.Caseload][id] = c
		}
	}
	before := stored(m)
	lines.Reset()
	if _, err := runPeople(t, m, o, &lines, read(t, "people/later.csv")); err != nil {
		t.Fatal(err)
	}
	if after := stored(m); after != before {
		t.Errorf("without --update the store changed from\n%s\nto\n%s", before, after)
	}
	o.Update = true
	lines.WriteString("\nwith --update\n")
	if _, err := runPeople(t, m, o, &lines, read(t, "people/later.csv")); err != nil {
		t.Fatal(err)
	}
	lines.WriteString(stored(m))
	golden(t, "people/later.csv", lines.String())
	m.writes = 0
	if _, err := runPeople(t, m, o, &lines, read(t, "people/later.csv")); err != nil {
		t.Fatal(err)
	}
	if m.writes != 0 {
		t.Errorf("updating twice wrote %d records", m.writes)
	}
}

func TestAWithdrawnRecordIsNotWrittenTo(t *testing.T) {
	var lines bytes.Buffer
	m := seeded()
	m.rows[care.Patients] = map[string]Row{"gone": {ID: "gone", Retracted: true, Values: map[string]any{"nhs_number": "9990000018", "family_name": "Ashworth"}}}
	if _, err := runPeople(t, m, options(&lines), &lines, "nhs_number,family_name\n9990000018,Ashworth\n"); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(lines.String(), "refused   the person's record was withdrawn here") || m.writes != 0 {
		t.Errorf("wrote %d, report\n%s", m.writes, lines.String())
	}
}

// 6: whom two records describe is the one that stands, whichever of them is read first, by their number as by their name.
func TestARowMeansTheRegistrationThatStands(t *testing.T) {
	const byNumber, byName = "nhs_number,family_name,date_of_birth\n9990000018,Ashworth,1944-03-02\n", "family_name,given_name,date_of_birth\nAshworth,Vera,1944-03-02\n"
	for _, c := range []struct{ lives, gone, file string }{{"a", "b", byNumber}, {"b", "a", byNumber}, {"a", "b", byName}, {"b", "a", byName}} {
		lives, gone := c.lives, c.gone
		var lines bytes.Buffer
		m := seeded()
		values := func() map[string]any {
			return map[string]any{"nhs_number": "9990000018", "family_name": "Ashworth", "given_name": "Vera", "date_of_birth": "1944-03-02"}
		}
		m.rows[care.Patients] = map[string]Row{lives: {ID: lives, Values: values()}, gone: {ID: gone, Retracted: true, Values: values()}}
		if _, err := runPeople(t, m, options(&lines), &lines, c.file); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(lines.String(), "1 unchanged") {
			t.Errorf("%s stands, %s was withdrawn:\n%s", lives, gone, lines.String())
		}
	}
}

func TestAReportNamesNoPerson(t *testing.T) {
	for _, file := range []string{"rows.csv", "later.csv", "bundle.json", "bundle.xml", "patient.xml", "patient.json"} {
		var lines bytes.Buffer
		if _, err := runPeople(t, seeded(), options(&lines), &lines, read(t, "people/"+file)); err != nil {
			t.Fatal(err)
		}
		for _, secret := range []string{"shworth", "SHWORTH", "Birtles", "Mistyped", "999000", "999 000", "1944", "Mill Row", "0161"} {
			if strings.Contains(lines.String(), secret) {
				t.Errorf("%s: the report holds %q:\n%s", file, secret, lines.String())
			}
		}
	}
}

func TestFilesThatAreNotPeople(t *testing.T) {
	for _, c := range []struct{ name, input, want string }{
		{"nothing", "", "the file is empty"},
		{"white space", " \n\t", "the file is empty"},
		{"another resource", `{"resourceType":"Observation"}`, "the file holds no people, but Observation entries"},
		{"another resource in XML", `<Observation xmlns="http://hl7.org/fhir"/>`, "the file holds no people, but Observation entries"},
		{"a web page", `<!DOCTYPE html><html><body>Sign in</body></html>`, "the file is a web page"},
		{"a picture", "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "holds no text"},
		{"JSON that is not FHIR", `{"people":[]}`, "no resourceType"},
		{"an entry that is no list", `{"resourceType":"Bundle","entry":{}}`, "entry is not a list"},
		{"broken XML", `<Bundle xmlns="http://hl7.org/fhir"><entry>`, "nothing can be read from here on"},
		{"a header without names", "nhs_number\n9990000018\n", "the header lacks family_name"},
	} {
		var lines bytes.Buffer
		m := seeded()
		_, err := runPeople(t, m, options(&lines), &lines, c.input)
		if err == nil || !strings.Contains(err.Error(), c.want) || m.writes != 0 {
			t.Errorf("%s: got %v with %d writes, want %q", c.name, err, m.writes, c.want)
		}
	}
}

// FuzzPeople: whatever the file, every row ends in one outcome, a second run writes nothing, and no
// number that is stored breaks its rule.
func FuzzPeople(f *testing.F) {
	for _, file := range []string{"rows.csv", "later.csv", "bundle.json", "bundle.xml", "patient.xml", "patient.json", "breaks_off.json"} {
		f.Add(read(f, "people/"+file))
	}
	f.Fuzz(func(t *testing.T, input string) {
		var lines bytes.Buffer
		m, o := seeded(), options(&lines)
		first, err := People(t.Context(), strings.NewReader(input), m, o)
		total := 0
		for _, n := range first.Counts {
			total += n
		}
		if total != first.Rows {
			t.Fatalf("%d rows have %d outcomes", first.Rows, total)
		}
		if err != nil {
			return
		}
		m.writes = 0
		if _, err := People(t.Context(), strings.NewReader(input), m, o); err != nil {
			t.Fatalf("the second run failed: %v", err)
		}
		if m.writes != 0 {
			t.Fatalf("the second run wrote %d records", m.writes)
		}
	})
}
