package importer

import (
	"cmp"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"doorstep/internal/care"
)

// StaffRow is one row of a file of staff, as it says it; what is blank says nothing.
type StaffRow struct {
	Name, Email, Role, RegistrationNumber string
	// Organisation is a name or an ODS code; Teams are names of teams of it.
	Organisation string
	Teams        []string
}

// TakenIn is what became of a row.
type TakenIn struct {
	ID      string // of the account
	Outcome Outcome
	Fields  []string // that differ, or were changed
	Notes   []string
}

// StaffStore keeps accounts.
type StaffStore interface {
	// TakeIn makes the account of a row, or finds it by its e-mail address and compares; what differs is written over
	// only where update says so. One row is one transaction. Error: *Refusal for a row that cannot be.
	TakeIn(ctx context.Context, row StaffRow, update bool) (TakenIn, error)
	// Code makes a one-time code with which somebody sets a password of their own.
	Code(ctx context.Context, staff string) (code string, expires time.Time, err error)
}

var staffColumns = &columns{
	required: []string{"email", "role"},
	optional: []string{"name", "given_name", "family_name", "organisation", "team", "registration_number"},
	called: map[string]string{
		"emailaddress": "email", "mail": "email", "workemail": "email", "fullname": "name", "staffname": "name",
		"surname": "family_name", "lastname": "family_name", "forename": "given_name", "firstname": "given_name",
		"jobrole": "role", "organization": "organisation", "employer": "organisation", "odscode": "organisation", "organisationods": "organisation",
		"teams": "team", "teamname": "team", "registration": "registration_number", "nmcpin": "registration_number", "nmcnumber": "registration_number", "gmcnumber": "registration_number",
	},
	strict: true,
}

// StaffOptions of an import of staff.
type StaffOptions struct {
	Options
	// Organisation is that of rows that name none.
	Organisation string
	// Invited is told of each new account, with the code that was made for it; nil: no codes are made.
	Invited func(row StaffRow, code string, expires time.Time) error
}

// Staff takes in accounts of staff from a table, row by row. Somebody is who has the e-mail address, however it is
// spelt. Running a file twice changes nothing. The error is a fault of the file or of the store; bad rows are in the
// report, not an error.
func Staff(ctx context.Context, file io.ReadSeeker, store StaffStore, o StaffOptions) (*Report, error) {
	report := newReport()
	s, err := openSource(file, o.Unpacked)
	if err != nil {
		return report, err
	}
	if slices.Contains([]rune{'{', '[', '<'}, rune(s.first)) {
		return report, errors.New("staff come in a table with a header, as CSV")
	}
	t, err := openSheet(s, staffColumns, o.LeaveOut)
	if err != nil {
		return report, err
	}
	for _, heading := range t.leftOut {
		report.LeftOut[heading] = 0
	}
	seen := map[string]string{} // where an address stands in the file
	for {
		r, err := t.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return report, err
		}
		line, err := oneOfStaff(ctx, r, seen, store, o)
		if err != nil {
			return report, fmt.Errorf("%s: %w", r.where(), err)
		}
		report.Rows++
		report.Counts[line.Outcome]++
		if o.Lines != nil {
			out := printer{w: o.Lines, brief: o.Brief}
			if err := out.print([]Line{line}); err != nil {
				return report, err
			}
		}
	}
	report.Remarks = slices.Concat(s.remarks, t.remarks())
	if report.Rows == 0 {
		report.Remarks = append(report.Remarks, "The file holds nobody")
	}
	return report, nil
}

// oneOfStaff takes in one row.
func oneOfStaff(ctx context.Context, r *record, seen map[string]string, store StaffStore, o StaffOptions) (line Line, err error) {
	line = Line{Where: r.where(), Subject: "-"}
	if r.fault != "" {
		line.refuse("%s", r.fault)
		return line, nil
	}
	for _, column := range slices.Concat(staffColumns.required, staffColumns.optional) {
		if why := spoilt(r.cell(column)); why != "" {
			line.refuse("%s: %s", column, why)
			return line, nil
		}
	}
	row := StaffRow{Name: cmp.Or(tidy(r.cell("name")), tidy(r.cell("given_name")+" "+r.cell("family_name"))), Email: care.FoldEmail(tidy(r.cell("email"))), Role: roleNamed(r.cell("role")),
		RegistrationNumber: tidy(r.cell("registration_number")), Organisation: cmp.Or(tidy(r.cell("organisation")), o.Organisation)}
	for name := range strings.SplitSeq(r.cell("team"), ";") {
		if name = tidy(name); name != "" {
			row.Teams = append(row.Teams, name)
		}
	}
	switch first, twice := seen[row.Email]; {
	case row.Email == "":
		line.refuse("email: missing")
		return line, nil
	case twice:
		line.refuse("email: %s has the same one", first)
		return line, nil
	}
	seen[row.Email] = line.Where
	took, err := store.TakeIn(ctx, row, o.Update)
	var refusal *Refusal
	if errors.As(err, &refusal) {
		line.refuse("%s", refusal.Reason)
		return line, nil
	}
	if err != nil {
		return line, err
	}
	line.Subject, line.Outcome, line.Reason, line.Notes = took.ID, took.Outcome, strings.Join(took.Fields, ", "), took.Notes
	if took.Outcome != Created || o.Invited == nil {
		return line, nil
	}
	code, expires, err := store.Code(ctx, took.ID)
	if err != nil {
		return line, err
	}
	return line, o.Invited(row, code, expires)
}

