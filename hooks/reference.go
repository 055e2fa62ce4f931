package hooks

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"doorstep/internal/care"

	"github.com/ganigeorgiev/fexpr"
	"github.com/pocketbase/pocketbase/core"
)

// referenceCollections are what PocketBase's own routes read: where partners are and how they are reached,
// and nothing of anybody who is cared for.
var referenceCollections = []string{care.Organisations, care.Teams, care.Neighbourhoods}

// Limits of a filter: its length in bytes, its comparisons, and the wildcards in one text, whose number is
// what makes a LIKE slow.
const (
	filterBytes       = 1000
	filterComparisons = 30
	textWildcards     = 4
)

// checkReferenceRead lets signed-in staff read reference collections, filtered and sorted by the collection's
// own plain fields.
//
// NB! What a filter may name is the whole of the rule. A path through a relation is a query on another
// collection, by the reader's choice of words: it tells by its answer, or by how long that takes, what the
// other collection holds, and PocketBase applies no rule of access inside the sub-query of a condition that
// must hold for all.
func checkReferenceRead(e *core.RequestEvent) error {
	c, err := e.App.FindCachedCollectionByNameOrId(e.Request.PathValue("collection"))
	if err != nil || !slices.Contains(referenceCollections, c.Name) {
		return e.NotFoundError("", nil)
	}
	if e.Auth == nil {
		return e.UnauthorizedError("Sign in first.", nil)
	}
	if err := checkReferenceQuery(c, e.Request.URL.RawQuery); err != nil {
		return e.BadRequestError(err.Error(), nil)
	}
	return nil
}

// checkReferenceQuery says in a sentence what is wrong with the query of a reference read.
func checkReferenceQuery(c *core.Collection, raw string) error {
	q, err := url.ParseQuery(raw)
	if err != nil {
		return refusal("The query could not be read.")
	}
	for name, values := range q {
		if len(values) > 1 {
			return refusal("%.40q is given twice.", name)
		}
	}
	if q.Has("expand") {
		return refusal("Relations cannot be expanded. Read each collection by itself.")
	}
	own := plainFields(c)
	for _, name := range split(q.Get("sort")) {
		if name = strings.TrimLeft(name, "+-"); !slices.Contains(own, name) {
			return refusal("Sort by fields of %s alone; %.40q is none.", c.Name, name)
		}
	}
	for _, name := range split(q.Get("fields")) {
		if name != "*" && !slices.Contains(own, name) && name != core.FieldNameCollectionId && name != core.FieldNameCollectionName {
			return refusal("Name fields of %s alone; %.40q is none.", c.Name, name)
		}
	}
	return checkFilter(c.Name, own, q.Get("filter"))
}

func split(list string) []string {
	if list == "" {
		return nil
	}
	names := strings.Split(list, ",")
	for i := range names {
		names[i] = strings.TrimSpace(names[i])
	}
	return names
}

// plainFields are the fields a reader may name: the collection's own, but for hidden ones.
func plainFields(c *core.Collection) []string {
	var names []string
	for _, f := range c.Fields {
		if !f.GetHidden() {
			names = append(names, f.GetName())
		}
	}
	return names
}

func checkFilter(collection string, own []string, filter string) error {
	if filter == "" {
		return nil
	}
	if len(filter) > filterBytes {
		return refusal("A filter has %d bytes at most.", filterBytes)
	}
	parsed, err := fexpr.Parse(filter)
	if err != nil {
		return refusal("The filter could not be read.")
	}
	comparisons := 0
	return eachOperand(parsed, func(t fexpr.Token) error {
		if comparisons++; comparisons > 2*filterComparisons {
			return refusal("A filter compares %d times at most.", filterComparisons)
		}
		switch t.Type {
		case fexpr.TokenNumber:
			return nil
		case fexpr.TokenText:
			if strings.Count(t.Literal, "%") > textWildcards {
				return refusal("A text in a filter has %d wildcards at most.", textWildcards)
			}
			return nil
		case fexpr.TokenIdentifier:
			if slices.Contains(own, t.Literal) || slices.Contains([]string{"true", "false", "null"}, t.Literal) {
				return nil
			}
		}
		return refusal("Filter by fields of %s alone; %.40q is none.", collection, t.Literal)
	})
}

// eachOperand calls check with both sides of every comparison until one is refused.
func eachOperand(groups []fexpr.ExprGroup, check func(fexpr.Token) error) error {
	for _, g := range groups {
		var err error
		switch item := g.Item.(type) {
		case fexpr.Expr:
			if err = check(item.Left); err == nil {
				err = check(item.Right)
			}
		case fexpr.ExprGroup:
			err = eachOperand([]fexpr.ExprGroup{item}, check)
		case []fexpr.ExprGroup:
			err = eachOperand(item, check)
		default:
			err = refusal("The filter could not be read.")
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// sentence is an error that is said to whoever asked, as it stands.
type sentence string

func (s sentence) Error() string { return string(s) }

func refusal(format string, args ...any) error { return sentence(fmt.Sprintf(format, args...)) }
