package setup

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"go.yaml.in/yaml/v3"
)

// largestFile is the most that a description may be, in bytes.
const largestFile = 4 << 20

// Read reads a description in YAML, of which JSON is a part, and tidies it. A field it does not know is an error that
// names it and its line: one that is misspelt would otherwise be left out without a word.
func Read(from io.Reader) (*Neighbourhood, error) {
	raw, err := io.ReadAll(io.LimitReader(from, largestFile+1))
	if err != nil {
		return nil, fmt.Errorf("read the description: %w", err)
	}
	if len(raw) > largestFile {
		return nil, fmt.Errorf("the description is larger than %d MB", largestFile>>20)
	}
	decoder := yaml.NewDecoder(bytes.NewReader(bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf"))))
	decoder.KnownFields(true)
	n := &Neighbourhood{}
	switch err := decoder.Decode(n); {
	case errors.Is(err, io.EOF):
		return nil, errors.New("the description is empty")
	case err != nil:
		return nil, errors.New("the description cannot be read: " + strings.ReplaceAll(strings.TrimPrefix(err.Error(), "yaml: "), " in type setup.", " in a "))
	}
	if err := decoder.Decode(&struct{}{}); !errors.Is(err, io.EOF) {
		return nil, errors.New("the description has a second part after the first; give one")
	}
	n.Tidy()
	return n, nil
}
