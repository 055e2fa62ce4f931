package setup

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"doorstep/internal/care"
)

// asker asks on a terminal, or takes what is piped in line by line.
type asker struct {
	in    io.Reader
	out   io.Writer
	lines *bufio.Reader
	// secret reads a line without showing it; nil: it is read like any other.
	secret func() (string, error)
}

func terminal(in io.Reader, out io.Writer) *asker {
	a := &asker{in: in, out: out, lines: bufio.NewReader(in)}
	if file, ok := in.(*os.File); ok && term.IsTerminal(int(file.Fd())) {
		a.secret = func() (string, error) {
			raw, err := term.ReadPassword(int(file.Fd()))
			fmt.Fprintln(out)
			return string(raw), err
		}
	}
	return a
}

// errNoAnswer ends the questions when nothing more comes.
var errNoAnswer = errors.New("the answers ended before the questions did; nothing was made")

// ask asks once; nothing typed is the usual answer.
func (a *asker) ask(question, usual string) (string, error) {
	if usual != "" {
		question += " [" + usual + "]"
	}
	fmt.Fprintf(a.out, "%s: ", question)
	line, err := a.lines.ReadString('\n')
	if err != nil && (!errors.Is(err, io.EOF) || line == "") {
		return "", errNoAnswer
	}
	if line = strings.TrimSpace(line); line == "" {
		line = usual
	}
	return line, nil
}

// until asks until an answer leaves no problem with its field.
func (a *asker) until(n *Neighbourhood, field string, into *string, question, usual string) error {
	for {
		answer, err := a.ask(question, usual)
		if err != nil {
			return err
		}
		*into = answer
		n.Tidy()
		why := problemOf(n, field)
		if why == "" {
			return nil
		}
		fmt.Fprintln(a.out, "  "+why)
	}
}

// problemOf is what is wrong with one field of a description that is not whole yet; "" for nothing.
func problemOf(n *Neighbourhood, field string) string {
	var all Problems
	if errors.As(Check(n), &all) {
		for _, p := range all {
			if p.Field == field {
				return p.Message
			}
		}
	}
	return ""
}

// password asks for one twice. Error: errNoAnswer.
func (a *asker) password(admin Administrator) (string, error) {
	read := func(question string) (string, error) {
		if a.secret == nil {
			return a.ask(question, "")
		}
		fmt.Fprintf(a.out, "%s: ", question)
		return a.secret()
	}
	for {
		first, err := read("Password of " + admin.Email + ", three or four words that have nothing to do with each other")
		if err != nil {
			return "", err
		}
		admin.Password = first
		if why := problemOf(&Neighbourhood{Administrator: admin}, "administrator.password"); why != "" {
			fmt.Fprintln(a.out, "  "+why)
			continue
		}
		again, err := read("Once more")
		if err != nil {
			return "", err
		}
		if first == again {
			return first, nil
		}
		fmt.Fprintln(a.out, "  These were two different passwords.")
	}
}

// neighbourhood asks for a whole description: one organisation, its teams. Error: errNoAnswer.
func (a *asker) neighbourhood(_ context.Context) (*Neighbourhood, error) {
	n := &Neighbourhood{Organisations: []Organisation{{}}}
	o := &n.Organisations[0]
	fmt.Fprintln(a.out, "Who administers this server makes everybody else's account.")
	for _, q := range []struct {
		field           string
		into            *string
		question, usual string
	}{
		{"administrator.name", &n.Administrator.Name, "Your name", ""},
		{"administrator.email", &n.Administrator.Email, "Your e-mail address, with which you sign in", ""},
	} {
		if err := a.until(n, q.field, q.into, q.question, q.usual); err != nil {
			return nil, err
		}
	}
	var err error
	if n.Administrator.Password, err = a.password(n.Administrator); err != nil {
		return nil, err
	}
	for _, q := range []struct {
		field           string
		into            *string
		question, usual string
	}{
		{"name", &n.Name, "Name of the neighbourhood", ""},
		{"organisations[0].name", &o.Name, "Name of your organisation", ""},
		{"organisations[0].kind", &o.Kind, "What it is: " + strings.Join(care.OrganisationKinds, ", "), "community_trust"},
		{"organisations[0].ods_code", &o.ODSCode, "Its ODS code, empty for none", ""},
		{"organisations[0].phone", &o.Phone, "Its telephone number, empty for none", ""},
	} {
		if err := a.until(n, q.field, q.into, q.question, q.usual); err != nil {
			return nil, err
		}
	}
	return n, a.teams(n, o)
}

// teams asks for teams until an empty name: first for those without which something does not work.
func (a *asker) teams(n *Neighbourhood, o *Organisation) error {
	fmt.Fprintln(a.out, "Its teams. A name of - leaves one out.")
	for _, kind := range append([]string{"nursing", "coordination", "safeguarding"}, make([]string, 50)...) {
		usual := map[string]string{"nursing": n.Name + " Nurses", "coordination": "Care Coordination", "safeguarding": "Safeguarding"}[kind]
		question := "Name of a " + kind + " team"
		if kind == "" {
			question = "Name of a further team, empty when there is none"
		}
		i := len(o.Teams)
		o.Teams = append(o.Teams, Team{Kind: kind})
		for {
			name, err := a.ask(question, usual)
			if err != nil {
				return err
			}
			o.Teams[i].Name = name
			n.Tidy()
			why := problemOf(n, fmt.Sprintf("organisations[0].teams[%d].name", i))
			if name == "" || name == "-" || why == "" {
				break
			}
			fmt.Fprintln(a.out, "  "+why)
		}
		switch name := o.Teams[i].Name; {
		case name == "" && kind == "":
			o.Teams = o.Teams[:i]
			return nil
		case name == "" || name == "-":
			o.Teams = o.Teams[:i]
			continue
		}
		if kind == "" {
			if err := a.until(n, fmt.Sprintf("organisations[0].teams[%d].kind", i), &o.Teams[i].Kind,
				"What it is: "+strings.Join(care.TeamKinds, ", "), ""); err != nil {
				return err
			}
		}
	}
	return nil
}
