package webui

import (
	"path"
	"regexp"
	"slices"
	"strings"
)

// Where a page, a style sheet or a script names another file. An import under a name made up
// while running is not found: there is none such in an app that works without a network.
var (
	inMarkup = regexp.MustCompile(`\b(?:href|src)="([^"]+)"`)
	inScript = regexp.MustCompile(`\b(?:from|import)\s*\(?\s*["']([^"']+)["']`)
	inStyle  = regexp.MustCompile(`url\(["']?([^"')]+)["']?\)`)
)

// reach lists what the file at the address needs, itself included, in order of the alphabet. Bitmaps
// are left out: they are icons, which a phone fetches when the app is installed.
func (p *Pages) reach(address string) []string {
	seen := map[string]bool{}
	var visit func(string)
	visit = func(address string) {
		found, ok := p.pages[address]
		if !ok || seen[address] || path.Ext(address) == ".png" {
			return
		}
		seen[address] = true
		for _, pattern := range namesIn(address) {
			for _, m := range pattern.FindAllSubmatch(found.page().plain, -1) {
				visit(resolve(address, string(m[1])))
			}
		}
	}
	visit(address)
	list := make([]string, 0, len(seen))
	for address := range seen {
		list = append(list, address)
	}
	slices.Sort(list)
	return list
}

// namesIn says how a file of this kind names others.
func namesIn(address string) []*regexp.Regexp {
	switch {
	case strings.HasSuffix(address, "/") || path.Ext(address) == ".html":
		return []*regexp.Regexp{inMarkup}
	case path.Ext(address) == ".css":
		return []*regexp.Regexp{inStyle}
	case isScript(address):
		return []*regexp.Regexp{inScript}
	}
	return nil
}

// resolve is the address that a name in a file means; a folder keeps its slash.
func resolve(from, name string) string {
	name, _, _ = strings.Cut(name, "#")
	name, _, _ = strings.Cut(name, "?")
	if !strings.HasPrefix(name, "/") {
		name = path.Join(path.Dir(from), name)
	}
	return name
}
