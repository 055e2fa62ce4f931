package judge_test

import (
	"testing"

	"doorstep/internal/care"
	"doorstep/internal/judge"
	"doorstep/internal/storetest"
)

// What a visit says of the team it was made for is believed where its author works for that team or the person is with
// it; and who made a refused visit is who sent it, whomever it names.
func TestJudge_NobodyReportsInTheNameOfATeamThatIsNotTheirs(t *testing.T) {
	missed := func(values map[string]any) map[string]any {
		values["critical_medicine"] = "missed"
		return values
	}
	for name, c := range map[string]struct {
		what        func(*bench) judge.TakenIn
		staff, team func(*storetest.Town) string
	}{
		"their own": {func(b *bench) judge.TakenIn { return made(b.visit(1, 1, missed(map[string]any{}))) },
			func(t *storetest.Town) string { return t.Ann }, func(t *storetest.Town) string { return t.Nurses }},
		"another's": {func(b *bench) judge.TakenIn {
			return made(b.visit(1, 1, missed(map[string]any{"team": b.Town.Surgery})))
		}, func(t *storetest.Town) string { return t.Ann }, func(t *storetest.Town) string { return t.Nurses }},
		"another's, who has the person": {func(b *bench) judge.TakenIn {
			b.Give(b.Town.Ada, b.Town.Others, storetest.Monday)
			return made(b.visit(1, 1, missed(map[string]any{"team": b.Town.Others})))
		}, func(t *storetest.Town) string { return t.Ann }, func(t *storetest.Town) string { return t.Others }},
		"in a change that is refused, and under another name": {func(b *bench) judge.TakenIn {
			return refused(b.held(1, create(care.Visits, storetest.ID(1001), missed(map[string]any{"patient": b.Town.Ada, "staff": b.Town.Bob, "team": b.Town.Surgery}))))
		}, func(t *storetest.Town) string { return t.Ann }, func(t *storetest.Town) string { return t.Nurses }},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.take(c.what(b))
			if len(b.arranged) != 1 || len(b.arranged[0].Alarms) != 1 {
				t.Fatalf("arranged is %+v", b.arranged)
			}
			if a := b.arranged[0].Alarms[0]; a.Staff != c.staff(&b.Town) || a.Team != c.team(&b.Town) {
				t.Errorf("it comes from %s of %s", a.Staff, a.Team)
			}
		})
	}
}
