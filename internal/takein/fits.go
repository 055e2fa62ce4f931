package takein

import (
	"slices"
	"time"

	"doorstep/internal/access"
	"doorstep/internal/care"
)

// fits says why a value that its field can hold cannot be that of this record: what else is stored, or what day
// it is, speaks against it. Nil: nothing does.
func (in *input) fits(p *planned, rec *care.Record, patient string, f *care.Field, v any) (*care.Problem, error) {
	text, _ := v.(string)
	switch {
	case text == "":
		return nil, nil
	case f.Name == "date_of_birth":
		return in.fitsBirth(text), nil
	case f.Name == "died_on":
		return in.fitsDeath(rec, text), nil
	case f.Name == "nhs_number":
		other, err := in.Reference.WhoHasNumber(text, rec.ID)
		if other != "" {
			p.toldOf = append(p.toldOf, other)
		}
		if err == nil && (other != "" || p.numberTaken(text, rec.ID)) {
			return &care.Problem{Code: care.CodeSameNumber, Message: "Somebody else is registered with this NHS number. One of the two is wrong."}, nil
		}
		return nil, err
	case rec.Collection.Name == care.Handovers && (f.Name == "from_team" || f.Name == "reply_team"):
		return in.fitsSender(f, text), nil
	case rec.Collection.OfStaff && f.Name == "team":
		return in.fitsOwnTeam(f, text), nil
	case f.Kind == care.Ref:
		return in.fitsPerson(p, rec, patient, f, text)
	}
	return nil, nil
}

// numberTaken says whether this change gives an NHS number to somebody else too.
func (p *planned) numberTaken(number, but string) bool {
	return slices.ContainsFunc(p.drafts, func(d *draft) bool {
		return d.rec.Collection.Name == care.Patients && d.rec.ID != but && care.AsPatient(d.rec).NHSNumber() == number
	})
}

// oldest is the greatest age that anybody can have been.
const oldest = 130

// fitsBirth: people are born before they are cared for, and live no longer than anybody did.
func (in *input) fitsBirth(date string) *care.Problem {
	born, err := time.Parse(time.DateOnly, date)
	switch {
	case err != nil:
	case date > care.Today(in.received):
		return &care.Problem{Code: care.CodeOutOfRange, Message: "The date of birth lies in the future."}
	case born.AddDate(oldest, 0, 0).Before(in.received):
		return &care.Problem{Code: care.CodeOutOfRange, Message: "The date of birth is more than 130 years ago."}
	}
	return nil
}

// fitsDeath: nobody has died yet on a day that is to come, nor before they were born.
func (in *input) fitsDeath(rec *care.Record, date string) *care.Problem {
	switch born := care.AsPatient(rec).DateOfBirth(); {
	case date > care.Today(in.received):
		return &care.Problem{Code: care.CodeOutOfRange, Message: "The date of death lies in the future."}
	case born != "" && date < born:
		return &care.Problem{Code: care.CodeOutOfRange, Message: "The date of death lies before the date of birth."}
	}
	return nil
}

// fitsSender: a handover comes from, and is answered to, a team of its author: now, when it was written, or of
// whoever approved it.
func (in *input) fitsSender(f *care.Field, team string) *care.Problem {
	if slices.ContainsFunc(in.entitled, func(who access.Rights) bool { return slices.Contains(who.Teams, team) }) {
		return nil
	}
	return &care.Problem{Code: care.CodeNotYourTeam, Message: "What " + f.Name + " names is not a team that you work for. The handover went out from a team of yours."}
}

// fitsOwnTeam: the desk that looks after somebody who is alone is that of a team of theirs.
func (in *input) fitsOwnTeam(f *care.Field, team string) *care.Problem {
	if slices.Contains(in.wrote.Teams, team) || slices.Contains(in.by.Teams, team) {
		return nil
	}
	return &care.Problem{Code: care.CodeNotYourTeam, Message: "What " + f.Name + " names is not a team that you work for. A team of yours looks after you."}
}

func aboutAnother(field string) *care.Problem {
	return &care.Problem{Code: care.CodeOtherPerson, Message: "What " + field + " names is about another person."}
}

// fitsPerson: a record refers to records of its own person. One that is not there may come yet; see setAsideMisnamed.
func (in *input) fitsPerson(p *planned, rec *care.Record, patient string, f *care.Field, id string) (*care.Problem, error) {
	c, _ := care.ByName(f.Ref)
	if who, about := c.Field("patient"); !about || !who.Identity {
		return nil, nil
	}
	if id == rec.ID {
		return &care.Problem{Code: care.CodeOtherPerson, Message: "A record cannot refer to itself."}, nil
	}
	other, err := in.plannedOrStored(p, c, id)
	if err == nil && other == nil {
		p.early = append(p.early, early{id, care.Reference{Collection: rec.Collection.Name, ID: rec.ID, Field: f.Name}})
	}
	if err != nil || other == nil {
		return nil, err
	}
	if other.Person() != patient {
		return aboutAnother(f.Name), nil
	}
	if f.Name != "replaces" {
		return nil, nil
	}
	circle, err := in.replacedBy(p, other, rec.ID)
	if circle {
		return &care.Problem{Code: care.CodeOtherPerson, Message: "The set named here replaces this one already."}, err
	}
	return nil, err
}

// longestChain is how many corrections of corrections are followed.
const longestChain = 50

// replacedBy says whether a set of readings, or one that it replaces, replaces the set of an id: two sets that
// replaced each other would both count for nothing.
func (in *input) replacedBy(p *planned, set *care.Record, id string) (bool, error) {
	for range longestChain {
		first := care.AsObservation(set).Replaces()
		if first == id {
			return true, nil
		}
		if first == "" {
			return false, nil
		}
		next, err := in.plannedOrStored(p, set.Collection, first)
		if err != nil || next == nil {
			return false, err
		}
		set = next
	}
	return false, nil
}

// plannedOrStored is a record as this change will leave it, or as it stands; nil when there is none.
func (in *input) plannedOrStored(p *planned, c *care.Collection, id string) (*care.Record, error) {
	if d := p.draftOf(c, id); d != nil {
		return d.rec, nil
	}
	return in.Store.Record(c, id)
}
