package httpapi

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/access"
	"doorstep/internal/care"
	"doorstep/internal/handover"
	"doorstep/internal/identity"
	"doorstep/internal/news2"
	"doorstep/internal/sheet"
)

const mediaPDF = "application/pdf"

// printHandover answers a handover as a sheet of paper: what its reader sees of it, and no more.
func (a *API) printHandover(e *core.RequestEvent) error {
	d, ok, err := a.detail(e.Request.Context(), accessOf(e), e.Request.PathValue("id"))
	if err != nil {
		return err
	}
	if !ok {
		return identity.ErrNotFound
	}
	raw, err := sheetOf(&d).PDF()
	if err != nil {
		return err
	}
	if err := a.audit(e, "print", care.Handovers, d.ID, d.Patient.ID, care.ReadDetail{Count: 1}); err != nil {
		return err
	}
	e.Response.Header().Set("Content-Disposition", `attachment; filename="handover-`+d.ID+`.pdf"`) // no name of anybody
	return writeBody(e, http.StatusOK, mediaPDF, raw)
}

// className is a class at the head of a sheet.
var className = map[string]string{"E": "emergency", "U2": "urgent, within 2 hours", "SD": "same day", "R": "routine", "I": "for information", "SG": "safeguarding"}

// sheetOf writes a handover on paper. It says nothing of the moment at which it is printed: the same handover gives the
// same sheet.
func sheetOf(d *handoverDetail) sheet.Sheet {
	s := sheet.Sheet{Title: "Handover: " + cmp.Or(className[d.Class], d.Class), Person: personOnPaper(d.Patient), At: moment(d.Provenance.RaisedAt),
		Reference: fmt.Sprintf("Handover %s as it stood at change %d", d.ID, d.Version)}
	s.Sections = append(s.Sections, sheet.Section{Rows: []sheet.Row{
		{Label: "From", Text: joined(", ", named(d.FromStaff), teamOf(d.FromTeam))}, {Label: "To", Text: teamOf(d.ToTeam)},
		{Label: "Happened", Text: onPaper(d.Provenance.RecordedAt)}, {Label: "Reached us", Text: reached(d.Provenance.RaisedAt, d.Provenance.LateBySeconds)},
		{Label: "State", Text: words(d.State)}, {Label: "Answer by", Text: onPaper(d.ActDue)},
		{Label: "Address", Text: joined(", ", d.Patient.Address, d.Patient.Postcode)}, {Label: "Telephone", Text: d.Patient.Phone},
		{Label: "Needs", Text: words(strings.Join(d.Patient.CommunicationNeeds, ", "))}, {Label: "Risk", Text: d.Patient.RiskNote},
		{Label: "Unverified", Text: map[bool]string{true: "It rests on a value that is in doubt."}[d.Unverified]},
	}})
	s.Sections = append(s.Sections, sheet.Section{Rows: []sheet.Row{{Label: "Situation", Text: d.Situation}, {Label: "Background", Text: d.Background}, {Label: "Assessment", Text: d.Assessment},
		{Label: "Recommendation", Text: d.Recommendation}, {Label: "Safe to share", Text: d.SafeNote}}})
	for i := range d.Evidence {
		s.Sections = append(s.Sections, evidenceOnPaper(&d.Evidence[i], d.Evidence))
	}
	s.Sections = append(s.Sections, sheet.Section{Rows: []sheet.Row{{Label: "Outcome", Text: words(d.Outcome)}, {Label: "Answer", Text: d.Answer}, {Label: "Declined", Text: d.DeclineReason},
		{Label: "Taken by", Text: named(d.Owner)}, {Label: "Closed", Text: joined(", ", onPaper(d.ClosedAt), named(d.ClosedBy))}}})
	history := sheet.Section{Title: "What happened"}
	for _, event := range d.Events {
		history.Lines = append(history.Lines, joined(". ", joined(", ", onPaper(event.At)+": "+words(event.Kind), named(event.By), teamOf(event.Team)), event.Text))
	}
	s.Sections = append(s.Sections, history)
	return s
}

