package main

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"syscall"
	"time"

	"doorstep/internal/sqlitedb"
)

// asked is the body of any request to the control port.
type asked struct {
	Name   string `json:"name"`
	Untold bool   `json:"untold"`
	Ms     int64  `json:"ms"`
	SQL    string `json:"sql"`
	Args   []any  `json:"args"`
	order
}

// routes is the control port; one request at a time.
func (k *keeper) routes() http.Handler {
	mux := http.NewServeMux()
	for path, act := range map[string]func(asked) (any, error){
		"/kill":    func(asked) (any, error) { k.kill(); return nil, nil },
		"/stop":    func(asked) (any, error) { k.end(syscall.SIGTERM); return nil, nil },
		"/start":   func(asked) (any, error) { return nil, k.start() },
		"/restart": func(asked) (any, error) { k.kill(); return nil, k.start() },
		"/backup":  func(a asked) (any, error) { return nil, k.backup(a.Name) },
		"/restore": func(a asked) (any, error) { return nil, k.restore(a.Name, a.Untold) },
		"/reset":   func(asked) (any, error) { return nil, k.reset() },
		"/clock":   func(a asked) (any, error) { return nil, k.setClock(a.Ms) },
		"/save":    func(a asked) (any, error) { return k.ask(order{Collection: a.Collection, ID: a.ID, Fields: a.Fields}) },
		"/delete":  func(a asked) (any, error) { return k.ask(order{Collection: a.Collection, ID: a.ID, Delete: true}) },
		"/exec":    func(a asked) (any, error) { return k.ask(order{Exec: a.SQL}) },
		"/settle":  func(asked) (any, error) { return nil, k.settle() },
		"/query":   func(a asked) (any, error) { return k.query(a.SQL, a.Args...) },
	} {
		mux.HandleFunc("POST "+path, func(w http.ResponseWriter, r *http.Request) {
			k.mu.Lock()
			defer k.mu.Unlock()
			var a asked
			err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 8<<20)).Decode(&a)
			var answer any
			if err == nil {
				answer, err = act(a)
			}
			w.Header().Set("Content-Type", "application/json")
			if err != nil {
				w.WriteHeader(http.StatusBadRequest)
				answer = map[string]string{"error": err.Error()}
			} else if answer == nil {
				answer = struct{}{}
			}
			_ = json.NewEncoder(w).Encode(answer) // the test is gone
		})
	}
	return mux
}

// settle waits until the server has taken in what was written past its routes.
func (k *keeper) settle() error {
	if k.process == nil {
		return errDown
	}
	deadline := time.Now().Add(patience)
	for {
		left, err := k.query(`SELECT count(*) AS n FROM (SELECT 1 FROM sync_dirty LIMIT 1)`)
		if err != nil {
			return err
		}
		if fmt.Sprint(left.Rows[0]["n"]) == "0" {
			return nil
		}
		if time.Now().After(deadline) {
			return errors.New("what was written is still not in the feed")
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// rows are what a query found, by column.
type rows struct {
	Rows []map[string]any `json:"rows"`
}

// reader is a connection that cannot write. It is kept until the server ends: most of what a question costs is that
// SQLite reads the schema first.
func (k *keeper) reader() (*sql.DB, error) {
	if k.reads != nil {
		return k.reads, nil
	}
	opened, err := sqlitedb.Connect(filepath.Join(k.data(), "data.db"))
	if err != nil {
		return nil, err
	}
	db := opened.DB()
	db.SetMaxOpenConns(1) // the pragma is the connection's
	if _, err := db.Exec("PRAGMA query_only = 1"); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	k.reads = db
	return db, nil
}

// forget closes the connection that reads. It comes before the server's end, or SQLite would tidy up here what a killed
// server left, and no start would find it.
func (k *keeper) forget() {
	if k.reads != nil {
		_ = k.reads.Close() // it only read
		k.reads = nil
	}
}

// query reads the database as a second process does.
func (k *keeper) query(statement string, args ...any) (*rows, error) {
	db, err := k.reader()
	if err != nil {
		return nil, err
	}
	found, err := db.Query(statement, args...)
	if err != nil {
		return nil, err
	}
	defer found.Close()
	names, err := found.Columns()
	if err != nil {
		return nil, err
	}
	answer := &rows{Rows: []map[string]any{}}
	for found.Next() {
		values, targets := make([]any, len(names)), make([]any, len(names))
		for i := range values {
			targets[i] = &values[i]
		}
		if err := found.Scan(targets...); err != nil {
			return nil, err
		}
		row := make(map[string]any, len(names))
		for i, name := range names {
			if b, ok := values[i].([]byte); ok {
				values[i] = string(b)
			}
			row[name] = values[i]
		}
		answer.Rows = append(answer.Rows, row)
	}
	return answer, found.Err()
}
