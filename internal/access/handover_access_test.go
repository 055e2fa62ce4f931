package access

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"doorstep/internal/care"
)

// D9: what a support worker holds is about their own people, whatever else their team sends or is sent.
func TestWhoMayLookAtAHandover(t *testing.T) {
	for _, c := range []struct {
		name           string
		role           care.Role
		from, team, to string
		former         []string
		may            bool
	}{
		{"a GP looks at what was sent to the practice", care.DutyGP, "you", others, nurses, nil, true},
		{"a GP does not look at what was sent elsewhere", care.DutyGP, "you", others, practice, nil, false},
		{"a GP still looks at what was escalated away from the practice", care.DutyGP, "you", others, desk, []string{nurses}, true},
		{"a GP follows what their practice asked for", care.DutyGP, "you", nurses, others, nil, true},
		{"a support worker does not follow what the team sent", care.SupportWorker, "you", nurses, others, nil, false},
		{"a nurse follows what her team sent", care.DistrictNurse, "you", nurses, practice, nil, true},
		{"a nurse follows what she sent herself, from wherever", care.DistrictNurse, "me", "", practice, nil, true},
		{"a nurse looks at the tasks of her team", care.DistrictNurse, "you", others, nurses, nil, true},
		{"a support worker does not", care.SupportWorker, "you", others, nurses, nil, false},
		{"a volunteer follows nothing", care.Volunteer, "me", nurses, desk, nil, false},
		{"a link worker follows what they sent themselves", care.LinkWorker, "me", nurses, desk, nil, true},
		{"a link worker does not follow what their team sent", care.LinkWorker, "you", nurses, desk, nil, false},
		{"the end of the chain looks at what stands with no team", care.CareCoordinator, "you", others, "", nil, true},
		{"a lead does not look at what stands with no team", care.TeamLead, "you", others, "", nil, false},
		{"an administrator looks at nothing", care.Administrator, "you", nurses, nurses, nil, false},
		{"who administers the whole server looks at nothing", care.ServerAdministrator, "you", nurses, nurses, nil, false},
	} {
		me := who(c.role, trust, nurses)
		if got := newTown(t, me).Of(me).MaySeeHandover(c.from, c.team, c.to, c.former); got != c.may {
			t.Errorf("%s: %t, want %t", c.name, got, c.may)
		}
	}
}

// U1: a practice reads of what it asked for in an answer what it read of the handover that it answered, whole and with
// its person; of anything else that its team is said to have sent, how it stands.
func TestAPracticeReadsWhatItAskedForInAnAnswer(t *testing.T) {
	for role, want := range map[care.Role]Projection{care.DutyGP: FullView, care.Reception: FullView} {
		me := who(role, trust, nurses)
		a := newTown(t, me).Of(me)
		task := said(care.SameDay, "you", nurses, others)
		person := record(care.Patients, ada, map[string]any{"family_name": "Ames", "given_name": "Ada"})
		if seen := a.SeeHandover(task); seen.Projection != LimitedView || seen.Text("answer") != "" || a.SeePersonOf(task, person).FamilyName != "" {
			t.Errorf("%s reads of what their team sent %s, answer %q", role, seen.Projection, seen.Text("answer"))
		}
		task.Values["follows"] = "answered"
		seen := a.SeeHandover(task)
		if seen.Projection != want || seen.Text("answer") != "w" {
			t.Errorf("%s reads of what they asked for %s, answer %q", role, seen.Projection, seen.Text("answer"))
		}
		if name := a.SeePersonOf(task, person).FamilyName; (name == "Ames") != (want == FullView) {
			t.Errorf("%s reads the name %q", role, name)
		}
	}
}

// said is a handover with every part filled in.
func said(class care.Class, fromStaff, fromTeam, toTeam string) *care.Record {
	return record(care.Handovers, "h", map[string]any{"patient": ada, "class": string(class), "from_staff": fromStaff, "from_team": fromTeam, "to_team": toTeam,
		"state": "sent", "situation": "s", "background": "b", "assessment": "a", "recommendation": "r", "rules": object([]any{map[string]any{"id": "x"}}), "superseded_by": "o",
		"evidence": object(map[string]any{}), "safe_note": "n", "decline_reason": "d", "answer": "w", "called_at": "2026-03-02T09:00:00.000Z", "called_name": "c"})
}

