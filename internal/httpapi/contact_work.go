package httpapi

import (
	"context"
	"sync"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/care"
	"doorstep/internal/desk"
	"doorstep/internal/pbcontacts"
	"doorstep/internal/pbrules"
	"doorstep/internal/pbstore"
	"doorstep/internal/plan"
	"doorstep/internal/rules"
)

// How many people one step of working lists out looks at. They are read beside the writer, which gets what came of it: of
// somebody of whom nothing changed two short reads.
const (
	contactStep = 50
	// stepsAtOnce is how many steps are made before whoever changed a list is answered; the job makes the others.
	stepsAtOnce = 4
)

// contactWork works out lists of people to keep in touch with, one step at a time: what waits is noted by number, and a
// second step beside it would forget what the first has not looked at. Whoever reads lists waits for one step at most.
type contactWork struct{ sync.Mutex }

// contactStore is a write transaction as lists need it: what is kept of them, and the records they depend on.
type contactStore struct {
	pbcontacts.Tx
	store *pbstore.Store
}

// Voluntary implements desk.ContactRecords.
func (s contactStore) Voluntary(team string) bool {
	return s.store.Access.LimitedHolder(care.TeamScope(team))
}

// Service implements desk.ContactRecords.
func (s contactStore) Service(team string) string {
	if t := s.store.Access.Directory().Team(team); t != nil {
		return t.Organisation
	}
	return ""
}

// lister decides about lists within a transaction: for a lead, or, with the zero Lead, for what the server does by itself.
func (a *API) lister(tx *pbstore.Tx, lead desk.Lead) *desk.Lister {
	s := contactStore{pbcontacts.In(tx), a.Store}
	return &desk.Lister{Lead: lead, Rows: s, Records: s, RuleFault: func(source string) string {
		_, why := rules.CompileMembership(source)
		return why
	}}
}

// WorkContacts brings everybody on a list to what was recorded since they were looked at last, then works out the lists that
// have not been worked out today. It goes in steps, each of which notes how far it came.
func (a *API) WorkContacts(ctx context.Context) error {
	for {
		more, err := a.workContacts(ctx)
		if err != nil || !more {
			return err
		}
	}
}

func (a *API) workContacts(ctx context.Context) (more bool, err error) {
	a.contacts.Lock()
	defer a.contacts.Unlock()
	if err := a.bringContacts(ctx); err != nil {
		return false, err
	}
	return a.workList(ctx, "")
}

// workContactsOf is the part of it that somebody waits for who has just changed a list.
func (a *API) workContactsOf(ctx context.Context, list string) error {
	a.contacts.Lock()
	defer a.contacts.Unlock()
	if err := a.bringContacts(ctx); err != nil {
		return err
	}
	for range stepsAtOnce {
		more, err := a.workList(ctx, list)
		if err != nil || !more {
			return err
		}
	}
	return nil
}

// broughtContacts is bringContacts for whoever is about to read lists: what was recorded by now is then on them.
func (a *API) broughtContacts(e *core.RequestEvent) error {
	a.contacts.Lock()
	defer a.contacts.Unlock()
	return writerFailed(a.bringContacts(e.Request.Context()))
}

// bringContacts works out anew when those are to be contacted of whom something was recorded.
func (a *API) bringContacts(ctx context.Context) error {
	for {
		var facts []desk.ContactFacts
		var to int64
		if err := a.Store.ReadForPage(ctx, func(v *pbstore.Snapshot) error {
			pages := pbcontacts.Of(v)
			people, upTo, err := pages.Waiting(contactStep)
			if err != nil {
				return err
			}
			to = upTo
			facts, err = factsOf(pages, people)
			return err
		}); err != nil || len(facts) == 0 {
			return err
		}
		if err := a.Sync.Do(ctx, func(tx *pbstore.Tx) error {
			for _, f := range facts {
				if err := a.workPerson(tx, f); err != nil {
					return err
				}
			}
			return pbcontacts.In(tx).DoneWaiting(to)
		}); err != nil {
			return err
		}
	}
}

func factsOf(pages pbcontacts.Pages, people []string) (facts []desk.ContactFacts, err error) {
	for _, id := range people {
		f, err := pages.Facts(id)
		if err != nil {
			return nil, err
		}
		facts = append(facts, f)
	}
	return facts, nil
}

