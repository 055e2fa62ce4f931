package httpapi

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/care"
	"doorstep/internal/fhir"
	"doorstep/internal/identity"
	"doorstep/internal/news2"
	"doorstep/internal/pbpages"
	"doorstep/internal/pbstore"
)

// handoverAsFHIR answers a handover as a bundle of FHIR R4: what its reader sees of it, and no more.
func (a *API) handoverAsFHIR(e *core.RequestEvent) error {
	d, ok, err := a.detail(e.Request.Context(), accessOf(e), e.Request.PathValue("id"))
	if err != nil {
		return err
	}
	if !ok {
		return identity.ErrNotFound
	}
	raw, err := a.bundleOf(e.Request.Context(), &d)
	if err != nil {
		return err
	}
	if err := a.audit(e, "export_fhir", care.Handovers, d.ID, d.Patient.ID, care.ReadDetail{Count: 1}); err != nil {
		return err
	}
	e.Response.Header().Set("Content-Disposition", `attachment; filename="handover-`+d.ID+`.fhir.json"`) // no name of anybody
	return writeBody(e, http.StatusOK, fhir.Media, raw)
}

// bundleOf writes what a reader sees of a handover, with its sheet of paper. A file goes on to others: where somebody lives
// whose address is for those who visit alone is not in it, whoever takes it.
func (a *API) bundleOf(ctx context.Context, d *handoverDetail) ([]byte, error) {
	open := *d
	if open.Patient.AddressHidden {
		open.Patient.Address, open.Patient.Postcode, open.Patient.Phone = "", "", ""
	}
	h, err := a.asFHIR(ctx, &open)
	if err != nil {
		return nil, err
	}
	if h.Sheet, err = sheetOf(&open).PDF(); err != nil {
		return nil, err
	}
	return fhir.WriteBundle(h)
}

// asFHIR is a handover, as a reader sees it, in the words of internal/fhir.
func (a *API) asFHIR(ctx context.Context, d *handoverDetail) (*fhir.Handover, error) {
	organisations, err := a.organisationsOf(ctx, d)
	if err != nil {
		return nil, err
	}
	p := &d.Patient
	h := &fhir.Handover{ID: d.ID, Version: d.Version, Class: care.Class(d.Class), State: care.State(d.State), From: staffInFHIR(d.FromStaff), Owner: staffInFHIR(d.Owner),
		FromTeam: organisations(d.FromTeam), ToTeam: organisations(d.ToTeam), Situation: d.Situation, Background: d.Background, Assessment: d.Assessment,
		Recommendation: d.Recommendation, SafeNote: d.SafeNote, Unverified: d.Unverified, Outcome: d.Outcome, Answer: d.Answer, DeclineReason: d.DeclineReason,
		RecordedAt: moment(d.Provenance.RecordedAt), RaisedAt: moment(d.Provenance.RaisedAt), ChangedAt: changedAt(d), AckDue: moment(d.AckDue), ActDue: moment(d.ActDue),
		Person: fhir.Person{ID: p.ID, FamilyName: p.FamilyName, GivenName: p.GivenName, CalledName: p.PreferredName, DateOfBirth: p.DateOfBirth, DiedOn: p.DiedOn,
			NHSNumber: strings.ReplaceAll(p.NHSNumber, " ", ""), Verified: p.NHSNumberStatus == "verified", Needs: words(strings.Join(p.CommunicationNeeds, ", ")), Risk: p.RiskNote}}
	if !p.AddressHidden {
		h.Person.Address, h.Person.Postcode, h.Person.Phone = p.Address, p.Postcode, p.Phone
	}
	if p.Practice != "" {
		h.Person.Practice = organisations(&care.Named{ID: p.Practice})
	}
	for _, r := range d.Rules {
		h.Reasons = append(h.Reasons, r.Title)
	}
	for i := range d.Evidence {
		h.Evidence = append(h.Evidence, evidenceInFHIR(&d.Evidence[i]))
	}
	return h, nil
}

func evidenceInFHIR(e *Evidence) fhir.Evidence {
	out := fhir.Evidence{Collection: e.Collection, ID: e.ID, At: moment(e.RecordedAt), ReachedAt: moment(e.ReachedAt), By: staffInFHIR(e.RecordedBy), ClockKnown: e.ClockKnown,
		Verified: e.Verified, Values: e.Values, ReplacedBy: e.ReplacedBy, ReplacedAt: moment(e.ReplacedAt)}
	if len(e.NEWS2) > 0 {
		out.Score = &news2.Score{}
		if json.Unmarshal(e.NEWS2, out.Score) != nil { // of another shape than the server writes
			out.Score = nil
		}
	}
	return out
}

// changedAt is when a handover came to stand as it does: the last line of its history.
func changedAt(d *handoverDetail) (last time.Time) {
	last = moment(d.Provenance.RaisedAt)
	for i := range d.Events {
		if at := moment(d.Events[i].At); at.After(last) {
			last = at
		}
	}
	return last
}

func staffInFHIR(n *care.Named) *fhir.Staff {
	if n == nil {
		return nil
	}
	return &fhir.Staff{ID: n.ID, Name: n.Name, Role: n.Role}
}

// organisationsOf finds the teams and the practice that a handover names, with the ODS codes of whom they belong to.
func (a *API) organisationsOf(ctx context.Context, d *handoverDetail) (func(*care.Named) *fhir.Organisation, error) {
	above := map[string]string{} // by team
	ids := []string{d.Patient.Practice}
	for _, team := range []*care.Named{d.FromTeam, d.ToTeam} {
		if team == nil {
			continue
		}
		if t := a.Store.Access.Directory().Ever(team.ID); t != nil && t.Organisation != "" {
			above[team.ID] = t.Organisation
			ids = append(ids, t.Organisation)
		}
	}
	var found map[string]pbpages.Coded
	err := a.Store.ReadForPage(ctx, func(v *pbstore.Snapshot) (err error) {
		found, err = pbpages.Of(v).OrganisationCodes(ids)
		return err
	})
	one := func(id string) *fhir.Organisation {
		if c, known := found[id]; known {
			return &fhir.Organisation{ID: c.ID, Name: c.Name, Phone: c.Phone, ODSCode: c.ODSCode}
		}
		return nil
	}
	return func(n *care.Named) *fhir.Organisation {
		if n == nil {
			return nil
		}
		if practice := one(n.ID); practice != nil {
			return practice
		}
		return &fhir.Organisation{ID: n.ID, Name: n.Name, Phone: n.Phone, PartOf: one(above[n.ID])}
	}, err
}
