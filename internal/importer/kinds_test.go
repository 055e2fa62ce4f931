package importer

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"doorstep/internal/care"
)

// directories are the files of testdata/kinds that hold practices; all others hold people.
var directories = []string{"epraccur", "ord", "organization", "dse"}

func holdsPractices(file string) bool {
	for _, start := range directories {
		if strings.HasPrefix(file, start) {
			return true
		}
	}
	return false
}

// runKind takes in a file of testdata/kinds and says all that came of it.
func runKind(t *testing.T, file string, m *memory, o Options, lines *bytes.Buffer) (*Report, error) {
	t.Helper()
	if holdsPractices(file) {
		return runDirectory(t, m, o, lines, read(t, "kinds/"+file))
	}
	return runPeople(t, m, o, lines, read(t, "kinds/"+file))
}

// B5, B6, B9: every kind of real file, with the report that a person reads and what is stored.
func TestEveryKindOfFileComesInOrSaysWhatDidNot(t *testing.T) {
	files, err := filepath.Glob("testdata/kinds/*")
	if err != nil || len(files) < 40 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, path := range files {
		file := filepath.Base(path)
		if strings.HasSuffix(file, ".report") {
			continue
		}
		t.Run(file, func(t *testing.T) {
			var lines bytes.Buffer
			m, o := seeded(), options(&lines)
			o.Team = "North nurses"
			first, failed := runKind(t, file, m, o, &lines)
			if holdsPractices(file) {
				lines.WriteString("\norganisations\n" + dump(m, care.Organisations, "ods_code", "name", "address", "postcode", "phone", "closed_on"))
			} else {
				lines.WriteString(stored(m) + "\nnotes\n" + dump(m, care.Patients, "access_notes", "risk_note") +
					"\nhandovers\n" + dump(m, care.Handovers, "patient", "class", "from_team", "situation"))
			}
			golden(t, "kinds/"+file, lines.String())
			m.writes = 0
			second, again := runKind(t, file, m, o, &lines)
			if m.writes != 0 || (failed == nil) != (again == nil) || second.Rows != first.Rows || second.Counts[Refused] != first.Counts[Refused] {
				t.Errorf("the second run wrote %d records and counted %v after %v; errors %v and %v", m.writes, second.Counts, first.Counts, failed, again)
			}
		})
	}
}

// One person, in every encoding that XML declares and every way to write it down.
func TestXMLIsReadInTheEncodingItDeclares(t *testing.T) {
	const body = `<Patient xmlns="http://hl7.org/fhir"><identifier><system value="https://fhir.nhs.uk/Id/nhs-number"/><value value="9990000018"/></identifier>` +
		`<name><family value="Madeup"/><given value="Siân"/></name></Patient>`
	latin, err := charmap.ISO8859_1.NewEncoder().String(body)
	if err != nil {
		t.Fatal(err)
	}
	utf16, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(`<?xml version="1.0" encoding="UTF-16"?>` + body)
	if err != nil {
		t.Fatal(err)
	}
	bigEndian, err := unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM).NewEncoder().String(`<?xml version="1.0" encoding="UTF-16BE"?>` + body)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, input, want string }{
		{"no declaration", body, "Siân"},
		{"UTF-8", `<?xml version="1.0" encoding="UTF-8"?>` + body, "Siân"},
		{"utf-8 in small letters", `<?xml version="1.0" encoding="utf-8"?>` + body, "Siân"},
		{"a byte order mark", "\ufeff" + body, "Siân"},
		{"ISO-8859-1", `<?xml version="1.0" encoding="ISO-8859-1"?>` + latin, "Siân"},
		{"ISO-8859-15", `<?xml version="1.0" encoding="ISO-8859-15"?>` + latin, "Siân"},
		{"windows-1252", `<?xml version="1.0" encoding="windows-1252"?>` + latin, "Siân"},
		{"US-ASCII with references", `<?xml version="1.0" encoding="US-ASCII"?>` + strings.ReplaceAll(body, "â", "&#226;"), "Siân"},
		{"UTF-16", utf16, "Siân"},
		{"UTF-16 without a mark", bigEndian, "Siân"},
		{"a comment and an instruction first", "<!-- exported --><?xml-stylesheet href=\"x\"?>\n" + body, "Siân"},
		{"a prefix", strings.NewReplacer(`xmlns="`, `xmlns:f="`, "</", "</f:", "<", "<f:").Replace(body), "Siân"},
		{"an encoding nobody knows", `<?xml version="1.0" encoding="klingon"?>` + body, `an encoding that is not known: "klingon"`},
		{"an entity from outside", `<?xml version="1.0"?><!DOCTYPE Patient [<!ENTITY x SYSTEM "file:///etc/passwd">]>` + strings.ReplaceAll(body, "Madeup", "&x;"), "invalid character entity"},
		{"latin letters without a declaration", latin, "invalid UTF-8"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var lines bytes.Buffer
			m := seeded()
			_, err := runPeople(t, m, options(&lines), &lines, c.input)
			if err != nil {
				if !strings.Contains(err.Error(), c.want) || m.writes != 0 {
					t.Errorf("got %v with %d writes, want %q", err, m.writes, c.want)
				}
				return
			}
			if got := dump(m, care.Patients, "given_name"); !strings.Contains(got, c.want) {
				t.Errorf("stored %s", got)
			}
		})
	}
}

