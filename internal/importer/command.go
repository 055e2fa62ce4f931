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

// ErrRefused ends a command when rows were refused: the good ones are in.
var ErrRefused = errors.New("some rows were refused; the good ones are in")

// Opener opens the database when a command runs; done closes it.
type Opener func() (store Store, done func() error, err error)

// Command is `doorstep import` with its two kinds of file; now is the clock. It ends with an error
// when the file could not be read, with ErrRefused when rows were refused.
func Command(open Opener, now func() time.Time) *cobra.Command {
	ids := identifier.NewMinter(rand.Reader)
	o := Options{Now: now, NewID: func() (string, error) {
		id, err := ids.New(now())
		return string(id), err
	}}
	root := &cobra.Command{Use: "import", Short: "Take in the practice directory, or people and their caseloads"}
	directory := &cobra.Command{
		Use:   "directory FILE",
		Short: "Take in practices from the ODS table (CSV)",
		Long: "Takes in practices from a CSV file with the columns ods_code, name, address, postcode, telephone and neighbourhood.\n" +
			"Each gets an organisation and a team with an inbox. The file is the authority: what it says replaces what stands.",
	}
	people := &cobra.Command{
		Use:   "people FILE",
		Short: "Take in patients and caseloads (CSV, or a FHIR R4 bundle in JSON or XML)",
		Long: "Takes in patients from CSV or from the Patient entries of a FHIR R4 bundle, and puts them on the caseload of a team.\n" +
			"What differs from a record that stands is reported and left alone.",
	}
	people.Flags().BoolVar(&o.Update, "update", false, "write over what differs")
	people.Flags().StringVar(&o.Team, "team", "", "the team whose caseload people join when their row names none")
	for _, c := range []*cobra.Command{directory, people} {
		c.Args = cobra.ExactArgs(1)
		c.SilenceUsage = true
		c.Flags().BoolVar(&o.Brief, "brief", false, "print only the rows that need a look")
	}
	directory.RunE = func(c *cobra.Command, args []string) error {
		return execute(c, args[0], open, o, func(ctx context.Context, f io.ReadSeeker, s Store, o Options) (*Report, error) {
			return Directory(ctx, f, s, o)
		})
	}
	people.RunE = func(c *cobra.Command, args []string) error { return execute(c, args[0], open, o, People) }
	root.AddCommand(directory, people)
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
	if err != nil {
		return fmt.Errorf("import %s: %w", filepath.Base(path), err)
	}
	if report.Counts[Refused] > 0 {
		return ErrRefused
	}
	return nil
}
