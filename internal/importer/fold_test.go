package importer

import (
	"bytes"
	"strings"
	"testing"

	"doorstep/internal/care"
)

// Case 10: whoever is registered once is found again however a file spells them.
func TestASpellingMakesNobodyASecondTime(t *testing.T) {
	const header = "family_name,given_name,date_of_birth,team\n"
	for _, c := range []struct{ registered, spelt string }{
		{"O’Madeup,Siân,1944-02-03", "o'madeup,SIAN,03/02/1944"},
		{"O’Madeup,Siân,1944-02-03", "O`Madeup,Sia\u0302n,1944-02-03"},
		{"Ó Briain,Séamus,1951-03-04", "O BRIAIN,SÉAMUS,04/03/1951"},
		{"Ó Briain,Séamus,1951-03-04", "Obriain,Seamus,04/03/1951"},
		{"MacInvented,Zoë-Anne,1960-04-05", "macinvented,Zoe Anne,05/04/1960"},
		{"MacInvented,Zoë-Anne,1960-04-05", "Mac Invented,ZoeAnne,05/04/1960"},
		{"ÉCLAIR,Élodie,1961-05-06", "Eclair,Elodie,06/05/1961"},
		{"Łukasz-Nowak,Đoko,1950-01-02", "Lukasz Nowak,Doko,02/01/1950"},
	} {
		var lines bytes.Buffer
		m, o := seeded(), options(&lines)
		for i, row := range []string{c.registered, c.spelt} {
			if _, err := runPeople(t, m, o, &lines, header+row+",North nurses\n"); err != nil {
				t.Fatal(err)
			}
			if i == 1 && !strings.Contains(lines.String(), "left alone") {
				t.Errorf("%q and %q: nobody is told of the other spelling\n%s", c.registered, c.spelt, lines.String())
			}
		}
		if n := len(m.rows[care.Patients]); n != 1 {
			t.Errorf("%q and %q became %d people", c.registered, c.spelt, n)
		}
	}
	// Another birthday is another person, whatever the name.
	var lines bytes.Buffer
	m, o := seeded(), options(&lines)
	if _, err := runPeople(t, m, o, &lines, header+"O’Madeup,Siân,1944-02-03,\nOMadeup,Sian,1944-02-04,\n"); err != nil || len(m.rows[care.Patients]) != 2 {
		t.Errorf("%v, %d people", err, len(m.rows[care.Patients]))
	}
}

// Teams, neighbourhoods and columns are compared by the same folding.
func TestATeamIsFoundHoweverItIsSpelt(t *testing.T) {
	for _, name := range []string{"NORTH NURSES", "north-nurses", "North  Nurses", "Millbrook Community Trust / North Nurses", "team-nurses"} {
		var lines bytes.Buffer
		m, o := seeded(), options(&lines)
		if _, err := runPeople(t, m, o, &lines, "Fámily_Name,Date-of-birth,TEAM\nMadeup,1944-02-03,"+name+"\n"); err != nil || len(m.rows[care.Caseload]) != 1 {
			t.Errorf("%q: %v\n%s", name, err, lines.String())
		}
	}
}
