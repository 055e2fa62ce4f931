package access

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"regexp"
	"slices"
	"strconv"

	"doorstep/internal/care"
)

// issueContent are the fields of conflicts and quarantine that hold what somebody wrote.
var issueContent = map[string][]string{
	care.Conflicts:  {"before", "kept", "lost"},
	care.Quarantine: {"content", "raw"},
}

// IssueSeen is a conflict or a quarantined change as one reader gets it: the fields of a sync_issues
// record by name. Hidden is true in it where its content stays away.
type IssueSeen map[string]any

// Text is a text-like field, "" for none.
func (s IssueSeen) Text(field string) string { t, _ := s[field].(string); return t }

// Patient is whom the issue is about as its reader may know, "" for nobody.
func (s IssueSeen) Patient() string { id, _ := s["patient"].(string); return id }

// About is the record the issue is about as its reader may know, "" for none.
func (s IssueSeen) About() string { id, _ := s["record"].(string); return id }

// Hides says whether the content stays away.
func (s IssueSeen) Hides() bool { return s["hidden"] == true }

// SeeIssue is an issue as somebody gets it to whom it belongs. Concerns are the handovers it speaks of that are
// safeguarding concerns; see HandoversIn. Its content stays away from whoever has not got its person, and what
// it says of a sealed field from everybody, always. Desk: it is shown on a page of the desk, where whom the desk
// answers for is near too.
func (a *Access) SeeIssue(issue *care.Record, desk bool, concerns Concerns) IssueSeen {
	issue = legible(issue)
	seen := IssueSeen{"id": issue.ID}
	for n := range issue.Collection.Fields {
		name := issue.Collection.Fields[n].Name
		seen[name] = issue.Get(name)
	}
	seen["kind"] = issueKind(issue)
	if claimed, other := a.claimed(issue); other && !a.Near(care.AsIssue(issue).Patient()) {
		seeAsClaimed(issue, seen, claimed)
	}
	for _, name := range []string{"content", "resolution"} {
		if raw, ok := seen[name].(json.RawMessage); ok {
			seen[name] = sealJSON(raw, concerns)
		}
	}
	near := a.HoldsIssue(issue) || desk && a.decidesIssue(issue)
	if !near || !a.readsIssue(issue) || sealedIssue(issue, concerns) {
		for _, name := range append([]string{"resolution"}, issueContent[issue.Collection.Name]...) {
			delete(seen, name)
		}
		seen["hidden"] = true
	}
	return seen
}

// HoldsIssue says whether the person of an issue is on a caseload of theirs, which is when a phone shows its
// content. Of a change of their own counts whom they named.
func (a *Access) HoldsIssue(issue *care.Record) bool {
	patient := care.AsIssue(issue).Patient()
	claimed, other := a.claimed(issue)
	return patient == "" || a.Holds(patient) || other && (claimed == "" || a.Holds(claimed))
}

// MayBeToldOf says whether somebody at a desk may be told of an issue about a person who is theirs: who reads clinical
// records of any, a voluntary service of its own only.
func (a *Access) MayBeToldOf(issue *care.Record) bool {
	i := care.AsIssue(issue)
	return a.Clinical() && a.Near(i.Patient()) || slices.Contains(a.DeskTeams(), i.OwnerTeam())
}

// decidesIssue says whether the person of an issue is one whom their desk decides about; see Near. Somebody whom
// nobody has is near to the clinical desk that decides.
func (a *Access) decidesIssue(issue *care.Record) bool {
	i := care.AsIssue(issue)
	return a.Near(i.Patient()) || a.Clinical() && slices.Contains(a.DeskTeams(), i.OwnerTeam()) && !a.index.held(i.Patient())
}

// claimed is whom the author of a kept change named, where that is another than whom it is filed under.
func (a *Access) claimed(issue *care.Record) (patient string, other bool) {
	i := care.AsIssue(issue)
	if i.Author() != a.Staff || !i.HoldsChange() || i.Patient() == "" {
		return "", false
	}
	for _, op := range keptOps(issue) {
		if patient = op.Patient; patient != "" {
			break
		}
	}
	return patient, patient != i.Patient()
}

// seeAsClaimed shows the author of a change, which is filed under whom the record is about, what they would see
// if there were no such record: whom they named themselves, and nothing that tells whose it is.
func seeAsClaimed(issue *care.Record, seen IssueSeen, claimed string) {
	seen["patient"], seen["owner_team"] = nil, nil
	if claimed != "" {
		seen["patient"] = claimed
	}
	if waits := care.AsIssue(issue).WaitsFor(); waits != "" && !bytes.Contains(care.AsIssue(issue).Content(), []byte(waits)) {
		seen["waits_for"] = nil
	}
}

// legible is an issue whose quotes every reader of JSON can read. What somebody wrote past the engine may
// be anything: of a change it leaves in raw, of a side of a conflict as text.
func legible(issue *care.Record) *care.Record {
	clean := issue
	for i := range issue.Collection.Fields {
		f := &issue.Collection.Fields[i]
		if f.Kind != care.Object || issue.Raw(f.Name) == nil {
			continue
		}
		_, raw := care.Quote(issue.Raw(f.Name))
		if raw == "" {
			continue
		}
		if clean == issue {
			clean = issue.Clone()
		}
		delete(clean.Values, f.Name)
		switch {
		case f.Name == "content":
			clean.Values["raw"] = raw
		case f.Shape.Quoted:
			clean.Values[f.Name] = care.JSON(string(issue.Raw(f.Name)))
		}
	}
	return clean
}

