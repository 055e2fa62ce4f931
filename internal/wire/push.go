package wire

import (
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
	Cursor    string // of the last finished pull, sealed; "" where the client does not send it
	Mutations []care.Mutation
}

// DecodePush reads a push body. An envelope that cannot be read is an *Error and nothing is
// taken in; a mutation that cannot be represented comes back with its Fault and its raw bytes,
// so that it is quarantined and its neighbours are not held up. Raw is a part of body, which must not change.
func DecodePush(body []byte) (*Push, *Error) {
	push, fail := decodePush(body, nil)
	if fail == nil || fail.Code != string(CodeMalformed) {
		return push, fail
	}
	if mended, broken := mendPush(body); len(broken) > 0 {
		if mendable, fail := decodePush(mended, broken); fail == nil {
			return mendable, nil
		}
	}
	return nil, fail
}

// usualMutation is how long a mutation is at least, as a rule, in bytes: room for as many is made at once.
const usualMutation = 600

// decodePush is DecodePush of a body in which the mutations of these places stand in their own bytes.
func decodePush(body []byte, broken map[int][]byte) (*Push, *Error) {
	// The envelope is split leniently; each mutation is then read strictly.
	r := newReader(body, lenient)
	push := &Push{Mutations: make([]care.Mutation, 0, min(len(body)/usualMutation+1, MaxPushMutations))}
	seen := map[string]bool{}
	err := r.object(func(name string) (err error) {
		if seen[name] {
			return errors.New("the same name twice: " + shown(name))
		}
		switch name {
		case "client":
			push.Client, err = r.text()
		case "epoch":
			push.Epoch, err = r.text()
		case "cursor":
			push.Cursor, err = r.text()
		case "schema":
			var n int64
			n, err = r.integer()
			push.Schema = int(min(n, math.MaxInt32))
		case "mutations":
			err = push.readMutations(r, broken)
		default:
			return r.SkipValue()
		}
		seen[name] = true
		return err
	})
	if err == nil {
		err = r.end()
	}
	var refused *Error
	switch {
	case errors.As(err, &refused):
		return nil, refused
	case err != nil:
		return nil, Fail(CodeMalformed, "The push body could not be read: %s.", reason(err))
	case !seen["client"] || !seen["epoch"] || !seen["schema"] || !seen["mutations"]:
		return nil, Fail(CodeMalformed, "A push needs client, epoch, schema and mutations.")
	case push.Schema < MinPushSchema:
		return nil, Fail(CodeMalformed, "schema starts at %d.", MinPushSchema)
	}
	return push, nil
}

func (p *Push) readMutations(r reader, broken map[int][]byte) error {
	return r.list(func() error {
		raw, err := r.ReadValue() // a part of the body, which nobody changes
		if err != nil {
			return err
		}
		if len(p.Mutations) == MaxPushMutations {
			return Fail(CodeTooMany, "A push holds at most %d mutations; send the first half.", MaxPushMutations)
		}
		m, err := decodeOne(raw, broken[len(p.Mutations)])
		if err != nil {
			return err
		}
		if n := len(p.Mutations); n > 0 && m.Mid != p.Mutations[n-1].Mid+1 {
			return Fail(CodeMalformed, "Mutations of a push must be numbered one after the other; %d follows %d.", m.Mid, p.Mutations[n-1].Mid)
		}
		p.Mutations = append(p.Mutations, m)
		return nil
	})
}

// decodeOne reads one mutation of a push; its own bytes are given where it is no JSON.
func decodeOne(raw, broken []byte) (care.Mutation, error) {
	if broken == nil {
		return DecodeMutation(raw)
	}
	m, ok := placeBroken(broken)
	if !ok {
		return m, errors.New("a change that is no JSON needs a mid and a key")
	}
	if len(broken) > MaxMutationBytes {
		m.Fault = oversized()
	}
	return m, nil
}

// DecodeMutation reads one mutation, which keeps raw. It fails only when raw is not JSON, or when
// mid or key cannot be read: without them the mutation has no place in the queue. Anything else
// becomes a Fault.
func DecodeMutation(raw []byte) (care.Mutation, error) {
	if len(raw) > MaxMutationBytes {
		return placed(care.Mutation{Raw: raw, Fault: oversized()})
	}
	return DecodeKept(raw)
}

// DecodeKept is DecodeMutation without the limit of size, for what was kept and is to be mended.
func DecodeKept(raw []byte) (care.Mutation, error) {
	m := care.Mutation{Raw: raw}
	r := strictReader(raw)
	defer r.done()
	if err := readMutation(r, &m, false); err != nil {
		m = care.Mutation{Raw: raw, Fault: malformed("This change could not be read: " + reason(err) + ".")}
	}
	return placed(m)
}

