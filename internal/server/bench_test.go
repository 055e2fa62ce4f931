package server_test

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/server"
	"doorstep/internal/syncer"
	"doorstep/internal/testkit"
	"doorstep/internal/testkit/pbtest"
	"doorstep/internal/wire"
)

// ward is a server with a team, its people and some phones, without HTTP.
type ward struct {
	*server.Server
	patients []string
	sessions []syncer.Session
}

func newWard(b *testing.B, people, phones int) *ward {
	b.Helper()
	s := start(b, server.Options{Manual: true})
	app := s.app
	team := app.Team(b, app.Org(b, "community_trust", "Trust"), "nursing", "North")
	nurse := app.Staff(b, care.DistrictNurse, "Ann", team)
	w := &ward{Server: s.srv}
	run := func(query string) {
		if _, err := app.NonconcurrentDB().NewQuery(query).Execute(); err != nil {
			b.Fatal(err)
		}
	}
	for range people {
		id := pbtest.ID()
		w.patients = append(w.patients, id)
		run(fmt.Sprintf(`INSERT INTO patients (id, family_name, date_of_birth) VALUES ('%s', 'Testpatient', '1940-02-03')`, id))
		run(fmt.Sprintf(`INSERT INTO caseload (id, patient, team) VALUES ('%s', '%s', '%s')`, pbtest.ID(), id, team.Id))
	}
	for range phones {
		device, client := pbtest.ID(), pbtest.ID()
		run(fmt.Sprintf(`INSERT INTO devices (id, staff, client, state) VALUES ('%s', '%s', '%s', 'active')`, device, nurse.Id, client))
		run(fmt.Sprintf(`INSERT INTO sync_clients (client, device, staff, created_at) VALUES ('%s', '%s', '%s', '')`, client, device, nurse.Id))
		w.sessions = append(w.sessions, syncer.Session{Device: device, Client: client, Staff: nurse.Id})
	}
	if err := s.srv.Tick(context.Background()); err != nil {
		b.Fatal(err)
	}
	return w
}

// bundle is a push that carries each op in a change of its own, numbered from first.
func (w *ward) bundle(s syncer.Session, first int64, ops []string) []byte {
	var sb strings.Builder
	fmt.Fprintf(&sb, `{"client":"%s","epoch":"e1","schema":1,"mutations":[`, s.Client)
	now := care.Stamp(testkit.Monday)
	for i, op := range ops {
		if i > 0 {
			sb.WriteByte(',')
		}
		fmt.Fprintf(&sb, `{"mid":%d,"key":"%s","author":"%s","authored_at":"%s","ops":[%s]}`, first+int64(i), pbtest.ID(), s.Staff, now, op)
	}
	sb.WriteString("]}")
	return []byte(sb.String())
}

// person is somebody on the caseload; the numbers go round.
func (w *ward) person(n int) string { return w.patients[n%len(w.patients)] }

var note = strings.Repeat("Wound on left lower leg cleaned and dressed. ", 12)

// visit is the op of a new visit of about 900 bytes.
func visit(id, patient, staff string) string {
	now := testkit.Monday
	return fmt.Sprintf(`{"op":"create","collection":"visits","id":"%s","patient":"%s","set":{"patient":"%s","staff":"%s","purpose":"wound_care","status":"completed","started_at":"%s","ended_at":"%s","outcome":"care_given","note":"%s"}}`,
		id, patient, patient, staff, care.Stamp(now.Add(-20*time.Minute)), care.Stamp(now), note)
}

// body is a push of new visits.
func (w *ward) body(s syncer.Session, first int64, visits, round int) []byte {
	ops := make([]string, visits)
	for i := range ops {
		ops[i] = visit(pbtest.ID(), w.person(round*visits+i), s.Staff)
	}
	return w.bundle(s, first, ops)
}

// push is one push, every change of which must end as wanted.
func (w *ward) push(b *testing.B, s syncer.Session, body []byte, want care.Status) {
	b.Helper()
	p, fail := wire.DecodePush(body)
	if fail != nil {
		b.Fatal(fail)
	}
	answer, refused := w.Engine.Push(context.Background(), s, p)
	if refused != nil {
		b.Fatal(refused)
	}
	for _, r := range answer.Results {
		if r.Status != want {
			b.Fatalf("%s, want %s: %+v", r.Status, want, r)
		}
	}
}

