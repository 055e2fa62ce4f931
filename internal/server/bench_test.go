package server_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/server"
	"doorstep/internal/syncer"
	"doorstep/internal/testkit/pbtest"
	"doorstep/internal/wire"

	"github.com/pocketbase/pocketbase/core"
)

// ward is a server with a team, its people and some phones, without HTTP.
type ward struct {
	*server.Server
	patients []string
	sessions []syncer.Session
}

func newWard(b *testing.B, people, phones int) *ward {
	b.Helper()
	app := pbtest.New(b, func(a core.App) { server.Bind(a, false) })
	s, err := server.Start(app.BaseApp, server.Options{Manual: true})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = s.Close() })
	team := app.Team(b, app.Org(b, "community_trust", "Trust"), "nursing", "North")
	nurse := app.Staff(b, care.DistrictNurse, "Ann", team)
	w := &ward{Server: s}
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
	if err := s.Tick(context.Background()); err != nil {
		b.Fatal(err)
	}
	return w
}

// body is a push of visits of about 900 bytes each.
func (w *ward) body(s syncer.Session, first int64, visits, round int) []byte {
	var sb strings.Builder
	fmt.Fprintf(&sb, `{"client":"%s","epoch":"e1","schema":1,"mutations":[`, s.Client)
	note := strings.Repeat("Wound on left lower leg cleaned and dressed. ", 12)
	now := time.Now().UTC()
	for i := range visits {
		if i > 0 {
			sb.WriteByte(',')
		}
		p := w.patients[(round*visits+i)%len(w.patients)]
		fmt.Fprintf(&sb, `{"mid":%d,"key":"%s","author":"%s","authored_at":"%s","ops":[{"op":"create","collection":"visits","id":"%s","patient":"%s","set":{"patient":"%s","staff":"%s","purpose":"wound_care","status":"completed","started_at":"%s","ended_at":"%s","outcome":"care_given","note":"%s"}}]}`,
			first+int64(i), pbtest.ID(), s.Staff, care.Stamp(now), pbtest.ID(), p, p, s.Staff, care.Stamp(now.Add(-20*time.Minute)), care.Stamp(now), note)
	}
	sb.WriteString("]}")
	return []byte(sb.String())
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
						if fail == nil {
							_, fail = w.Engine.Push(context.Background(), w.sessions[n], p)
						}
						if fail != nil {
							failed.Store(fail)
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
		p, fail := wire.DecodePush(w.body(w.sessions[0], at+n+1, int(min(batch, visits-n)), int(n/batch)))
		if fail == nil {
			_, fail = w.Engine.Push(context.Background(), w.sessions[0], p)
		}
		if fail != nil {
			b.Fatal(fail)
		}
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
