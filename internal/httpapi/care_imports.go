package httpapi

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"io"
	"net/http"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/care"
	"doorstep/internal/desk"
	"doorstep/internal/identifier"
	"doorstep/internal/importer"
	"doorstep/internal/pbstore"
	"doorstep/internal/wire"
)

const (
	// importBody is the limit of a request that holds a file, in bytes: base64 takes four for three.
	importBody = 12 << 20
	// importUnpacked is what a packed file may unfold to, in bytes.
	importUnpacked = 64 << 20
	// importRows is how many rows one request takes in: a page shows the report grow, and no request lasts long.
	importRows = 400
	// importPlans is how many plans: each brings visits for the next days.
	importPlans = 60
)

// importRequest takes a part of a file in. The file comes with each request: nothing of it is kept here in between.
type importRequest struct {
	Kind     string   `json:"kind" validate:"required,oneof=people directory plan"`
	File     string   `json:"file" validate:"required"`                  // base64
	From     int64    `json:"from" validate:"min=0"`                     // rows that earlier requests took in
	Team     string   `json:"team" validate:"max=300"`                   // of rows that name none, by name
	Update   bool     `json:"update"`                                    // write over what differs
	LeaveOut []string `json:"leave_out" validate:"max=100,dive,max=200"` // columns, by their headings
}

// importLine says what became of one row.
type importLine struct {
	Where   string            `json:"where"`
	Subject string            `json:"subject,omitempty"` // id of a person, ODS code of a practice
	Outcome string            `json:"outcome"`
	Reason  string            `json:"reason,omitempty"`
	Notes   []string          `json:"notes,omitempty"`
	Cells   map[string]string `json:"cells,omitempty"` // of a refused row, by column: to be mended
}

// importAnswer is the report on a part of a file; what it left out and what is missing belong to the last part.
type importAnswer struct {
	Lines   []importLine   `json:"lines"`
	More    bool           `json:"more"`
	LeftOut map[string]int `json:"left_out,omitempty"`
	Remarks []string       `json:"remarks,omitempty"`
	Missing []string       `json:"missing,omitempty"`
	Problem string         `json:"problem,omitempty"` // why nothing more of the file can be taken in
	Unknown []string       `json:"unknown,omitempty"` // columns that are not understood, for leave_out
}

// importFile takes a part of a file in, as the command does, as far as whoever asks reaches.
func (a *API) importFile(e *core.RequestEvent) error {
	var body importRequest
	if err := decodeJSON(e, importBody, &body); err != nil {
		return err
	}
	file, err := base64.StdEncoding.DecodeString(body.File)
	if err != nil {
		return wire.Fail(wire.CodeMalformed, "file must be base64.")
	}
	who := accessOf(e)
	teams := map[string]bool{}
	for _, id := range who.DeskTeams() {
		teams[id] = true
	}
	answer := importAnswer{Lines: []importLine{}}
	o := importer.Options{Update: body.Update, Team: body.Team, LeaveOut: body.LeaveOut, From: int(body.From), Most: importRows, Unpacked: importUnpacked,
		Within: &importer.Within{Teams: teams, Reaches: who.Near}, Now: a.Clock, NewID: newImportID(a),
		Each: func(lines []importer.Line) error { answer.add(lines); return nil }}
	report, collection, err := a.takeInFile(e, body.Kind, bytes.NewReader(file), o)
	if pbstore.Unavailable(err) || e.Request.Context().Err() != nil {
		return err
	}
	if answer.ended(report, err) {
		e.App.Logger().Error("import failed", "kind", body.Kind, "cause", err.Error())
	}
	// What came in is on the caseload, and in the rights of whoever asks, before the next part.
	if err := a.Sync.Settle(e.Request.Context()); err != nil {
		return writerFailed(err)
	}
	if body.Kind == "plan" {
		a.Store.Access.WakePages(who.DeskTeams())
	}
	if err := a.audit(e, "import", collection, "", "", map[string]any{"from": body.From, "rows": report.Rows, "counts": report.Counts, "update": body.Update}); err != nil {
		return err
	}
	return writeJSON(e, http.StatusOK, answer)
}

// takeInFile takes in a file of a kind, and says which collection it is about.
func (a *API) takeInFile(e *core.RequestEvent, kind string, file io.ReadSeeker, o importer.Options) (report *importer.Report, collection string, err error) {
	ctx := e.Request.Context()
	switch kind {
	case "directory":
		report, err = importer.Directory(ctx, file, a.Imports, o, nil)
		return report, care.Organisations, err
	case "plan":
		lead := leadOf(e)
		o.Most = importPlans
		report, err = importer.Plans(ctx, file, a.Imports, a.ImportPlans(desk.PlanLead{Rights: lead.Rights, PlanReach: lead.Reach}), o)
		return report, desk.PlansName, err
	}
	report, err = importer.People(ctx, file, a.Imports, o)
	return report, care.Patients, err
}

func newImportID(a *API) func() (string, error) {
	ids := identifier.NewMinter(rand.Reader)
	return func() (string, error) {
		id, err := ids.New(a.Clock())
		return string(id), err
	}
}

func (l *importAnswer) add(lines []importer.Line) {
	for _, line := range lines {
		row := importLine{Where: line.Where, Outcome: string(line.Outcome), Reason: line.Reason, Notes: line.Notes}
		if line.Subject != "-" {
			row.Subject = line.Subject
		}
		if line.Outcome == importer.Refused {
			row.Cells = line.Cells
		}
		l.Lines = append(l.Lines, row)
	}
}

// ended takes what the report says of the file, and why it could not be read to its end. Ours: the fault is the
// server's, and the error belongs into its log.
func (l *importAnswer) ended(report *importer.Report, err error) (ours bool) {
	l.More = report.More
	if !report.More {
		l.LeftOut, l.Remarks, l.Missing = report.LeftOut, report.Remarks, report.Missing
	}
	var unknown *importer.UnknownColumns
	if errors.As(err, &unknown) {
		l.Unknown = unknown.Headings
	}
	if err != nil {
		l.Problem, ours = importer.Sentence(err)
	}
	return ours
}
