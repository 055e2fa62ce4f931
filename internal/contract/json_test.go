package contract_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// node is a JSON value whose members keep their order, for reading by people.
type node struct {
	text    string // of a scalar, as JSON
	open    byte   // '{' or '['; 0 for a scalar
	names   []string
	members []*node // values of an object's names, or items
}

func parseJSON(text []byte) (*node, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	n, err := readNode(d)
	if err != nil {
		return nil, err
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, fmt.Errorf("more than one JSON value")
	}
	return n, nil
}

func readNode(d *json.Decoder) (*node, error) {
	token, err := d.Token()
	if err != nil {
		return nil, err
	}
	open, ok := token.(json.Delim)
	if !ok {
		var b bytes.Buffer
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(false)
		err := e.Encode(token)
		return &node{text: strings.TrimSpace(b.String())}, err
	}
	n := &node{open: byte(open)}
	for d.More() {
		if open == '{' {
			name, err := d.Token()
			if err != nil {
				return nil, err
			}
			n.names = append(n.names, name.(string))
		}
		m, err := readNode(d)
		if err != nil {
			return nil, err
		}
		n.members = append(n.members, m)
	}
	_, err = d.Token()
	return n, err
}

// string returns a member that is a string, "" otherwise.
func (n *node) string(name string) string {
	for i, have := range n.names {
		if have == name && n.members[i].open == 0 {
			var s string
			if json.Unmarshal([]byte(n.members[i].text), &s) == nil {
				return s
			}
		}
	}
	return ""
}

// keep leaves only the members named.
func (n *node) keep(names ...string) {
	old := *n
	n.names, n.members = nil, nil
	for i, name := range old.names {
		for _, wanted := range names {
			if name == wanted {
				n.names, n.members = append(n.names, name), append(n.members, old.members[i])
			}
		}
	}
}

const lineWidth = 130

// print writes a value on one line where it fits. Else its members follow each other on indented
// lines, as many on a line as fit, and those that do not fit on one begin their own.
func (n *node) print(b *strings.Builder, indent, used int) {
	if flat := n.flat(); n.open == 0 || len(flat)+indent+used <= lineWidth {
		b.WriteString(flat)
		return
	}
	inside := "\n" + strings.Repeat(" ", indent+2)
	b.WriteByte(n.open)
	column, broken := 0, true
	for i, m := range n.members {
		name := ""
		if n.open == '{' {
			name = fmt.Sprintf("%q: ", n.names[i])
		}
		flat := name + m.flat() + ","
		fits := len(flat)+indent+2 <= lineWidth
		if n.open == '{' && fits && !broken && column+1+len(flat) <= lineWidth {
			b.WriteString(" " + name)
			column += 1 + len(flat)
		} else {
			b.WriteString(inside + name)
			column = indent + 2 + len(flat)
		}
		broken = !fits
		m.print(b, indent+2, len(name)+1)
		if i < len(n.members)-1 {
			b.WriteByte(',')
		}
	}
	b.WriteString("\n" + strings.Repeat(" ", indent) + string(n.open+2))
}

func (n *node) flat() string {
	if n.open == 0 {
		return n.text
	}
	parts := make([]string, len(n.members))
	for i, m := range n.members {
		parts[i] = m.flat()
		if n.open == '{' {
			parts[i] = fmt.Sprintf("%q: %s", n.names[i], parts[i])
		}
	}
	return string(n.open) + strings.Join(parts, ", ") + string(n.open+2)
}
