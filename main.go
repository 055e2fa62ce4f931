// Doorstep is the sync backend for care that happens at the patient's door. See README.md.
package main

import (
	"context"
	"crypto/rand"
	"embed"
	"errors"
	"fmt"
	"net"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/pocketbase/pocketbase"
	"github.com/pocketbase/pocketbase/cmd"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/plugins/migratecmd"
	"github.com/pocketbase/pocketbase/tools/osutils"
	"github.com/spf13/cobra"

	"doorstep/internal/datafolder"
	"doorstep/internal/demo"
	"doorstep/internal/httpapi"
	"doorstep/internal/identifier"
	"doorstep/internal/importer"
	"doorstep/internal/pbapp"
	"doorstep/internal/pbrecords"
	"doorstep/internal/pbrules"
	"doorstep/internal/recovery"
	"doorstep/internal/rulebook"
	"doorstep/internal/server"
	"doorstep/internal/settings"
	"doorstep/internal/setup"
	"doorstep/internal/sqlitedb"
	"doorstep/internal/webui"
)

// files are the public pages, and the documents a client is built from.
//
//go:embed all:pb_public docs/openapi.yaml docs/protocol.md
var files embed.FS

func main() {
	closeNewFiles()
	sqlitedb.KeepMemory()
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, cancel) // a second signal ends the program at once
	context.AfterFunc(ctx, func() { time.AfterFunc(lastMoment, endAnyway) })
	set, err := settings.FromEnvironment(os.LookupEnv)
	if err == nil {
		err = run(ctx, set)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "doorstep:", err)
		os.Exit(1)
	}
}

// lastMoment is how long after a signal the program ends whatever still hangs: a container is killed after
// ten seconds.
const lastMoment = 9500 * time.Millisecond

// endAnyway ends a program that was told to end and has not. What was acknowledged is on the disk, and what
// was not is sent again.
func endAnyway() {
	fmt.Fprintln(os.Stderr, "doorstep: something did not end in time and was cut off; nothing that was acknowledged is lost")
	os.Exit(0)
}

// run executes one command and closes what it opened.
func run(ctx context.Context, set *settings.Settings) error {
	c := pbapp.Config(set.DataDir)
	app := pocketbase.NewWithConfig(pocketbase.Config{DefaultDataDir: set.DataDir, DBConnect: c.DBConnect, DataMaxOpenConns: c.DataMaxOpenConns,
		DataMaxIdleConns: c.DataMaxIdleConns, AuxMaxOpenConns: c.AuxMaxOpenConns, AuxMaxIdleConns: c.AuxMaxIdleConns})
	set.DataDir = app.DataDir() // PocketBase has read --dir by itself by now
	built, err := webui.New(files, map[string]string{"": "pb_public", "docs/": "docs"})
	if err != nil {
		return err
	}
	var mounted *server.Mounted
	folder := &folder{set: set}
	bootstrap := func(c *cobra.Command, args []string) error { // flags are known by now
		if err := folder.enter(c); err != nil {
			return err
		}
		o, err := server.From(set)
		if err != nil {
			return err
		}
		o.Pages, o.Out, o.Version = built, os.Stdout, thisProgram()
		if c != nil && c.Name() == "serve" {
			o.Domains = args
		}
		mounted = server.Mount(app, o)
		context.AfterFunc(ctx, func() { _ = mounted.Stop() }) // its error comes from Wait
		if err := errors.Join(closeFolder(app.DataDir()), app.Bootstrap()); err != nil {
			return err
		}
		folder.opened()
		return nil
	}
	if err := addCommands(app, set, folder, bootstrap); err != nil {
		return err
	}
	app.RootCmd.AddCommand(demo.Command(set, built))
	err = app.RootCmd.ExecuteContext(ctx)
	if mounted != nil {
		err = errors.Join(err, mounted.Wait(), pbapp.CloseApp(app))
	}
	return errors.Join(err, folder.leave())
}

// folder is the data folder of a command.
type folder struct {
	set   *settings.Settings
	fresh bool
	lock  *datafolder.Lock
}

// enter looks at the folder before anything in it is opened. The server takes it for itself; other commands
// work beside one, which takes in what they write.
func (f *folder) enter(c *cobra.Command) (err error) {
	serves := c != nil && c.Name() == "serve"
	if serves {
		if f.lock, err = datafolder.Take(f.set.DataDir); err != nil {
			return err
		}
	}
	knows := pbapp.Knows
	if c != nil && c.Name() == "migrate" { // which mends the list of steps
		knows = func(string) bool { return true }
	}
	return datafolder.Check(f.set.DataDir, datafolder.Expected{Knows: knows, Fresh: f.fresh && serves, Key: f.set.SigningKey, Now: time.Now()},
		func(sentence string) { fmt.Fprintln(os.Stderr, "doorstep:", sentence) })
}

// opened notes that the server has the database open. Without the note it is looked through at the next start, which is no
// reason not to serve it now.
func (f *folder) opened() {
	if f.lock == nil {
		return
	}
	if err := datafolder.Opened(f.set.DataDir); err != nil {
		fmt.Fprintln(os.Stderr, "doorstep:", err)
	}
}

