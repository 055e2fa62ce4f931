package wire

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
)

// AppendJSON appends the page as JSON and a line feed: what encoding/json makes of it with HTML
// unescaped. Nearly all of a page are records that the database wrote as JSON; they are copied as
// they are, where an encoder would read each of them once more to be sure of it.
func (p *PullResponse) AppendJSON(b []byte) []byte {
	b = slices.Grow(b, p.roughSize())
	b = append(b, `{"epoch":`...)
	b = appendText(b, p.Epoch)
	if p.History != "" {
		b = append(b, `,"history":`...)
		b = appendText(b, p.History)
	}
	b = append(b, `,"head":`...)
	b = strconv.AppendInt(b, p.Head, 10)
	b = append(b, `,"cursor":`...)
	b = appendText(b, p.Cursor)
	b = append(b, `,"more":`...)
	b = strconv.AppendBool(b, p.More)
	if p.Loading != nil {
		b = append(b, `,"loading":{"sent":`...)
		b = strconv.AppendInt(b, p.Loading.Sent, 10)
		b = append(b, `,"of":`...)
		b = strconv.AppendInt(b, p.Loading.Of, 10)
		b = append(b, '}')
	}
	b = append(b, `,"last_mid":`...)
	b = strconv.AppendInt(b, p.LastMid, 10)
	b = append(b, `,"last_key":`...)
	b = appendText(b, p.LastKey)
	b = append(b, `,"scopes":`...)
	b = appendList(b, p.Scopes, func(b []byte, e *ScopeEvent) []byte {
		b = append(b, `{"id":`...)
		b = appendText(b, e.ID)
		b = append(b, `,"op":`...)
		b = appendText(b, e.Op)
		return append(b, '}')
	})
	b = append(b, `,"changes":`...)
	b = appendList(b, p.Changes, appendDelivery)
	return append(b, "}\n"...)
}

// roughSize is about how many bytes the page takes, so that a buffer seldom grows twice.
func (p *PullResponse) roughSize() int {
	const frame, scope = 120, 40
	n := 256 + scope*2*len(p.Scopes)
	for i := range p.Changes {
		d := &p.Changes[i]
		n += frame + len(d.Data) + scope*len(d.Scopes)
	}
	return n
}

func appendDelivery(b []byte, d *Delivery) []byte {
	b = append(b, `{"collection":`...)
	b = appendText(b, d.Collection)
	b = append(b, `,"id":`...)
	b = appendText(b, d.ID)
	b = append(b, `,"version":`...)
	b = strconv.AppendInt(b, d.Version, 10)
	if len(d.Scopes) > 0 {
		b = append(b, `,"scopes":`...)
		b = appendList(b, d.Scopes, func(b []byte, s *string) []byte { return appendText(b, *s) })
	}
	if len(d.Data) > 0 {
		b = append(b, `,"data":`...)
		b = append(b, d.Data...)
	}
	if d.Gone != "" {
		b = append(b, `,"gone":`...)
		b = appendText(b, d.Gone)
	}
	return append(b, '}')
}

func appendList[T any](b []byte, list []T, item func([]byte, *T) []byte) []byte {
	if list == nil {
		return append(b, "null"...)
	}
	b = append(b, '[')
	for i := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = item(b, &list[i])
	}
	return append(b, ']')
}

// appendText appends a JSON string. Ids and names of ours need no escapes; anything else is left
// to encoding/json.
func appendText(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < 0x20 || c >= 0x7f || c == '"' || c == '\\' {
			var quoted bytes.Buffer
			encoder := json.NewEncoder(&quoted)
			encoder.SetEscapeHTML(false)
			if err := encoder.Encode(s); err != nil {
				return append(b, `""`...) // unreachable: every string can be encoded
			}
			return append(b, bytes.TrimSuffix(quoted.Bytes(), []byte("\n"))...)
		}
	}
	b = append(b, '"')
	b = append(b, s...)
	return append(b, '"')
}