// B5: whatever comes later, and however it is asked for, somebody who was restricted gets no address and no phone.
func TestARestrictedPersonNeverGetsAnAddressOrAPhone(t *testing.T) {
	var lines bytes.Buffer
	m, o := seeded(), options(&lines)
	if _, err := runPeople(t, m, o, &lines, read(t, "kinds/restricted.json")); err != nil {
		t.Fatal(err)
	}
	number := ""
	for _, p := range m.rows[care.Patients] {
		if p.text("family_name") == "Restricted" {
			number = p.text("nhs_number")
		}
	}
	o.Update = true
	lines.Reset()
	if _, err := runPeople(t, m, o, &lines, "nhs_number,family_name,date_of_birth,address,postcode,lsoa,phone,preferred_name\n"+
		number+",Restricted,1944-02-03,9 Found Road,ZZ1 2AA,E01000001,0161 496 0199,Annie\n"); err != nil {
		t.Fatal(err)
	}
	for _, p := range m.rows[care.Patients] {
		if p.text("nhs_number") != number {
			continue
		}
		if p.Values["address_hidden"] != true {
			t.Error("what somebody writes there later is not for those who visit alone")
		}
		if p.text("preferred_name") != "Annie" {
			t.Error("the rest of the row did not come in")
		}
		for _, field := range withheld {
			if p.text(field) != "" {
				t.Errorf("%s is %q", field, p.text(field))
			}
		}
	}
	if !strings.Contains(lines.String(), "was restricted by an earlier file") {
		t.Errorf("the report says nothing of it:\n%s", lines.String())
	}
	for id, h := range m.rows[care.Handovers] {
		for _, secret := range []string{"Invented Road", "0161", "ZZ1"} {
			if strings.Contains(h.text("situation")+h.text("recommendation"), secret) {
				t.Errorf("handover %s tells %q", id, secret)
			}
		}
	}
}

// Somebody who was open and is restricted now keeps what a team recorded; who decides about it is told that it is there.
func TestWhoIsRestrictedLaterIsToldOfWithWhatStandsAlready(t *testing.T) {
	var lines bytes.Buffer
	m, o := seeded(), options(&lines)
	const before = "nhs_number,family_name,date_of_birth,address,team\n9990000018,Ashworth,1944-02-03,4 Mill Row,North nurses\n"
	if _, err := runPeople(t, m, o, &lines, before); err != nil {
		t.Fatal(err)
	}
	lines.Reset()
	o.Update = true
	report, err := runPeople(t, m, o, &lines, strings.ReplaceAll(strings.ReplaceAll(before, "team", "confidentiality"), "North nurses", "R"))
	if err != nil || report.Counts[Updated] != 1 || len(m.rows[care.Handovers]) != 1 {
		t.Fatalf("%v, %v, %d handovers\n%s", err, report.Counts, len(m.rows[care.Handovers]), lines.String())
	}
	for _, h := range m.rows[care.Handovers] {
		if h.text("class") != string(care.Safeguarding) || !strings.Contains(h.text("situation"), "has had an address or a telephone number since before") {
			t.Errorf("the handover is %v", h.Values)
		}
	}
}

func TestWhatSomebodyAtADeskMayReach(t *testing.T) {
	var lines bytes.Buffer
	m, o := seeded(), options(&lines)
	if _, err := runPeople(t, m, o, &lines, "nhs_number,family_name,team\n9990000018,Ashworth,North nurses\n"); err != nil {
		t.Fatal(err)
	}
	m.writes = 0
	lines.Reset()
	o.Within = &Within{Teams: map[string]bool{"team-friends": true}, Reaches: func(string) bool { return false }}
	report, err := runPeople(t, m, o, &lines, "nhs_number,family_name,team\n9990000018,Ashworth,Millbrook Friends / Befrienders\n9990000026,Birtles,North nurses\n")
	if err != nil || m.writes != 0 || report.Counts[Refused] != 2 {
		t.Errorf("%v, %d writes\n%s", err, m.writes, lines.String())
	}
	for _, want := range []string{"with no team of yours", "is none of yours"} {
		if !strings.Contains(lines.String(), want) {
			t.Errorf("%q is not said:\n%s", want, lines.String())
		}
	}
}

func TestOnlyPracticesOfTheAreaComeIn(t *testing.T) {
	for areas, want := range map[string]string{"ZZ1": "Z90001", "zz9": "Z90015", "ZZ": "", "ZZ1 1": "Z90001"} {
		var lines bytes.Buffer
		m := newMemory()
		if _, err := Directory(t.Context(), strings.NewReader(read(t, "kinds/epraccur.csv")), m, options(&lines), []string{areas}); err != nil {
			t.Fatal(err)
		}
		if got := dump(m, care.Organisations, "ods_code"); (want == "") != (got == "") || !strings.Contains(got, want) {
			t.Errorf("%s: %s", areas, got)
		}
	}
}