func (f *folder) leave() error { return f.lock.Release() }

// addCommands adds PocketBase's commands, which find a bootstrapped application, and our own.
func addCommands(app *pocketbase.PocketBase, set *settings.Settings, folder *folder, bootstrap func(*cobra.Command, []string) error) error {
	root := app.RootCmd
	root.Use, root.Short, root.SilenceErrors, root.SilenceUsage = "doorstep", "The sync backend for care that happens at the patient's door", true, true
	root.FParseErrWhitelist.UnknownFlags = false // PocketBase needed that before there were commands
	set.Bind(root.PersistentFlags())
	serve := cmd.NewServeCommand(app, false)
	serve.Flags().BoolVar(&folder.fresh, "fresh", false, "begin with an empty database although the folder has a signing key")
	root.AddCommand(serve, cmd.NewSuperuserCommand(app))
	migratecmd.MustRegister(app, root, migratecmd.Config{Dir: "migrations", Automigrate: osutils.IsProbablyGoRun()})
	for _, theirs := range root.Commands() {
		theirs.PersistentPreRunE = bootstrap
	}
	ids := identifier.NewMinter(rand.Reader)
	newID := func() (string, error) {
		id, err := ids.New(time.Now())
		return string(id), err
	}
	imports := importer.Command(func() (importer.Store, func() error, error) {
		if err := bootstrap(nil, nil); err != nil {
			return nil, nil, err
		}
		return pbrecords.NewImporter(app), func() error { return nil }, app.RunAllMigrations() // run closes it
	}, func(email string) (importer.Planner, error) { return pbrecords.OperatorsPlanner(app, email, time.Now) }, time.Now)
	imports.AddCommand(importer.StaffCommand(func() (importer.StaffStore, func() error, error) {
		if err := bootstrap(nil, nil); err != nil {
			return nil, nil, err
		}
		return pbrecords.NewStaffImport(pbrecords.NewAccounts(app, time.Now, rand.Reader), newID), func() error { return nil }, app.RunAllMigrations()
	}))
	root.AddCommand(backupCommand(set), restoreCommand(set), sealingKeyCommand(set), copyKeyCommand(), auditCommand(app, bootstrap), healthCommand(set), doctorCommand(set), rulebook.Command(func() string { return set.DataDir }, time.Now, pbrules.OfDatabase), versionCommand(), imports, recovery.Command(func() (recovery.Store, error) {
		if err := bootstrap(nil, nil); err != nil {
			return nil, err
		}
		return pbrecords.NewRecovery(app, time.Now), app.RunAllMigrations()
	}, app.DataDir, time.Now))
	root.AddCommand(setup.Command(func() (setup.Store, error) {
		if err := bootstrap(nil, nil); err != nil {
			return nil, err
		}
		return pbrecords.NewAccounts(app, time.Now, rand.Reader), app.RunAllMigrations()
	}, newID))
	return errors.Join(set.BindPocketBaseFlags(root.PersistentFlags()), set.BindPocketBaseFlags(serve.PersistentFlags()))
}

// auditCommand looks whether anything of the audit was changed or taken out since it was sealed.
func auditCommand(app core.App, bootstrap func(*cobra.Command, []string) error) *cobra.Command {
	var seal string
	verify := &cobra.Command{Use: "verify", Short: "Look whether the audit is as it was sealed, hour by hour", Args: cobra.NoArgs, SilenceUsage: true}
	verify.Flags().StringVar(&seal, "seal", "", "a seal that the server said before; it must be among those of the database")
	verify.RunE = func(c *cobra.Command, args []string) error {
		if err := errors.Join(bootstrap(c, args), app.RunAllMigrations()); err != nil {
			return err
		}
		last, err := pbrecords.VerifyAudit(c.Context(), app)
		if err != nil {
			return err
		}
		if seal != "" {
			if found, err := pbrecords.SealedAudit(c.Context(), app, seal); err != nil || !found {
				return errors.Join(err, fmt.Errorf("no line of this database was sealed with %s: seals were changed, or it is another database", seal))
			}
		}
		_, err = fmt.Fprintf(c.OutOrStdout(), "The audit is as it was sealed, up to line %d of %s: %s\n", last.Line, last.At, last.Hash)
		return err
	}
	audit := &cobra.Command{Use: "audit", Short: "Look after the audit"}
	audit.AddCommand(verify)
	return audit
}

// healthCommand asks the server of the same settings how it is; a container's health check.
func healthCommand(set *settings.Settings) *cobra.Command {
	health := &cobra.Command{Use: "health", Short: "Ask the running server how it is", Args: cobra.NoArgs}
	health.Flags().StringVar(&set.HTTP, "http", set.HTTP, "address the server listens on")
	health.RunE = func(c *cobra.Command, _ []string) error {
		host, port, err := net.SplitHostPort(set.HTTP)
		if err != nil {
			return err
		}
		if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
			host = "127.0.0.1"
		}
		ctx, cancel := context.WithTimeout(c.Context(), 4*time.Second)
		defer cancel()
		return httpapi.AskHealth(ctx, "http://"+net.JoinHostPort(host, port), c.OutOrStdout())
	}
	return health
}
