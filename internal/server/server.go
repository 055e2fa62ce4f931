package server

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/hooks"
	"doorstep/internal/care"
	"doorstep/internal/channel"
	"doorstep/internal/channel/webpush"
	"doorstep/internal/clockwatch"
	"doorstep/internal/copier"
	"doorstep/internal/desk"
	"doorstep/internal/httpapi"
	"doorstep/internal/identifier"
	"doorstep/internal/identity"
	"doorstep/internal/importer"
	"doorstep/internal/metrics"
	"doorstep/internal/pbchannels"
	"doorstep/internal/pbmeasures"
	"doorstep/internal/pbpeople"
	"doorstep/internal/pbrecords"
	"doorstep/internal/pbstore"
	"doorstep/internal/rules"
	"doorstep/internal/settings"
	"doorstep/internal/sqlitedb"
	"doorstep/internal/standing"
	"doorstep/internal/syncer"
)

// Options of a Server. The zero value runs on the real clock with real randomness and the
// defaults of internal/settings.
type Options struct {
	Now func() time.Time
	// Uptime is how much time has passed since some moment, whatever the clock is set to meanwhile; nil: what has
	// passed by Now, which on a real clock is that.
	Uptime  func() time.Duration
	Entropy io.Reader
	Log     *slog.Logger
	// GroupMax pushes are committed together at most; QueueMax may wait.
	GroupMax, QueueMax int
	CopyTo, CopyKey    string        // the sealed copy: its folder, and the file of the keys it is sealed to; "" = none
	SecureByCopy       bool          // nobody is answered before what they stored lies in it
	AccessToken        time.Duration // life of an access token
	Phones             int           // one member of staff may have in use; 0 = the usual
	SigningKey         string        // file of the key that signs them; "" = signing.key in the data folder
	SealingKey         string        // file of the keys that phones seal to; "" = sealing.key in the data folder
	Escalation         time.Duration // how often deadlines are looked at
	Tombstones         time.Duration // how long deletions stay in the feed
	Issues             time.Duration // how long an author is told of an open issue after losing the person
	Channels           ChannelOptions
	// AdminHTTP is the address of the second listener, where superusers administer and metrics are read; "" = there is
	// none. For Mount: Origins are other servers' whose pages may call the API, beside those of this
	// one; Pages answers GET where no route does; and Out is told when the server listens.
	AdminHTTP string
	Origins   []string
	Domains   []string // that it has certificates for; none: it speaks plain HTTP
	Pages     http.Handler
	Out       io.Writer
	Version   string // what the program is called, for metrics
	// Manual: no goroutine watches for foreign writes and no job runs by itself; Tick does both.
	// For tests and the simulator, which move time themselves.
	Manual bool
	// Seams are where tests put decorators in.
	Seams syncer.Seams
}

// From are the options that settings ask for. Error: a file that they name cannot be read.
func From(set *settings.Settings) (Options, error) {
	channels, err := channelOptions(set)
	return Options{CopyTo: set.CopyTo, CopyKey: set.CopyKey, SecureByCopy: set.AcknowledgeCopied, Channels: channels, AdminHTTP: set.AdminHTTP, Origins: set.Origins, GroupMax: set.GroupMax, QueueMax: set.QueueLength, AccessToken: set.AccessToken, Phones: set.PhonesPerPerson, SigningKey: set.SigningKey, SealingKey: set.SealingKey,
		Escalation: set.EscalationInterval, Tombstones: set.TombstoneRetention, Issues: set.IssueRetention}, err
}

// Server is a running Doorstep on one migrated application.
type Server struct {
	App     core.App
	Store   *pbstore.Store
	People  *pbpeople.Index
	Figures *pbmeasures.Keeper
	Engine  *syncer.Engine
	API     *httpapi.API
	o       Options
	clock   *clockwatch.Watch
	journal *standing.Journal
	copy    *copier.Copier   // nil: none is made
	metrics *metrics.Metrics // nil: nobody can read them
	// channels are the ways beyond the inbox, deliveries what leaves by them.
	channels   []channel.Channel
	deliveries *pbchannels.Deliveries
	senders    []sender
	notices    *webpush.Channel // nil: none are sent
	// schedule has the jobs.
	schedule *schedule
	stop     []func()
	closed   atomic.Bool
}