// BenchmarkPush is a push of 20 visits from one of many phones, decoded, merged, judged, stored
// and committed: everything but HTTP. One operation is one push.
func BenchmarkPush(b *testing.B) {
	for _, phones := range []int{1, 16, 200} {
		b.Run(fmt.Sprintf("phones=%d", phones), func(b *testing.B) {
			w := newWard(b, 400, phones)
			bodies := make([][][]byte, phones)
			for i := range b.N {
				n := i % phones
				bodies[n] = append(bodies[n], w.body(w.sessions[n], int64(len(bodies[n])*20+1), 20, i))
			}
			var failed atomic.Value
			b.ReportAllocs()
			b.ResetTimer()
			var wg sync.WaitGroup
			for n := range phones {
				wg.Go(func() {
					for _, body := range bodies[n] {
						p, fail := wire.DecodePush(body)
						if fail != nil {
							failed.Store(fail.Error())
							return
						}
						if _, refused := w.Engine.Push(context.Background(), w.sessions[n], p); refused != nil {
							failed.Store(refused.Error())
							return
						}
					}
				})
			}
			wg.Wait()
			b.StopTimer()
			if f := failed.Load(); f != nil {
				b.Fatal(f)
			}
			b.ReportMetric(float64(b.N*20)/b.Elapsed().Seconds(), "visits/s")
		})
	}
}

// BenchmarkPullNothingNew is a pull at the head: memory alone, whatever the caseload holds.
func BenchmarkPullNothingNew(b *testing.B) {
	for _, people := range []int{100, 4000} {
		b.Run(fmt.Sprintf("people=%d", people), func(b *testing.B) {
			w := newWard(b, people, 1)
			cursor := ""
			for more := true; more; {
				page, fail := w.Engine.Pull(context.Background(), w.sessions[0], syncer.PullRequest{Client: w.sessions[0].Client, Cursor: cursor})
				if fail != nil {
					b.Fatal(fail)
				}
				cursor, more = page.Cursor, page.More
			}
			b.ReportAllocs()
			for b.Loop() {
				page, fail := w.Engine.Pull(context.Background(), w.sessions[0], syncer.PullRequest{Client: w.sessions[0].Client, Cursor: cursor})
				if fail != nil || len(page.Changes) > 0 {
					b.Fatal(fail, len(page.Changes))
				}
			}
		})
	}
}

// fill pushes visits from the first phone and returns how many it took in.
func (w *ward) fill(b *testing.B, visits, at int64) {
	b.Helper()
	const batch = 100
	for n := int64(0); n < visits; n += batch {
		w.push(b, w.sessions[0], w.body(w.sessions[0], at+n+1, int(min(batch, visits-n)), int(n/batch)), care.Applied)
	}
	if err := w.Tick(context.Background()); err != nil {
		b.Fatal(err)
	}
}

// pull takes all there is after a cursor, as the bytes that go out, and returns the last cursor.
func (w *ward) pull(b *testing.B, cursor string) (last string, visits int) {
	b.Helper()
	var bytes []byte
	for more := true; more; {
		page, fail := w.Engine.Pull(context.Background(), w.sessions[0], syncer.PullRequest{Client: w.sessions[0].Client, Cursor: cursor, Limit: wire.MaxPullRows})
		if fail != nil {
			b.Fatal(fail)
		}
		cursor, more = page.Cursor, page.More
		for i := range page.Changes {
			if page.Changes[i].Collection == care.Visits {
				visits++
			}
		}
		bytes = page.AppendJSON(bytes[:0])
	}
	return cursor, visits
}

// BenchmarkBackfill is all of it for a new phone: 400 people, 20,000 visits. One operation is all
// the pages.
func BenchmarkBackfill(b *testing.B) {
	const visits = 20_000
	w := newWard(b, 400, 1)
	w.fill(b, visits, 0)
	b.ReportAllocs()
	for b.Loop() {
		if _, got := w.pull(b, ""); got != visits {
			b.Fatalf("%d visits", got)
		}
	}
	b.ReportMetric(float64(b.N*visits)/b.Elapsed().Seconds(), "visits/s")
}

