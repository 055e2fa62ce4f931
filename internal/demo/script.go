package demo

import (
	"context"
	"fmt"
	"time"

	"doorstep/internal/care"
)

// script is the second day before it is played. A scene is cast first, so that its people stay out
// of the rounds and its visits are in the diaries; what it returns puts it on the agenda once there
// are phones.
type script struct {
	t     *town
	h     *hood
	day   time.Time
	plans []plan
	err   error
}

// scene casts itself and returns how it is played.
type scene func(*script) (play func())

// scenes are the parts of the second day that somebody wrote.
var scenes = []scene{
	twoNursesOneNote, fastPhone, misreadBreathing, movedWithUnsentNote, leaver, askedInByANeighbour, consentWithdrawn,
	threeHoursLate, practiceSilent, referralToMentalHealth, socialWorkerToPractice, volunteersConcern, safeguardingButton,
	noReply, missedInsulin, bounced, nowhereToSend, seenTwice, twoViewsOfTheDoor, lastHour, foundAgain, mailBounces,
}

// line is one thing that happened, as the day is told afterwards.
type line struct {
	at   time.Time
	text string
}

// tell notes something for the story of the day.
func (t *town) tell(format string, args ...any) {
	t.diary = append(t.diary, line{t.clock.Now(), fmt.Sprintf(format, args...)})
}

// someone gives a part in a scene to the first who fits.
func (s *script) someone(scene string, fits func(*person) bool) *person {
	p, err := s.h.pick(fits)
	if err != nil {
		if s.err == nil {
			s.err = fmt.Errorf("%s: %w", scene, err)
		}
		return &person{nursing: s.h.north.team, practice: s.h.surgeries[0].org}
	}
	return p
}

// adult is somebody at home on a nursing caseload, registered with a practice, whom nobody else visits.
func adult(t *team, o *org) func(*person) bool {
	return func(p *person) bool {
		return p.nursing == t && p.practice == o && !p.retains && !p.mental && !p.social && p.befriended == nil && !p.noSignal && !p.supported
	}
}

// visit puts a visit of a scene into the diary.
func (s *script) visit(w *worker, p *person, why purpose, hour, minute int) plan {
	v := s.h.planVisit(w, p, why, at(s.day, hour, minute))
	s.plans = append(s.plans, v)
	return v
}

// when is a time of the second day.
func (s *script) when(hour, minute int) time.Time { return at(s.day, hour, minute) }

// at puts something on the agenda of the second day.
func (s *script) at(hour, minute int, do func(context.Context) error) {
	s.t.agenda.add(s.when(hour, minute), do)
}

// surgeryOf is the practice of a person.
func (h *hood) surgeryOf(p *person) *surgery {
	for _, s := range h.surgeries {
		if p.practice == s.org {
			return s
		}
	}
	return nil
}

// issueAbout finds the first issue of a kind about a record that a phone shows, "" for none. Kinds
// are conflict, set_aside and quarantined; an empty record means any.
func (h *handset) issueAbout(kind, record string) string {
	for _, s := range h.List(care.SyncIssues) {
		if s.Text("kind") == kind && (record == "" || s.Text("record") == record) {
			return s.ID
		}
	}
	return ""
}

// holds says how many records about a person a phone holds.
func (h *handset) holds(p *person) int {
	n := 0
	for _, c := range []string{care.Patients, care.Visits, care.Observations, care.Checkins} {
		for _, s := range h.List(c) {
			if s.Patient() == p.id {
				n++
			}
		}
	}
	return n
}