// Bind prepares an application before it is bootstrapped: the hooks that must be there first, by
// the clock that Start gets too.
func Bind(app core.App, now func() time.Time) {
	hooks.Register(app, now)
	bindBackups(app)
}

// Start opens the store of a bootstrapped, migrated application, starts the engine and binds the
// routes to app.OnServe. Close ends it.
func Start(app core.App, o Options) (*Server, error) {
	s, err := open(app, o)
	if err != nil {
		return nil, err
	}
	app.OnServe().BindFunc(s.API.Register)
	return s, nil
}

func open(app core.App, o Options) (*Server, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Entropy == nil {
		o.Entropy = rand.Reader
	}
	if o.Log == nil {
		o.Log = app.Logger()
	}
	if o.Escalation == 0 {
		o.Escalation = escalation
	}
	if o.Uptime == nil {
		began := o.Now()
		o.Uptime = func() time.Duration { return o.Now().Sub(began) }
	}
	s := &Server{App: app, o: o, clock: clockwatch.New(o.Now, o.Uptime)}
	if o.SigningKey == "" {
		o.SigningKey = filepath.Join(app.DataDir(), identity.KeyFile)
	}
	keys, err := identity.LoadKeyring(o.SigningKey, o.Entropy)
	if err != nil {
		return nil, fmt.Errorf("load the signing key: %w", err)
	}
	if o.SealingKey == "" {
		o.SealingKey = filepath.Join(app.DataDir(), identity.SealingKeyFile)
	}
	sealing, err := identity.LoadSealingKeys(o.SealingKey)
	if err != nil {
		return nil, err
	}
	if s.channels, err = beyond(o.Channels, keys.Secret); err != nil {
		return nil, err
	}
	if s.notices, err = notices(o.Channels, keys.Secret); err != nil {
		return nil, err
	}
	passwords, err := newPasswords(app, o.Now)
	if err != nil {
		return nil, err
	}
	s.Store, err = pbstore.Open(app, pbstore.Options{Now: o.Now, Channels: channelNames(), Journal: s.note, Entropy: o.Entropy, Key: keys.Secret("history"), IssueRetention: o.Issues, Broken: func(b rules.Broken) {
		o.Log.Error("a handover rule does not compile and is left out", "rule", b.Rule.Code, "version", b.Rule.Version, "owner", b.Rule.Owner, "reason", b.Reason)
	}})
	if err != nil {
		return nil, err
	}
	writer, err := sqlitedb.Writer(app)
	if err != nil {
		return nil, errors.Join(err, s.Store.Close())
	}
	s.People = pbpeople.New(writer, s.Store.Connections())
	lost, strangers, err := s.openJournal()
	if err != nil {
		return nil, errors.Join(err, s.Store.Close())
	}
	observer, err := s.observer()
	if err != nil {
		return nil, errors.Join(err, s.Store.Close())
	}
	secure, err := s.beginCopy()
	if err != nil {
		return nil, errors.Join(err, s.Store.Close())
	}
	meter := time.Now
	if o.Manual {
		meter = nil
	}
	s.Engine = syncer.New(s.Store, syncer.Options{Lost: strangers, Restored: len(lost) > 0, GroupSize: o.GroupMax, QueueLength: o.QueueMax, CursorKey: keys.Secret("cursor"),
		Now: o.Now, Meter: meter, Log: o.Log, Observer: observer, Secure: secure, Round: firstPeople, Channels: channels, Beyond: later{s}, Due: DueWork(s.Store), Clock: s.clock, Seams: o.Seams})
	s.Figures = &pbmeasures.Keeper{Store: s.Store, Now: o.Now, Do: s.Engine.Do}
	s.deliveries = s.newDeliveries()
	if s.senders, err = s.newSenders(); err != nil {
		return nil, errors.Join(err, s.Store.Close())
	}
	s.clock.Known(s.Store.LastMark())
	if err := s.Engine.Start(); err != nil {
		return nil, errors.Join(err, s.endCopy(), s.journal.Close(), s.Store.Close())
	}
	if err := s.decideAgain(context.Background(), lost); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	if err := s.plan(); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	service := identity.New(identity.Config{Store: pbrecords.NewIdentity(app, s.Store.Connections()), Keys: keys, Clock: o.Now, Random: o.Entropy, AccessLifetime: o.AccessToken, Phones: o.Phones,
		LooksAfter: func(lead identity.StaffRecord, staff string) bool {
			return s.Store.Access.Of(lead.Viewer()).LooksAfter(staff)
		}})
	pbrecords.BindRevocation(app, service.Revoke)
	pbrecords.BindAdministrators(app)
	s.Store.OnRevocation(service.Revoke)
	accounts, ids := pbrecords.NewAccounts(app, o.Now, o.Entropy), identifier.NewMinter(o.Entropy)
	newID := func() (string, error) {
		id, err := ids.New(o.Now())
		return string(id), err
	}
	s.API = &httpapi.API{Accounts: accounts, NewID: newID, App: app, Identity: service, Passwords: passwords, Sealing: sealing, Sync: s.Engine, Store: s.Store, Imports: pbrecords.NewImporter(app), ImportPlans: func(lead desk.PlanLead) importer.Planner { return pbrecords.NewPlanner(lead, o.Now) }, People: s.People, Clock: o.Now, Uptime: o.Uptime, ClockWatch: s.clock, Jobs: s.schedule.states,
		Beyond: httpapi.Beyond{Channels: s.channels, Secret: webhookSecret(keys.Secret), Links: channel.Links(o.Channels.URL), Once: onceProof(keys.Secret("once")), Notices: s.notices}}
	s.API.Copy = s.copyState()
	if err := s.API.LoadRefusals(context.Background()); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	if !o.Manual {
		s.watch()
	}
	return s, nil
}

