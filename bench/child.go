package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/pprof"
	"strings"
	"sync"

	"doorstep/internal/phone"
)

// Every server runs in a child process of its own (this same binary, told by an environment
// variable which role to play), so that its CPU seconds and its memory are its own and not the
// load generator's. The parent writes one command a line to the child's standard input and reads
// one JSON line back; the child ends when its input does, so it never outlives the parent.
const (
	roleVar   = "DOORSTEP_BENCH_ROLE"
	configVar = "DOORSTEP_BENCH_CONFIG"
)

// config tells a child what to serve.
type config struct {
	Dir      string  `json:"dir"`      // its data directory
	Devices  int     `json:"devices"`  // how many devices will call
	Patients int     `json:"patients"` // how many people are on the caseloads
	Count    bool    `json:"count"`    // count SQL statements; slows, so never in a timed cell
	Fresh    bool    `json:"fresh"`    // seed an empty directory; false opens what is there
	Copy     copying `json:"copy"`     // of the database, while it is served
	Ways     ways    `json:"ways"`     // that what is raised leaves by
	Profile  string  `json:"profile"`  // file for a CPU profile from the first command on, and with .allocs for one of what was allocated; "" = none
}

// service is a started role, ready to be asked.
type service struct {
	url     string
	devices []device
	// ask answers a command of the role's own; nil when it has none.
	ask  func(command string) (any, error)
	stop func() error
}

// device holds the ids and the key with which the load generator speaks as one phone.
type device struct {
	Token    string   `json:"token"`
	Client   string   `json:"client,omitempty"` // once it is enrolled, as the epoch
	Epoch    string   `json:"epoch,omitempty"`
	Staff    string   `json:"staff"`
	Email    string   `json:"email"`
	Team     string   `json:"team"`
	Patients []string `json:"patients"` // on the caseload of Team

	storage phone.Storage // of the phone it was before it was prepared bytes
}

// hello is the first line of a child.
type hello struct {
	URL     string   `json:"url"`
	Devices []device `json:"devices"` // "doorstep" tells of none, see devicesOf
}

// reply is every later line.
type reply struct {
	Value json.RawMessage `json:"value,omitempty"`
	Error string          `json:"error,omitempty"`
}

// roles names every role of a child; see the files of the same names.
var roles = map[string]func(config) (*service, error){
	"pocketbase": servePocketBase,
	"floor":      serveFloor,
	"three":      serveThreeRows,
	"raw":        serveRaw,
	"empty":      serveEmpty,
	"town":       serveTown,
	"doorstep":   serveDoorstep,
}

// runChild plays the role named in the environment and reports whether there was one.
func runChild() bool {
	name := os.Getenv(roleVar)
	if name == "" {
		return false
	}
	if err := play(name, os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "bench child", name+":", err)
		os.Exit(1)
	}
	return true
}

func play(name string, in io.Reader, out io.Writer) error {
	var conf config
	if err := json.Unmarshal([]byte(os.Getenv(configVar)), &conf); err != nil {
		return fmt.Errorf("read %s: %w", configVar, err)
	}
	start, ok := roles[name]
	if !ok {
		return errors.New("unknown role")
	}
	if conf.Count {
		if err := registerCounted(); err != nil {
			return err
		}
	}
	svc, err := start(conf)
	if err != nil {
		return err
	}
	enc := json.NewEncoder(out)
	if err := enc.Encode(hello{URL: svc.url, Devices: svc.devices}); err != nil {
		return err
	}
	lines := bufio.NewScanner(in)
	finish := func() {}
	defer func() { finish() }()
	for first := true; lines.Scan(); first = false {
		if lines.Text() == "stop" {
			break
		}
		if first && conf.Profile != "" {
			if finish, err = profile(conf.Profile); err != nil {
				finish = func() {}
				return err
			}
		}
		value, err := obey(conf, svc, lines.Text())
		var r reply
		if err != nil {
			r.Error = err.Error()
		} else if r.Value, err = json.Marshal(value); err != nil {
			return err
		}
		if err := enc.Encode(r); err != nil {
			return err
		}
	}
	return svc.stop()
}

// profile begins to watch this process; what it returns writes the profiles.
func profile(file string) (finish func(), err error) {
	cpu, err := os.Create(file)
	if err != nil {
		return nil, err
	}
	if err := pprof.StartCPUProfile(cpu); err != nil {
		return nil, errors.Join(err, cpu.Close())
	}
	return func() {
		pprof.StopCPUProfile()
		err := cpu.Close()
		if allocs, failed := os.Create(file + ".allocs"); failed == nil {
			err = errors.Join(err, pprof.Lookup("allocs").WriteTo(allocs, 0), allocs.Close())
		} else {
			err = errors.Join(err, failed)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, "write the profile:", err)
		}
	}, nil
}

func obey(conf config, svc *service, command string) (any, error) {
	switch command {
	case "usage":
		return measureUsage()
	case "rows":
		return countRows(filepath.Join(conf.Dir, "data.db"))
	case "statements":
		return statements.load(), nil
	}
	if svc.ask == nil {
		return nil, errors.New("unknown command " + command)
	}
	return svc.ask(command)
}

// child is the parent's end of a server process.
type child struct {
	hello
	cmd  *exec.Cmd
	in   io.WriteCloser
	out  *json.Decoder
	log  string
	once sync.Once
	err  error
}

// launch starts a role in its own process and waits until it serves.
func launch(role string, conf config) (*child, error) {
	exe, err := os.Executable()
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(conf.Dir, 0o755); err != nil {
		return nil, err
	}
	text, err := json.Marshal(conf)
	if err != nil {
		return nil, err
	}
	c := &child{cmd: exec.Command(exe), log: filepath.Join(conf.Dir, "stderr.log")}
	c.cmd.Env = append(os.Environ(), roleVar+"="+role, configVar+"="+string(text))
	log, err := os.Create(c.log)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	c.cmd.Stderr = log
	if c.in, err = c.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := c.cmd.Start(); err != nil {
		return nil, err
	}
	c.out = json.NewDecoder(out)
	if err := c.out.Decode(&c.hello); err != nil {
		_ = c.stop()
		return nil, fmt.Errorf("start %s: %w: %s", role, err, c.lastWords())
	}
	if role == "doorstep" {
		if c.Devices, err = devicesOf(conf.Dir); err != nil {
			_ = c.stop()
			return nil, err
		}
	}
	return c, nil
}

// ask sends one command and decodes the answer into value.
func (c *child) ask(command string, value any) error {
	if _, err := io.WriteString(c.in, command+"\n"); err != nil {
		return fmt.Errorf("ask %s: %w: %s", command, err, c.lastWords())
	}
	var r reply
	if err := c.out.Decode(&r); err != nil {
		return fmt.Errorf("ask %s: %w: %s", command, err, c.lastWords())
	}
	if r.Error != "" {
		return fmt.Errorf("ask %s: %s", command, r.Error)
	}
	return json.Unmarshal(r.Value, value)
}

// usage asks what the child has used so far.
func (c *child) usage() (usage, error) {
	var u usage
	err := c.ask("usage", &u)
	return u, err
}

// stop ends the child and waits for it; a second call does nothing.
func (c *child) stop() error {
	c.once.Do(func() {
		_ = c.in.Close()
		if err := c.cmd.Wait(); err != nil {
			c.err = fmt.Errorf("child ended badly: %w: %s", err, c.lastWords())
		}
	})
	return c.err
}

// lastWords returns the end of the standard error of the child.
func (c *child) lastWords() string {
	b, _ := os.ReadFile(c.log)
	return strings.TrimSpace(string(b[max(0, len(b)-2000):]))
}
