package importer

import (
	"errors"
	"fmt"
	"io"
	"slices"
)

// entry is one resource of a file, with what its bundle says of it.
type entry struct {
	where    string
	fullURL  simple
	resource resource
	included bool  // not what was searched for, but what that refers to
	of       *head // the bundle it stands in, nil for none
	fault    string
}

// head is what a bundle says of itself.
type head struct {
	number   int
	labels   []fhirCoding // its security labels
	total    int          // of all pages; -1: not said
	self     string
	next     string // the address of the page that follows, "" for none
	entries  int
	matches  int // entries that were searched for
	patients int
}

// place names where in a file something stands.
type place struct{ outer string }

// entryIn names an entry of a bundle.
func (p place) entryIn(h *head, n int) string {
	where := fmt.Sprintf("entry %d", n)
	switch {
	case p.outer != "":
		return where + " of " + p.outer
	case h.number > 1:
		return fmt.Sprintf("%s of bundle %d", where, h.number)
	}
	return where
}

// resources walks the resources of a file: those of its bundles, of bundles within bundles, of a list, of lines, or the
// one that the file is. At no time more than one is held. The first error ends it.
type resources struct {
	source *source
	heads  []*head
}

func (r *resources) newHead() *head {
	h := &head{number: len(r.heads) + 1, total: -1}
	r.heads = append(r.heads, h)
	return h
}

// each gives every resource to yield, until that returns an error.
func (r *resources) each(yield func(*entry) error) error {
	r.heads = nil
	if r.source.first == '<' {
		return (&xmlWalk{resources: r, yield: yield}).file()
	}
	return (&jsonWalk{resources: r, yield: yield}).file()
}

// seen counts an entry for its bundle.
func (h *head) seen(e *entry) {
	h.entries++
	if !e.included {
		h.matches++
	}
	if e.resource.patient != nil {
		h.patients++
	}
}

// missing says, in sentences, what of the searches that the bundles answer is not in the file. A page whose next one
// is here too, in any order, lacks nothing.
func missing(heads []*head) []string {
	var list []string
	here := func(address string) bool {
		return slices.ContainsFunc(heads, func(h *head) bool { return h.self != "" && h.self == address })
	}
	matches, total := 0, -1
	for _, h := range heads {
		matches += h.matches
		total = max(total, h.total)
	}
	short := total > matches
	for _, h := range heads {
		if h.next != "" && !here(h.next) && (total < 0 || short) {
			list = append(list, fmt.Sprintf("The file is not the whole: bundle %d says that a further page follows, which is not in it", h.number))
			break
		}
	}
	if short {
		list = append(list, fmt.Sprintf("The file is not the whole: %d were found, %d of them are not in it", total, total-matches))
	}
	return list
}

func broken(err error) error {
	switch {
	case errors.Is(err, errTooLarge), errors.Is(err, errUnpacked):
		return err
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return faultf("the file breaks off in the middle")
	}
	return faultOf(err, "nothing can be read from here on")
}
