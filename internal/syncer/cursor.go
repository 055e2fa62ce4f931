package syncer

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"strconv"
	"strings"
)

// cursor is where a phone stands in the sequence. Between rounds that is one number; inside a
// round that needs several pages it also says how far the walk through the scopes has come.
//
//	e3.88012.<seal>                     between rounds
//	e3.88012.88123.57.88001.<seal>      since 88012, towards 88123, in scope 57 after 88001
//	e3.88012.88123.57.88001.s88140.<seal>  either, of a page that was read when the sequence stood at 88140
//	e3.88012.h<past>.<seal>             either, from a server that tells the histories behind it
//	e3.88012.p<load>.<seal>             either, in a first load whose people come one after another: who has come
//
// Phones treat it as opaque. The seal makes sure that only a cursor this server gave out is
// believed: one of a history that the database does not have then proves that it was restored.
type cursor struct {
	epoch string
	since int64
	until int64 // 0 between rounds
	scope int64
	seq   int64
	// seen is where the sequence stood when the page was read that ended here: what changed after until is in no page of
	// this round. A database that does not reach as far has lost it, and was restored. 0: no further than since and until.
	seen   int64
	people string // how far a first load has come, as load.format writes it; "" of a phone that has everybody
	past   string // the histories that led to it, as history.Book.Past writes them; "" of an earlier program
}

func (c cursor) walking() bool { return c.until > 0 }

// rise turns a cursor that is older than the memory of the feed into a new beginning: the phone is told
// to start anew rather than left with records that are long gone.
func (c *cursor) rise(floor int64) {
	oldest := c.since
	if c.walking() && c.since == 0 {
		oldest = c.until // a first load brings what is there; it only must not have begun before the floor
	}
	if oldest > 0 && oldest < floor {
		*c = cursor{epoch: c.epoch}
	}
}

// errCursor: not a cursor of this server.
var errCursor = errors.New("syncer: not a cursor of this server")

// maxCursor is the longest cursor there is, in bytes: most of it is the past.
const maxCursor = 1024

type cursors struct{ key []byte }

func (cs cursors) format(c cursor) string {
	text := c.epoch + "." + strconv.FormatInt(c.since, 10)
	if c.walking() {
		text += "." + strconv.FormatInt(c.until, 10) + "." + strconv.FormatInt(c.scope, 10) + "." + strconv.FormatInt(c.seq, 10)
	}
	if c.people != "" {
		text += ".p" + c.people
	}
	if c.seen > max(c.since, c.until) {
		text += ".s" + strconv.FormatInt(c.seen, 10)
	}
	if c.past != "" {
		text += ".h" + c.past
	}
	return text + "." + cs.seal(text)
}

func (cs cursors) seal(text string) string {
	mac := hmac.New(sha256.New, cs.key)
	mac.Write([]byte(text))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:12])
}

// parse reads a cursor; the empty one is the beginning.
func (cs cursors) parse(s string) (cursor, error) {
	if s == "" {
		return cursor{}, nil
	}
	if len(s) > maxCursor {
		return cursor{}, errCursor
	}
	i := strings.LastIndexByte(s, '.')
	if i < 0 || subtle.ConstantTimeCompare([]byte(s[i+1:]), []byte(cs.seal(s[:i]))) != 1 {
		return cursor{}, errCursor
	}
	parts := strings.Split(s[:i], ".")
	c := cursor{}
	if last := parts[len(parts)-1]; strings.HasPrefix(last, "h") && len(last) > 1 {
		c.past, parts = last[1:], parts[:len(parts)-1]
	}
	further, seen := len(parts) > 0, ""
	if further {
		if seen, further = strings.CutPrefix(parts[len(parts)-1], "s"); further {
			parts = parts[:len(parts)-1]
		}
	}
	if last := len(parts) - 1; last > 0 && strings.HasPrefix(parts[last], "p") && len(parts[last]) > 1 {
		c.people, parts = parts[last][1:], parts[:last]
		if _, err := parseLoad(c.people); err != nil {
			return cursor{}, errCursor
		}
	}
	if len(parts) != 2 && len(parts) != 5 {
		return cursor{}, errCursor
	}
	c.epoch = parts[0]
	for i, into := range []*int64{&c.since, &c.until, &c.scope, &c.seq}[:len(parts)-1] {
		n, err := strconv.ParseInt(parts[i+1], 10, 64)
		if err != nil || n < 0 {
			return cursor{}, errCursor
		}
		*into = n
	}
	if further {
		n, err := strconv.ParseInt(seen, 10, 64)
		if err != nil || n <= max(c.since, c.until) {
			return cursor{}, errCursor
		}
		c.seen = n
	}
	return c, nil
}
