package access

import (
	"time"

	"doorstep/internal/care"
)

// IssueShownLongEnough says whether somebody who does not have the person any more has been told
// for that long that their issue is still open. It counts from when they lost the person or, where
// that was before, from when the issue was opened.
func (a *Access) IssueShownLongEnough(issue *care.Record, retention time.Duration) bool {
	i := care.AsIssue(issue)
	since, _ := care.ParseStamp(i.OpenedAtStamp()) // written by us
	a.index.mu.RLock()
	if lost := a.index.lost(a.Viewer, a.holders, i.Patient()); lost.After(since) {
		since = lost
	}
	a.index.mu.RUnlock()
	return a.at.Sub(since) >= retention
}

// lost is when somebody last had a person, as far back as grants are remembered; zero for never.
func (ix *Index) lost(v care.Viewer, holders []string, patient string) (last time.Time) {
	held := func(holder string, until time.Time) {
		for _, g := range ix.grants[patient] {
			if g.Holder != holder || !until.IsZero() && !g.From.Before(until) {
				continue
			}
			end := g.To
			if end.IsZero() || !until.IsZero() && until.Before(end) {
				end = until
			}
			if end.After(last) {
				last = end
			}
		}
	}
	for _, name := range holders {
		held(name, time.Time{})
	}
	if member := ix.staff[v.Staff]; member != nil {
		for _, p := range member.Past {
			was := member.At(p.Until.Add(-1))
			for _, name := range holdersOf(was, care.DutyOf(was.Role)) {
				held(name, p.Until)
			}
		}
	}
	return last
}
