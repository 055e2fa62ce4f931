package rules

import (
	"encoding/json"
	"reflect"
	"strings"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"

	"doorstep/internal/care"
	"doorstep/internal/news2"
)

// source is something an expression can select fields of.
type source interface {
	// field returns the value of a name, false where the name does not exist. A missing
	// value exists: it is null.
	field(name string) (ref.Val, bool)
	names() []string
}

// object shows a source to CEL as a map, looked up field by field so that judging a record
// copies nothing. Questions that few rules ask (size, iteration, equality) are answered
// from a map made then.
type object struct{ source }

var _ traits.Mapper = object{}

// FindStringKey is called first by CEL when a field is selected.
func (o object) FindStringKey(name string) (any, bool) { return o.field(name) }

// Find implements traits.Mapper.
func (o object) Find(key ref.Val) (ref.Val, bool) {
	name, ok := key.(types.String)
	if !ok {
		return types.MaybeNoSuchOverloadErr(key), false
	}
	return o.field(string(name))
}

// Get implements traits.Indexer.
func (o object) Get(key ref.Val) ref.Val {
	if v, ok := o.Find(key); ok {
		return v
	}
	return types.NewErr("no such key: %v", key)
}

// Contains implements traits.Container.
func (o object) Contains(key ref.Val) ref.Val {
	_, ok := o.Find(key)
	return types.Bool(ok)
}

// whole is the map of everything, for what is seldom asked.
func (o object) whole() traits.Mapper {
	names := o.names()
	m := make(map[ref.Val]ref.Val, len(names))
	for _, n := range names {
		m[types.String(n)], _ = o.field(n)
	}
	return types.NewRefValMap(types.DefaultTypeAdapter, m)
}

// The other methods complete a CEL map.

// Size implements traits.Sizer.
func (o object) Size() ref.Val { return types.Int(len(o.names())) }

// Iterator implements traits.Iterable.
func (o object) Iterator() traits.Iterator { return o.whole().Iterator() }

// Type implements ref.Val.
func (o object) Type() ref.Type { return types.MapType }

// Value implements ref.Val.
func (o object) Value() any { return o.whole().Value() }

// ConvertToType implements ref.Val.
func (o object) ConvertToType(t ref.Type) ref.Val { return o.whole().ConvertToType(t) }

// ConvertToNative implements ref.Val.
func (o object) ConvertToNative(t reflect.Type) (any, error) { return o.whole().ConvertToNative(t) }

// Equal implements ref.Val.
func (o object) Equal(other ref.Val) ref.Val { return o.whole().Equal(other) }

// fields is a record: all fields of its collection, null where missing.
type fields struct {
	collection *care.Collection
	values     map[string]any
}

func (f *fields) field(name string) (ref.Val, bool) {
	if v, ok := f.values[name]; ok {
		return value(v), true
	}
	if f.collection == nil {
		return nil, false
	}
	if _, ok := f.collection.Field(name); ok {
		return types.NullValue, true
	}
	return nil, false
}

func (f *fields) names() []string {
	if f.collection == nil {
		return nil
	}
	names := make([]string, len(f.collection.Fields))
	for i := range f.collection.Fields {
		names[i] = f.collection.Fields[i].Name
	}
	return names
}

// score is a NEWS2 score.
type score struct{ *news2.Score }

var scoreNames = []string{"respiration_rate", "spo2", "oxygen", "systolic", "pulse", "acvpu", "temperature",
	"total", "band", "single_three", "floor_total", "floor_band", "scale", "status", "threes"}

func (s score) names() []string { return scoreNames }

func (s score) field(name string) (ref.Val, bool) {
	switch name {
	case "respiration_rate":
		return points(s.RespirationRate), true
	case "spo2":
		return points(s.SpO2), true
	case "oxygen":
		return points(s.Oxygen), true
	case "systolic":
		return points(s.Systolic), true
	case "pulse":
		return points(s.Pulse), true
	case "acvpu":
		return points(s.ACVPU), true
	case "temperature":
		return points(s.Temperature), true
	case "total":
		return points(s.Total), true
	case "band":
		return types.String(s.Band), true
	case "single_three":
		return types.Bool(s.SingleThree), true
	case "floor_total":
		return types.Int(s.FloorTotal), true
	case "floor_band":
		return types.String(s.FloorBand), true
	case "scale":
		return types.Int(s.Scale), true
	case "status":
		return types.String(s.Status), true
	case "threes":
		return types.NewStringList(types.DefaultTypeAdapter, s.Threes()), true
	}
	return nil, false
}

func points(p *int) ref.Val {
	if p == nil {
		return types.NullValue
	}
	return types.Int(*p)
}

// past is an earlier event as history shows it.
type past struct{ *Event }

var pastNames = []string{"collection", "id", "visit", "at", "verified", "clock_known", "record", "news2"}

func (p past) names() []string { return pastNames }

func (p past) field(name string) (ref.Val, bool) {
	switch name {
	case "collection":
		return types.String(p.Collection), true
	case "id":
		return types.String(p.ID), true
	case "visit":
		return types.String(p.Visit), true
	case "at":
		return types.Timestamp{Time: p.At}, true
	case "verified":
		return types.Bool(p.Verified), true
	case "clock_known":
		return types.Bool(p.ClockKnown), true
	case "record":
		return recordOf(p.Event), true
	case "news2":
		return scoreOf(p.Event), true
	}
	return nil, false
}

func recordOf(e *Event) ref.Val {
	c, _ := care.ByName(e.Collection)
	return object{&fields{c, e.Values}}
}

func scoreOf(e *Event) ref.Val {
	if e.NEWS2 == nil {
		return types.NullValue
	}
	return object{score{e.NEWS2}}
}

// value turns a Go value of a wire field into CEL. Refused values come as decoded JSON.
func value(v any) ref.Val {
	switch x := v.(type) {
	case nil:
		return types.NullValue
	case string:
		return types.String(x)
	case int64:
		return types.Int(x)
	case int:
		return types.Int(x)
	case float64:
		return types.Double(x)
	case bool:
		return types.Bool(x)
	case []string:
		return types.NewStringList(types.DefaultTypeAdapter, x)
	case json.Number:
		return number(x)
	case json.RawMessage:
		return raw(x)
	case []any:
		list := make([]ref.Val, len(x))
		for i := range x {
			list[i] = value(x[i])
		}
		return types.NewRefValList(types.DefaultTypeAdapter, list)
	case map[string]any:
		m := make(map[ref.Val]ref.Val, len(x))
		for k, item := range x {
			m[types.String(k)] = value(item)
		}
		return types.NewRefValMap(types.DefaultTypeAdapter, m)
	}
	return types.DefaultTypeAdapter.NativeToValue(v)
}

func number(n json.Number) ref.Val {
	if i, err := n.Int64(); err == nil {
		return types.Int(i)
	}
	if f, err := n.Float64(); err == nil {
		return types.Double(f)
	}
	return types.String(n) // longer than any number we hold: still there to be compared
}

func raw(b json.RawMessage) ref.Val {
	d := json.NewDecoder(strings.NewReader(string(b)))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return types.String(b)
	}
	return value(v)
}
