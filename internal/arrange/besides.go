package arrange

import (
	"encoding/json"
	"strings"

	"doorstep/internal/care"
	"doorstep/internal/handover"
)

// Partners says whose each team of a directory is.
func Partners(d Directory) handover.Partner {
	return func(team string) (organisation, kind string) {
		t, _ := d.Team(team)
		return d.Organisation(team), t.Kind
	}
}

// besides is a handover that another partner was asked beside one, by its id. What does not stand beside it, or not any more, is not
// there: nobody learns by asking which handovers there are.
func (r *Room) besides(rec *care.Record, id string) (*handover.Handover, error) {
	other, err := r.stored(id)
	if err != nil {
		return nil, err
	}
	if h := handover.FromRecord(rec); other != nil {
		found := handover.AsksBeside(h, []handover.Handover{handover.FromRecord(other)}, Partners(r.Reference.Directory()))
		if len(found) == 1 && h.State.Open() && !h.CanJoin(found[0]) {
			return nil, &handover.Error{Code: CodeChanged, State: h.State,
				Message: "The other one is less urgent than this, or nobody there answers it in time. Answer this one, or stand it down with a reason."}
		}
		if len(found) == 1 {
			return &found[0], nil
		}
	}
	return nil, &handover.Error{Code: CodeChanged, State: care.AsHandover(rec).State(),
		Message: "What another partner was asked does not stand beside this any more. Please read it again, then decide."}
}

// joinedText is what the history of a handover says that is answered with another.
func (r *Room) joinedText(with *handover.Handover, reason string) string {
	return strings.TrimSpace("It is answered with what " + r.teamName(with.ToTeam) + " was asked about the same person. " + strings.TrimSpace(reason))
}

// tookIn tells whoever has the other handover, and whoever raised it, that it answers one more. Of what that one says they learn nothing.
func (r *Room) tookIn(rec *care.Record, with *handover.Handover, actor handover.Actor) error {
	other, err := r.stored(with.ID)
	if err != nil || other == nil {
		return err
	}
	h := care.AsHandover(rec)
	text := r.teamName(h.ToTeam()) + " was asked about the same person"
	if h.FromTeam() != "" {
		text += " by " + r.teamName(h.FromTeam())
	}
	e := handover.Event{Kind: handover.EventTookIn, At: r.Moment.Now(), By: actor.Staff, Team: with.ToTeam, Detail: map[string]any{"from": rec.ID},
		Text: text + ", and stood it down: your answer counts for both. Please ring them if you need to know what was asked."}
	if err := r.writeEvent(other, e); err != nil {
		return err
	}
	return r.amended(other, e)
}

func (r *Room) teamName(id string) string {
	if t, ok := r.Reference.Directory().Team(id); ok && t.Name != "" {
		return t.Name
	}
	return "another team"
}

// tellTookIn says to the history of each handover that one took in what became of that one, now that it is closed: whoever raised it
// waits for no other answer. How says it in an event.
func (r *Room) tellTookIn(rec *care.Record, how handover.Event) error {
	lines, err := r.Store.History(rec.ID, []string{handover.EventTookIn})
	if err != nil {
		return err
	}
	for _, line := range lines {
		var d struct {
			From string `json:"from"`
		}
		_ = json.Unmarshal(care.AsHandoverEvent(line).Detail(), &d) // written by us
		joined, err := r.stored(d.From)
		if err != nil {
			return err
		}
		if joined == nil || care.AsHandover(joined).State() != care.StoodDown {
			continue
		}
		how.Team = care.AsHandover(joined).ToTeam()
		if err := r.writeEvent(joined, how); err != nil {
			return err
		}
		if err := r.tellTookIn(joined, how); err != nil { // of what was taken in by what was taken in
			return err
		}
	}
	return nil
}

// closed tells those whose handovers one took in how it ended. One that somebody joined to yet another goes on there.
func (r *Room) closed(rec *care.Record, events []handover.Event) error {
	h := care.AsHandover(rec)
	e, team := handover.Event{Kind: handover.EventOtherClosed, At: r.Moment.Now()}, r.teamName(h.ToTeam())
	e.Text = team + " stood it down: nobody answers this any more. If it is still needed, hand over again."
	if h.State() == care.Done {
		e.Text, e.Detail = team+" has answered. Please ring them to hear what came of it.", map[string]any{"outcome": h.Outcome()}
	}
	for i := range events {
		if events[i].Kind == handover.EventJoined && events[i].By != "" {
			return nil
		}
		if events[i].Kind == handover.EventJoined {
			e.Text = team + " goes on with it in another handover. Please ring them to hear more."
		}
	}
	return r.tellTookIn(rec, e)
}