func TestHowMuchOfAHandoverIsRead(t *testing.T) {
	content := []string{"situation", "background", "assessment", "recommendation", "rules", "superseded_by", "evidence"}
	reply := []string{"decline_reason", "answer", "called_at", "called_name"}
	for _, c := range []struct {
		name       string
		role       care.Role
		class      care.Class
		team, to   string
		projection Projection
		content    bool // what it says
		note       bool // the note that is safe to share
		reply      bool // what was answered
	}{
		{"a GP reads all of what came to the practice", care.DutyGP, care.Urgent, others, nurses, FullView, true, true, true},
		{"reception reads it too", care.Reception, care.Urgent, others, nurses, FullView, true, true, true},
		{"the nurse who sent it reads it", care.DistrictNurse, care.Urgent, nurses, practice, FullView, true, true, true},
		{"who sent it to volunteers reads it", care.DistrictNurse, care.Routine, nurses, friends, FullView, true, true, true},
		{"a bystander of what volunteers were asked reads the note", care.DistrictNurse, care.Routine, others, friends, LimitedView, false, true, false},
		{"a coordinator of volunteers reads the note, and their own answer", care.VolunteerCoordinator, care.Routine, others, nurses, LimitedView, false, true, true},
		{"a coordinator of volunteers does not read what others answered", care.VolunteerCoordinator, care.Routine, nurses, practice, LimitedView, false, true, false},
		{"a link worker reads the note of what they sent", care.LinkWorker, care.Urgent, nurses, practice, LimitedView, false, true, false},
		{"the safeguarding lead reads a concern", care.SafeguardingLead, care.Safeguarding, others, nurses, FullView, true, true, true},
		{"the nurse who raised a concern keeps a receipt", care.DistrictNurse, care.Safeguarding, nurses, safe, SealedView, false, false, false},
		{"a GP to whom a concern came by mistake gets a receipt", care.DutyGP, care.Safeguarding, others, nurses, SealedView, false, false, false},
		{"a coordinator of volunteers gets a receipt of a concern", care.VolunteerCoordinator, care.Safeguarding, nurses, safe, SealedView, false, false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			me := who(c.role, trust, nurses)
			w := newTown(t, me)
			w.give(ada, care.TeamScope(nurses), now)
			seen := w.Of(me).SeeHandover(said(c.class, "you", c.team, c.to))
			if seen.Projection != c.projection {
				t.Errorf("projection %q, want %q", seen.Projection, c.projection)
			}
			shows := func(fields []string, want bool) {
				for _, f := range fields {
					if got := seen.Value(f) != nil; got != want {
						t.Errorf("%s is shown: %t, want %t", f, got, want)
					}
				}
			}
			shows(content, c.content)
			shows([]string{"safe_note"}, c.note)
			shows(reply, c.reply)
			shows([]string{"state", "class", "patient", "to_team"}, true)
		})
	}
}

// Whatever field is added to handovers, of a concern a receipt says no more than how it stands.
func TestAReceiptSaysHowAConcernStandsAndNoMore(t *testing.T) {
	me := who(care.DistrictNurse, trust, nurses)
	a := newTown(t, me).Of(me)
	c, _ := care.ByName(care.Handovers)
	values := map[string]any{"class": string(care.Safeguarding)}
	for i := range c.Fields {
		if f := &c.Fields[i]; f.Kind == care.Text {
			values[f.Name] = "secret"
		}
	}
	seen := a.SeeHandover(record(care.Handovers, "h", values))
	for i := range c.Fields {
		if name := c.Fields[i].Name; seen.Text(name) == "secret" {
			t.Errorf("the receipt of a concern tells %s", name)
		}
	}
	event := a.SeeEvent(seen, record(care.HandoverEvents, "e", map[string]any{"kind": "answered", "team": nurses, "text": "secret", "detail": object("secret")}))
	if event.Text("kind") != "answered" || event.Text("text") != "" || event.JSON("detail") != nil {
		t.Error("the history of a concern tells what was written, or not even what happened")
	}
}

