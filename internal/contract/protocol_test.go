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

const tablesPath = "../../docs/protocol-tables.md"

// TestTheProtocolListsEveryErrorCode holds the table of errors in docs/protocol.md to that of internal/wire: what a
// phone can be answered, and what it does. -update writes it.
func TestTheProtocolListsEveryErrorCode(t *testing.T) {
	type answer struct {
		status int
		do     string
	}
	codes, means := map[answer][]string{}, map[answer][]string{} // of those that a phone answers alike
	var order []answer
	for _, row := range wire.Codes {
		if row.On == "" {
			continue
		}
		a := answer{row.Status, row.Do}
		if codes[a] == nil {
			order = append(order, a)
		}
		codes[a], means[a] = append(codes[a], fmt.Sprintf("`%s`", row.Code)), append(means[a], row.Means)
	}
	var b strings.Builder
	b.WriteString("| status | code | it means | what to do |\n| --- | --- | --- | --- |\n")
	for _, a := range order {
		fmt.Fprintf(&b, "| %d | %s | %s | %s |\n", a.status, strings.Join(codes[a], ", "), strings.Join(means[a], "; "), a.do)
	}
	holdSection(t, protocolPath, "errors", b.String())
}

// TestTheProtocolListsEveryCodeOfAnIssue holds the tables of codes of issues in docs/protocol-tables.md to that of internal/care.
func TestTheProtocolListsEveryCodeOfAnIssue(t *testing.T) {
	var b strings.Builder
	for _, kind := range []struct {
		title string
		whole bool
	}{{"a value that is set aside", false}, {"a change that is quarantined", true}} {
		b.WriteString("| code | " + kind.title + " | `fix` |\n| --- | --- | --- |\n")
		for _, row := range care.IssueCodes {
			if row.Whole == kind.whole {
				fmt.Fprintf(&b, "| `%s` | %s | `%s` |\n", row.Code, row.Means, row.Fix)
			}
		}
		b.WriteString("\n")
	}
	holdSection(t, tablesPath, "issue codes", strings.TrimSuffix(b.String(), "\n"))
}

func holdSection(t *testing.T, path, name, want string) {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	begin, end := "<!-- "+name+": begin -->\n", "<!-- "+name+": end -->"
	before, rest, opened := strings.Cut(string(raw), begin)
	have, after, closed := strings.Cut(rest, end)
	switch {
	case !opened || !closed:
		t.Fatalf("%s has lost the marks around its table of %s", path, name)
	case have == want:
	case *update:
		if err := os.WriteFile(path, []byte(before+begin+want+end+after), 0o644); err != nil {
			t.Fatal(err)
		}
	default:
		t.Errorf("the table of %s in %s is not the one in the code; run: go test ./internal/contract -update\nwant\n%s", name, path, want)
	}
}
