package httpapi

import (
	"net/http"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/access"
	"doorstep/internal/care"
	"doorstep/internal/desk"
	"doorstep/internal/identity"
	"doorstep/internal/pbstore"
	"doorstep/internal/setup"
)

// What a practice takes elsewhere than in its inbox: routine matters, or what is for information, until a day, with what
// to do instead. Whoever writes such a handover reads it first; one that comes all the same goes on to the coordinator.

// notHereRequest is what is said of one class; until "" = it is taken again.
type notHereRequest struct {
	Class   string `json:"class" validate:"required,oneof=R I"`
	Until   string `json:"until" validate:"max=10"` // the last day on which it counts
	Instead string `json:"instead" validate:"max=1200"`
}

// notHereStands is all that a team takes elsewhere, as it stands now.
type notHereStands struct {
	NotHere []care.NotHere `json:"not_here"`
}

const (
	longestInstead = 300                  // characters
	farthestUntil  = 366 * 24 * time.Hour // then somebody decides it anew
)

// sayNotHere notes what a practice takes elsewhere.
func (a *API) sayNotHere(e *core.RequestEvent) error {
	var body notHereRequest
	if err := decodeJSON(e, smallBody, &body); err != nil {
		return err
	}
	id, who := e.Request.PathValue("id"), accessOf(e)
	if !a.saysNotHere(who, id) {
		return identity.ErrNotFound
	}
	said := care.NotHere{Class: care.Class(body.Class), Until: body.Until, Instead: oneLine(body.Instead), By: a.Store.Access.NamedStaff(who.Staff).Name}
	if problems := notHereWrong(&said, a.Clock()); len(problems) > 0 {
		return fieldsWrong(problems)
	}
	var stands []care.NotHere
	if err := a.change(e, func(tx *pbstore.Tx) (err error) {
		if stands, err = desk.SayNotHere(tx, id, who.Staff, said); err != nil {
			return err
		}
		return tx.Audit(who.Staff, "", "not_here", care.Teams, id, "", said)
	}); err != nil {
		return err
	}
	return writeJSON(e, http.StatusOK, notHereStands{NotHere: append([]care.NotHere{}, stands...)})
}

// saysNotHere says whether somebody may say what a team takes elsewhere: of a practice whoever answers there.
func (a *API) saysNotHere(who *access.Access, id string) bool {
	team := a.Store.Access.Directory().Team(id)
	return team != nil && team.Kind == "practice" && who.AnswersAt(id)
}

// notHereWrong says what is wrong with it.
func notHereWrong(n *care.NotHere, now time.Time) (found setup.Problems) {
	if n.Until == "" {
		return nil
	}
	switch _, ok := care.DayBegins(n.Until); {
	case !ok:
		found = append(found, setup.Problem{Field: "until", Message: "This is not a day, such as 2026-12-31."})
	case n.Until < care.Today(now):
		found = append(found, setup.Problem{Field: "until", Message: "This day is over. Choose today or a later one."})
	case n.Until > care.Today(now.Add(farthestUntil)):
		found = append(found, setup.Problem{Field: "until", Message: "Choose a day within a year: then it is decided anew."})
	}
	switch length := len([]rune(n.Instead)); {
	case length == 0:
		found = append(found, setup.Problem{Field: "instead", Message: "Say where it goes instead, such as a telephone number: nobody may be left with it."})
	case length > longestInstead:
		found = append(found, setup.Problem{Field: "instead", Message: "This is longer than 300 characters."})
	}
	return found
}

// elsewhere are what a team says of classes that it takes elsewhere, those that count at this moment.
func (a *API) elsewhere(id string) []care.NotHere {
	team := a.Store.Access.Directory().Team(id)
	list := []care.NotHere{}
	if team == nil {
		return list
	}
	for _, class := range care.CanBeElsewhere {
		if n, ok := team.NotHere.Of(care.Class(class), a.Clock()); ok {
			list = append(list, n)
		}
	}
	return list
}
