package history

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Name is what a history is called, such as 17-a4k2m7q5tx3zw. It is opaque to phones, which repeat it.
type Name string

// A name is a number and eight bytes: four of chance, and four that only the server's key makes of number
// and chance. Nobody else can make up a history to have a server believe that it was restored.
const (
	chanceBytes = 4
	nameBytes   = 2 * chanceBytes
)

var letters = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// Namer makes names and knows its own again.
type Namer struct {
	Key    []byte
	Chance io.Reader
}

// Name makes a name for a history of that number.
func (n Namer) Name(number int64) (Name, error) {
	var chance [chanceBytes]byte
	if _, err := io.ReadFull(n.Chance, chance[:]); err != nil {
		return "", fmt.Errorf("name a history: %w", err)
	}
	return join(number, n.sealed(number, chance)), nil
}

// Own says whether a name was made with this key, and for which number.
func (n Namer) Own(name Name) (number int64, own bool) {
	number, tail, ok := split(name)
	if !ok {
		return 0, false
	}
	want := n.sealed(number, [chanceBytes]byte(tail[:chanceBytes]))
	return number, hmac.Equal(want[:], tail[:])
}

func (n Namer) sealed(number int64, chance [chanceBytes]byte) (tail [nameBytes]byte) {
	mac := hmac.New(sha256.New, n.Key)
	mac.Write(binary.BigEndian.AppendUint64([]byte("history"), uint64(number)))
	mac.Write(chance[:])
	copy(tail[copy(tail[:], chance[:]):], mac.Sum(nil))
	return tail
}

func join(number int64, tail [nameBytes]byte) Name {
	return Name(strconv.FormatInt(number, 10) + "-" + letters.EncodeToString(tail[:]))
}

func split(name Name) (number int64, tail [nameBytes]byte, ok bool) {
	front, back, _ := strings.Cut(string(name), "-")
	number, err := strconv.ParseInt(front, 10, 64)
	raw, bad := letters.DecodeString(back)
	if err != nil || bad != nil || number < 1 || len(raw) != nameBytes {
		return 0, tail, false
	}
	tail = [nameBytes]byte(raw)
	return number, tail, join(number, tail) == name
}
