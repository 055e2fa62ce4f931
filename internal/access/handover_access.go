package access

import (
	"encoding/json"
	"slices"
	"strings"

	"doorstep/internal/care"
)

// Sides of a handover from which it is looked at.
const (
	Received  = "received"  // by the team that has it, or had it until it was escalated
	Sent      = "sent"      // by whoever raised it, and their team
	Escalated = "escalated" // with somebody else for want of an answer from here
	Given     = "given"     // closed by somebody else, after it was handed on or declined here
)

// The fields of a handover that not everybody reads who may look at it; all others say how it stands.
var (
	handoverContent = []string{"rules", "superseded_by", "situation", "background", "assessment", "recommendation", "evidence"}
	handoverReply   = []string{"decline_reason", "answer", "called", "called_why", "called_at", "called_name", "called_role", "reached", "read_back",
		"called_999", "called_999_why", "called_999_at", "called_999_name", "called_999_read_back"}
)

// MaySeeHandover says whether a handover is somebody's to look at: it stands with their team or was
// escalated away from it, or they or their team sent it. Former are the teams it was escalated from.
func (r Rights) MaySeeHandover(fromStaff, fromTeam, toTeam string, former []string) bool {
	inbox := r.InboxTeams()
	if slices.Contains(inbox, toTeam) || ShareTeam(former, inbox) {
		return true
	}
	own := fromStaff != "" && fromStaff == r.Staff && r.Duty.May(care.Create, care.Handovers)
	return own || fromTeam != "" && slices.Contains(r.SentTeams(), fromTeam)
}

// MaySeeGiven says whether a closed handover is one that a team of theirs gave away; see SeeGiven.
func (r Rights) MaySeeGiven(state care.State, given []string) bool {
	return state.Closed() && ShareTeam(given, r.InboxTeams())
}

// SeeGiven is a closed handover as a team sees it that gave it away: how it ended, and nothing of what it says.
func (a *Access) SeeGiven(handover *care.Record) *Seen {
	return &Seen{ID: handover.ID, Version: handover.Version, Projection: GivenView, rec: handover, shows: func(field string) bool {
		return !slices.Contains(handoverContent, field) && !slices.Contains(handoverReply, field) && field != "safe_note"
	}}
}

// SeePersonGiven is whom a handover was about that a team of theirs gave away: who it was, and nothing that may have
// changed since. A limited reader learns it only of their own people.
func (a *Access) SeePersonGiven(handover, person *care.Record) Person {
	p := a.SeePerson(FullView, care.AsHandover(handover).Patient(), person)
	return Person{ID: p.ID, FamilyName: p.FamilyName, GivenName: p.GivenName, PreferredName: p.PreferredName, DateOfBirth: p.DateOfBirth,
		NHSNumber: p.NHSNumber, NHSNumberStatus: p.NHSNumberStatus}
}

// ShareTeam says whether a team is on both lists.
func ShareTeam(a, b []string) bool {
	return slices.ContainsFunc(a, func(t string) bool { return slices.Contains(b, t) })
}

// SideOf says from which side somebody looks at a handover they may see.
func (a *Access) SideOf(handover *care.Record) string {
	switch {
	case slices.Contains(a.InboxTeams(), handover.Text("to_team")):
		return Received
	case a.sent(handover):
		return Sent
	}
	return Escalated
}

// asked says whether a handover asks for work in an answer that one of somebody's teams gave. Only the server makes
// such a one, of the answer of whoever had the handover that it follows: they read of it what they read of that. For
// practices, who have nobody on a caseload; who carries a phone reads of it what the phone does, see SeeSent.
func (a *Access) asked(handover *care.Record) bool {
	return a.Duty.Inbox && !a.Duty.Device && handover.Text("follows") != "" && slices.Contains(a.Teams, handover.Text("from_team"))
}

func (a *Access) sent(handover *care.Record) bool {
	return handover.Text("from_staff") == a.Staff || slices.Contains(a.Teams, handover.Text("from_team"))
}

// SeeHandover is a handover as somebody sees it who may look at it; see MaySeeHandover.
func (a *Access) SeeHandover(handover *care.Record) *Seen {
	s := &Seen{ID: handover.ID, Version: handover.Version, Projection: a.projectionOf(handover), rec: handover}
	// What a limited reader's own team answered is their own words, not a clinician's.
	own, follows := slices.Contains(a.Teams, handover.Text("to_team")) || a.asked(handover), a.onlyFollows(handover)
	s.shows = func(field string) bool {
		switch {
		case s.Projection == FullView:
			return true
		case follows:
			return slices.Contains(followed, field)
		case slices.Contains(handoverContent, field):
			return false
		case field == "safe_note":
			return s.Projection == LimitedView
		case slices.Contains(handoverReply, field):
			return s.Projection == LimitedView && own
		}
		return true
	}
	return s
}

// SeePersonOf is whom a handover is about, as somebody sees them who may look at it. Whoever sent it themselves, they
// or their team, learns nothing of a person who never was theirs by it, wherever it stands.
func (a *Access) SeePersonOf(handover, person *care.Record) Person {
	id := care.AsHandover(handover).Patient()
	if a.onlyFollows(handover) || a.sent(handover) && !a.asked(handover) && !a.Near(id) && !a.everOurs(id) {
		return Person{ID: id}
	}
	return a.seePerson(a.projectionOf(handover), id, person, a.Holds(id) || a.referred(handover, person))
}