// evidenceOnPaper is a record behind a handover: of a set of readings each with its sub-score, and what was corrected.
func evidenceOnPaper(e *Evidence, all []Evidence) sheet.Section {
	s := sheet.Section{Title: strings.ToUpper(words(e.Collection)[:1]) + words(e.Collection)[1:] + ", " + onPaper(e.RecordedAt)}
	if e.Collection == care.Observations {
		var score *news2.Score
		if len(e.NEWS2) > 0 {
			score = &news2.Score{}
			if json.Unmarshal(e.NEWS2, score) != nil { // of another shape than the server writes
				score = nil
			}
		}
		s.Title = "Readings, " + onPaper(e.RecordedAt) + scoreOnPaper(score)
		points := func(string) *int { return nil }
		if score != nil {
			points = score.SubScore
		}
		s.Lines = care.ReadingLines(e.Values, points, score != nil)
		if i := slices.IndexFunc(all, func(other Evidence) bool { return other.ID == e.ReplacedBy }); e.ReplacedBy != "" && i >= 0 {
			s.Lines = append(s.Lines, "Replaced "+onPaper(e.ReplacedAt)+": "+cmp.Or(care.ReadingsChanged(all[i].Values, e.Values), "with the same values")+".")
		}
	} else if told := care.DetailsText(e.Values["details"]); told != "" {
		s.Lines = append(s.Lines, told+".")
	}
	origin := "Recorded by " + cmp.Or(named(e.RecordedBy), "somebody who is not known here")
	if e.ReachedAt != "" {
		origin += "; reached us " + reached(e.ReachedAt, e.LateBy)
	}
	if !e.Verified {
		origin += ". A value of it is in doubt"
	}
	if !e.ClockKnown {
		origin += ". The clock of the phone was not known"
	}
	s.Lines = append(s.Lines, origin+".")
	return s
}

func scoreOnPaper(score *news2.Score) string {
	switch {
	case score == nil:
		return ""
	case score.Status == news2.StatusNotApplicable:
		return ": NEWS2 does not apply"
	case score.Total != nil:
		return ": NEWS2 " + strconv.Itoa(*score.Total) + ", " + words(string(score.Band))
	}
	return ": NEWS2 at least " + strconv.Itoa(score.FloorTotal)
}

// personOnPaper is whom a sheet is about: a name with a number and a day of birth, as far as its reader knows them.
func personOnPaper(p access.Person) string {
	name := joined(", ", strings.ToUpper(p.FamilyName), p.GivenName)
	if p.PreferredName != "" {
		name = joined(" ", name, "("+p.PreferredName+")")
	}
	number := ""
	if p.NHSNumber != "" {
		number = "NHS number " + p.NHSNumber
		if p.NHSNumberStatus != "verified" {
			number += " (not verified)"
		}
	}
	born := ""
	if day, err := time.Parse(time.DateOnly, p.DateOfBirth); err == nil {
		born = "born " + day.Format("2 January 2006")
	}
	return cmp.Or(joined(". ", name, joined(", ", number, born)), "Somebody whose name is not for this reader, "+p.ID)
}

func named(n *care.Named) string {
	if n == nil {
		return ""
	}
	return joined(", ", n.Name, words(n.Role))
}

func teamOf(n *care.Named) string {
	if n == nil {
		return ""
	}
	return joined(", ", n.Name, n.Phone)
}

func reached(at string, late int64) string {
	if late < 60 {
		return onPaper(at)
	}
	return onPaper(at) + ", " + handover.HowLong(time.Duration(late)*time.Second) + " after it was recorded"
}

// words makes a code readable.
func words(code string) string { return strings.ReplaceAll(code, "_", " ") }

func moment(stamp string) time.Time {
	at, _ := care.ParseStamp(stamp) // zero for none
	return at
}

func onPaper(stamp string) string {
	if at := moment(stamp); !at.IsZero() {
		return handover.When(at)
	}
	return ""
}

func joined(by string, parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), by)
}