// BenchmarkPullTen is a pull that brings ten new visits, of little and of much in scope.
func BenchmarkPullTen(b *testing.B) {
	for _, visits := range []int64{100, 10_000} {
		b.Run(fmt.Sprintf("visits=%d", visits), func(b *testing.B) {
			w := newWard(b, 400, 1)
			w.fill(b, visits, 0)
			cursor, _ := w.pull(b, "")
			w.fill(b, 10, visits)
			b.ReportAllocs()
			for b.Loop() {
				if _, got := w.pull(b, cursor); got != 10 {
					b.Fatalf("%d visits", got)
				}
			}
		})
	}
}

// BenchmarkMerge is a push of 20 changes to the notes of visits that another phone made: as they
// are stored, and from an old view, where each opens a conflict. One operation is one push.
func BenchmarkMerge(b *testing.B) {
	for name, tc := range map[string]struct {
		saw  string
		want care.Status
	}{
		"seen":   {note, care.Applied},
		"unseen": {"what stood there before", care.Merged},
	} {
		b.Run(name, func(b *testing.B) {
			w := newWard(b, 400, 2)
			bodies := make([][]byte, b.N)
			for i := range bodies {
				made, changed := make([]string, 20), make([]string, 20)
				for j := range made {
					id, patient := pbtest.ID(), w.person(i*20+j)
					made[j] = visit(id, patient, w.sessions[0].Staff)
					changed[j] = fmt.Sprintf(`{"op":"update","collection":"visits","id":"%s","patient":"%s","base":"e1.1","set":{"note":"dry and clean"},"was":{"note":"%s"}}`, id, patient, tc.saw)
				}
				first := int64(i*20 + 1)
				w.push(b, w.sessions[0], w.bundle(w.sessions[0], first, made), care.Applied)
				bodies[i] = w.bundle(w.sessions[1], first, changed)
			}
			b.ReportAllocs()
			b.ResetTimer()
			for _, body := range bodies {
				w.push(b, w.sessions[1], body, tc.want)
			}
		})
	}
}

// BenchmarkJudge is a push of 20 sets of readings, one a person: of people who are well, and of
// people who each get an urgent handover. One operation is one push.
func BenchmarkJudge(b *testing.B) {
	for name, readings := range map[string]string{
		"well":   `"respiration_rate":16,"spo2":97,"systolic":128,"pulse":72`,
		"urgent": `"respiration_rate":27,"spo2":90,"systolic":88,"pulse":133`,
	} {
		b.Run(name, func(b *testing.B) {
			w := newWard(b, 20*b.N, 1)
			bodies := make([][]byte, b.N)
			for i := range bodies {
				ops := make([]string, 20)
				for j := range ops {
					patient := w.person(i*20 + j)
					ops[j] = fmt.Sprintf(`{"op":"create","collection":"observations","id":"%s","patient":"%s","set":{"patient":"%s","taken_at":"%s","on_oxygen":false,"acvpu":"A","temperature":37.2,%s}}`,
						pbtest.ID(), patient, patient, care.Stamp(testkit.Monday), readings)
				}
				bodies[i] = w.bundle(w.sessions[0], int64(i*20+1), ops)
			}
			b.ReportAllocs()
			b.ResetTimer()
			for _, body := range bodies {
				w.push(b, w.sessions[0], body, care.Applied)
			}
		})
	}
}

// BenchmarkStream_ListeningPhones is what a thousand phones that listen take of the memory: heap and stacks,
// both ends of their connections, when they have heard that there is something, and after twenty changes.
func BenchmarkStream_ListeningPhones(b *testing.B) {
	const teams, phones = 10, 1000
	for b.Loop() {
		s := start(b, server.Options{Manual: true})
		before := inUse()
		c := s.crowd(b, teams, phones)
		for _, conn := range c.conns {
			poked(b, conn)
		}
		b.ReportMetric(float64(inUse()-before)/(1<<20), "MB")
		for range 20 {
			c.change(b, 3)
		}
		for i, conn := range c.conns {
			if i%teams == 3 {
				poked(b, conn)
			}
		}
		b.ReportMetric(float64(inUse()-before)/(1<<20), "MB-after-changes")
	}
}

// inUse is what heap and stacks take, in bytes, after what is unused was let go.
func inUse() int64 {
	runtime.GC()
	runtime.GC() // pools give back at the second
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc + m.StackInuse)
}
