package importer

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"doorstep/internal/identifier"
)

// What ends a command although the good rows are in.
var (
	ErrRefused = errors.New("some rows were refused; the good ones are in")
	ErrMissing = errors.New("the file is not the whole; what it holds is in")
)

// Opener opens the database when a command runs; done closes it.
type Opener func() (store Store, done func() error, err error)

// PlannerFor plans in the name of somebody, by their e-mail address, once the database is open.
type PlannerFor func(email string) (Planner, error)

// Command is `doorstep import` with its kinds of file; now is the clock. It ends with an error
// when the file could not be read, with ErrRefused when rows were refused.
func Command(open Opener, planner PlannerFor, now func() time.Time) *cobra.Command {
	ids := identifier.NewMinter(rand.Reader)
	o := Options{Now: now, NewID: func() (string, error) {
		id, err := ids.New(now())
		return string(id), err
	}}
	var postcodes []string
	var as string
	root := &cobra.Command{Use: "import", Short: "Take in the practice directory, people and their caseloads, or plans of visits"}
	directory := &cobra.Command{
		Use:   "directory FILE",
		Short: "Take in practices from what the ODS publishes (epraccur, ORD JSON, FHIR), or from a table",
		Long: "Takes in GP practices from the report epraccur as it is published, from organisations as the ORD interface gives them, from FHIR\n" +
			"Organizations, or from a table with the columns ods_code, name, address, postcode, telephone and neighbourhood.\n" +
			"Each gets an organisation and a team with an inbox. The file is the authority: what it says replaces what stands.",
	}
	people := &cobra.Command{
		Use:   "people FILE",
		Short: "Take in patients and caseloads (CSV, or FHIR R4 in JSON, NDJSON or XML; gzip and zip too)",
		Long: "Takes in patients from CSV or from the Patients of a FHIR R4 file, and puts them on the caseload of a team.\n" +
			"What differs from a record that stands is reported and left alone. A column that is not understood ends the import before anything is in.",
	}
	plans := &cobra.Command{
		Use:   "plan FILE",
		Short: "Take in plans of visits that repeat, from a table",
		Long: "Takes in plans from a table with the columns nhs_number, team, purpose, days, from, to and minutes, and more that docs/import.md lists. The\n" +
			"visits of the next days stand at once. What cannot be – somebody in two places, a person who is not on the team's caseload, a day on\n" +
			"which the team is closed – is refused, row by row. What differs from a plan that stands is reported and left alone.",
	}
	plans.Flags().StringVar(&as, "as", "", "in whose name it is planned: the e-mail address of a lead or a coordinator")
	_ = plans.MarkFlagRequired("as") // fails for a flag that is not there, which the tests would see
	directory.Flags().StringSliceVar(&postcodes, "postcodes", nil, "take in only practices whose postcode begins so, as M33,M41")
	people.Flags().StringVar(&o.Team, "team", "", "the team whose caseload people join when their row names none")
	plans.Flags().StringVar(&o.Team, "team", "", "the team whose visits they are when their row names none")
	for _, c := range []*cobra.Command{people, plans} {
		c.Flags().BoolVar(&o.Update, "update", false, "write over what differs")
		c.Flags().StringArrayVar(&o.LeaveOut, "leave-out", nil, "a column to leave out, by its heading; may be given several times")
	}
	for _, c := range []*cobra.Command{directory, people, plans} {
		c.Args = cobra.ExactArgs(1)
		c.SilenceUsage = true
		c.Flags().BoolVar(&o.Brief, "brief", false, "print only the rows that need a look")
	}
	directory.RunE = func(c *cobra.Command, args []string) error {
		return execute(c, args[0], open, o, func(ctx context.Context, f io.ReadSeeker, s Store, o Options) (*Report, error) {
			return Directory(ctx, f, s, o, postcodes)
		})
	}
	people.RunE = func(c *cobra.Command, args []string) error { return execute(c, args[0], open, o, People) }
	plans.RunE = func(c *cobra.Command, args []string) error {
		return execute(c, args[0], open, o, func(ctx context.Context, f io.ReadSeeker, s Store, o Options) (*Report, error) {
			by, err := planner(as)
			if err != nil {
				return newReport(), err
			}
			return Plans(ctx, f, s, by, o)
		})
	}
	root.AddCommand(directory, people, plans)
	return root
}

type reader func(context.Context, io.ReadSeeker, Store, Options) (*Report, error)

// execute runs one import. The totals are printed even when the file broke off in the middle.
func execute(c *cobra.Command, path string, open Opener, o Options, read reader) (err error) {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	store, done, err := open()
	if err != nil {
		return fmt.Errorf("open the database: %w", err)
	}
	defer func() { err = errors.Join(err, done()) }()
	ctx := c.Context()
	if ctx == nil {
		ctx = context.Background()
	}
	o.Lines = c.OutOrStdout()
	report, err := read(ctx, file, store, o)
	if fault := report.Write(o.Lines); fault != nil {
		return errors.Join(err, fault)
	}
	var unknown *UnknownColumns
	if errors.As(err, &unknown) {
		err = fmt.Errorf("%w (--leave-out)", err)
	}
	if err != nil {
		return fmt.Errorf("import %s: %w", filepath.Base(path), err)
	}
	var incomplete []error
	if report.Counts[Refused] > 0 {
		incomplete = append(incomplete, ErrRefused)
	}
	if len(report.Missing) > 0 {
		incomplete = append(incomplete, ErrMissing)
	}
	return errors.Join(incomplete...)
}
