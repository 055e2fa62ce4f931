package wire

import (
	"errors"
	"math"
	"strconv"
	"strings"

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
//
//	400 malformed  the body is not JSON, nests deeper than 10,000, lacks client, epoch, schema or
//	               mutations or holds one of them twice, or a mutation's mid or key cannot be
//	               read or does not follow the one before
//	413 too_many   more than MaxPushMutations
//	Fault          everything else: duplicate names, invalid UTF-8 or nesting beyond MaxDepth
//	               inside a mutation, wrong types, unknown ops, missing author, time or ops, size
//
// Body is not kept: what is returned shares no memory with it.
func DecodePush(body []byte) (*Push, *Error) {
	// The envelope is split leniently; each mutation is then read strictly.
	s := &scanner{src: string(body), lenient: true}
	push := &Push{}
	seen := map[string]bool{}
	err := s.object(func(name string) error {
		var err error
		switch name {
		case "client":
			push.Client, err = s.text()
			push.Client = strings.Clone(push.Client)
		case "epoch":
			push.Epoch, err = s.text()
			push.Epoch = strings.Clone(push.Epoch)
		case "schema":
			var n int64
			n, err = s.integer()
			push.Schema = int(min(n, math.MaxInt32))
		case "mutations":
			err = push.readMutations(s)
		default:
			return s.skip()
		}
		if err != nil {
			return within(name, err)
		}
		if seen[name] {
			return doubled(name)
		}
		seen[name] = true
		return nil
	})
	if err == nil {
		err = s.end()
	}
	var refused *Error
	switch {
	case errors.As(err, &refused):
		return nil, refused
	case err != nil:
		return nil, Fail(400, "malformed", RetryAfterFix, "The push body could not be read: %s.", err)
	case !seen["client"] || !seen["epoch"] || !seen["schema"] || !seen["mutations"]:
		return nil, Fail(400, "malformed", RetryAfterFix, "A push needs client, epoch, schema and mutations.")
	case push.Schema < MinPushSchema:
		return nil, Fail(400, "malformed", RetryAfterFix, "schema starts at %d.", MinPushSchema)
	}
	return push, nil
}

func (p *Push) readMutations(s *scanner) error {
	const usual = 600 // bytes of a small mutation
	p.Mutations = make([]care.Mutation, 0, min(MaxPushMutations, len(s.src)/usual+1))
	width := 0
	return s.list(func() error {
		raw, err := s.extent()
		if err != nil {
			return err
		}
		if len(p.Mutations) == MaxPushMutations {
			return Fail(413, "too_many", RetryAfterFix, "A push holds at most %d mutations; send the first half.", MaxPushMutations)
		}
		m, err := decodeMutation(strings.Clone(raw), &width)
		if err != nil {
			return errors.New("change " + strconv.Itoa(len(p.Mutations)+1) + " of this push: " + err.Error())
		}
		if n := len(p.Mutations); n > 0 && m.Mid != p.Mutations[n-1].Mid+1 {
			return Fail(400, "malformed", RetryAfterFix, "Mutations of a push must be numbered one after the other; %d follows %d.", m.Mid, p.Mutations[n-1].Mid)
		}
		p.Mutations = append(p.Mutations, m)
		return nil
	})
}

// decodeMutation reads one mutation. It fails only when it is not JSON, or when mid or key
// cannot be read: without them the mutation has no place in the queue. Anything else becomes a
// Fault. Strings of the mutation are cut out of raw; width guesses the size of its objects.
func decodeMutation(raw string, width *int) (care.Mutation, error) {
	m := care.Mutation{Raw: []byte(raw)}
	if len(raw) > MaxMutationBytes {
		m.Fault = &care.Problem{Code: "oversized", Message: "This change is larger than " + strconv.Itoa(MaxMutationBytes>>10) + " kB."}
	} else {
		s := &scanner{src: raw, width: *width}
		err := readMutation(s, &m)
		if err == nil {
			err = s.end()
		}
		*width = s.width
		if err != nil {
			m = care.Mutation{Raw: m.Raw, Fault: malformed("This change could not be read: " + err.Error() + ".")}
		}
	}
	if m.Fault != nil { // read again for mid, key and whose it is
		s := &scanner{src: raw, lenient: true}
		if err := s.skip(); err != nil {
			return m, err
		}
		if err := s.end(); err != nil {
			return m, err
		}
		s.pos = 0
		m.Ops = nil
		if err := readMutation(s, &m); err != nil {
			return m, err
		}
	}
	switch {
	case m.Mid < 1 || m.Mid > 1<<53:
		return m, errors.New("a mutation needs a mid from 1")
	case len(m.Key) != 26:
		return m, errors.New("mutation " + strconv.FormatInt(m.Mid, 10) + " needs a key of 26 characters")
	case m.Fault != nil:
	case len(m.Ops) == 0:
		m.Fault = malformed("This change holds no ops.")
	case m.Author == "" || m.AuthoredAt.IsZero():
		m.Fault = malformed("This change lacks author or authored_at.")
	}
	return m, nil
}

// readMutation fills m from its JSON. A lenient scanner is after mid and key only: it reads over
// ops and takes author and time when they happen to be readable.
func readMutation(s *scanner, m *care.Mutation) error {
	return s.object(func(name string) error {
		var err error
		switch name {
		case "mid":
			m.Mid, err = s.integer()
		case "key":
			m.Key, err = s.text()
		case "author":
			m.Author, err = s.text()
			if s.lenient {
				return nil
			}
		case "authored_at":
			var at string
			at, err = s.text()
			if err == nil {
				m.AuthoredAt, err = care.ParseStamp(at)
				if err != nil {
					err = errors.New("authored_at is not a time")
				}
			}
			if s.lenient {
				return nil
			}
		case "ops":
			if s.lenient {
				return s.skip()
			}
			err = readOps(s, m)
		default:
			return s.skip()
		}
		return within(name, err)
	})
}

func malformed(message string) *care.Problem {
	return &care.Problem{Code: "malformed", Message: message}
}

// within names the member an error came from.
func within(name string, err error) error {
	if err == nil {
		return nil
	}
	return namedError(name, err)
}

func namedError(name string, err error) error {
	var refused *Error
	if errors.Is(err, errSyntax) || errors.As(err, &refused) {
		return err
	}
	return errors.New(name + ": " + err.Error())
}

func readOps(s *scanner, m *care.Mutation) error {
	return s.list(func() error {
		if len(m.Ops) == MaxMutationOps {
			return errors.New("more than " + strconv.Itoa(MaxMutationOps) + " ops")
		}
		op, err := readOp(s)
		m.Ops = append(m.Ops, op)
		return err
	})
}

// opDepth is how many brackets are around a member of an op: mutation, ops, op.
const opDepth = 3

func readOp(s *scanner) (care.Op, error) {
	var op care.Op
	err := s.object(func(name string) error {
		var err error
		var v string
		switch name {
		case "op":
			v, err = s.text()
			op.Kind = care.OpKind(v)
		case "collection":
			op.Collection, err = s.text()
		case "id":
			op.ID, err = s.text()
		case "patient":
			op.Patient, err = s.text()
		case "field":
			op.Field, err = s.text()
		case "issue":
			op.Issue, err = s.text()
		case "base":
			if v, err = s.text(); err == nil && v != "" {
				op.Base, err = ParseBase(v)
			}
		case "set":
			op.Set, err = readObject(s)
		case "was":
			op.Was, err = readObject(s)
		case "values":
			op.Values, err = readList(s)
		default:
			return s.skip()
		}
		return within(name, err)
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
		return op, errors.New("unknown op " + shown(string(op.Kind)))
	}
	if op.Patient == "" {
		op.Patient = patientOf(op)
	}
	return op, nil
}

// readObject reads the set or was of an op.
func readObject(s *scanner) (map[string]any, error) {
	if s.peek() != '{' {
		return nil, s.mistyped("an object")
	}
	return s.keep(opDepth)
}

// readList reads the values of an op.
func readList(s *scanner) ([]any, error) {
	if s.peek() != '[' {
		return nil, s.mistyped("a list")
	}
	v, err := s.value(opDepth)
	list, _ := v.([]any)
	return list, err
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
