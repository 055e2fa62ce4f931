package settings

import (
	"fmt"
	"time"

	"github.com/spf13/pflag"
)

// Settings are the values in force. Their names, limits and defaults are in the table.
type Settings struct {
	DataDir            string        // where the database and the files are
	HTTP               string        // address of the public listener
	AdminHTTP          string        // address of the listener for administration; "" = there is none
	SigningKey         string        // file of the key that signs access tokens; "" = in DataDir
	SealingKey         string        // file of the keys that phones seal to; "" = in DataDir
	CopyTo             string        // folder of the sealed copy; "" = none is made
	CopyKey            string        // file of the public keys it is sealed to
	AcknowledgeCopied  bool          // nothing is acknowledged before it is in the copy
	Origins            []string      // of other servers whose pages may call the API
	AccessToken        time.Duration // life of an access token
	PhonesPerPerson    int           // phones one member of staff may have in use
	GroupMax           int           // pushes committed together at most
	QueueLength        int           // pushes waiting at most; a further one gets 503
	IssueRetention     time.Duration // how long an author keeps an issue after access was lost
	TombstoneRetention time.Duration // how long deletions stay in the feed
	EscalationInterval time.Duration // how often deadlines are looked at
	URL                string        // where the server is reached from outside; "" = nobody said
	MailServer         string        // host and port by which mail leaves; "" = none does
	MailUser           string        // "" = the mail server takes mail without a sign-in
	MailPasswordFile   string        // file of the password for it
	MailFrom           string        // our own address
	WebhookPrivate     []string      // hosts inside our own network that webhooks may reach
	PushServices       []string      // hosts of push services beside those of the browsers' makers
	DemoSeed           int           // seed of the demo's neighbourhood and day

	fromEnvironment map[string]bool // by flag: the variable was set
}

// FromEnvironment gives the defaults, overruled by the DOORSTEP_* variables that are set; lookup
// is os.LookupEnv outside tests. An empty variable counts as not set. It is an error when a
// value does not parse or is outside its limits; the error names the variable.
func FromEnvironment(lookup func(string) (string, bool)) (*Settings, error) {
	s := &Settings{fromEnvironment: map[string]bool{}}
	for i := range table {
		e := &table[i]
		if err := e.put(s, e.Default); err != nil {
			return nil, fmt.Errorf("default of --%s: %w", e.Flag, err)
		}
		text, ok := lookup(e.Env)
		if !ok || text == "" {
			continue
		}
		if err := e.put(s, text); err != nil {
			return nil, fmt.Errorf("%s: %w", e.Env, err)
		}
		s.fromEnvironment[e.Flag] = true
	}
	return s, nil
}

// Bind adds the flags that are Doorstep's own. Parsing them writes into s; a value outside its
// limits fails the parse with a sentence that says the limits.
func (s *Settings) Bind(flags *pflag.FlagSet) {
	for i := range table {
		e := &table[i]
		if e.PocketBase {
			continue
		}
		flag := flags.VarPF(&value{s, e}, e.Flag, "", fmt.Sprintf("%s [%s]", e.Help, e.Env))
		if e.kind == yesOrNo {
			flag.NoOptDefVal = "true" // the flag alone says yes
		}
	}
}

// BindPocketBaseFlags makes PocketBase's own flags in the set (dir; http of its serve command) obey their
// variables: where one is set it becomes the flag's default. One that is Taken writes into s.
// Parse only after this.
func (s *Settings) BindPocketBaseFlags(flags *pflag.FlagSet) error {
	for i := range table {
		e := &table[i]
		f := flags.Lookup(e.Flag)
		if !e.PocketBase || f == nil {
			continue
		}
		text := e.text(s)
		if e.Taken {
			f.Value, f.DefValue, f.Usage = &value{s, e}, text, fmt.Sprintf("%s [%s]", e.Help, e.Env)
			continue
		}
		f.Usage = fmt.Sprintf("%s [%s]", f.Usage, e.Env)
		if !s.fromEnvironment[e.Flag] {
			continue
		}
		if err := f.Value.Set(text); err != nil {
			return fmt.Errorf("%s: %w", e.Env, err)
		}
		f.DefValue = text
	}
	return nil
}

// Flags lists the flag of every setting, PocketBase's own among them; the test of the program holds that
// something obeys each.
func Flags() []string {
	names := make([]string, len(table))
	for i, e := range table {
		names[i] = e.Flag
	}
	return names
}

// value lets pflag read and write one setting.
type value struct {
	s *Settings
	e *Entry
}

func (v *value) String() string {
	if v.s == nil { // pflag asks a zero value what it looks like
		return ""
	}
	return v.e.text(v.s)
}

func (v *value) Set(text string) error { return v.e.put(v.s, text) }

func (v *value) Type() string { return string(v.e.kind) }