// rolesCalled are other names of roles, folded as columns are.
var rolesCalled = map[string]care.Role{
	"communitynurse": care.DistrictNurse, "communitymatron": care.Matron, "hca": care.SupportWorker, "healthcareassistant": care.SupportWorker,
	"mentalhealth": care.MentalHealth, "mentalhealthnurse": care.MentalHealth, "socialworker": care.SocialCare, "socialcare": care.SocialCare, "socialprescriber": care.LinkWorker,
	"reception": care.Reception, "receptionist": care.Reception, "gp": care.DutyGP, "admin": care.Administrator, "coordinator": care.CareCoordinator,
}

// roleNamed is the role of that name, however it is written: as it was written where there is none.
func roleNamed(text string) string {
	name := fold(text)
	for _, d := range care.Duties() {
		if fold(string(d.Role)) == name {
			return string(d.Role)
		}
	}
	return cmp.Or(string(rolesCalled[name]), tidy(text))
}

// StaffOpener opens the database when the command runs; done closes it.
type StaffOpener func() (store StaffStore, done func() error, err error)

// StaffCommand is `doorstep import staff`.
func StaffCommand(open StaffOpener) *cobra.Command {
	var o StaffOptions
	codes := ""
	c := &cobra.Command{
		Use:   "staff FILE",
		Short: "Take in accounts of staff from CSV",
		Long: "Takes in accounts from a table with the columns email, role, name (or given_name and family_name), organisation (a name or an ODS code),\n" +
			"team (names, separated by ;) and registration_number. Whoever has the e-mail address already is compared: what differs is reported and\n" +
			"left alone unless --update. With --codes, a one-time code is made for each new account and written into a file of its own.",
		Args: cobra.ExactArgs(1), SilenceUsage: true,
	}
	c.Flags().BoolVar(&o.Update, "update", false, "write over what differs")
	c.Flags().BoolVar(&o.Brief, "brief", false, "print only the rows that need a look")
	c.Flags().StringArrayVar(&o.LeaveOut, "leave-out", nil, "a column to leave out, by its heading; may be given several times")
	c.Flags().StringVar(&o.Organisation, "organisation", "", "the organisation of rows that name none, by name or ODS code")
	c.Flags().StringVar(&codes, "codes", "", "write one-time codes for new accounts into this file, which must not be there yet")
	c.RunE = func(c *cobra.Command, args []string) (err error) {
		file, err := os.Open(args[0])
		if err != nil {
			return err
		}
		defer file.Close()
		if codes != "" {
			out, err := os.OpenFile(codes, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
			if err != nil {
				return err
			}
			defer out.Close()
			o.Invited = invitations(out)
		}
		store, done, err := open()
		if err != nil {
			return fmt.Errorf("open the database: %w", err)
		}
		defer func() { err = errors.Join(err, done()) }()
		o.Lines = c.OutOrStdout()
		report, err := Staff(c.Context(), file, store, o)
		if fault := report.Write(o.Lines); fault != nil {
			return errors.Join(err, fault)
		}
		var unknown *UnknownColumns
		if errors.As(err, &unknown) {
			err = fmt.Errorf("%w (--leave-out)", err)
		}
		if err != nil {
			return fmt.Errorf("import %s: %w", filepath.Base(args[0]), err)
		}
		if report.Counts[Refused] > 0 {
			return ErrRefused
		}
		return nil
	}
	return c
}

// invitations writes a line for each code at once: whoever stops the import half way has those of the accounts that are in.
func invitations(out io.Writer) func(StaffRow, string, time.Time) error {
	table, header := csv.NewWriter(out), false
	return func(row StaffRow, code string, expires time.Time) error {
		if !header {
			header = true
			if err := table.Write([]string{"name", "email", "code", "counts until"}); err != nil {
				return err
			}
		}
		if err := table.Write([]string{row.Name, row.Email, code, care.Stamp(expires)}); err != nil {
			return err
		}
		table.Flush()
		return table.Error()
	}
}