// referred says whether a handover stands with a voluntary team of theirs, and its person agreed that their service
// knows who it is: it could not help somebody without a name and an address.
func (a *Access) referred(handover, person *care.Record) bool {
	if person == nil || a.SideOf(handover) != Received {
		return false
	}
	service := a.index.Directory().Service(handover.Text("to_team"))
	if service == "" {
		return false
	}
	agreed, _ := Consented(person, service, a.at)
	return agreed
}

// everOurs says whether a person is, or as far back as is remembered was, with a team of theirs or with themselves.
func (a *Access) everOurs(patient string) bool {
	teams := append(a.DeskTeams(), a.Teams...)
	a.index.mu.RLock()
	defer a.index.mu.RUnlock()
	return slices.ContainsFunc(a.index.grants[patient], func(g *Grant) bool {
		team, ok := strings.CutPrefix(g.Holder, care.TeamScope(""))
		return ok && slices.Contains(teams, team) || g.Holder == care.StaffScope(a.Staff)
	})
}

// followed are the fields by which somebody follows how a handover stands who reads nothing else of it: where it is,
// who deals with it, and by when. None tells anything of the person.
var followed = []string{"patient", "from_staff", "from_team", "to_team", "class", "raised_at", "state",
	"ack_due", "act_due", "seen_by", "acknowledged_by", "acknowledged_at", "owner"}

// written are the fields of a line of its history that tell what people wrote.
var written = []string{"text", "detail"}

// SeeSent is a handover, or a line of its history, as a pull brings it in some scopes: cut down to how it stands for
// whoever gets it because they, or their team, sent it, and whose person it is not, or not any more. It is the rule of
// SeeHandover and SeeEvent. Whenever who has a person changes, what was reported of them is sent again, so that a phone
// holds no more than a new one would.
func (a *Access) SeeSent(c *care.Collection, scopes []string, patient string, data json.RawMessage) json.RawMessage {
	if !slices.ContainsFunc(scopes, followsSender) || slices.ContainsFunc(scopes, func(s string) bool { return a.receivedIn(c, s) }) || a.Near(patient) {
		return data
	}
	var fields map[string]json.RawMessage
	if json.Unmarshal(data, &fields) != nil {
		return json.RawMessage("{}") // unreachable: SQLite wrote it as an object
	}
	for name := range fields {
		if !follows(c, name) {
			delete(fields, name)
		}
	}
	return care.JSON(fields)
}

// followsSender says whether a scope brings what somebody, or a team, sent.
func followsSender(scope string) bool {
	return strings.HasPrefix(scope, care.StaffScope("")) || strings.HasPrefix(scope, care.TeamScope(""))
}

// receivedIn says whether a scope brings a handover to an inbox of theirs, or a line of its history that was written
// by, or for, their team.
func (a *Access) receivedIn(c *care.Collection, scope string) bool {
	team, to := strings.CutPrefix(scope, care.DestinationScope(""))
	return to && (c.Name == care.HandoverEvents || slices.Contains(a.InboxTeams(), team))
}

// follows says whether a member of a handover, or of a line of its history, tells how it stands and no more.
func follows(c *care.Collection, name string) bool {
	if c.Name == care.HandoverEvents {
		_, field := c.Field(name)
		return name == "id" || field && !slices.Contains(written, name)
	}
	return name == "id" || slices.Contains(followed, name)
}

// onlyFollows says whether somebody sees a handover because they or their team sent it and for no other reason: its
// person is not theirs, or not any more. They learn what became of it and nothing of the person. Whatever is refused
// raises what it says, so that anybody can be the sender of something about anybody.
func (a *Access) onlyFollows(handover *care.Record) bool {
	return a.SideOf(handover) == Sent && !a.asked(handover) && !a.Near(care.AsHandover(handover).Patient())
}

func (a *Access) projectionOf(handover *care.Record) Projection {
	to := a.index.Directory().Ever(handover.Text("to_team"))
	switch {
	case care.Class(handover.Text("class")) == care.Safeguarding && !a.Duty.ReadsConcerns:
		return SealedView
	case a.Limited(), !a.sent(handover) && to != nil && to.Kind == care.VoluntaryKind, a.onlyFollows(handover):
		return LimitedView
	}
	return FullView
}

// SeeEvent is a line of a handover's history as somebody sees it who sees the handover so. What
// people wrote in it is theirs who may read the content; a limited reader gets what was written by, or
// for, their own teams.
func (a *Access) SeeEvent(handover *Seen, event *care.Record) *Seen {
	own := slices.Contains(a.Teams, care.AsHandoverEvent(event).Team())
	wrote := handover.Projection == FullView || own && (handover.Projection == LimitedView || handover.Projection == GivenView)
	return &Seen{ID: event.ID, Version: event.Version, Projection: handover.Projection, rec: event,
		shows: func(field string) bool { return wrote || !slices.Contains(written, field) }}
}

// ReadsTrend says whether somebody reads the last scores of the person a handover is about. They belong
// to who has to act on it: a full reader, never for a safeguarding concern. Whoever sent it, they or their team, reads
// them as long as the person is theirs, wherever it stands.
func (a *Access) ReadsTrend(handover *Seen) bool {
	return handover.Projection == FullView && care.Class(handover.Text("class")) != care.Safeguarding &&
		(!a.sent(handover.rec) || a.Near(handover.Text("patient")))
}
