package internal_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// avoided are metaphors that names were once made of, and the plain words to look for instead. A
// newcomer searches for what a thing does, not for what it is like.
var avoided = []struct {
	word    *regexp.Regexp // a whole word of a name, in lower case
	instead string
}{
	{regexp.MustCompile(`^carry(ing)?$`), "apply, send or hold"},
	{regexp.MustCompile(`^attend(s|ed|ing)?$`), "act or work off"},
	{regexp.MustCompile(`^adopt(s|ed|ing)?$`), "take in or add"},
	{regexp.MustCompile(`^suspect(s|ed|ing)?$`), "doubtful"},
	{regexp.MustCompile(`^seats?$`), "waiting connection"},
	{regexp.MustCompile(`^(speak(s|er|ers|ing)?|spoke)$`), "send or write"},
	{regexp.MustCompile(`^tenants?$`), "device or organisation"},
	{regexp.MustCompile(`^shel(f|ves)$`), "store"},
	{regexp.MustCompile(`^crowd(s|ed|ing)?$`), "many or deferred"},
}

func TestNamesInTheProductArePlain(t *testing.T) {
	for name, where := range productNames(t) {
		if word, instead := metaphorIn(name); word != "" {
			t.Errorf("%s: %s is named after %q; say %s", where, name, word, instead)
		}
	}
}

func TestMetaphorsInNamesAreFound(t *testing.T) {
	for name, want := range map[string]string{
		"carryOut": "carry", "refusedHand": "", "applyArrangement": "", "newSpeaker": "speaker", "seatsMost": "seats", "waiting_connections": "",
		"key-shelf": "shelf", "Attendance": "", "TakeInForeignWrite": "", "HTTPSeat": "seat",
	} {
		if got, _ := metaphorIn(name); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}

var (
	hump    = regexp.MustCompile(`([a-z0-9])([A-Z])|([A-Z])([A-Z][a-z])`) // where a word begins in a name
	letters = regexp.MustCompile(`[a-z]+`)
)

func metaphorIn(name string) (word, instead string) {
	for _, part := range letters.FindAllString(strings.ToLower(hump.ReplaceAllString(name, "$1$3 $2$4")), -1) {
		for _, a := range avoided {
			if a.word.MatchString(part) {
				return part, a.instead
			}
		}
	}
	return "", ""
}

// declared finds the names a script declares.
var declared = regexp.MustCompile(`(?:function\*?|class|const|let|var)\s+([A-Za-z_$][\w$]*)`)

// productNames are the names of files and of what they declare, with a place each: Go without tests,
// scripts without the libraries.
func productNames(t *testing.T) map[string]string {
	t.Helper()
	names := map[string]string{}
	err := filepath.WalkDir("..", func(file string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := entry.Name()
		if entry.IsDir() {
			if file != ".." && (strings.HasPrefix(name, ".") || name == "node_modules" || name == "vendor" || name == "e2e" || name == "testdata") {
				return fs.SkipDir
			}
			return nil
		}
		isGo := strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go")
		isScript := strings.HasSuffix(name, ".js")
		if !isGo && !isScript {
			return nil
		}
		names[strings.TrimSuffix(strings.TrimSuffix(name, ".go"), ".js")] = file
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		if isScript {
			for _, m := range declared.FindAllStringSubmatch(string(text), -1) {
				names[m[1]] = file
			}
			return nil
		}
		files := token.NewFileSet()
		parsed, err := parser.ParseFile(files, file, text, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok {
				names[id.Name] = files.Position(id.Pos()).String()
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}