// workPerson works out somebody on every list on which they are or were. One who cannot be read holds up nobody else.
func (a *API) workPerson(tx *pbstore.Tx, facts desk.ContactFacts) error {
	failed, err := tx.Savepoint(func() error {
		l := a.lister(tx, desk.Lead{})
		all, err := l.Rows.ListedOf(facts.Patient)
		if err != nil {
			return err
		}
		for i := range all {
			list, err := l.Rows.ContactList(all[i].List)
			if err == nil && list != nil {
				err = l.Work(list, facts, nil)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	a.contactFailed(failed, facts.Patient, "")
	return err
}

func (a *API) contactFailed(failed error, patient, list string) {
	if failed != nil {
		a.App.Logger().Error("work out when somebody is to be contacted", "patient", patient, "list", list, "error", failed)
	}
}

// workList makes one step of working out a list, "": of the first that has to be. More says that a step is left.
func (a *API) workList(ctx context.Context, id string) (more bool, err error) {
	var list *desk.ContactList
	var facts []desk.ContactFacts
	var verdicts []*desk.ListVerdict
	today := plan.DayOf(a.Clock())
	if err := a.Store.ReadForPage(ctx, func(v *pbstore.Snapshot) (err error) {
		pages := pbcontacts.Of(v)
		if list, err = toWork(pages, id); err != nil || list == nil {
			return err
		}
		people, err := pages.Candidates(list, contactStep)
		if err != nil {
			return err
		}
		if facts, err = factsOf(pages, people); err == nil {
			verdicts, err = verdictsOf(v, list, people)
		}
		return err
	}); err != nil || list == nil {
		return false, err
	}
	if list.JudgedTo == "" {
		list.Broke, list.BrokeWhy = 0, ""
	}
	for _, v := range verdicts {
		if v != nil && v.Broke != "" {
			list.Broke, list.BrokeWhy = list.Broke+1, v.Broke
		}
	}
	if len(facts) < contactStep {
		list.JudgedOn, list.JudgedTo = today.String(), ""
	} else {
		list.JudgedTo = facts[len(facts)-1].Patient
	}
	err = a.Sync.Do(ctx, func(tx *pbstore.Tx) error {
		for i := range facts {
			failed, err := tx.Savepoint(func() error { return a.lister(tx, desk.Lead{}).Work(list, facts[i], verdicts[i]) })
			if err != nil {
				return err
			}
			a.contactFailed(failed, facts[i].Patient, list.ID)
		}
		return pbcontacts.In(tx).NoteWorked(list)
	})
	return err == nil, err
}

// toWork is a list that has to be worked out, nil: it was, or none has to be.
func toWork(pages pbcontacts.Pages, id string) (*desk.ContactList, error) {
	today := plan.DayOf(pages.Now())
	if id == "" {
		lists, err := pages.ToWork(today, 1)
		if err != nil || len(lists) == 0 {
			return nil, err
		}
		return lists[0], nil
	}
	list, err := pages.ContactList(id)
	if err != nil || list == nil || list.JudgedOn >= today.String() || !list.EndedAt.IsZero() && list.JudgedOn != "" {
		return nil, err
	}
	return list, nil
}

// verdictsOf are what the rule of a list says of people, in their order; nil of one that is kept by hand.
func verdictsOf(v *pbstore.Snapshot, list *desk.ContactList, people []string) ([]*desk.ListVerdict, error) {
	verdicts := make([]*desk.ListVerdict, len(people))
	if !list.ByRule() || !list.EndedAt.IsZero() || len(people) == 0 {
		return verdicts, nil
	}
	rule, why := rules.CompileMembership(list.Rule)
	records, err := v.People(people)
	if err != nil {
		return nil, err
	}
	for i, id := range people {
		if why != "" || records[id] == nil {
			verdicts[i] = &desk.ListVerdict{Broke: why}
			continue
		}
		s := rules.Subject{Person: records[id]}
		if s.Groups, err = pbcontacts.Of(v).Groups(id); err != nil {
			return nil, err
		}
		if s.Events, _, err = pbrules.Of(v).Evidence(id, v.Now().AddDate(0, 0, -rules.MembershipDays), v.Now(), rules.MembershipRecords); err != nil {
			return nil, err
		}
		verdicts[i] = &desk.ListVerdict{}
		verdicts[i].Holds, verdicts[i].Broke = rule.Holds(s, v.Now())
	}
	return verdicts, nil
}
