package wire

import (
	"encoding/json"
	"os"
	"testing"
)

// The file was worked out with another implementation; clients in other languages are held to it too.
func TestTheHashOfARecordIsWhatEveryProgramMakesOfIt(t *testing.T) {
	raw, err := os.ReadFile("testdata/record-hash.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Name, Collection, ID, Data, Hash string
		Version                          int64
	}
	if err := json.Unmarshal(raw, &cases); err != nil {
		t.Fatal(err)
	}
	if len(cases) == 0 {
		t.Fatal("the file holds no cases")
	}
	for _, c := range cases {
		if got := FormatHash(RecordHash(c.Collection, c.ID, c.Version, json.RawMessage(c.Data))); got != c.Hash {
			t.Errorf("%s: %s, want %s", c.Name, got, c.Hash)
		}
	}
}

func TestTheHashOfARecordWithoutContentIsOverItsVersion(t *testing.T) {
	// printf 'visits/01jz20c9w5r3t7x1m4k8p2q6ab/88124' | sha256sum
	if got := FormatHash(RecordHash("visits", "01jz20c9w5r3t7x1m4k8p2q6ab", 88124, nil)); got != versionHash {
		t.Errorf("%s, want %s", got, versionHash)
	}
}

const versionHash = "cc4bd73570add573"