// Whatever is refused can be mended: the row comes back with its columns, and nothing that is withheld.
func TestARefusedRowComesBackWithWhatItSays(t *testing.T) {
	var lines bytes.Buffer
	o := options(&lines)
	var refused []Line
	o.Each = func(list []Line) error {
		for _, l := range list {
			if l.Outcome == Refused {
				refused = append(refused, l)
			}
		}
		return nil
	}
	if _, err := runPeople(t, seeded(), o, &lines, "NHS No,Surname,DOB,address,sensitive\n9990000019,Ashworth,1944-02-03,4 Mill Row,R\n,Birtles,,1 Row,no,stray\n"); err != nil {
		t.Fatal(err)
	}
	if len(refused) != 2 || refused[0].Cells["nhs_number"] != "9990000019" || refused[0].Cells["family_name"] != "Ashworth" || refused[0].Cells["address"] != "" ||
		refused[0].Cells["confidentiality"] != "R" || refused[1].Cells["address"] != "1 Row" {
		t.Errorf("refused were %+v", refused)
	}
}

func TestAFileThatUnpacksToTooMuchIsRefused(t *testing.T) {
	packed, err := os.ReadFile("testdata/kinds/packed.json.gz")
	if err != nil {
		t.Fatal(err)
	}
	var lines bytes.Buffer
	o := options(&lines)
	o.Unpacked = 100
	if _, err := People(t.Context(), bytes.NewReader(packed), seeded(), o); err == nil || !strings.Contains(err.Error(), "unpacks to more than is taken") {
		t.Errorf("got %v", err)
	}
}

func TestDaysAsPeopleWriteThem(t *testing.T) {
	for text, want := range map[string]string{"1944-02-03": "1944-02-03", "3/2/1944": "1944-02-03", "03.02.1944": "1944-02-03", "03-02-1944": "1944-02-03", "3 Feb 1944": "1944-02-03",
		"3 February 1944": "1944-02-03", "19440203": "1944-02-03", "1944-02-03 00:00:00": "1944-02-03", "03/02/44": "", "16105": "", "31/02/1944": "", "1944-02-03 10:00": "", "today": ""} {
		day, ok := parseDay(text)
		if got := day.Format("2006-01-02"); ok != (want != "") || ok && got != want {
			t.Errorf("%q is %s, %v", text, got, ok)
		}
	}
}

func TestPeriodsHoldByTheDayInLondon(t *testing.T) {
	for _, c := range []struct {
		start, end, today string
		holds             bool
	}{
		{"", "", "2026-07-01", true}, {"2026-07-01", "2026-07-01", "2026-07-01", true}, {"2026-07-02", "", "2026-07-01", false}, {"", "2026-06-30", "2026-07-01", false},
		{"2026", "2026", "2026-07-01", true}, {"2027", "", "2026-07-01", false}, {"", "2026-06", "2026-07-01", false}, {"", "2026-07", "2026-07-01", true},
		{"2026-06-30T23:30:00Z", "", "2026-07-01", true}, {"2026-07-01T23:30:00Z", "", "2026-07-01", false}, {"", "2026-06-30T23:30:00Z", "2026-07-01", true}, {"soon", "", "2026-07-01", false},
	} {
		if got := (fhirPeriod{Start: simple(c.start), End: simple(c.end)}).holds(c.today); got != c.holds {
			t.Errorf("%q to %q on %s: %v", c.start, c.end, c.today, got)
		}
	}
}

// A file that is taken in a part at a time gives the same as one that is taken in at once.
func TestAFileMayBeTakenInAPartAtATime(t *testing.T) {
	for _, file := range []string{"references.json", "titles.csv", "lines.ndjson", "next_page.json", "epraccur.csv", "nested.xml"} {
		var whole, parts bytes.Buffer
		o := options(&whole)
		once := seeded()
		all, failed := runKind(t, file, once, o, &whole)
		m := seeded()
		o = options(&parts)
		o.Most = 2
		for rows := 0; ; {
			o.From = rows
			report, err := runKind(t, file, m, o, &parts)
			if (err != nil) != (failed != nil) {
				t.Fatalf("%s: %v, at once %v", file, err, failed)
			}
			if rows += report.Rows; report.More {
				continue
			}
			if rows != all.Rows || strings.Join(report.Missing, "") != strings.Join(all.Missing, "") {
				t.Errorf("%s: %d rows and %v, at once %d and %v", file, rows, report.Missing, all.Rows, all.Missing)
			}
			break
		}
		if got, want := dump(m, care.Patients, patientFields...)+dump(m, care.Organisations, "ods_code", "name"), dump(once, care.Patients, patientFields...)+dump(once, care.Organisations, "ods_code", "name"); got != want {
			t.Errorf("%s: in parts\n%s\nat once\n%s", file, got, want)
		}
	}
}
