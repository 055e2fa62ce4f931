package contract_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"doorstep/internal/wire"
)

// errorsOf are the codes that every route of a kind can answer with, by status: what stands in front of its own
// work. Routes of no other kind can.
var errorsOf = []struct {
	kind  string
	is    func(path string, op *openapi3.Operation, schemes []string) bool
	codes map[string][]wire.Code
	alone bool // no route of another kind gives these
}{
	{"any", func(string, *openapi3.Operation, []string) bool { return true },
		map[string][]wire.Code{"429": {wire.CodeTooManyRequests}, "500": {wire.CodeServerError}}, false},
	{"with a body", func(_ string, op *openapi3.Operation, _ []string) bool { return op.RequestBody != nil },
		map[string][]wire.Code{"400": {wire.CodeMalformed}, "408": {wire.CodeTooSlow}, "413": {wire.CodeTooLarge},
			"415": {wire.CodeUnsupportedMediaType, wire.CodeUnsupportedEncoding}}, true},
	{"for phones", func(_ string, _ *openapi3.Operation, schemes []string) bool {
		return slices.Contains(schemes, "accessToken") || slices.Contains(schemes, "lockedToken")
	},
		map[string][]wire.Code{"401": {wire.CodeTokenMissing, wire.CodeTokenInvalid, wire.CodeTokenExpired, wire.CodeRevoked, wire.CodeRelogin},
			"403": {wire.CodeLocked, wire.CodeLost, wire.CodeNoDeviceRole}}, false},
	{"for staff", func(_ string, _ *openapi3.Operation, schemes []string) bool {
		return slices.Contains(schemes, "staffToken")
	},
		map[string][]wire.Code{"401": {wire.CodeTokenMissing, wire.CodeTokenInvalid}, "403": {wire.CodeForbidden, wire.CodeInactive}}, false},
	{"of phones that pull", func(path string, _ *openapi3.Operation, _ []string) bool {
		return slices.Contains([]string{"/api/sync/v1/pull", "/api/sync/v1/digest", "/api/sync/v1/stream", "/api/sync/v1/names", "/api/sync/v1/notices", "/api/sync/v1/notices/end"}, path)
	}, map[string][]wire.Code{"403": {wire.CodePushOnly}}, true},
	{"of one client", func(path string, _ *openapi3.Operation, _ []string) bool {
		return slices.Contains([]string{"/api/sync/v1/hello", "/api/sync/v1/push", "/api/sync/v1/sealed", "/api/sync/v1/pull", "/api/sync/v1/digest"}, path)
	}, map[string][]wire.Code{"403": {wire.CodeNotYourClient}}, true},
	{"of one epoch", func(path string, _ *openapi3.Operation, _ []string) bool {
		return slices.Contains([]string{"/api/sync/v1/push", "/api/sync/v1/sealed", "/api/sync/v1/pull", "/api/sync/v1/digest"}, path)
	}, map[string][]wire.Code{"410": {wire.CodeEpoch}}, true},
	{"about one thing", func(path string, _ *openapi3.Operation, _ []string) bool { return strings.Contains(path, "{id}") },
		map[string][]wire.Code{"404": {wire.CodeNotFound}}, false},
	{"that reads or stores", func(path string, _ *openapi3.Operation, _ []string) bool { return path != "/api/sync/v1/keys" },
		map[string][]wire.Code{"503": {wire.CodeUnavailable, wire.CodeCannotRead}}, true},
}

func TestEveryRouteNamesTheErrorsThatStandInFrontOfIt(t *testing.T) {
	doc := load(t)
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			where := method + " " + path
			schemes := schemesOf(doc, op)
			for _, e := range errorsOf {
				is := e.is(path, op, schemes)
				for status, codes := range e.codes {
					var named []string
					if r := op.Responses.Value(status); r != nil {
						named = codesOf(t, where+" "+status, r.Value)
					}
					for _, code := range codes {
						switch has := slices.Contains(named, string(code)); {
						case is && !has:
							t.Errorf("%s is a route %s and does not name %s %s", where, e.kind, status, code)
						case !is && has && e.alone:
							t.Errorf("%s names %s %s, which only a route %s can give", where, status, code, e.kind)
						}
					}
				}
			}
		}
	}
}

// schemesOf are the ways in which somebody proves who they are to a route; one that takes either, or nothing, has
// them all.
func schemesOf(doc *openapi3.T, op *openapi3.Operation) (schemes []string) {
	security := doc.Security
	if op.Security != nil {
		security = *op.Security
	}
	for _, choice := range security {
		for scheme := range choice {
			schemes = append(schemes, scheme)
		}
	}
	return schemes
}
