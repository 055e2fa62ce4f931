package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"doorstep/internal/care"
)

// Push is a decoded push request.
type Push struct {
	Client    string
	Epoch     string
	Schema    int
	Mutations []care.Mutation
}

// DecodePush reads a push body. An envelope that cannot be read is an *Error and nothing is
// taken in; a mutation that cannot be represented comes back with its Fault and its raw bytes,
// so that it is quarantined and its neighbours are not held up.
func DecodePush(body []byte) (*Push, *Error) {
	// The envelope is split leniently; each mutation is then read strictly.
	dec := jsontext.NewDecoder(bytes.NewReader(body), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	push := &Push{}
	seen := map[string]bool{}
	err := object(dec, func(name string) error {
		if seen[name] {
			return errors.New("the same key twice: " + name)
		}
		seen[name] = true
		switch name {
		case "client":
			return text(dec, &push.Client)
		case "epoch":
			return text(dec, &push.Epoch)
		case "schema":
			n, err := integer(dec)
			push.Schema = int(min(n, math.MaxInt32))
			return err
		case "mutations":
			return push.readMutations(dec)
		}
		return dec.SkipValue()
	})
	if err == nil {
		_, err = dec.ReadToken()
		if err == io.EOF {
			err = nil
		} else {
			err = errors.New("text after the end of the body")
		}
	}
	var refused *Error
	switch {
	case errors.As(err, &refused):
		return nil, refused
	case err != nil:
		return nil, Fail(400, "malformed", RetryAfterFix, "The push body could not be read: %s.", reason(err))
	case !seen["client"] || !seen["epoch"] || !seen["schema"] || !seen["mutations"]:
		return nil, Fail(400, "malformed", RetryAfterFix, "A push needs client, epoch, schema and mutations.")
	case push.Schema < MinPushSchema:
		return nil, Fail(400, "malformed", RetryAfterFix, "schema starts at %d.", MinPushSchema)
	}
	return push, nil
}

func (p *Push) readMutations(dec *jsontext.Decoder) error {
	if tok, err := dec.ReadToken(); err != nil {
		return err
	} else if tok.Kind() != '[' {
		return errors.New("mutations must be a list")
	}
	for dec.PeekKind() != ']' {
		raw, err := dec.ReadValue()
		if err != nil {
			return err
		}
		if len(p.Mutations) == MaxPushMutations {
			return Fail(413, "too_many", RetryAfterFix, "A push holds at most %d mutations; send the first half.", MaxPushMutations)
		}
		m, err := decodeMutation(bytes.Clone(raw))
		if err != nil {
			return err
		}
		if n := len(p.Mutations); n > 0 && m.Mid != p.Mutations[n-1].Mid+1 {
			return Fail(400, "malformed", RetryAfterFix, "Mutations of a push must be numbered one after the other; %d follows %d.", m.Mid, p.Mutations[n-1].Mid)
		}
		p.Mutations = append(p.Mutations, m)
	}
	_, err := dec.ReadToken()
	return err
}

// decodeMutation reads one mutation. It fails only when mid or key cannot be read: without
// them the mutation has no place in the queue. Anything else becomes a Fault.
func decodeMutation(raw []byte) (care.Mutation, error) {
	m := care.Mutation{Raw: raw}
	fault := func(code, message string) {
		if m.Fault == nil {
			m.Fault = &care.Problem{Code: code, Message: message}
		}
	}
	if len(raw) > MaxMutationBytes {
		fault("oversized", "This change is larger than "+strconv.Itoa(MaxMutationBytes>>10)+" kB.")
	}
	strict := m.Fault == nil
	dec := jsontext.NewDecoder(bytes.NewReader(raw), jsontext.AllowDuplicateNames(!strict), jsontext.AllowInvalidUTF8(!strict))
	var haveOps bool
	read := func(name string) error {
		switch name {
		case "mid":
			n, err := integer(dec)
			m.Mid = n
			return err
		case "key":
			return text(dec, &m.Key)
		case "author":
			return text(dec, &m.Author)
		case "authored_at":
			var s string
			if err := text(dec, &s); err != nil {
				return err
			}
			t, err := care.ParseStamp(s)
			if err != nil {
				fault("malformed", "authored_at is not a time.")
			}
			m.AuthoredAt = t
			return nil
		case "ops":
			haveOps = true
			if m.Fault != nil {
				return dec.SkipValue()
			}
			return decodeOps(dec, &m)
		}
		return dec.SkipValue()
	}
	if err := object(dec, read); err != nil {
		fault("malformed", "This change could not be read: "+reason(err)+".")
		if strict { // read again for mid and key alone
			lenient := care.Mutation{Raw: raw, Fault: m.Fault}
			dec = jsontext.NewDecoder(bytes.NewReader(raw), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
			m = lenient
			if err := object(dec, read); err != nil && (m.Mid < 1 || m.Key == "") {
				return m, err
			}
			m.Ops = nil
		}
	}
	if m.Mid < 1 || m.Mid > 1<<53 {
		return m, errors.New("a mutation needs a mid from 1")
	}
	if len(m.Key) != 26 {
		return m, errors.New("mutation " + strconv.FormatInt(m.Mid, 10) + " needs a key of 26 characters")
	}
	if m.Fault == nil && (!haveOps || len(m.Ops) == 0) {
		fault("malformed", "This change holds no ops.")
	}
	if m.Fault == nil && (m.Author == "" || m.AuthoredAt.IsZero()) {
		fault("malformed", "This change lacks author or authored_at.")
	}
	return m, nil
}

func decodeOps(dec *jsontext.Decoder, m *care.Mutation) error {
	if tok, err := dec.ReadToken(); err != nil {
		return err
	} else if tok.Kind() != '[' {
		return errors.New("ops must be a list")
	}
	for dec.PeekKind() != ']' {
		if len(m.Ops) == MaxMutationOps {
			return errors.New("more than " + strconv.Itoa(MaxMutationOps) + " ops")
		}
		op, err := decodeOp(dec)
		if err != nil {
			return err
		}
		m.Ops = append(m.Ops, op)
	}
	_, err := dec.ReadToken()
	return err
}

func decodeOp(dec *jsontext.Decoder) (care.Op, error) {
	var op care.Op
	err := object(dec, func(name string) error {
		switch name {
		case "op":
			var s string
			err := text(dec, &s)
			op.Kind = care.OpKind(s)
			return err
		case "collection":
			return text(dec, &op.Collection)
		case "id":
			return text(dec, &op.ID)
		case "patient":
			return text(dec, &op.Patient)
		case "field":
			return text(dec, &op.Field)
		case "issue":
			return text(dec, &op.Issue)
		case "base":
			var s string
			if err := text(dec, &s); err != nil || s == "" {
				return err
			}
			base, err := ParseBase(s)
			op.Base = base
			return err
		case "set", "was":
			v, err := value(dec)
			if err != nil {
				return err
			}
			set, ok := v.(map[string]any)
			if !ok {
				return errors.New(name + " must be an object")
			}
			if name == "set" {
				op.Set = set
			} else {
				op.Was = set
			}
			return nil
		case "values":
			v, err := value(dec)
			if err != nil {
				return err
			}
			list, ok := v.([]any)
			if !ok {
				return errors.New("values must be a list")
			}
			op.Values = list
			return nil
		}
		return dec.SkipValue()
	})
	if err != nil {
		return op, err
	}
	switch op.Kind {
	case care.OpCreate, care.OpUpdate, care.OpRetract:
	case care.OpAdd, care.OpRemove:
		if op.Field == "" {
			return op, errors.New(string(op.Kind) + " needs a field")
		}
	case care.OpResolve:
		if op.Issue == "" {
			return op, errors.New("resolve needs an issue")
		}
	default:
		return op, errors.New("unknown op " + strconv.Quote(string(op.Kind)))
	}
	if op.Patient == "" {
		op.Patient = patientOf(op)
	}
	return op, nil
}

// patientOf finds the person of an op that did not name one: a create says it in its content.
func patientOf(op care.Op) string {
	if op.Collection == care.Patients {
		return op.ID
	}
	p, _ := op.Set["patient"].(string)
	return p
}

// ParseBase reads "e3.8812".
func ParseBase(s string) (care.Base, error) {
	epoch, number, ok := strings.Cut(s, ".")
	n, err := strconv.ParseInt(number, 10, 64)
	if !ok || err != nil || n < 0 || len(epoch) < 2 || epoch[0] != 'e' {
		return care.Base{}, errors.New("base must be an epoch and a number, such as e3.8812")
	}
	return care.Base{Epoch: epoch, Seq: n}, nil
}

// FormatBase writes "e3.8812".
func FormatBase(b care.Base) string { return b.Epoch + "." + strconv.FormatInt(b.Seq, 10) }

// object walks an object, calling field with each name; field must read the value.
func object(dec *jsontext.Decoder, field func(name string) error) error {
	tok, err := dec.ReadToken()
	if err != nil {
		return err
	}
	if tok.Kind() != '{' {
		return errors.New("expected an object")
	}
	for dec.PeekKind() != '}' {
		tok, err := dec.ReadToken()
		if err != nil {
			return err
		}
		if err := field(tok.String()); err != nil {
			return err
		}
	}
	_, err = dec.ReadToken()
	return err
}

func text(dec *jsontext.Decoder, into *string) error {
	if k := dec.PeekKind(); k != '"' {
		if k == 'n' {
			return dec.SkipValue()
		}
		if err := dec.SkipValue(); err != nil {
			return err
		}
		return errors.New("expected text at " + string(dec.StackPointer()))
	}
	tok, err := dec.ReadToken()
	if err != nil {
		return err
	}
	*into = tok.String()
	return nil
}

func integer(dec *jsontext.Decoder) (int64, error) {
	raw, err := dec.ReadValue()
	if err != nil {
		return 0, err
	}
	n, err := strconv.ParseInt(string(raw), 10, 64)
	if err != nil {
		return 0, errors.New("expected a whole number at " + string(dec.StackPointer()))
	}
	return n, nil
}

// value reads any JSON value; numbers keep their text.
func value(dec *jsontext.Decoder) (any, error) {
	if dec.StackDepth() > MaxDepth {
		return nil, errors.New("nested too deep")
	}
	tok, err := dec.ReadToken()
	if err != nil {
		return nil, err
	}
	switch tok.Kind() {
	case 'n':
		return nil, nil
	case 't':
		return true, nil
	case 'f':
		return false, nil
	case '"':
		return tok.String(), nil
	case '0':
		return json.Number(tok.String()), nil
	case '[':
		list := []any{}
		for dec.PeekKind() != ']' {
			v, err := value(dec)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		_, err := dec.ReadToken()
		return list, err
	}
	m := map[string]any{}
	for dec.PeekKind() != '}' {
		tok, err := dec.ReadToken()
		if err != nil {
			return nil, err
		}
		name := tok.String()
		v, err := value(dec)
		if err != nil {
			return nil, err
		}
		m[name] = v
	}
	_, err = dec.ReadToken()
	return m, err
}

// reason cuts a parser's error to one short line.
func reason(err error) string {
	s := strings.TrimPrefix(err.Error(), "jsontext: ")
	if i := strings.IndexByte(s, '\n'); i >= 0 {
		s = s[:i]
	}
	if len(s) > 200 {
		s = s[:200]
	}
	return s
}