func TestWhatIsQuotedAsEvidence(t *testing.T) {
	values := map[string]any{"note": "n", "concern": "c", "safeguarding": "sg", "wellbeing": "ok"}
	for projection, want := range map[Projection][]string{FullView: {"concern", "wellbeing"}, LimitedView: {"concern", "wellbeing"}, SealedView: {}} {
		s := &Seen{Projection: projection, rec: said(care.Urgent, "", "", "")}
		got := []string{}
		for name := range s.Quoted(care.Checkins, values) {
			got = append(got, name)
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%s: of a check-in %v is quoted, want %v", projection, got, want)
		}
	}
	limited := &Seen{Projection: LimitedView, rec: said(care.Urgent, "", "", "")}
	if got := limited.Quoted(care.Observations, map[string]any{"pulse": int64(120), "systolic": int64(90)}); len(got) != 0 {
		t.Errorf("a limited reader is shown readings: %v", got)
	}
}

// X1: whatever is refused raises what it says, so that anybody can be the sender of something about anybody.
func TestWhoOnlySentAHandoverReadsNothingOfAPersonWhoIsNotTheirs(t *testing.T) {
	person := record(care.Patients, ada, map[string]any{"family_name": "Testpatient", "nhs_number": "9990000018"})
	for _, class := range []care.Class{care.Urgent, care.Safeguarding} {
		for _, c := range []struct {
			name  string
			who   care.Viewer
			has   bool
			named bool
		}{
			{"a nurse whose person it is", who(care.DistrictNurse, trust, nurses), true, true},
			{"a nurse whose person it is not", who(care.DistrictNurse, trust, nurses), false, false},
			{"a lead whose team sent it, about somebody of others", who(care.TeamLead, trust, nurses), false, false},
			{"the GP to whom it went", who(care.DutyGP, surgery, practice), false, true},
		} {
			w := newTown(t, c.who)
			if c.has {
				w.give(ada, care.TeamScope(nurses), now)
			} else {
				w.give(ada, care.TeamScope(others), now)
			}
			a, h := w.Of(c.who), said(class, "me", nurses, practice)
			if c.who.Role == care.DutyGP {
				h.Values["from_staff"] = "you"
			}
			if got := a.SeePersonOf(h, person); (got.NHSNumber != "") != c.named || got.ID != ada {
				t.Errorf("%s, of class %s: %+v", c.name, class, got)
			}
			seen := a.SeeHandover(h)
			if reads := seen.Text("background") != ""; reads != (c.named && class != care.Safeguarding) || seen.Text("state") == "" {
				t.Errorf("%s, of class %s: reads the background: %t", c.name, class, reads)
			}
		}
	}
}

func TestWhoReadsTheTrend(t *testing.T) {
	me := who(care.DistrictNurse, trust, nurses)
	w := newTown(t, me)
	a := w.Of(me)
	h := a.SeeHandover(said(care.Urgent, "me", nurses, practice))
	if a.ReadsTrend(h) {
		t.Error("who sent it reads on when the person is not theirs any more")
	}
	w.give(ada, care.TeamScope(nurses), now)
	if h = a.SeeHandover(said(care.Urgent, "me", nurses, practice)); !a.ReadsTrend(h) {
		t.Error("who sent it and has the person does not read the trend")
	}
	gp := who(care.DutyGP, surgery, practice)
	if b := w.Of(gp); !b.ReadsTrend(b.SeeHandover(said(care.Urgent, "you", nurses, practice))) {
		t.Error("a GP who has to act does not read the trend")
	}
	if b := newTown(t, me).Of(me); b.ReadsTrend(b.SeeHandover(said(care.Urgent, "you", nurses, nurses))) {
		t.Error("the team that sent it reads the trend of somebody who is not theirs, because it came back to them")
	}
	lead := who(care.SafeguardingLead, trust, safe)
	if b := w.Of(lead); b.ReadsTrend(b.SeeHandover(said(care.Safeguarding, "me", nurses, safe))) {
		t.Error("a trend goes along with a safeguarding concern")
	}
}

