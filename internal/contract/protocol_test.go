package contract_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"doorstep/internal/care"
	"doorstep/internal/wire"
)

const protocolPath = "../../docs/protocol.md"

// TestTheProtocolListsEveryErrorCode holds the table of errors in docs/protocol.md to that of internal/wire: what a
// phone can be answered, and what it does. -update writes it.
func TestTheProtocolListsEveryErrorCode(t *testing.T) {
	var b strings.Builder
	b.WriteString("| status | code | it means | on | what to do |\n| --- | --- | --- | --- | --- |\n")
	for _, row := range wire.Codes {
		if row.On != "" {
			fmt.Fprintf(&b, "| %d | `%s` | %s | %s | %s |\n", row.Status, row.Code, row.Means, row.On, row.Do)
		}
	}
	holdSection(t, "errors", b.String())
}

// TestTheProtocolListsEveryCodeOfAnIssue holds the table of codes of issues to that of internal/care.
func TestTheProtocolListsEveryCodeOfAnIssue(t *testing.T) {
	var b strings.Builder
	b.WriteString("| code | what came | then | `fix` |\n| --- | --- | --- | --- |\n")
	for _, row := range care.IssueCodes {
		then := "the value is set aside"
		if row.Whole {
			then = "the change is quarantined"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | `%s` |\n", row.Code, row.Means, then, row.Fix)
	}
	holdSection(t, "issue codes", b.String())
}

func holdSection(t *testing.T, name, want string) {
	t.Helper()
	raw, err := os.ReadFile(protocolPath)
	if err != nil {
		t.Fatal(err)
	}
	begin, end := "<!-- "+name+": begin -->\n", "<!-- "+name+": end -->"
	before, rest, opened := strings.Cut(string(raw), begin)
	have, after, closed := strings.Cut(rest, end)
	switch {
	case !opened || !closed:
		t.Fatalf("%s has lost the marks around its table of %s", protocolPath, name)
	case have == want:
	case *update:
		if err := os.WriteFile(protocolPath, []byte(before+begin+want+end+after), 0o644); err != nil {
			t.Fatal(err)
		}
	default:
		t.Errorf("the table of %s in %s is not the one in the code; run: go test ./internal/contract -update\nwant\n%s", name, protocolPath, want)
	}
}
