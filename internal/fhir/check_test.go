package fhir

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
)

// The rules of R4 that no validator we know looks after, and those that are cheap to look after here too: everything a
// bundle refers to is in it, no two entries share an address, and texts, ids and times have the patterns of R4.

var (
	textPattern    = regexp.MustCompile(`^[ \r\n\t\S]+$`)
	instantPattern = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$`)
	dayPattern     = regexp.MustCompile(`^\d{4}-\d\d-\d\d$`)
	uuidPattern    = regexp.MustCompile(`^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
)

// wrongIn lists what is wrong with a resource that was written.
func wrongIn(raw []byte) (wrong []string) {
	var top map[string]any
	if err := json.Unmarshal(raw, &top); err != nil {
		return []string{err.Error()}
	}
	say := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	urls := map[string]bool{}
	entries, _ := top["entry"].([]any)
	for _, e := range entries {
		url, _ := e.(map[string]any)["fullUrl"].(string)
		if urls[url] {
			say("two entries are %s", url)
		}
		if !uuidPattern.MatchString(url) {
			say("an entry is at %q", url)
		}
		urls[url] = true
	}
	var walk func(path, name string, v any)
	walk = func(path, name string, v any) {
		switch v := v.(type) {
		case map[string]any:
			if len(v) == 0 {
				say("%s is empty", path)
			}
			for k, inner := range v {
				walk(path+"."+k, k, inner)
			}
		case []any:
			if len(v) == 0 {
				say("%s is empty", path)
			}
			for i, inner := range v {
				walk(fmt.Sprintf("%s[%d]", path, i), name, inner)
			}
		case string:
			oneText(path, name, v, urls, len(entries) > 0, say)
		case nil:
			say("%s is null", path)
		}
	}
	walk("", "", top)
	return wrong
}

func oneText(path, name, v string, urls map[string]bool, bundle bool, say func(string, ...any)) {
	if !textPattern.MatchString(v) || strings.TrimSpace(v) == "" {
		say("%s is %q", path, v)
	}
	switch name {
	case "reference", "url":
		if bundle && strings.HasPrefix(v, "urn:uuid:") && !urls[v] {
			say("%s leads to nothing: %s", path, v)
		}
		if bundle && name == "reference" && !strings.HasPrefix(v, "urn:uuid:") {
			say("%s leads out of the bundle: %s", path, v)
		}
	case "id", "versionId":
		if !idOf.MatchString(v) {
			say("%s is no id: %q", path, v)
		}
	case "birthDate":
		if !dayPattern.MatchString(v) {
			say("%s is no day: %q", path, v)
		}
	case "timestamp", "authoredOn", "lastModified", "recorded", "effectiveDateTime", "occurredDateTime", "start", "end", "lastUpdated", "creation", "valueDateTime":
		if !instantPattern.MatchString(v) {
			say("%s is no time: %q", path, v)
		}
	}
}