// placed makes sure that a mutation has a place in the queue, and something to say.
func placed(m care.Mutation) (care.Mutation, error) {
	raw := m.Raw
	if m.Fault != nil { // read again for mid, key and whose it is
		if err := readMutation(newReader(raw, lenient), &m, true); err != nil {
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

// readMutation fills m from its JSON. With keysOnly it is after mid and key: it reads over ops
// and takes author and time when they happen to be readable.
func readMutation(r reader, m *care.Mutation, keysOnly bool) error {
	err := r.object(func(name string) (err error) {
		switch name {
		case "mid":
			if m.Mid != 0 { // read past a fault: which of them is its place?
				return errors.New("the same name twice: " + name)
			}
			m.Mid, err = r.integer()
		case "key":
			if m.Key != "" {
				return errors.New("the same name twice: " + name)
			}
			m.Key, err = r.text()
		case "author":
			if m.Author, err = r.text(); keysOnly && !broken(err) {
				return nil
			}
		case "authored_at":
			var at string
			if at, err = r.text(); err == nil {
				if m.AuthoredAt, err = care.ParseStamp(at); err != nil {
					err = errors.New("authored_at is not a time")
				}
			}
			if keysOnly && !broken(err) {
				return nil
			}
		case "ops":
			if keysOnly {
				return r.SkipValue()
			}
			err = readOps(r, m)
		default:
			return r.SkipValue()
		}
		return within(name, err)
	})
	if err != nil {
		return err
	}
	return r.end()
}

func oversized() *care.Problem {
	return &care.Problem{Code: care.CodeOversized, Message: "This change is larger than " + strconv.Itoa(MaxMutationBytes>>10) + " kB."}
}

func malformed(message string) *care.Problem {
	return &care.Problem{Code: care.CodeMalformed, Message: message}
}

// broken says whether an error means that the text is no JSON (any more), rather than that a
// value is not the one expected.
func broken(err error) bool {
	var syntax *jsontext.SyntacticError
	return errors.As(err, &syntax) || errors.Is(err, io.ErrUnexpectedEOF)
}

// within names the member an error came from.
func within(name string, err error) error {
	if err == nil {
		return nil
	}
	var refused *Error
	if broken(err) || errors.As(err, &refused) {
		return err
	}
	return errors.New(name + ": " + err.Error())
}

func readOps(r reader, m *care.Mutation) error {
	return r.list(func() error {
		if len(m.Ops) == MaxMutationOps {
			return errors.New("more than " + strconv.Itoa(MaxMutationOps) + " ops")
		}
		op, err := readOp(r)
		m.Ops = append(m.Ops, op)
		return err
	})
}

func readOp(r reader) (care.Op, error) {
	var op care.Op
	err := r.object(func(name string) (err error) {
		var v string
		switch name {
		case "op":
			v, err = r.text()
			op.Kind = care.OpKind(v)
		case "collection":
			op.Collection, err = r.text()
		case "id":
			op.ID, err = r.text()
		case "patient":
			op.Patient, err = r.text()
		case "field":
			op.Field, err = r.text()
		case "issue":
			op.Issue, err = r.text()
		case "base":
			if v, err = r.text(); err == nil && v != "" {
				op.Base, err = ParseBase(v)
			}
		case "set":
			op.Set, err = r.members()
		case "was":
			op.Was, err = r.members()
		case "values":
			op.Values, err = r.items()
		default:
			return r.SkipValue()
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
		op.Patient = op.PatientInContent()
	}
	return op, nil
}

// ParseBase reads "e3.8812" and "e3.8812.17-a4k2m7q5tx3zw".
func ParseBase(s string) (care.Base, error) {
	epoch, rest, ok := strings.Cut(s, ".")
	number, history, named := strings.Cut(rest, ".")
	n, err := strconv.ParseInt(number, 10, 64)
	if !ok || err != nil || n < 0 || len(epoch) < 2 || epoch[0] != 'e' || named && !namesHistory(history) {
		return care.Base{}, errors.New("base must be an epoch and a number, such as e3.8812, and may name a history, such as e3.8812.17-a4k2m7q5tx3zw")
	}
	return care.Base{Epoch: epoch, Seq: n, History: history}, nil
}

// namesHistory says whether a text has the form of a history's name: a number, and letters and digits.
func namesHistory(s string) bool {
	number, tail, _ := strings.Cut(s, "-")
	n, err := strconv.ParseInt(number, 10, 64)
	return err == nil && n > 0 && number[0] != '+' && tail != "" && len(s) <= 40 && strings.Trim(tail, "abcdefghijklmnopqrstuvwxyz0123456789") == ""
}

// FormatBase writes what ParseBase reads.
func FormatBase(b care.Base) string {
	s := b.Epoch + "." + strconv.FormatInt(b.Seq, 10)
	if b.History != "" {
		s += "." + b.History
	}
	return s
}
