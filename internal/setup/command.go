package setup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"
)

// Command is `doorstep setup`. Open opens the database when the description is known; ids are new ones.
func Command(open func() (Store, error), newID func() (string, error)) *cobra.Command {
	example := false
	c := &cobra.Command{
		Use:   "setup [FILE]",
		Short: "Set up an empty server: its administrator, an organisation and its teams",
		Long: "Asks who administers the server, for an organisation and for its teams, and makes them. With a FILE, in YAML or JSON (- for what is\n" +
			"piped in), it asks nothing but a password that the file leaves out. It works beside a server that runs. A server that somebody\n" +
			"administers already is left as it is. Whoever the file names as staff gets a one-time code, with which they set a password at /account/.",
		Args: cobra.MaximumNArgs(1), SilenceUsage: true,
		RunE: func(c *cobra.Command, args []string) error {
			if example {
				_, err := io.WriteString(c.OutOrStdout(), Example)
				return err
			}
			asked := terminal(c.InOrStdin(), c.OutOrStdout())
			n, err := described(asked, args)
			if err != nil {
				return err
			}
			store, err := open()
			if err != nil {
				return fmt.Errorf("open the database: %w", err)
			}
			made, err := Make(c.Context(), store, n, ByTerminal, newID)
			if problems := (Problems{}); errors.As(err, &problems) {
				return fmt.Errorf("nothing was made; put this right and run it again:\n%w", err)
			}
			if err != nil {
				return err
			}
			return report(c.OutOrStdout(), n, made)
		},
	}
	c.Flags().BoolVar(&example, "example", false, "print a description to begin from, and do nothing else")
	return c
}

// described reads the description from a file, or asks for it.
func described(asked *asker, args []string) (*Neighbourhood, error) {
	if len(args) == 0 {
		return asked.neighbourhood(context.Background())
	}
	from := asked.in
	if args[0] != "-" {
		file, err := os.Open(args[0])
		if err != nil {
			return nil, err
		}
		defer file.Close()
		from = file
	}
	n, err := Read(from)
	if err != nil {
		return nil, err
	}
	if n.Administrator.Password == "" && args[0] != "-" {
		n.Administrator.Password, err = asked.password(n.Administrator)
	}
	return n, err
}

// report says what was made, what will not work, and what to do next.
func report(out io.Writer, n *Neighbourhood, made Made) error {
	say := func(format string, values ...any) string { return fmt.Sprintf(format, values...) + "\n" }
	text := ""
	for _, o := range n.Organisations {
		text += say("%s (%s), with %d teams", o.Name, o.Kind, len(o.Teams))
	}
	for _, w := range made.Warnings {
		text += say("Look at this: %s", w)
	}
	for _, i := range made.Invited {
		text += say("%s <%s> sets a password at /account/ with the code %s", i.Name, i.Email, Spaced(i.Code))
	}
	if len(made.Invited) > 0 {
		text += say("Each code counts for %d days, once. They are not shown again.", int(codeLife.Hours()/24))
	}
	text += say("%s signs in at /desk/.", n.Administrator.Email)
	_, err := io.WriteString(out, text)
	return err
}

// Spaced is a code as people read it out: in fours, in capitals.
func Spaced(code string) string {
	spaced := ""
	for i, r := range code {
		if i > 0 && i%4 == 0 {
			spaced += " "
		}
		if 'a' <= r && r <= 'z' {
			r -= 'a' - 'A'
		}
		spaced += string(r)
	}
	return spaced
}

// Example is a description to begin from.
const Example = `# A neighbourhood for: doorstep setup neighbourhood.yaml
name: Riverside
administrator:
  name: Ada Quince
  email: ada.quince@trust.example
  password: ""          # left empty it is asked for, and stands in no file
organisations:
  - name: Riverside Community Trust
    kind: community_trust   # practice, community_trust, mental_health, social_care, voluntary
    ods_code: ""            # such as RX1
    phone: 01632 960001
    out_of_hours: NHS 111
    teams:
      - name: Riverside Nurses
        kind: nursing       # nursing, practice, mental_health, social_care, voluntary, safeguarding, coordination
        phone: 01632 960002
        staff:
          - {name: Lea Marsh, email: lea.marsh@trust.example, role: team_lead}
          - {name: Nia Evans, email: nia.evans@trust.example, role: district_nurse, registration_number: 99X0001E}
      - name: Care Coordination
        kind: coordination
        staff:
          - {name: Cora Bell, email: cora.bell@trust.example, role: care_coordinator}
      - name: Safeguarding
        kind: safeguarding
        staff:
          - {name: Sage Holloway, email: sage.holloway@trust.example, role: safeguarding_lead}
`
