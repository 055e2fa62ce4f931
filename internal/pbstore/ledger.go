package pbstore

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/access"
	"doorstep/internal/care"
)

const (
	unopened        = `SELECT count(*) FROM (SELECT 1 FROM quarantine WHERE client = ? AND code = '` + care.CodeSealed + `' AND ` + care.SQLIssueOpen + ` LIMIT 1)`
	clientNumbering = `SELECT c.id, c.device, c.staff, c.last_mid, c.last_key, c.pulled_mid, coalesce(l.seq, 0)
			FROM sync_clients c LEFT JOIN sync_ledger l ON l.key = c.last_key WHERE c.client = ?`
	saveClient  = `UPDATE sync_clients SET last_mid = ?, last_key = ? WHERE id = ?`
	ledgerEntry = `SELECT l.client, coalesce(c.staff, ''), l.mid, l.status, l.seq, l.content FROM sync_ledger l LEFT JOIN sync_clients c ON c.id = l.client
		WHERE l.key = ?`
	enterLedger = `INSERT INTO sync_ledger (key, client, mid, status, seq, content) VALUES (?, ?, ?, 'applied', ?, ?) ON CONFLICT DO NOTHING`
	renumber    = `INSERT INTO sync_renumbered (client, mid, key, status) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`
	renumbered  = `SELECT status FROM sync_renumbered WHERE client = ? AND mid = ? AND key = ?`
	endLedger   = `UPDATE sync_ledger SET status = ? WHERE key = ?`
	saveResults = `INSERT INTO sync_results (client, first_mid, last_mid, at, body) VALUES (?, ?, ?, ?, ?)`
	resultsOf   = `SELECT body FROM sync_results WHERE client = ? AND first_mid <= ? AND last_mid >= ?
		AND (SELECT staff FROM sync_clients WHERE id = sync_results.client) = ? ORDER BY first_mid DESC, id DESC LIMIT 1`
	leaveLedger = `DELETE FROM sync_ledger WHERE key = ?`
	savePulled  = `UPDATE sync_clients SET pulled_mid = ? WHERE id = ?`
	oldResults  = `SELECT r.at, r.id, r.last_mid - r.first_mid + 1 FROM sync_results r JOIN sync_clients c ON c.id = r.client
		WHERE r.at < ? AND (r.at, r.id) > (?, ?) AND r.last_mid <= c.pulled_mid ORDER BY r.at, r.id LIMIT +?`
	clearRenumbered = `DELETE FROM sync_renumbered WHERE (client, mid) IN (SELECT n.client, n.mid FROM sync_results r JOIN sync_renumbered n
		ON n.client = r.client AND n.mid BETWEEN r.first_mid AND r.last_mid WHERE r.id IN (SELECT value FROM json_each(?)))`
	clearResults = `DELETE FROM sync_results WHERE id IN (SELECT value FROM json_each(?))`
)

// ErrNoClient: the client is not enrolled here.
var ErrNoClient = errors.New("pbstore: no such client")

// Client returns where a client's numbering stands. Changes to it are kept by SaveClient.
func (tx *Tx) Client(id string) (*Client, error) {
	if c, ok := tx.clients[id]; ok {
		return c, nil
	}
	c, err := tx.store.client(id, func(query string, args ...any) scanner { return tx.row(query, args...) })
	if err != nil {
		return nil, err
	}
	tx.clients[id] = c
	return c, nil
}

// Unopened says whether a client sent something sealed that nobody could open yet.
func (s *Store) Unopened(client string) (is bool, err error) {
	err = s.row(unopened, client).Scan(&is)
	return is, err
}

// Client returns a copy of where a client stands, from memory once it was asked for.
func (s *Store) Client(id string) (*Client, error) {
	c, err := s.client(id, s.row)
	if err != nil {
		return nil, err
	}
	m := s.mem
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.clients[id] == nil { // whatever a push published meanwhile is newer
		read := *c
		m.clients[id] = &read
	}
	return c, nil
}

func (s *Store) client(id string, row func(string, ...any) scanner) (*Client, error) {
	s.mem.mu.RLock()
	known, device := s.mem.clients[id], s.mem.deviceOfClient[id]
	s.mem.mu.RUnlock()
	c := &Client{ID: id}
	if known != nil {
		*c = *known
	} else {
		err := row(clientNumbering, id).
			Scan(&c.Row, &c.Device, &c.Staff, &c.LastMid, &c.LastKey, &c.PulledMid, &c.LastSeq)
		if errors.Is(err, sql.ErrNoRows) {
			return nil, ErrNoClient
		}
		if err != nil {
			return nil, err
		}
	}
	if device != "" {
		c.Device = device
	}
	return c, nil
}

// bindDevices notes which device speaks for a client whenever one is enrolled: a client that
// comes back under a new device may be in memory under the old one.
func (s *Store) bindDevices() {
	enrolled := s.app.OnRecordAfterCreateSuccess(care.Devices)
	id := enrolled.BindFunc(func(e *core.RecordEvent) error {
		s.mem.mu.Lock()
		s.mem.deviceOfClient[e.Record.GetString("client")] = e.Record.Id
		s.mem.mu.Unlock()
		return e.Next()
	})
	s.unbind = func() { enrolled.Unbind(id) }
}

