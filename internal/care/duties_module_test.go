package care

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestThePagesReadTheSameDuties holds pb_public/shared/duties.js to the table of duties.
func TestThePagesReadTheSameDuties(t *testing.T) {
	file := filepath.Join("..", "..", "pb_public", "shared", "duties.js")
	want := dutiesModule()
	if *update {
		if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(have) != want {
		t.Errorf("%s is not what internal/care/role.go says; run: go test ./internal/care -update\nwant\n%s", file, want)
	}
}

// dutiesModule writes what a page must know of each role to show what is for it. What a role may
// do is decided by the server.
func dutiesModule() string {
	var b strings.Builder
	b.WriteString(`// @ts-check
// What the pages must know of each role, made from internal/care/role.go by:
// go test ./internal/care -update. Change it there. The server decides; a page only leaves out what
// it would be refused.

/**
 * @typedef {object} Duty
 * @property {'none' | 'limited' | 'clinical'} view the projection of records
 * @property {boolean} [device] may sign in a phone with the field app
 * @property {boolean} [inbox] works the inbox of its teams
 * @property {boolean} [desk] decides about issues, caseloads and phones of its teams
 * @property {boolean} [chain] is the end of every escalation
 * @property {boolean} [accounts] looks after accounts of staff
 * @property {boolean} [converts] hands on to a practice what volunteers noticed
 * @property {boolean} [rules] keeps the rules by which handovers are raised
 * @property {boolean} [scale] decides the SpO2 scale of a person
 * @property {'own' | 'all'} [setsUp] which organisations it sets up
 * @property {boolean} [figures] reads the figures of the neighbourhoods of its teams
 * @property {boolean} [promises] sets targets there, and lets others read the figures
 * @property {'receive'} [firstTab] where the inbox opens, if not on all that is open
 */

/** @type {Readonly<Record<string, Duty>>} */
const duties = {
`)
	views := map[View]string{NoRecords: "none", Limited: "limited", Clinical: "clinical"}
	for _, d := range duties {
		fmt.Fprintf(&b, "  %s: { view: '%s'", d.Role, views[d.View])
		for _, flag := range []struct {
			name string
			set  bool
		}{{"device", d.Device}, {"inbox", d.Inbox}, {"desk", d.Desk}, {"chain", d.Chain}, {"accounts", d.KeepsAccounts()}, {"converts", d.ConvertsConcerns()}, {"rules", d.May(Create|Update, HandoverRules)}, {"scale", d.SetsScale}, {"figures", d.Figures}, {"promises", d.Promises}} {
			if flag.set {
				fmt.Fprintf(&b, ", %s: true", flag.name)
			}
		}
		if which := map[Administered]string{OwnOrganisation: "own", WholeServer: "all"}[d.Administers]; which != "" {
			fmt.Fprintf(&b, ", setsUp: '%s'", which)
		}
		if d.FirstTab != OpenTab {
			fmt.Fprintf(&b, ", firstTab: '%s'", d.FirstTab)
		}
		b.WriteString(" },\n")
	}
	b.WriteString(`}

/** The duty of a role; of one that is not known, nothing. @param {string | undefined} role @returns {Duty} */
export function dutyOf(role) { return duties[role ?? ''] ?? { view: 'none' } }
`)
	return b.String()
}
