package pbchannels

import (
	"database/sql"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/columns"
)

const (
	addToken      = `INSERT INTO receiver_tokens (id, route, hash, epoch, made_by, made_at) VALUES (?, ?, ?, ?, ?, ?)`
	tokenColumns  = `SELECT t.id, t.route, t.made_by, t.made_at, t.used_at FROM receiver_tokens t`
	tokensOfRoute = tokenColumns + ` WHERE t.route = ? AND t.ended_at = '' AND t.epoch = ? ORDER BY t.made_at, t.id`
	tokensOfTeam  = tokenColumns + ` JOIN team_routes r ON r.id = t.route WHERE r.team = ? AND r.ended_at = '' AND t.ended_at = '' AND t.epoch = ? ORDER BY t.made_at, t.id`
	tokenByID     = tokenColumns + ` WHERE t.id = ? AND t.ended_at = ''`
	tokenByHash   = tokenColumns + ` WHERE t.hash = ? AND t.ended_at = '' AND t.epoch = ?`
	endToken      = `UPDATE receiver_tokens SET ended_at = ? WHERE id = ?`
	useToken      = `UPDATE receiver_tokens SET used_at = ? WHERE id = ?`
	// toldByRoute counts what left, or is to leave, by a route of a handover.
	toldByRoute = `SELECT count(*) FROM deliveries WHERE handover = ? AND route = ?`
)

// MostTokens is how many tokens of a route count at once: one in use, and the next while the receiver changes over.
const MostTokens = 2

// Token is what the receiver of a route reads with. The token itself is kept nowhere. It counts within the epoch in which it
// was made: a backup that is put back brings no token to life that was taken back since.
type Token struct {
	ID, Route, MadeBy string
	MadeAt            time.Time
	UsedAt            time.Time // when it last read something; zero = never
}

func tokens(run each, query string, args ...any) (list []Token, err error) {
	err = run(query, func(r *sql.Rows) error {
		var t Token
		var made, used string
		err := r.Scan(&t.ID, &t.Route, &t.MadeBy, &made, &used)
		t.MadeAt, t.UsedAt = columns.ParseTime(made), columns.ParseTime(used)
		list = append(list, t)
		return err
	}, args...)
	return list, err
}

func oneToken(run each, query string, args ...any) (*Token, error) {
	list, err := tokens(run, query, args...)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return &list[0], nil
}

// AddToken keeps a token of a route by its hash; false: it has as many as it can.
func (tx Tx) AddToken(t Token, hash, epoch string) (bool, error) {
	stored, err := tokens(tx.each, tokensOfRoute, t.Route, epoch)
	if err != nil || len(stored) >= MostTokens {
		return false, err
	}
	return true, tx.exec(addToken, t.ID, t.Route, hash, epoch, t.MadeBy, care.Stamp(tx.Now()))
}

// Token is a token in force; nil for none.
func (tx Tx) Token(id string) (*Token, error) { return oneToken(tx.each, tokenByID, id) }

// EndToken takes a token back: it opens nothing from now on.
func (tx Tx) EndToken(id string) error { return tx.exec(endToken, care.Stamp(tx.Now()), id) }

// UseToken notes that something was read with a token.
func (tx Tx) UseToken(id string) error { return tx.exec(useToken, care.Stamp(tx.Now()), id) }

// TokensOf are those in force of the routes of a team.
func (v Pages) TokensOf(team, epoch string) ([]Token, error) {
	return tokens(v.Each, tokensOfTeam, team, epoch)
}

// Opens finds the route that a token reads by, with the token; nil where it opens nothing: it was taken back, a backup was
// put back since, its route was taken away, or nothing is agreed with its receiver any more.
func (v Pages) Opens(hash, epoch string) (*Route, *Token, error) {
	t, err := oneToken(v.Each, tokenByHash, hash, epoch)
	if err != nil || t == nil {
		return nil, nil, err
	}
	r, err := one(v.Each, t.Route)
	if err != nil || r == nil || !r.Agreement.Stands() {
		return nil, nil, err
	}
	return r, t, nil
}

// ToldBy says whether a team was, or is to be, told of a handover by a route.
func (v Pages) ToldBy(route, handover string) (bool, error) {
	n := 0
	err := v.Row(toldByRoute, handover, route).Scan(&n)
	return n > 0, err
}