// SaveClient stores a client's numbering.
func (tx *Tx) SaveClient(c *Client) error {
	if _, err := tx.exec(saveClient, c.LastMid, c.LastKey, c.Row); err != nil {
		return err
	}
	saved := *c
	tx.note(func(m *memory) { m.clients[saved.ID] = &saved })
	tx.noteAccess(func(u *access.Update) { u.Client(saved.ID, saved.LastSeq) })
	return nil
}

// Entry is one line of the ledger: a mutation that took effect, for ever.
type Entry struct {
	Client  int64
	Staff   string // whose client that is
	Mid     int64
	Status  care.Status
	Seq     int64
	Content int64 // care.Mutation.Fingerprint; 0 = not known
}

// Ledger looks a key up; nil when it never took effect.
func (tx *Tx) Ledger(key string) (*Entry, error) {
	e := &Entry{}
	err := tx.row(ledgerEntry, key).Scan(&e.Client, &e.Staff, &e.Mid, &e.Status, &e.Seq, &e.Content)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return e, err
}

// Enter writes a key into the ledger; false when it is there already.
func (tx *Tx) Enter(key string, client, mid, content int64) (bool, error) {
	n, err := tx.exec(enterLedger,
		key, client, mid, tx.seq, content)
	return n == 1, err
}

// Renumber notes that a client sent a key under a number of its own that had taken effect before, and
// how that ended: with the status of the first, or held back because it is another change.
func (tx *Tx) Renumber(c *Client, mid int64, key string, status care.Status) error {
	_, err := tx.exec(renumber, c.Row, mid, key, string(status))
	return err
}

// Renumbered says whether a client's number stands for a key that had taken effect before, and how it
// ended; "" when that is not known.
func (tx *Tx) Renumbered(c *Client, mid int64, key string) (mine bool, status care.Status, err error) {
	err = tx.row(renumbered, c.Row, mid, key).Scan(&status)
	if errors.Is(err, sql.ErrNoRows) {
		return false, "", nil
	}
	return err == nil, status, err
}

// Ended notes a status other than applied.
func (tx *Tx) Ended(key string, status care.Status) error {
	_, err := tx.exec(endLedger, string(status), key)
	return err
}

// Leave takes a key out of the ledger again: it took no effect, and may come once more.
func (tx *Tx) Leave(key string) error {
	_, err := tx.exec(leaveLedger, key)
	return err
}

// SaveResults keeps the encoded answers of one push, for replays.
func (tx *Tx) SaveResults(client, first, last int64, body []byte) error {
	_, err := tx.exec(saveResults,
		client, first, last, care.Stamp(tx.now), body)
	return err
}

// Results finds the encoded answers of the push that held a mid; nil when they were cleared away,
// and when the client is not one of that member of staff: knowing a key proves nothing.
func (tx *Tx) Results(client, mid int64, staff string) ([]byte, error) {
	var body []byte
	err := tx.row(resultsOf, client, mid, mid, staff).Scan(&body)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return body, err
}

// Pulled notes how far a client has seen its own mutations confirmed.
func (tx *Tx) Pulled(c *Client) error {
	if _, err := tx.exec(savePulled, c.PulledMid, c.Row); err != nil {
		return err
	}
	saved := *c
	tx.note(func(m *memory) {
		if known := m.clients[saved.ID]; known != nil {
			known.PulledMid = saved.PulledMid
		}
	})
	return nil
}

// OldResults are answers to pushes that nobody needs any more; At and ID say where to go on looking.
type OldResults struct {
	ids  []int64
	mids int64 // that they answer
	At   string
	ID   int64
	Last bool // there are no more of them
}

// midsAtOnce are the mutations whose answers one transaction removes, about.
const midsAtOnce = 2000

// FindOldResults looks for answers that a pull has confirmed and that are older than a time, after those found before.
func (s *Store) FindOldResults(ctx context.Context, before time.Time, after OldResults) (found OldResults, err error) {
	n := 0
	err = s.Read(ctx, func(v *Snapshot) error {
		return v.each(oldResults, func(r *sql.Rows) error {
			next := OldResults{}
			err := r.Scan(&next.At, &next.ID, &next.mids)
			if n++; found.mids < midsAtOnce {
				found = OldResults{append(found.ids, next.ID), found.mids + next.mids, next.At, next.ID, false}
			}
			return err
		}, care.Stamp(before), after.At, after.ID, retentionAtOnce)
	})
	found.Last = n == len(found.ids) && n < retentionAtOnce
	return found, err
}

// ClearResults removes what was found, and what is known of those mutations beyond the ledger: which of them had taken
// effect under another number. A phone that asks about one all the same was put back from a backup, and forks.
func (tx *Tx) ClearResults(found OldResults) error {
	list, err := json.Marshal(found.ids)
	if err != nil {
		return err
	}
	if _, err := tx.exec(clearRenumbered, string(list)); err != nil {
		return err
	}
	_, err = tx.exec(clearResults, string(list))
	return err
}
