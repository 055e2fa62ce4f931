package internal_test

import (
	"bytes"
	"go/build"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A file whose name ends like that of a system (rule_windows.go, say) is left out of the program on every other one, without a
// word: neither its code nor its tests are there. What is for one system alone says so in a //go:build line.
func TestNoFileIsLeftOutByItsName(t *testing.T) {
	here := build.Default
	here.GOOS, here.GOARCH, here.CgoEnabled = "linux", "amd64", false
	looked := 0
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "node_modules" || d.Name() == "dist" || strings.HasPrefix(d.Name(), ".") && d.Name() != "..") {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".go") {
			return nil
		}
		looked++
		text, err := os.ReadFile(path)
		if err != nil || bytes.Contains(text, []byte("\n//go:build ")) || bytes.HasPrefix(text, []byte("//go:build ")) {
			return err
		}
		there, err := here.MatchFile(filepath.Dir(path), filepath.Base(path))
		if !there && err == nil {
			t.Errorf("%s is left out on Linux because of its name: call it something else", path)
		}
		return err
	})
	if err != nil || looked < 500 {
		t.Fatalf("%d files were looked at (%v)", looked, err)
	}
}
