package doctor

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/spf13/cobra"
)

// Command is `doorstep doctor`. Given says what the folder is held to and is asked when the flags
// are known.
func Command(given func() (Given, error)) *cobra.Command {
	var fix, asJSON bool
	c := &cobra.Command{
		Use:   "doctor",
		Short: "Look through the data folder and say what is wrong, what it means and what to do",
		Long: "Looks at the folder, the disk, the keys, the clock, the schema, the database and what is in it, also while a server runs. It changes\n" +
			"nothing unless told to with --fix, and then only what can be put right without anybody's decision. It ends with 1 where it found a\n" +
			"problem, with 0 where it found warnings or nothing. What it prints names no person.",
		Args: cobra.NoArgs, SilenceUsage: true,
		RunE: func(c *cobra.Command, _ []string) error {
			g, err := given()
			if err != nil {
				return err
			}
			if !fix {
				report, err := Examine(c.Context(), g)
				if err != nil {
					return err
				}
				return say(c, report, nil, asJSON)
			}
			mended, report, err := Fix(c.Context(), g)
			if err != nil {
				return err
			}
			return say(c, report, mended, asJSON)
		},
	}
	c.Flags().BoolVar(&fix, "fix", false, "put right what can be put right without anybody's decision")
	c.Flags().BoolVar(&asJSON, "json", false, "print the findings as JSON")
	return c
}

// say prints a report; problems are the error it ends with.
func say(c *cobra.Command, r *Report, mended []Finding, asJSON bool) error {
	out := c.OutOrStdout()
	if asJSON {
		encoder := json.NewEncoder(out)
		encoder.SetIndent("", "  ")
		if err := encoder.Encode(struct {
			*Report
			Mended []Finding `json:"mended,omitempty"`
		}{r, mended}); err != nil {
			return err
		}
	} else {
		for _, f := range mended {
			fmt.Fprintf(out, "MENDED: %s\n  %s\n\n", f.Check, f.Found+examples(f.Examples))
		}
		r.Print(out)
		if n := r.Mendable(); n > 0 {
			fmt.Fprintf(out, "doorstep doctor --fix puts %d of them right.\n", n)
		}
	}
	if n := r.Count(Problem); n > 0 {
		return errors.New(plural(n, "problem") + " found")
	}
	return nil
}
