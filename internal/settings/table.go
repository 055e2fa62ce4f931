package settings

import (
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Entry is one row of the table.
type Entry struct {
	Flag, Env, Default, Help string
	// PocketBase owns the flag already; only the variable and the default are ours.
	PocketBase bool
	// Taken: PocketBase has the flag, but its value is read by us alone.
	Taken bool

	kind kind
	// min and max are inclusive, in the unit of the flag's name; for a duration, in seconds.
	min, max int
	unit     time.Duration // of a number that sets a time.Duration
	field    func(*Settings) any
}

type kind string

const (
	text     kind = "string"
	number   kind = "int"
	duration kind = "duration"
	origins  kind = "origins"
	yesOrNo  kind = "bool"
	address  kind = "address"
	// addressOrOff is an address, or the word off, which is kept as "".
	addressOrOff kind = "address or off"
	hosts        kind = "hosts"
)

// DefaultAdminHTTP is where administration listens unless somebody chose another address. Where it is taken, there is no such
// listener.
const DefaultAdminHTTP = "127.0.0.1:8091"

const off = "off"

const day = 24 * time.Hour

// table is every setting there is.
var table = []Entry{
	{Flag: "dir", Env: "DOORSTEP_DATA_DIR", Default: "pb_data", PocketBase: true, kind: text,
		Help:  "Folder of the database and the files.",
		field: func(s *Settings) any { return &s.DataDir }},
	{Flag: "http", Env: "DOORSTEP_HTTP", Default: "127.0.0.1:8090", PocketBase: true, kind: address,
		Help:  "Address to listen on.",
		field: func(s *Settings) any { return &s.HTTP }},
	{Flag: "admin-http", Env: "DOORSTEP_ADMIN_HTTP", Default: DefaultAdminHTTP, kind: addressOrOff,
		Help:  "Second address, for whoever runs the server: the dashboard, metrics, profiles. Keep it on this machine or inside a VPN; metrics ask for no sign-in. `off`: there is none.",
		field: func(s *Settings) any { return &s.AdminHTTP }},
	{Flag: "signing-key", Env: "DOORSTEP_SIGNING_KEY", Default: "", kind: text,
		Help:  "File of the key that signs access tokens; made when it is missing. Empty: `signing.key` in the data folder. Outside it, no copy of the folder lets anybody sign; bring it along when the data moves.",
		field: func(s *Settings) any { return &s.SigningKey }},
	{Flag: "sealing-key", Env: "DOORSTEP_SEALING_KEY", Default: "", kind: text,
		Help:  "File of the keys that open what locked phones send; made when it is missing. Empty: `sealing.key` in the data folder. Bring it along when the data moves.",
		field: func(s *Settings) any { return &s.SealingKey }},
	{Flag: "copy-to", Env: "DOORSTEP_COPY_TO", Default: "", kind: text,
		Help:  "Folder, on another disk or machine, of a sealed copy that stays a moment behind, or a bucket: `s3://copies/doorstep?endpoint=https://storage.example`. Empty: none is made.",
		field: func(s *Settings) any { return &s.CopyTo }},
	{Flag: "copy-key", Env: "DOORSTEP_COPY_KEY", Default: "", kind: text,
		Help:  "File of the public key that the copy is sealed to; `doorstep copy-key new` makes one. Its private half stays off this machine.",
		field: func(s *Settings) any { return &s.CopyKey }},
	{Flag: "acknowledge-after-copy", Env: "DOORSTEP_ACKNOWLEDGE_AFTER_COPY", Default: "false", kind: yesOrNo,
		Help:  "Answer a push only when it lies in the copy. Then a machine that is lost loses nothing that a phone was told is safe; while the copy fails, nothing is acknowledged.",
		field: func(s *Settings) any { return &s.AcknowledgeCopied }},
	{Flag: "origins", Env: "DOORSTEP_ORIGINS", Default: "", PocketBase: true, Taken: true, kind: origins,
		Help:  "Other origins whose pages may call the API, such as `https://app.example.org`, separated by commas. Doorstep's own pages need none.",
		field: func(s *Settings) any { return &s.Origins }},
	{Flag: "access-token-minutes", Env: "DOORSTEP_ACCESS_TOKEN_MINUTES", Default: "15", kind: number, min: 1, max: 60, unit: time.Minute,
		Help:  "Life of an access token. Shorter means a leaver is out sooner, and phones ask more often.",
		field: func(s *Settings) any { return &s.AccessToken }},
	{Flag: "phones-per-person", Env: "DOORSTEP_PHONES_PER_PERSON", Default: "10", kind: number, min: 1, max: 1000,
		Help:  "Phones one member of staff may have in use. At one more, the one not heard of for longest hands in its work and goes, unless all were in use within a day.",
		field: func(s *Settings) any { return &s.PhonesPerPerson }},
	{Flag: "group-max", Env: "DOORSTEP_GROUP_MAX", Default: "64", kind: number, min: 1, max: 1024,
		Help:  "Pushes committed together at most.",
		field: func(s *Settings) any { return &s.GroupMax }},
	{Flag: "queue-length", Env: "DOORSTEP_QUEUE_LENGTH", Default: "512", kind: number, min: 1, max: 65536,
		Help:  "Pushes that may wait; a further one is told to come back later.",
		field: func(s *Settings) any { return &s.QueueLength }},
	{Flag: "issue-retention-days", Env: "DOORSTEP_ISSUE_RETENTION_DAYS", Default: "30", kind: number, min: 1, max: 30, unit: day,
		Help:  "How long an author still sees that an issue is open after losing access to the person, without content.",
		field: func(s *Settings) any { return &s.IssueRetention }},
	{Flag: "tombstone-days", Env: "DOORSTEP_TOMBSTONE_DAYS", Default: "180", kind: number, min: 31, max: 3650, unit: day,
		Help:  "How long deletions stay in the feed. A phone away for longer starts afresh; its unsent work is still taken in.",
		field: func(s *Settings) any { return &s.TombstoneRetention }},
	{Flag: "escalation-interval", Env: "DOORSTEP_ESCALATION_INTERVAL", Default: "15s", kind: duration, min: 1, max: 60,
		Help:  "How often deadlines are looked at.",
		field: func(s *Settings) any { return &s.EscalationInterval }},
	{Flag: "url", Env: "DOORSTEP_URL", Default: "", kind: text,
		Help:  "Where this server is reached from outside, such as `https://doorstep.example.org`: the beginning of the links in what leaves by e-mail and webhook; without it nothing leaves.",
		field: func(s *Settings) any { return &s.URL }},
	{Flag: "mail-server", Env: "DOORSTEP_MAIL_SERVER", Default: "", kind: text,
		Help:  "Host and port by which mail leaves, such as `smtp.example.org:587`. Always encrypted: on port 465 from the first byte, on any other by STARTTLS. Empty: no mail leaves.",
		field: func(s *Settings) any { return &s.MailServer }},
	{Flag: "mail-user", Env: "DOORSTEP_MAIL_USER", Default: "", kind: text,
		Help:  "Name to sign in with at the mail server. Empty: it takes mail without.",
		field: func(s *Settings) any { return &s.MailUser }},
	{Flag: "mail-password-file", Env: "DOORSTEP_MAIL_PASSWORD_FILE", Default: "", kind: text,
		Help:  "File of the password for the mail server, which nobody but the server may read.",
		field: func(s *Settings) any { return &s.MailPasswordFile }},
	{Flag: "mail-from", Env: "DOORSTEP_MAIL_FROM", Default: "", kind: text,
		Help:  "Address that mail comes from, such as `doorstep@example.org`.",
		field: func(s *Settings) any { return &s.MailFrom }},
	{Flag: "webhook-private", Env: "DOORSTEP_WEBHOOK_PRIVATE", Default: "", kind: hosts,
		Help:  "Hosts inside your own network that webhooks may reach, such as `records.trust.local`, with a port or without, separated by commas. All others must be out in the world and encrypt.",
		field: func(s *Settings) any { return &s.WebhookPrivate }},
	{Flag: "push-services", Env: "DOORSTEP_PUSH_SERVICES", Default: "", kind: hosts,
		Help:  "Push services that notices may go to beside those of Google, Mozilla, Microsoft and Apple, such as `push.trust.local`, with a port or without, separated by commas. They may be inside your own network.",
		field: func(s *Settings) any { return &s.PushServices }},
	{Flag: "demo-seed", Env: "DOORSTEP_DEMO_SEED", Default: "1", kind: number, min: 0, max: 1 << 31,
		Help:  "Seed of the demo: the same seed, the same people and the same day.",
		field: func(s *Settings) any { return &s.DemoSeed }},
}

// put parses text into the setting's field, within its limits.
func (e *Entry) put(s *Settings, raw string) error {
	switch field := e.field(s).(type) {
	case *string:
		if e.kind == addressOrOff && (raw == off || raw == "") {
			*field = ""
			return nil
		}
		if _, _, err := net.SplitHostPort(raw); err != nil && (e.kind == address || e.kind == addressOrOff) {
			return fmt.Errorf("%q is not an address such as 127.0.0.1:8090", raw)
		}
		*field = raw
	case *bool:
		yes, err := strconv.ParseBool(raw)
		if err != nil {
			return fmt.Errorf("%q is neither true nor false", raw)
		}
		*field = yes
	case *[]string:
		read := parseOrigins
		if e.kind == hosts {
			read = parseHosts
		}
		list, err := read(raw)
		if err != nil {
			return err
		}
		*field = list
	case *int:
		n, err := e.parseNumber(raw)
		if err != nil {
			return err
		}
		*field = n
	case *time.Duration:
		d, err := e.parseDuration(raw)
		if err != nil {
			return err
		}
		*field = d
	}
	return nil
}

// text is the setting as it would be written in the flag.
func (e *Entry) text(s *Settings) string {
	switch field := e.field(s).(type) {
	case *string:
		if e.kind == addressOrOff && *field == "" {
			return off
		}
		return *field
	case *bool:
		return strconv.FormatBool(*field)
	case *[]string:
		return strings.Join(*field, ",")
	case *int:
		return strconv.Itoa(*field)
	case *time.Duration:
		if e.kind == number {
			return strconv.Itoa(int(*field / e.unit))
		}
		return field.String()
	}
	return ""
}

func (e *Entry) parseNumber(raw string) (int, error) {
	n, err := strconv.Atoi(raw)
	if err != nil {
		return 0, fmt.Errorf("%q is not a whole number", raw)
	}
	if n < e.min || n > e.max {
		return 0, fmt.Errorf("%d is outside %d to %d", n, e.min, e.max)
	}
	return n, nil
}

func (e *Entry) parseDuration(raw string) (time.Duration, error) {
	if e.kind == number {
		n, err := e.parseNumber(raw)
		return time.Duration(n) * e.unit, err
	}
	d, err := time.ParseDuration(raw)
	if err != nil {
		return 0, fmt.Errorf("%q is not a duration such as 15s", raw)
	}
	if least, most := time.Duration(e.min)*time.Second, time.Duration(e.max)*time.Second; d < least || d > most {
		return 0, fmt.Errorf("%s is outside %s to %s", d, least, most)
	}
	return d, nil
}

// parseHosts reads names or addresses of hosts, each with a port or without.
func parseHosts(raw string) ([]string, error) {
	var list []string
	for item := range strings.SplitSeq(raw, ",") {
		item = strings.ToLower(strings.TrimSpace(item))
		if item == "" {
			continue
		}
		u, err := url.Parse("//" + item)
		if err != nil || u.Hostname() == "" || item != u.Host || strings.ContainsAny(item, "*?@") {
			return nil, fmt.Errorf("%q is not a host such as records.trust.local or 10.0.0.7:8443", item)
		}
		list = append(list, item)
	}
	return list, nil
}

// parseOrigins reads origins as browsers send them (RFC 6454): scheme, host and, unless it is the
// usual one, port. A pattern is none: who may read care records is told one by one.
func parseOrigins(raw string) ([]string, error) {
	var list []string
	for item := range strings.SplitSeq(raw, ",") {
		item = strings.ToLower(strings.TrimSpace(item))
		if item == "" {
			continue
		}
		u, err := url.Parse(item)
		if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "" || item != u.Scheme+"://"+u.Host || strings.ContainsAny(item, "*?") {
			return nil, fmt.Errorf("%q is not an origin such as https://app.example.org", item)
		}
		list = append(list, item)
	}
	return list, nil
}