// X1: of what somebody sent about a person who is not theirs, or not any more, a pull brings how it stands.
func TestOfWhatIsSentAboutAPersonWhoIsNotTheirsAPullBringsHowItStands(t *testing.T) {
	h := said(care.Urgent, "me", nurses, practice)
	h.SetAll(map[string]any{"act_due": "2026-03-02T09:00:00.000Z", "reply_team": nurses, "outcome": "admitted", "named_registrant": "you"})
	event := record(care.HandoverEvents, "e", map[string]any{"handover": "h", "patient": ada, "kind": "answered", "by": "you", "from_staff": "me", "team": practice, "text": "t", "detail": object(map[string]any{"to": "x"})})
	toOwn := said(care.Urgent, "me", nurses, nurses)
	sent := []string{care.StaffScope("me"), care.TeamScope(nurses)}
	const follows = "act_due class from_staff from_team id patient state to_team"
	for _, c := range []struct {
		name   string
		role   care.Role
		has    bool
		scopes []string
		rec    *care.Record
		want   string // what is left of it, "" for all
	}{
		{"who sent it and has the person", care.DistrictNurse, true, sent[:1], h, ""},
		{"who sent it and had the person, or never had", care.DistrictNurse, false, sent[:1], h, follows},
		{"a colleague who follows what the team sent", care.DistrictNurse, false, sent[1:], h, follows},
		{"a lead whose team sent it", care.TeamLead, false, sent, h, follows},
		{"a link worker, whose projection holds a note of it", care.LinkWorker, false, sent[:1], h, follows},
		{"a link worker who has the person", care.LinkWorker, true, sent[:1], h, ""},
		{"a lead in whose inbox it is", care.TeamLead, false, append(sent, care.DestinationScope(nurses)), toOwn, ""},
		{"a nurse whose team sent it to itself, for she works its inbox", care.DistrictNurse, false, append(sent, care.DestinationScope(nurses)), toOwn, ""},
		{"a nurse whose team it was sent to", care.DistrictNurse, false, []string{care.DestinationScope(nurses)}, said(care.Urgent, "you", others, nurses), ""},
		{"a line of its history, of who has the person", care.DistrictNurse, true, sent[:1], event, ""},
		{"a line of its history, of who had the person", care.DistrictNurse, false, sent[:1], event, "by from_staff handover id kind patient team"},
		{"a line of its history that was for their team", care.DistrictNurse, false, append(sent, care.DestinationScope(nurses)), event, ""},
	} {
		me := who(c.role, trust, nurses)
		w := newTown(t, me)
		if c.has {
			w.give(ada, care.TeamScope(nurses), now)
		} else {
			w.give(ada, care.TeamScope(others), now)
		}
		values := map[string]any{"id": c.rec.ID, "author": "me", "authored_at": "2026-03-02T09:00:00.000Z"}
		for name, v := range c.rec.Values {
			values[name] = v
		}
		data := care.JSON(values)
		got := w.Of(me).SeeSent(c.rec.Collection, c.scopes, ada, data)
		if c.want == "" {
			if string(got) != string(data) {
				t.Errorf("%s gets %s", c.name, got)
			}
			continue
		}
		var left map[string]any
		if err := json.Unmarshal(got, &left); err != nil {
			t.Fatal(err)
		}
		if names := strings.Join(slices.Sorted(maps.Keys(left)), " "); names != c.want {
			t.Errorf("%s gets %s, want %s", c.name, names, c.want)
		}
	}
}

