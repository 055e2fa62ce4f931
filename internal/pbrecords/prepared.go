package pbrecords

import (
	"context"
	"database/sql"
	"errors"
	"strconv"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/care"
	"doorstep/internal/columns"
)

// prepared runs statements in one transaction, each of them read by SQLite once: an import runs the same few for each of
// its visits, and the triggers of a table make reading one cost more than running it. They end with the transaction.
type prepared struct {
	ctx  context.Context
	app  core.App
	read map[string]*dbx.Query
}

func prepareIn(ctx context.Context, app core.App) *prepared {
	return &prepared{ctx, app, map[string]*dbx.Query{}}
}

// query binds values in the order of a statement's question marks, of which none stands in a text.
func (p *prepared) query(statement string, args []any) *dbx.Query {
	q := p.read[statement]
	if q == nil {
		parts := strings.Split(statement, "?")
		for i := range parts[1:] {
			parts[i] += "{:" + place(i) + "}"
		}
		q = query(p.ctx, p.app, strings.Join(parts, ""), dbx.Params{}).Prepare()
		p.read[statement] = q
	}
	params := make(dbx.Params, len(args))
	for i, v := range args {
		params[place(i)] = v
	}
	return q.Bind(params)
}

// place is the name of a value by its place among the others.
func place(i int) string { return "p" + strconv.Itoa(i) }

func (p *prepared) exec(statement string, args ...any) error {
	_, err := p.query(statement, args).Execute()
	return err
}

func (p *prepared) each(statement string, fn func(*sql.Rows) error, args ...any) (err error) {
	rows, err := p.query(statement, args).Rows()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		if err := fn(rows.Rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// record reads a record; nil when there is none.
func (p *prepared) record(c *care.Collection, id string) (found *care.Record, err error) {
	layout := columns.LayoutOf(c)
	err = p.each(`SELECT `+quoted(layout.Names)+` FROM `+c.Name+` WHERE id = ?`, func(r *sql.Rows) (err error) {
		found, err = layout.Scan(r)
		return err
	}, id)
	return found, err
}

func quoted(names []string) string {
	list := make([]string, len(names))
	for i, name := range names {
		list[i] = columns.Quote(name)
	}
	return strings.Join(list, ", ")
}

// savepoint undoes what work wrote when it fails, and nothing else of the transaction.
func (p *prepared) savepoint(work func() error) error {
	if err := p.exec(`SAVEPOINT planned`); err != nil {
		return err
	}
	err := work()
	if err != nil {
		if undone := p.exec(`ROLLBACK TO planned`); undone != nil {
			return errors.Join(err, undone)
		}
	}
	return errors.Join(err, p.exec(`RELEASE planned`))
}