// issueKind is the kind of a sync_issues record.
func issueKind(issue *care.Record) string {
	switch {
	case issue.Collection.Name != care.Quarantine:
		return care.IssueConflict
	case care.AsIssue(issue).HoldsField():
		return care.IssueSetAside
	}
	return care.IssueQuarantined
}

// sealedIssue says whether an issue is about one field whose content is for the safeguarding lead.
func sealedIssue(issue *care.Record, concerns Concerns) bool {
	i := care.AsIssue(issue)
	return care.SealedName(i.Field()) || slices.Contains(concernContent[i.Collection()], i.Field()) && concerns.Concern(i.About())
}

// SeeStored is what now stands in the field that an issue is about, and who put it there, as a desk
// may be shown it that reads the issue.
func (a *Access) SeeStored(rec *care.Record, field string) (value any, last care.Change, shown bool) {
	f, ok := rec.Collection.Field(field)
	if !ok || f.Sealed || !f.Limited && !a.Clinical() || !a.Sees(rec, a.Near(rec.Person())) || a.hides(rec, field) {
		return nil, last, false
	}
	if slices.Contains(concernContent[rec.Collection.Name], field) && care.AsHandover(rec).Class() == care.Safeguarding {
		return nil, last, false
	}
	return rec.AsItWas(field), rec.LastChange(field), true
}

// RecordsChanged are the records that a kept change would alter, by collection.
func RecordsChanged(issue *care.Record) map[string][]string {
	if !care.AsIssue(issue).HoldsChange() {
		return nil
	}
	records := map[string][]string{}
	for _, op := range keptOps(issue) {
		if op.Kind != care.OpCreate && care.IsID(op.ID) && !slices.Contains(records[op.Collection], op.ID) {
			records[op.Collection] = append(records[op.Collection], op.ID)
		}
	}
	return records
}

// readsIssue: a clinical viewer reads the content of an issue they get; a limited one only what lies
// in their own projection, or came from somebody whose own view is limited and is about records that
// have such a view: a nurse who became a volunteer wrote other things before.
func (a *Access) readsIssue(issue *care.Record) bool {
	i := care.AsIssue(issue)
	if MaybeSafeguarding(issue) {
		return false
	}
	switch a.Duty.View {
	case care.Clinical:
		return true
	case care.NoRecords:
		return false
	case care.Limited:
	}
	if issue.Collection.Name == care.Conflicts {
		c, ok := care.ByName(i.Collection())
		if !ok {
			return false
		}
		f, ok := c.Field(i.Field())
		return i.Field() == "" || ok && f.Limited
	}
	author := a.index.Member(i.Author())
	return author != nil && care.DutyOf(author.Role).View == care.Limited && !clinicalContent(issue)
}

// clinicalContent says whether any part of what quarantine keeps is beyond what a limited viewer sees of such
// records, field by field. What cannot be read may be.
func clinicalContent(issue *care.Record) bool {
	i := care.AsIssue(issue)
	if !i.HoldsChange() {
		return !SafeToShare(i.Collection(), i.Field())
	}
	ops := keptOps(issue)
	return len(ops) == 0 || slices.ContainsFunc(ops, func(op care.Op) bool { return !SafeToShareOp(&op) })
}

// keptOps are the ops of a change that quarantine keeps, as far as access asks of them; none where it cannot be
// read.
func keptOps(issue *care.Record) []care.Op {
	var kept struct {
		Ops []struct {
			Kind       care.OpKind    `json:"op"`
			Collection string         `json:"collection"`
			ID         string         `json:"id"`
			Patient    string         `json:"patient"`
			Field      string         `json:"field"`
			Set        map[string]any `json:"set"`
			Was        map[string]any `json:"was"`
		} `json:"ops"`
	}
	raw := care.AsIssue(issue).Content()
	if raw == nil || json.Unmarshal(raw, &kept) != nil {
		return nil
	}
	ops := make([]care.Op, len(kept.Ops))
	for n, o := range kept.Ops {
		ops[n] = care.Op{Kind: o.Kind, Collection: o.Collection, ID: o.ID, Patient: o.Patient, Field: o.Field, Set: o.Set, Was: o.Was}
		if ops[n].Patient == "" {
			ops[n].Patient = ops[n].PatientInContent()
		}
	}
	return ops
}

// escapedLetter is a letter of ASCII written as an escape of JSON.
var escapedLetter = regexp.MustCompile(`\\u00[0-7][0-9a-fA-F]`)

// MaybeSafeguarding says whether a change that could not be read might be about safeguarding. In one
// that could, sealJSON seals what is for the safeguarding lead only.
func MaybeSafeguarding(issue *care.Record) bool {
	raw := ""
	if issue.Collection.Name == care.Quarantine {
		raw = care.AsIssue(issue).Raw()
	}
	if raw == "" {
		return false
	}
	b, err := base64.StdEncoding.DecodeString(raw)
	b = escapedLetter.ReplaceAllFunc(b, func(escape []byte) []byte {
		n, _ := strconv.ParseUint(string(escape[2:]), 16, 16) // four digits, by the pattern
		return []byte{byte(n)}
	})
	b = bytes.ToLower(b)
	return err != nil || bytes.Contains(b, []byte("safeguarding")) || bytes.Contains(b, []byte(`"sg"`))
}
