package copier

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"filippo.io/age"

	"doorstep/internal/keyfile"
)

// ServerKeyFile is the name of the server's own key in the data folder.
const ServerKeyFile = "copy.key"

// NewKey makes the organisation's key: the private half into a file that only its owner may read, the public half into another
// beside it, for the server. Neither file may be there.
func NewKey(private string) (public string, err error) {
	public = private + ".pub"
	for _, path := range []string{private, public} {
		if _, err := os.Stat(path); err == nil {
			return "", fmt.Errorf("%s is there already; nothing was changed", path)
		}
	}
	key, err := age.GenerateX25519Identity()
	if err != nil {
		return "", fmt.Errorf("make a key: %w", err)
	}
	if err := keyfile.New(private, []byte("# Opens copies of a Doorstep server. Keep it off the server, in two safe places.\n"+key.String()+"\n"), 0o600); err != nil {
		return "", fmt.Errorf("write the key: %w", err)
	}
	if err := keyfile.New(public, []byte("# Copies of a Doorstep server are sealed to this. It opens nothing.\n"+key.Recipient().String()+"\n"), 0o644); err != nil {
		return "", fmt.Errorf("write the public half of the key: %w", err)
	}
	return public, nil
}

// serverKey reads the server's own key, or makes it. An empty file is what a power failure left of one, which nothing was sealed to.
func serverKey(path string) (*age.X25519Identity, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(bytes.TrimSpace(text)) == 0 {
		key, err := age.GenerateX25519Identity()
		if err != nil {
			return nil, fmt.Errorf("make the server's key of copies: %w", err)
		}
		if err := keyfile.Put(path, []byte(key.String()+"\n")); err != nil {
			return nil, fmt.Errorf("write the server's key of copies: %w", err)
		}
		return key, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the server's key of copies: %w", err)
	}
	key, err := age.ParseX25519Identity(strings.TrimSpace(string(text)))
	if err != nil {
		return nil, fmt.Errorf("%s is no key of copies: %w. Move it away, and the server makes a new one; the organisation's key opens what was copied before", path, err)
	}
	return key, nil
}

// recipients reads the organisation's public keys, one a line.
func recipients(path string) ([]age.Recipient, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the key that copies are sealed to: %w", err)
	}
	if bytes.Contains(text, []byte("AGE-SECRET-KEY-")) {
		return nil, fmt.Errorf("%s is the private half of a key: whoever has this machine could open the copy. Give the server the public half, %s.pub, and take this one off the machine", path, path)
	}
	list, err := age.ParseRecipients(bytes.NewReader(text))
	if err != nil {
		return nil, fmt.Errorf("%s holds no public key such as age1…: %w. doorstep copy-key new makes one", path, err)
	}
	return list, nil
}

// Identities reads the private keys that may open a copy, one a line, of the organisation or of a server.
func Identities(path string) ([]age.Identity, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the key that opens the copy: %w", err)
	}
	if !bytes.Contains(text, []byte("AGE-SECRET-KEY-")) {
		return nil, fmt.Errorf("%s is not the private half of a key, and opens nothing", path)
	}
	list, err := age.ParseIdentities(bytes.NewReader(text))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return list, nil
}
