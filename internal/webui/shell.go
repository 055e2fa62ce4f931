package webui

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"path"
	"slices"
	"strings"
)

// Where the field app lives, and what is made for it.
const (
	appRoot   = "/app/"
	workerAt  = appRoot + "sw.js"
	shellList = appRoot + "shell.json"
)

// shell is what the app needs to start without a network. Version changes with the content of any
// file, of the worker, and of the policy that the kept pages carry.
type shell struct {
	Version string   `json:"version"`
	Files   []string `json:"files"`
}

// addShell makes the list of the app's files, serves it as shell.json and puts it before the text
// of the service worker: a browser notices a new version only when the worker itself differs.
//
//	const VERSION = "9f02c5…";
//	const FILES = ["/app/","/app/main.js",…];
//
// Where no app is there is no list.
func (p *Pages) addShell() error {
	s := shell{Files: []string{}}
	hash := sha256.New()
	hash.Write([]byte(policy))
	for _, address := range slices.Sorted(maps.Keys(p.pages)) {
		if address != workerAt && !inShell(address) {
			continue
		}
		sum := p.pages[address].sum
		hash.Write([]byte(address + "\n"))
		hash.Write(sum[:])
		if address != workerAt {
			s.Files = append(s.Files, address)
		}
	}
	if !slices.ContainsFunc(s.Files, func(address string) bool { return strings.HasPrefix(address, appRoot) }) {
		return nil
	}
	s.Version = hex.EncodeToString(hash.Sum(nil)[:16])
	body, err := json.Marshal(s)
	if err != nil {
		return err
	}
	if err := p.add(shellList, body); err != nil {
		return err
	}
	worker, ok := p.pages[workerAt]
	if !ok {
		return nil
	}
	var b bytes.Buffer
	for _, line := range []struct {
		name  string
		value any
	}{{"VERSION", s.Version}, {"FILES", s.Files}} {
		value, err := json.Marshal(line.value)
		if err != nil {
			return err
		}
		b.WriteString("const " + line.name + " = " + string(value) + ";\n")
	}
	b.Write(worker.plain)
	return p.add(workerAt, b.Bytes())
}

// inShell: the app itself, what pages share, and the libraries without their papers and types.
func inShell(address string) bool {
	switch {
	case strings.HasPrefix(address, appRoot), strings.HasPrefix(address, "/shared/"):
		return true
	case !strings.HasPrefix(address, "/vendor/"):
		return false
	}
	name := strings.ToLower(path.Base(address))
	paper := strings.HasPrefix(name, "licence") || strings.HasPrefix(name, "license") || strings.HasPrefix(name, "notice")
	return !paper && path.Ext(name) != ".md" && name != "vendor.json" && !strings.HasSuffix(name, ".d.ts")
}