// newPasswords checks the passwords of staff at the cost of their hashes.
func newPasswords(app core.App, now func() time.Time) (*identity.Passwords, error) {
	staff, err := app.FindCachedCollectionByNameOrId(care.StaffName)
	if err != nil {
		return nil, fmt.Errorf("find the accounts of staff: %w", err)
	}
	cost := 0
	if field, ok := staff.Fields.GetByName(core.FieldNamePassword).(*core.PasswordField); ok {
		cost = field.Cost
	}
	return identity.NewPasswords(now, cost)
}

// Close stops the jobs and the engine; the application itself stays with its owner. Closing again
// does nothing.
func (s *Server) Close() error {
	if s.closed.Swap(true) {
		return nil
	}
	for _, stop := range s.stop {
		stop()
	}
	for _, c := range s.senders {
		c.Wait() // each attempt has ended with the jobs
	}
	s.lastLines()
	s.Engine.Stop()
	return errors.Join(s.endCopy(), s.journal.Close(), s.Store.Close())
}

// plan makes the schedule, with what the database knows of earlier runs.
func (s *Server) plan() error {
	ran := map[string]time.Time{}
	for _, j := range s.jobs() {
		at, _, err := s.Store.LastRan(j.name)
		if err != nil {
			return fmt.Errorf("read when the job %s last ran: %w", j.name, err)
		}
		ran[j.name] = at
	}
	var err error
	s.schedule, err = newSchedule(s.jobs(), s.o.Now, s.o.Uptime, s.clock, s.o.Log, func(name string) time.Time { return ran[name] })
	return err
}

// Tick does what the watcher and the jobs do by themselves on a real server: it settles what
// others wrote and works off what is due.
func (s *Server) Tick(ctx context.Context) error {
	if err := s.Engine.Settle(ctx); err != nil {
		return err
	}
	if err := s.schedule.runNow(ctx, syncer.JobDue); err != nil {
		return err
	}
	return s.SendDue(ctx)
}
