package standing

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/history"
)

var monday = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

func open(t *testing.T, dir string, now time.Time) *Journal {
	t.Helper()
	j, err := Open(dir, now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { j.Close() })
	return j
}

func lost(at time.Time, name history.Name, seq int64, device string) Entry {
	return Entry{At: at, History: name, Seq: seq, Standing: &care.Standing{Collection: care.Devices, ID: device, Fields: json.RawMessage(`{"state":"lost"}`)}}
}

func ids(list []care.Standing) string {
	var names []string
	for _, s := range list {
		names = append(names, s.ID)
	}
	return strings.Join(names, " ")
}

func TestAnEntryThatThePowerCutIsLeftOutAndTheOthersStand(t *testing.T) {
	dir := t.TempDir()
	j := open(t, dir, monday)
	if !j.Fresh {
		t.Error("a journal that was not there is taken for an old one")
	}
	if err := j.Append(lost(monday, "1-a", 5, "one"), lost(monday, "1-a", 6, "two")); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, File)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	second := strings.IndexByte(string(whole), '\n') + 1
	for cut := second; cut < len(whole); cut++ {
		if err := os.WriteFile(path, whole[:cut], 0o600); err != nil {
			t.Fatal(err)
		}
		again := open(t, dir, monday)
		if err := again.Append(lost(monday, "1-a", 7, "three")); err != nil {
			t.Fatal(err)
		}
		after := open(t, dir, monday)
		want := "one three"
		if cut == len(whole)-1 { // all of it but the line feed
			want = "one two three"
		}
		if got := ids(after.Lost(history.NewBook(nil, nil, nil), 0)); got != want || after.Fresh {
			t.Fatalf("cut after %d of %d bytes: it knows %q, want %q", cut, len(whole), got, want)
		}
	}
}

func TestAJournalThatSaysSomethingElseIsRefusedByName(t *testing.T) {
	dir := t.TempDir()
	for _, text := range []string{"rubbish\n", "{}\n", `{"at":"2026-03-02T09:00:00Z","history":"1-a","seq":1,"start":true}` + "\nrubbish\nmore\n"} {
		if err := os.WriteFile(filepath.Join(dir, File), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := Open(dir, monday)
		if err == nil || !strings.Contains(err.Error(), filepath.Join(dir, File)) || !strings.Contains(err.Error(), "reported again") {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestOnlyTheLastWordAboutAPhoneStaysAndNothingTooOld(t *testing.T) {
	dir := t.TempDir()
	j := open(t, dir, monday)
	late := monday.Add(kept)
	for i := range 50 {
		if err := j.Append(lost(late, "1-a", int64(10+i), "often")); err != nil {
			t.Fatal(err)
		}
	}
	if err := j.Append(lost(monday, "1-a", 1, "old")); err != nil {
		t.Fatal(err)
	}
	open(t, dir, late.Add(time.Hour))
	text, err := os.ReadFile(filepath.Join(dir, File))
	if err != nil {
		t.Fatal(err)
	}
	if lines := strings.Count(string(text), "\n"); lines != 1 || !strings.Contains(string(text), `"seq":59`) {
		t.Errorf("it holds\n%s", text)
	}
}

func TestWhatADatabaseDoesNotReachIsLost(t *testing.T) {
	dir := t.TempDir()
	j := open(t, dir, monday)
	if err := j.Append(Entry{At: monday, History: "1-a", Start: true}, lost(monday, "1-a", 50, "kept"), lost(monday, "1-a", 60, "after the backup"),
		Entry{At: monday, History: "2-b", Seq: 70, Start: true}, lost(monday, "2-b", 75, "after a start")); err != nil {
		t.Fatal(err)
	}
	again := open(t, dir, monday)
	whole := history.NewBook([]history.History{{Number: 1, Name: "1-a"}, {Number: 2, After: 70, Name: "2-b"}}, nil, nil)
	if got := ids(again.Lost(whole, 80)); got != "" || len(again.Strangers(whole)) != 0 {
		t.Errorf("a database that has it all lacks %q and %v", got, again.Strangers(whole))
	}
	backup := history.NewBook([]history.History{{Number: 1, Name: "1-a"}}, nil, nil)
	if got := ids(again.Lost(backup, 55)); got != "after the backup after a start" {
		t.Errorf("the backup lacks %q", got)
	}
	if got := again.Strangers(backup); len(got) != 1 || got[0] != "2-b" {
		t.Errorf("the starts it does not know are %v", got)
	}
	if known := history.NewBook([]history.History{{Number: 1, Name: "1-a"}}, map[history.Name]int64{"2-b": 55}, nil); len(again.Strangers(known)) != 0 {
		t.Error("a start that is known to be lost proves a second restore")
	}
}

// A full disk leaves half a line, and the server goes on: what it writes when there is room again stands by itself.
func TestAnEntryThatAFullDiskCutIsNotJoinedToTheNext(t *testing.T) {
	dir := t.TempDir()
	j := open(t, dir, monday)
	if err := j.Append(lost(monday, "1-a", 5, "one")); err != nil {
		t.Fatal(err)
	}
	if _, err := j.file.WriteString(`{"at":"2026-03-02T09:00:00Z","history":"1-a","se`); err != nil {
		t.Fatal(err)
	}
	for _, device := range []string{"two", "three"} {
		if err := j.Append(lost(monday, "1-a", 6, device)); err != nil {
			t.Fatal(err)
		}
	}
	var names []string
	for _, e := range open(t, dir, monday).Entries {
		names = append(names, e.ID)
	}
	if got := strings.Join(names, " "); got != "one two three" {
		t.Errorf("the journal holds %q", got)
	}
}
