package rulebook

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"github.com/spf13/cobra"
)

// Command is `doorstep rules`. Dir is the data folder, asked for when the flags are known; source reads people and what was
// recorded of them in a database, as the server does.
func Command(dir func() string, now func() time.Time, source func(Database) Source) *cobra.Command {
	c := &cobra.Command{Use: "rules", Short: "Look at handover rules before they are in force"}
	about := "FILE is a JSON list of rules, by the names of the fields of handover_rules. Without it, the rules of the data folder are taken,\n" +
		"whether a server runs or not. "
	check := &cobra.Command{Use: "check [FILE]", Short: "Say of each rule whether it runs", Args: cobra.MaximumNArgs(1), SilenceUsage: true,
		Long: about + "It ends with 1 where one does not run.",
		RunE: func(c *cobra.Command, args []string) error {
			list, err := entries(c, dir(), args)
			if err != nil {
				return err
			}
			return refuse(Check(c.OutOrStdout(), list), "rule does not run", "rules do not run")
		}}
	test := &cobra.Command{Use: "test [FILE]", Short: "Ask each rule for the golden cases kept with it", Args: cobra.MaximumNArgs(1), SilenceUsage: true,
		Long: about + "It ends with 1 where a case comes out otherwise.",
		RunE: func(c *cobra.Command, args []string) error {
			list, err := entries(c, dir(), args)
			if err != nil {
				return err
			}
			return refuse(Test(c.OutOrStdout(), list), "golden case fails", "golden cases fail")
		}}
	days := 30
	backtest := &cobra.Command{Use: "backtest FILE", Short: "Say what rules would have raised over the records that are stored", Args: cobra.ExactArgs(1), SilenceUsage: true,
		Long: "Judges the records of the last days by the rules of a file, each as if it were in force, beside the rules in force, and counts the alerts\n" +
			"by rule, day and practice. What was refused or disputed is not looked at. Nothing is changed, and nobody is named.",
		RunE: func(c *cobra.Command, args []string) error {
			if days < 1 {
				return fmt.Errorf("--days is %d: say 1 day or more", days)
			}
			asked, err := ReadFile(args[0])
			if err != nil {
				return err
			}
			db, err := Open(c.Context(), dir())
			if err != nil {
				return err
			}
			defer db.Close()
			stored, err := db.Rules()
			if err != nil {
				return err
			}
			inForce := stored[:0:0]
			for _, e := range stored {
				if e.State == "active" {
					inForce = append(inForce, e)
				}
			}
			b, err := Run(source(db), inForce, asked, days, now(), bar(c.ErrOrStderr()))
			if err != nil {
				return err
			}
			b.Print(c.OutOrStdout())
			return refuse(len(b.Broken), "rule does not run", "rules do not run")
		}}
	backtest.Flags().IntVar(&days, "days", days, "how many days back")
	c.AddCommand(check, test, backtest)
	return c
}

// entries are the rules of a file, or of the data folder.
func entries(c *cobra.Command, dir string, args []string) ([]Entry, error) {
	if len(args) > 0 {
		return ReadFile(args[0])
	}
	db, err := Open(c.Context(), dir)
	if err != nil {
		return nil, err
	}
	defer db.Close()
	return db.Rules()
}

func refuse(n int, one, more string) error {
	switch n {
	case 0:
		return nil
	case 1:
		return fmt.Errorf("1 %s", one)
	}
	return fmt.Errorf("%d %s", n, more)
}

// bar draws how far a backtest is, in one line that is written over.
func bar(out io.Writer) func(done, all int) {
	const width = 40
	drawn := -1
	return func(done, all int) {
		full := width * done / all
		if full == drawn && done < all {
			return
		}
		drawn = full
		fmt.Fprintf(out, "\r[%-*s] %d of %d people", width, dashes[:full], done, all)
		if done == all {
			fmt.Fprintln(out)
		}
	}
}

const dashes = "########################################"

// Print writes a backtest as a table: by rule, day and practice, and a total for each rule.
func (b *Backtest) Print(out io.Writer) {
	fmt.Fprintf(out, "%s to %s, %d people with records\n\n", b.From.Format(time.DateOnly), b.To.Format(time.DateOnly), b.People)
	if b.Cut > 0 {
		fmt.Fprintf(out, "Of %d of them there are more than %d records: of those, only the ones that changed last were looked at.\n\n", b.Cut, MostRecords)
	}
	for _, x := range b.Broken {
		fmt.Fprintf(out, "BROKEN %s: %s\n", x.Rule.Code, x.Reason)
	}
	total, order := map[string][2]int{}, []string{}
	fmt.Fprintf(out, "%-24s %-10s %8s %8s  %s\n", "rule", "day", "in force", "asked", "practice")
	for _, a := range b.Alerts {
		fmt.Fprintf(out, "%-24s %-10s %8d %8d  %s\n", a.Code, a.Day, a.InForce, a.Asked, a.Practice)
		if _, seen := total[a.Code]; !seen {
			order = append(order, a.Code)
		}
		t := total[a.Code]
		total[a.Code] = [2]int{t[0] + a.InForce, t[1] + a.Asked}
	}
	fmt.Fprintln(out)
	for _, code := range order {
		fmt.Fprintf(out, "%-24s %-10s %8d %8d\n", code, "all", total[code][0], total[code][1])
	}
	for _, code := range slices.Sorted(maps.Keys(b.Broke)) {
		fmt.Fprintf(out, "%s broke at %s, the last time so: %s. There a trigger that breaks raises nothing, and an \"unless\" that breaks mutes nothing.\n",
			code, plural(b.Broke[code].Records, "record"), b.Broke[code].Last)
	}
}
