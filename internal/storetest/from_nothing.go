package storetest

import (
	"time"

	"doorstep/internal/arrange"
	"doorstep/internal/care"
	"doorstep/internal/handover"
	"doorstep/internal/judge"
	"doorstep/internal/rooms"
	"doorstep/internal/rules"
)

// FromNothing judges what is stored of a person as if it had all come at once and nobody had ever been told of
// anything. Alarms are a function of the evidence that stands: whatever came in whatever order, and was corrected,
// withdrawn, moved or decided since, those that hold must be these. It writes nothing.
func FromNothing(s rooms.Store, patient string) ([]handover.Alarm, error) {
	blank := &blankSlate{Store: s}
	room := &judge.Room{Store: blank, Reference: s, Moment: s, Next: blank}
	err := room.Person(patient, &judge.News{Since: time.Unix(0, 0), All: true})
	return blank.alarms, err
}

// blankSlate is a store in which nothing was raised yet, and a room that only takes note of what should be.
type blankSlate struct {
	judge.Store
	alarms []handover.Alarm
}

func (b *blankSlate) Alarms(string, time.Time) ([]care.Alarm, error)     { return nil, nil }
func (b *blankSlate) Handovers(string, []string) ([]*care.Record, error) { return nil, nil }
func (b *blankSlate) Watch(string, time.Time) judge.Watch {
	return judge.Watch{Open: true, Later: true}
}
func (b *blankSlate) CountRule(string, *rules.Rule, string, string) error      { return nil }
func (b *blankSlate) DueAt(time.Time, care.DueKind, string) error              { return nil }
func (b *blankSlate) RaiseRefused(*care.Record, arrange.RefusedHandover) error { return nil }
func (b *blankSlate) Amend(arrange.Amendment) error                            { return nil }

// Arrange implements judge.Arrange.
func (b *blankSlate) Arrange(in arrange.Input) error {
	b.alarms = in.Alarms
	return nil
}
