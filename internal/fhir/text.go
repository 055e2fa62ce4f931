package fhir

import (
	"crypto/sha1" //nolint:gosec // names of version 5 (RFC 9562) and hashes of attachments are SHA-1; neither keeps a secret
	"encoding/hex"
	"encoding/json"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"

	"doorstep/internal/care"
)

// said is a text as FHIR takes it (its pattern is [ \r\n\t\S]+): without control characters, without what turns the
// direction of a text, with plain spaces, and "" where nothing is left.
func said(text string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\r' || r == '\t':
			return r
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), r == 0xfeff, r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069:
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, "�")))
}

// oneLine is a text on one line: a name, a display.
func oneLine(text string) string { return strings.Join(strings.Fields(said(text)), " ") }

// words makes a code of ours readable.
func words(code string) string { return oneLine(strings.ReplaceAll(code, "_", " ")) }

var idOf = regexp.MustCompile(`^[A-Za-z0-9.-]{1,64}$`)

// id is an id as FHIR takes it; "" for none that it does. Underscores, which it does not take, are hyphens.
func id(parts ...string) string {
	joined := strings.ReplaceAll(strings.Join(parts, "-"), "_", "-")
	if !idOf.MatchString(joined) {
		return ""
	}
	return joined
}

// namespace is that of our names of version 5. It never changes: receivers know resources by what comes of it.
var namespace = [16]byte{0x8f, 0x0c, 0x5e, 0x1b, 0x31, 0x6d, 0x4e, 0x0a, 0x9b, 0x42, 0x6d, 0x0f, 0x2c, 0x57, 0xe3, 0x90}

// urn names a resource for ever: the same parts give the same name.
func urn(parts ...string) string {
	h := sha1.New() //nolint:gosec // see the import
	h.Write(namespace[:])
	for _, p := range parts { // each with its length, so that no two lists give one text
		h.Write([]byte(strconv.Itoa(len(p)) + ":" + p))
	}
	u := h.Sum(nil)[:16]
	u[6], u[8] = u[6]&0x0f|0x50, u[8]&0x3f|0x80
	x := hex.EncodeToString(u)
	return "urn:uuid:" + x[:8] + "-" + x[8:12] + "-" + x[12:16] + "-" + x[16:20] + "-" + x[20:]
}

// ours is an identifier of something that has no national one.
func ours(parts ...string) Identifier { return Identifier{System: systemURI, Value: urn(parts...)} }

// instant is a moment as FHIR writes it; "" for none.
func instant(t time.Time) string {
	if t.IsZero() || t.Year() < 1 || t.Year() > 9999 {
		return ""
	}
	return care.Stamp(t)
}

// day is a date; "" for what is none.
func day(text string) string {
	if d, err := time.Parse(time.DateOnly, text); err == nil && d.Year() > 0 {
		return text
	}
	return ""
}

// between is a period; nil for none. An end before the start is left out.
func between(start, end time.Time) *Period {
	if end.Before(start) {
		end = time.Time{}
	}
	if p := (Period{instant(start), instant(end)}); p != (Period{}) {
		return &p
	}
	return nil
}

// number reads a number out of a decoded value.
func number(v any) (json.Number, bool) {
	var f float64
	switch n := v.(type) {
	case float64:
		f = n
	case int64:
		return json.Number(strconv.FormatInt(n, 10)), true
	case int:
		return json.Number(strconv.Itoa(n)), true
	case json.Number:
		parsed, err := n.Float64()
		if err != nil {
			return "", false
		}
		f = parsed
	default:
		return "", false
	}
	if math.IsNaN(f) || math.IsInf(f, 0) || math.Abs(f) > 1e15 {
		return "", false
	}
	return json.Number(strconv.FormatFloat(f, 'f', -1, 64)), true
}

// text writes a concept in words alone; nil for none.
func text(s string) *Concept {
	if s = said(s); s == "" {
		return nil
	}
	return &Concept{Text: s}
}

func concept(text string, codings ...Coding) *Concept { return &Concept{Coding: codings, Text: text} }

func notes(lines ...string) (list []Annotation) {
	for _, l := range lines {
		if l = said(l); l != "" {
			list = append(list, Annotation{l})
		}
	}
	return list
}
