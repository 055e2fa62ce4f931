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

// Hides says whether the content stays away.
func (s IssueSeen) Hides() bool { return s["hidden"] == true }

// SeeIssue is an issue as somebody gets it to whom it belongs. Near: they have its person, or decide it
// at a desk; without that its content stays away, and so does what it says of a sealed field, always.
// Concern: it is about a safeguarding concern.
func (a *Access) SeeIssue(issue *care.Record, near, concern bool) IssueSeen {
	issue = legible(issue)
	seen := IssueSeen{"id": issue.ID}
	for i := range issue.Collection.Fields {
		name := issue.Collection.Fields[i].Name
		seen[name] = issue.Get(name)
	}
	seen["kind"] = issueKind(issue)
	if raw, ok := seen["content"].(json.RawMessage); ok && seen["kind"] == care.IssueQuarantined {
		seen["content"] = sealMutation(raw)
	}
	if !near || !a.readsIssue(issue) || sealedIssue(issue, concern) {
		for _, name := range issueContent[issue.Collection.Name] {
			delete(seen, name)
		}
		seen["hidden"] = true
	}
	return seen
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
func sealedIssue(issue *care.Record, concern bool) bool {
	i := care.AsIssue(issue)
	c, ok := care.ByName(i.Collection())
	if !ok {
		return false
	}
	f, ok := c.Field(i.Field())
	return ok && (f.Sealed || concern && slices.Contains(concernContent[c.Name], f.Name))
}

// SeeStored is what now stands in the field that an issue is about, and who put it there, as a desk
// may be shown it that reads the issue.
func (a *Access) SeeStored(rec *care.Record, field string) (value any, last care.Change, shown bool) {
	f, ok := rec.Collection.Field(field)
	if !ok || f.Sealed || !f.Limited && !a.Clinical() {
		return nil, last, false
	}
	return rec.Get(field), rec.LastChange(field), true
}

// readsIssue: a clinical viewer reads the content of an issue they get; a limited one only what lies
// in their own projection, or came from somebody whose own view is limited and is about records that
// have such a view: a nurse who became a volunteer wrote other things before.
func (a *Access) readsIssue(issue *care.Record) bool {
	i := care.AsIssue(issue)
	if maybeSafeguarding(issue) {
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

// clinicalContent says whether any part of what quarantine keeps is about records of which a limited
// viewer sees no field. What cannot be read may be.
func clinicalContent(issue *care.Record) bool {
	i := care.AsIssue(issue)
	names := []string{i.Collection()}
	if i.HoldsChange() {
		var kept struct {
			Ops []struct {
				Collection string `json:"collection"`
			} `json:"ops"`
		}
		raw := i.Content()
		if raw == nil || json.Unmarshal(raw, &kept) != nil {
			return true
		}
		for _, op := range kept.Ops {
			names = append(names, op.Collection)
		}
	}
	return slices.ContainsFunc(names, func(name string) bool {
		c, ok := care.ByName(name)
		return ok && !slices.ContainsFunc(c.Fields, func(f care.Field) bool { return f.Limited })
	})
}

// escapedLetter is a letter of ASCII written as an escape of JSON.
var escapedLetter = regexp.MustCompile(`\\u00[0-7][0-9a-fA-F]`)

// maybeSafeguarding says whether a change that could not be read might be about safeguarding. In one
// that could, sealMutation seals what is for the safeguarding lead only.
func maybeSafeguarding(issue *care.Record) bool {
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
	return err != nil || bytes.Contains(b, []byte("safeguarding")) || bytes.Contains(b, []byte(`"SG"`))
}

// sealMutation takes the content of sealed fields out of a kept mutation; it stays in the database for
// the safeguarding lead, to whom its alarm has gone.
func sealMutation(raw json.RawMessage) json.RawMessage {
	var m map[string]any
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	if dec.Decode(&m) != nil {
		return json.RawMessage("null")
	}
	ops, _ := m["ops"].([]any)
	sealed := false
	for _, o := range ops {
		op, _ := o.(map[string]any)
		name, _ := op["collection"].(string)
		c, ok := care.ByName(name)
		if !ok {
			continue
		}
		for _, part := range []string{"set", "was"} {
			values, _ := op[part].(map[string]any)
			concern := values["class"] == string(care.Safeguarding)
			for field, v := range values {
				f, ok := c.Field(field)
				if ok && (f.Sealed || concern && slices.Contains(concernContent[name], field)) && v != nil && v != "" {
					values[field], sealed = care.SealedReceipt, true
				}
			}
		}
	}
	if !sealed {
		return raw
	}
	out, err := json.Marshal(m)
	if err != nil {
		return json.RawMessage("null")
	}
	return out
}
