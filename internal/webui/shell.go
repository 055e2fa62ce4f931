package webui

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
)

// Where the field app lives, and the files that are made for it.
const (
	appRoot   = "/app/"
	workerAt  = appRoot + "sw.js"
	shellList = appRoot + "shell.json"
)

// shell lists the files that the app needs without a network: its page, and all that it reaches. Version changes with
// the content of any file, of the worker, and of the policy that the kept pages carry.
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
	var s shell
	hash := sha256.New()
	hash.Write([]byte(policy))
	if _, ok := p.pages[appRoot]; !ok {
		return nil
	}
	s.Files = p.reach(appRoot)
	for _, address := range append(slices.Clone(s.Files), workerAt) {
		sum := p.pages[address].sum
		hash.Write([]byte(address + "\n"))
		hash.Write(sum[:])
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
