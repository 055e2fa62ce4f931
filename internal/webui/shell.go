package webui

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"sync"
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

// addShell serves the list of the app's files as shell.json and puts it before the text
// of the service worker: a browser notices a new version only when the worker itself differs.
//
//	const VERSION = "9f02c5…";
//	const FILES = ["/app/","/app/main.js",…];
//
// Where no app is there is no list.
func (p *Pages) addShell() {
	if _, ok := p.pages[appRoot]; !ok {
		return
	}
	worker, works := p.pages[workerAt]
	listed := sync.OnceValue(func() shell { return p.list(worker.body) })
	p.pages[shellList] = source{page: sync.OnceValue(func() page { return p.make(shellList, asJSON(listed())) })}
	if !works {
		return
	}
	p.pages[workerAt] = source{page: sync.OnceValue(func() page {
		s := listed()
		return p.make(workerAt, fmt.Appendf(nil, "const VERSION = %s;\nconst FILES = %s;\n%s", asJSON(s.Version), asJSON(s.Files), worker.body))
	})}
}

// list makes the list of the app's files.
func (p *Pages) list(worker []byte) shell {
	s := shell{Files: p.reach(appRoot)}
	hash := sha256.New()
	hash.Write([]byte(policy))
	note := func(address string, sum [sha256.Size]byte) {
		hash.Write([]byte(address + "\n"))
		hash.Write(sum[:])
	}
	for _, address := range s.Files {
		note(address, p.pages[address].page().sum)
	}
	note(workerAt, sha256.Sum256(worker))
	s.Version = hex.EncodeToString(hash.Sum(nil)[:16])
	return s
}

// asJSON writes texts and lists of texts, for which there is no error.
func asJSON(v any) []byte {
	text, _ := json.Marshal(v)
	return text
}
