package rulebook

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"doorstep/internal/rules"
)

// Refusal says why something cannot be done to a rule, in a sentence for whoever asked.
type Refusal struct {
	Code    string // see Invalid and the others
	Field   string // of the form, "" for none
	Message string
}

// Codes of a Refusal.
const (
	Invalid  = "invalid"
	NotFound = "not_found"
	Yourself = "yourself" // somebody else has to approve it
	Already  = "already"
)

// Error implements error.
func (r *Refusal) Error() string { return r.Code + ": " + r.Message }

func refusal(code, field, format string, args ...any) *Refusal {
	return &Refusal{code, field, fmt.Sprintf(format, args...)}
}

// Versions is where versions of rules are kept.
type Versions interface {
	// Version is one version of a rule; nil when there is none.
	Version(id string) (*Entry, error)
	// Versions are those of a code that are not retired.
	Versions(code string) ([]Entry, error)
	// Last is the number of the last version of a code, retired ones too; 0 when there is none.
	Last(code string) (int, error)
	Add(Entry) error
	// SetState changes the state of a version, and with it who approved it.
	SetState(id, state, approvedBy string) error
}

// Looked is what looking at a rule comes to.
type Looked struct {
	Problem string // why it cannot be in force, "" = it can
	Field   string // of the form, about which the problem is
	Cases   []LookedCase
}

// LookedCase is one golden case.
type LookedCase struct {
	Name          string
	Wanted, Holds bool
	Problem       string // why it could not be worked out
}

// Passes says whether the case comes out as it is to.
func (c *LookedCase) Passes() bool { return c.Problem == "" && c.Wanted == c.Holds }

// Look says of a rule whether it runs within its limits, and how its golden cases come out.
func Look(e *Entry) Looked {
	var l Looked
	r := e.Rule
	r.State = rules.Active
	if _, broken := rules.Compile([]rules.Rule{r}); len(broken) > 0 {
		l.Problem = broken[0].Reason
	} else if why := r.TooHeavy(); why != "" {
		l.Problem = why + " at a record whose texts are as long as they may be"
	}
	switch {
	case l.Problem == "":
	case strings.HasPrefix(l.Problem, "trigger: "), strings.Contains(l.Problem, "has no trigger"):
		l.Field = "trigger"
	case strings.HasPrefix(l.Problem, "unless: "):
		l.Field = "unless"
	}
	if l.Problem != "" {
		return l
	}
	for _, c := range e.Cases {
		one := LookedCase{Name: c.Name, Wanted: c.Holds}
		holds, err := e.Holds(c)
		if one.Holds = holds; err != nil {
			one.Problem = err.Error()
		}
		l.Cases = append(l.Cases, one)
	}
	return l
}

var codePattern = regexp.MustCompile(`^[a-z][a-z0-9_]{1,59}$`)

// Propose stores a new version of a rule, in shadow: it is worked out and counted, and raises nothing. An earlier version in
// shadow makes room for it. Team says whether there is a team of an id.
func Propose(s Versions, e Entry, owner string, today time.Time, team func(id string) bool) (Entry, error) {
	e.Title, e.Ask, e.Trigger, e.Unless = strings.TrimSpace(e.Title), strings.TrimSpace(e.Ask), strings.TrimSpace(e.Trigger), strings.TrimSpace(e.Unless)
	switch {
	case !codePattern.MatchString(e.Code):
		return e, refusal(Invalid, "code", "Give the rule a short name of small letters, numbers and _, such as falls_3_in_30. It stays over its versions.")
	case e.Title == "":
		return e, refusal(Invalid, "title", "Say in a few words what it means: the practice reads that.")
	case e.Ask == "":
		return e, refusal(Invalid, "ask", "Say what whoever gets it is asked to do.")
	case e.ReviewOn <= today.Format(time.DateOnly):
		return e, refusal(Invalid, "review_on", "Say on which day to come the rule is reviewed.")
	}
	if id, is := strings.CutPrefix(e.Destination, "team:"); is && !team(id) {
		return e, refusal(Invalid, "destination", "There is no such team.")
	}
	looked := Look(&e)
	if looked.Problem != "" {
		return e, refusal(Invalid, looked.Field, "The rule cannot run: %s.", strings.TrimRight(looked.Problem, ".\n "))
	}
	holds, not := false, false
	for _, c := range looked.Cases {
		if !c.Passes() {
			return e, refusal(Invalid, "cases", "The golden case “%s” comes out otherwise than it is to.", c.Name)
		}
		holds, not = holds || c.Wanted, not || !c.Wanted
	}
	if !holds || !not {
		return e, refusal(Invalid, "cases", "Keep two golden cases with it at least: one at which it holds, and one at which it does not.")
	}
	last, err := s.Last(e.Code)
	if err != nil {
		return e, err
	}
	others, err := s.Versions(e.Code)
	if err != nil {
		return e, err
	}
	for _, o := range others {
		if o.State == rules.Shadow {
			if err := s.SetState(o.ID, rules.Retired, o.ApprovedBy); err != nil {
				return e, err
			}
		}
	}
	e.Version, e.State, e.Owner, e.ApprovedBy = last+1, rules.Shadow, owner, ""
	return e, s.Add(e)
}

// Approve puts a version that is in shadow in force, by somebody else than its owner, in the place of the one that was.
func Approve(s Versions, id, by string) (*Entry, error) {
	e, err := inShadow(s, id)
	switch {
	case err != nil:
		return nil, err
	case by == "" || by == e.Owner:
		return nil, refusal(Yourself, "", "You wrote this version. Somebody else who keeps rules has to approve it.")
	}
	if looked := Look(e); looked.Problem != "" {
		return nil, refusal(Invalid, "", "The rule cannot run: %s.", strings.TrimRight(looked.Problem, ".\n "))
	}
	others, err := s.Versions(e.Code)
	if err != nil {
		return nil, err
	}
	for _, o := range others {
		if o.State == rules.Active {
			if err := s.SetState(o.ID, rules.Retired, o.ApprovedBy); err != nil {
				return nil, err
			}
		}
	}
	e.State, e.ApprovedBy = rules.Active, by
	return e, s.SetState(id, rules.Active, by)
}

// Withdraw takes back a version that is in shadow. One that is in force is replaced by another that somebody approves.
func Withdraw(s Versions, id string) (*Entry, error) {
	e, err := inShadow(s, id)
	if err != nil {
		return nil, err
	}
	e.State = rules.Retired
	return e, s.SetState(id, rules.Retired, e.ApprovedBy)
}

func inShadow(s Versions, id string) (*Entry, error) {
	e, err := s.Version(id)
	switch {
	case err != nil:
		return nil, err
	case e == nil:
		return nil, refusal(NotFound, "", "There is no such rule.")
	case e.State != rules.Shadow:
		return nil, refusal(Already, "", "This version is not in shadow any more.")
	}
	return e, nil
}
