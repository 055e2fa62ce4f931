package server_test

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"doorstep/internal/care"
	"doorstep/internal/httpapi"
	"doorstep/internal/server"
)

// X14: what was written since the last hourly seal is sealed when the server stops, and so is what was only counted.
func TestStop_SealsTheAuditAndWritesDownWhatWasCounted(t *testing.T) {
	var out bytes.Buffer
	s := start(t, server.Options{Out: &out})
	ann := s.app.Staff(t, care.DistrictNurse, "Ann", s.app.Team(t, s.app.Org(t, "community_trust", "Trust"), "nursing", "Nurses"))
	for range 3 {
		body := fmt.Sprintf(`{"identity":%q,"password":"wrong-password"}`, ann.Email())
		response, err := http.Post("http://"+s.address()+httpapi.BasePath+"/sign-in", "application/json", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
	}
	if err := s.srv.Close(); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Lines, Last, Sealed int64
		Counted, Hash       string
	}
	if err := s.app.DB().NewQuery(`SELECT count(*) AS lines, max(id) AS last, (SELECT max(line) FROM audit_seals) AS sealed, (SELECT hash FROM audit_seals ORDER BY line DESC LIMIT 1) AS hash,
		(SELECT group_concat(detail, ' ') FROM (SELECT detail FROM audit WHERE action = 'sign_in_failed' ORDER BY id)) AS counted FROM audit`).One(&got); err != nil {
		t.Fatal(err)
	}
	if got.Counted != `{"why":"password"} {"why":"password","again":2}` {
		t.Errorf("the audit says %s", got.Counted)
	}
	if got.Sealed != got.Last || !strings.Contains(out.String(), got.Hash) {
		t.Errorf("of %d lines up to %d sealed is up to %d; said was %q", got.Lines, got.Last, got.Sealed, out.String())
	}
}