// One rule: a page and a phone show the same members of what somebody only follows, whatever is added to handovers.
func TestAPhoneAndAPageShowTheSameOfAHandoverThatSomebodyOnlyFollows(t *testing.T) {
	full := func(c *care.Collection, set map[string]any) *care.Record {
		values := map[string]any{}
		for i := range c.Fields {
			switch f := &c.Fields[i]; f.Kind {
			case care.Object:
				values[f.Name] = care.JSON(map[string]any{"words": map[string]any{}})
				if f.Shape.List {
					values[f.Name] = care.JSON([]any{})
				} else if c.Name == care.HandoverEvents {
					values[f.Name] = care.JSON(map[string]any{"to": "x"})
				}
			case care.Bool:
				values[f.Name] = true
			case care.Int:
				values[f.Name] = int64(1)
			default:
				values[f.Name] = "x"
			}
		}
		maps.Copy(values, set)
		return record(c.Name, "h", values)
	}
	handovers, _ := care.ByName(care.Handovers)
	events, _ := care.ByName(care.HandoverEvents)
	h := full(handovers, map[string]any{"patient": ada, "class": string(care.Urgent), "from_staff": "me", "from_team": nurses, "to_team": practice})
	e := full(events, map[string]any{"patient": ada, "from_staff": "me", "from_team": nurses, "team": practice})
	for _, role := range []care.Role{care.DistrictNurse, care.TeamLead, care.MentalHealth} {
		for _, has := range []bool{true, false} {
			me := who(role, trust, nurses)
			w := newTown(t, me)
			holder := care.TeamScope(others)
			if has {
				holder = care.TeamScope(nurses)
			}
			w.give(ada, holder, now)
			a := w.Of(me)
			seen := a.SeeHandover(h)
			for _, c := range []struct {
				rec  *care.Record
				page *Seen
			}{{h, seen}, {e, a.SeeEvent(seen, e)}} {
				var phone map[string]any
				if err := json.Unmarshal(a.SeeSent(c.rec.Collection, []string{care.StaffScope("me")}, ada, care.JSON(c.rec.Values)), &phone); err != nil {
					t.Fatal(err)
				}
				for i := range c.rec.Collection.Fields {
					name := c.rec.Collection.Fields[i].Name
					if onPage, onPhone := c.page.Value(name) != nil, phone[name] != nil; onPage != onPhone {
						t.Errorf("%s, has the person %t: %s.%s on the page %t, on the phone %t", role, has, c.rec.Collection.Name, name, onPage, onPhone)
					}
				}
			}
		}
	}
}

// U6. A voluntary team can help nobody whose name and address it does not know; it knows them by consent alone.
func TestAVoluntaryTeamKnowsByConsentWhoIsReferredToIt(t *testing.T) {
	consent := func(service string, given bool) map[string]any {
		return map[string]any{"consent": object([]map[string]any{{"service": service, "given": given}})}
	}
	objects := consent(charity, true)
	objects["objection"] = true
	coordinator := who(care.VolunteerCoordinator, charity, friends)
	for _, c := range []struct {
		name   string
		who    care.Viewer
		to     string
		values map[string]any
		named  bool
	}{
		{"consent to the service", coordinator, friends, consent(charity, true), true},
		{"none", coordinator, friends, nil, false},
		{"taken back", coordinator, friends, consent(charity, false), false},
		{"consent to another service", coordinator, friends, consent("other-charity", true), false},
		{"who objects to sharing", coordinator, friends, objects, false},
		{"a handover that is not with them any more", coordinator, practice, consent(charity, true), false},
	} {
		values := map[string]any{"family_name": "Testpatient", "given_name": "Ada", "nhs_number": "9990000018", "date_of_birth": "1941-05-17",
			"phone": "0161", "address": "1 Bank Row", "access_notes": "key safe 1234"}
		for name, v := range c.values {
			values[name] = v
		}
		h := said(care.Routine, "you", nurses, c.to)
		got := newTown(t, c.who).Of(c.who).SeePersonOf(h, record(care.Patients, ada, values))
		if (got.PreferredName != "") != c.named || (got.Phone != "") != c.named || (got.Address != "") != c.named {
			t.Errorf("%s: %+v", c.name, got)
		}
		if got.FamilyName != "" || got.NHSNumber != "" || got.DateOfBirth != "" {
			t.Errorf("%s: more than volunteers are told: %+v", c.name, got)
		}
	}
}
