package sim

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"reflect"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/access"
	"doorstep/internal/care"
	"doorstep/internal/identity"
	"doorstep/internal/pbapp"
	"doorstep/internal/pbstore"
	"doorstep/internal/server"
	"doorstep/internal/syncer"
	"doorstep/internal/testkit/pbtest"
	"doorstep/internal/wire"
)

// dataFiles are what a server leaves in its folder, the write-ahead log included.
var dataFiles = []string{"data.db", "data.db-wal", "auxiliary.db", "auxiliary.db-wal", "signing.key", identity.SealingKeyFile}

// disk is a copy of a data folder.
type disk map[string][]byte

func readDisk(dir string) (disk, error) {
	d := disk{}
	for _, name := range dataFiles {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		d[name] = b
	}
	return d, nil
}

func (d disk) write(dir string) error {
	for name, b := range d {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// machine is the server: a process on a data folder. It can be killed and started again.
type machine struct {
	root    string // each life has a folder of its own below
	lives   int
	clock   *Clock
	entropy io.Reader
	seams   syncer.Seams
	differ  func(what string) // told where a page that was kept is not the page that would be read
	tear    *tear

	app      *core.BaseApp
	srv      *server.Server
	handler  http.Handler
	outlines map[string]*sql.Stmt // see readOutline
	// lines are the histories the database had at each start, oldest first.
	lines [][]life
}

// life is one start of the server, as the database of that moment tells it.
type life struct {
	name  string
	after int64
}

// manyPhones one member of staff may have in use: as many as a test wants to see meet a restored server.
const manyPhones = 100_000

// boot starts a process on what the disk holds.
func (m *machine) boot(d disk) error {
	m.lives++
	dir := filepath.Join(m.root, fmt.Sprintf("life-%d", m.lives))
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	if err := d.write(dir); err != nil {
		return err
	}
	app, err := pbapp.OpenApp(dir, func(app core.App) { server.Bind(app, m.clock.Now) })
	if err != nil {
		return err
	}
	seams := m.seams
	seams.Feed = m.readTwice
	srv, err := server.Start(app, server.Options{Now: m.clock.Now, Entropy: m.entropy, Manual: true, Phones: manyPhones,
		Log: slog.New(slog.DiscardHandler), Seams: seams})
	if err != nil {
		return errors.Join(err, pbapp.CloseApp(app))
	}
	handler, err := (&pbtest.App{BaseApp: app}).Handler()
	if err != nil {
		return errors.Join(err, srv.Close(), pbapp.CloseApp(app))
	}
	if m.tear != nil {
		handler = m.tear.between(handler, m)
	}
	m.app, m.srv, m.handler, m.outlines = app, srv, handler, map[string]*sql.Stmt{}
	return m.noteLine()
}

// readTwice reads each page as the server does, which keeps what it rendered, and once more with nothing kept.
func (m *machine) readTwice(page syncer.PageSource) syncer.PageSource {
	page = twice{page, m}
	if m.seams.Feed != nil {
		page = m.seams.Feed(page)
	}
	return page
}

type twice struct {
	syncer.PageSource
	m *machine
}

func (t twice) Deliveries(visible *access.Visible, rows []pbstore.FeedRow) ([]wire.Delivery, error) {
	list, err := t.PageSource.Deliveries(visible, rows)
	if err != nil {
		return nil, err
	}
	t.m.srv.Store.Rendered.Forget()
	fresh, err := t.PageSource.Deliveries(visible, rows)
	if err == nil && !reflect.DeepEqual(list, fresh) && !t.m.unnoticed() { // until the engine has noticed a foreign write, its record has no version of its own
		t.m.differ(fmt.Sprintf("a page has %s where %s would be read", care.JSON(list), care.JSON(fresh)))
	}
	return list, err
}

// unnoticed says whether somebody wrote past the engine since it last looked.
func (m *machine) unnoticed() bool {
	db, err := m.db()
	if err != nil {
		return false
	}
	var n int
	err = db.QueryRow(`SELECT count(*) FROM sync_dirty`).Scan(&n)
	return err == nil && n > 0
}

func (m *machine) noteLine() error {
	db, err := m.db()
	if err != nil {
		return err
	}
	rows, err := db.Query(`SELECT name, after FROM sync_histories ORDER BY number`)
	if err != nil {
		return err
	}
	defer rows.Close()
	var line []life
	for rows.Next() {
		var l life
		if err := rows.Scan(&l.name, &l.after); err != nil {
			return err
		}
		line = append(line, l)
	}
	m.lines = append(m.lines, line)
	return rows.Err()
}

// seen says how much of what a history gave out, up to a number, is true of the database as it is now: the
// simulator saw every start and needs no proof.
func (m *machine) seen(history string, seq int64) int64 {
	now := m.lines[len(m.lines)-1]
	for _, line := range m.lines {
		if line[len(line)-1].name != history {
			continue
		}
		common := 0
		for common < len(line) && common < len(now) && line[common].name == now[common].name {
			common++
		}
		for _, other := range [][]life{line, now} {
			if common < len(other) {
				seq = min(seq, other[common].after)
			}
		}
		return seq
	}
	return 0
}

// shut ends the process and throws its folder away.
func (m *machine) shut() error {
	if m.app == nil {
		return nil
	}
	dir := m.app.DataDir()
	err := errors.Join(m.srv.Close(), pbapp.CloseApp(m.app))
	m.app, m.srv, m.handler = nil, nil, nil
	return errors.Join(err, os.RemoveAll(dir))
}

// image is what the disk holds at this moment: everything that was committed, whether or not
// the process gets to say so.
func (m *machine) image() (disk, error) { return readDisk(m.app.DataDir()) }

// crash kills the process and starts another on what was committed.
func (m *machine) crash() error {
	d, err := m.image()
	if err != nil {
		return err
	}
	return m.replace(d)
}

func (m *machine) replace(d disk) error {
	if err := m.shut(); err != nil {
		return err
	}
	return m.boot(d)
}

// restore puts a backup in place of the data and opens a new epoch, as the restore command does.
func (m *machine) restore(d disk) error {
	if err := m.replace(d); err != nil {
		return err
	}
	return m.srv.Engine.Do(context.Background(), func(tx *pbstore.Tx) error { return tx.NewEpoch() })
}

// tick lets the watcher and the jobs run.
func (m *machine) tick() error { return m.srv.Tick(context.Background()) }

// db reads and writes past the engine, as another program on the same file would.
func (m *machine) db() (*sql.DB, error) {
	db, ok := m.app.NonconcurrentDB().(*dbx.DB)
	if !ok {
		return nil, errors.New("the app has no plain database connection")
	}
	return db.DB(), nil
}
