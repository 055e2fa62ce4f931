package sim

import (
	"fmt"

	"doorstep/internal/arrange"
	"doorstep/internal/care"
	"doorstep/internal/handover"
	judging "doorstep/internal/judge"
	"doorstep/internal/pbstore"
	"doorstep/internal/rooms"
	"doorstep/internal/rules"
	"doorstep/internal/takein"
	"doorstep/internal/wire"
)

// wideFaults show on wide days, each by what it says here.
var wideFaults = map[string]string{
	"a line that comes too late is dropped":                  "is not in the history",
	"a line is written again by a repeated answer":           "is in the history twice",
	"a refused handover by hand is kept and told to nobody":  "was handed over by hand",
	"what is said in confidence is quoted in an answer":      "hears from",
	"further words in confidence are stored, and not raised": "the safeguarding lead never reads it",
	"work stays with a service that has ended":               "takes nothing any more",
	"what was sent while locked leaves the outbox":           "while it was locked",
	"an emergency waits as long as it is asked to":           "has an emergency unsent",
	"the last visit of a move is forgotten":                  "after a move, and must be",
}

func faultsOfWideDays() []Fault {
	lines := func(wrap func(takein.Handovers, *pbstore.Tx) takein.Handovers) func(*Options) {
		return inRooms(func(r *rooms.Rooms, tx *pbstore.Tx) { r.TakeIn.Handovers = wrap(r.TakeIn.Handovers, tx) })
	}
	return []Fault{
		{"a line that comes too late is dropped", "a state machine that refuses", lines(func(h takein.Handovers, tx *pbstore.Tx) takein.Handovers { return lateLineDropped{h, tx} }), wide},
		{"a line is written again by a repeated answer", "an event made beside the phone's own", lines(func(h takein.Handovers, _ *pbstore.Tx) takein.Handovers { return lineTwice{h} }), wide},
		{"a refused handover by hand is kept and told to nobody", "validation before alarm", inRooms(func(r *rooms.Rooms, _ *pbstore.Tx) { r.Judge.Next = noRefusedByHand{r.Judge.Next} }), wide},
		{"what is said in confidence is quoted in an answer", "a helpful message", inRooms(func(r *rooms.Rooms, _ *pbstore.Tx) { r.Changes = quotesConfidence{r.Changes} }), wide},
		{"further words in confidence are stored, and not raised", "a rule that fires once", lines(func(h takein.Handovers, _ *pbstore.Tx) takein.Handovers { return wordsNotRaised{h} }), wide},
		{"work stays with a service that has ended", "a directory of who is there", inRooms(func(r *rooms.Rooms, tx *pbstore.Tx) {
			r.Arrange.Reference = everybodyTakes{r.Arrange.Reference, tx}
		}), wide},
		{"what was sent while locked leaves the outbox", "an answer taken for a confirmation", onPhone(phoneBug{dropTaken: true}), wide},
		{"an emergency waits as long as it is asked to", "Retry-After for all", onPhone(phoneBug{patient: true}), wide},
		{"the last visit of a move is forgotten", "a loop that ends one early", inRooms(func(r *rooms.Rooms, _ *pbstore.Tx) { r.Changes = lastLeftOut{r.Changes} }), planned},
	}
}

// lateLineDropped lets a line go unstored whose handover is closed.
type lateLineDropped struct {
	takein.Handovers
	store *pbstore.Tx
}

func (l lateLineDropped) Line(line *care.Record, author care.Viewer) error {
	c, _ := care.ByName(care.Handovers)
	about, err := l.store.Record(c, care.AsHandoverEvent(line).Handover())
	if err != nil || about != nil && care.AsHandover(about).State().Closed() {
		return err
	}
	return l.Handovers.Line(line, author)
}

// lineTwice stores what a phone did once as its row and once as one of the server's.
type lineTwice struct{ takein.Handovers }

func (l lineTwice) Line(line *care.Record, author care.Viewer) error {
	again := line.Clone()
	again.ID = rules.ID("again", line.ID)
	again.Values["kind"] = handover.EventAdded
	if err := l.Handovers.Line(line, author); err != nil || care.AsHandoverEvent(again).Text() == "" {
		return err
	}
	return l.Handovers.Line(again, author)
}

// noRefusedByHand keeps a refused handover for the lead of the team and tells nobody else.
type noRefusedByHand struct{ afterJudging }

type afterJudging interface{ judging.Arrange }

func (noRefusedByHand) RaiseRefused(*care.Record, arrange.RefusedHandover) error { return nil }

// quotesConfidence tells the author of a change what of it went to the safeguarding lead.
type quotesConfidence struct{ rooms.Changes }

func (q quotesConfidence) Accept(m *care.Mutation, by takein.By) (wire.Result, error) {
	res, err := q.Changes.Accept(m, by)
	for i := range m.Ops {
		if said, ok := m.Ops[i].Set["safeguarding"]; ok {
			res.Issues = append(res.Issues, wire.Issue{Code: care.CodeNotYours, Field: "safeguarding", Message: fmt.Sprintf("%v went to the safeguarding lead.", said), Fix: "none"})
		}
	}
	return res, err
}

// wordsNotRaised leaves it to the rules to tell the safeguarding lead.
type wordsNotRaised struct{ takein.Handovers }

func (wordsNotRaised) RaiseWords(arrange.Words) error { return nil }

// lastLeftOut takes in all of what a desk does to visits but the last.
type lastLeftOut struct{ rooms.Changes }

func (l lastLeftOut) Accept(m *care.Mutation, by takein.By) (wire.Result, error) {
	last := len(m.Ops) - 1
	if by.Client != "" || last < 1 || m.Ops[last].Kind != care.OpUpdate || m.Ops[last].Collection != care.Visits {
		return l.Changes.Accept(m, by)
	}
	some := *m
	some.Ops = m.Ops[:last]
	return l.Changes.Accept(&some, by)
}

// everybodyTakes finds every team that has a row.
type everybodyTakes struct {
	arrange.Reference
	store *pbstore.Tx
}

func (e everybodyTakes) Directory() arrange.Directory {
	return oldDirectory{e.Reference.Directory(), e.store}
}

type oldDirectory struct {
	arrange.Directory
	store *pbstore.Tx
}

func (d oldDirectory) Team(id string) (handover.Team, bool) {
	if team, ok := d.Directory.Team(id); ok {
		return team, true
	}
	c, _ := care.ByName(care.Teams)
	row, err := d.store.Record(c, id)
	return handover.Team{ID: id}, err == nil && row != nil
}
