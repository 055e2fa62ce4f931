package copier

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"filippo.io/age"
)

// begins is how every file begins that age sealed.
const begins = "age-encryption.org/"

// CheckKey says whether a file holds public keys that something can be sealed to.
func CheckKey(keyFile string) error {
	_, err := recipients(keyFile)
	return err
}

// Seal seals a file to the public keys in another, whole or not at all, and returns when it is on the disk. It never writes over a file.
func Seal(ctx context.Context, from, to, keyFile string) error {
	sealTo, err := recipients(keyFile)
	if err != nil {
		return err
	}
	source, err := os.Open(from)
	if err != nil {
		return err
	}
	defer source.Close()
	return whole(to, func(part io.Writer) error {
		sealed, err := age.Encrypt(part, sealTo...)
		if err != nil {
			return err
		}
		_, err = io.Copy(sealed, untilDone{ctx, source})
		return errors.Join(err, sealed.Close())
	})
}

// Sealed tells whether a file was sealed.
func Sealed(path string) (bool, error) {
	file, err := os.Open(path)
	if err != nil {
		return false, err
	}
	defer file.Close()
	head := make([]byte, len(begins))
	n, err := io.ReadFull(file, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return false, err
	}
	return bytes.Equal(head[:n], []byte(begins)), nil
}

// Open writes what a sealed file holds into a new one, whole or not at all: a sealed file that was changed or cut short does not open.
func Open(ctx context.Context, keys []age.Identity, from, to string) error {
	source, err := os.Open(from)
	if err != nil {
		return err
	}
	defer source.Close()
	plain, err := age.Decrypt(untilDone{ctx, source}, keys...)
	if err != nil {
		return notForThisKey(from, err)
	}
	return whole(to, func(part io.Writer) error {
		if _, err := io.Copy(part, plain); err != nil {
			return fmt.Errorf("open %s: %w", from, err)
		}
		return nil
	})
}

// whole makes a new file of its owner's alone that is there whole or not at all.
func whole(to string, write func(io.Writer) error) (err error) {
	if _, err := os.Stat(to); !errors.Is(err, fs.ErrNotExist) {
		return errors.Join(err, fmt.Errorf("%s is there already; nothing was changed", to))
	}
	part, err := os.OpenFile(to+partEnd, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, ignoreClosed(part.Close()), os.Remove(part.Name()))
		}
	}()
	if err := write(part); err != nil {
		return err
	}
	if err := errors.Join(part.Sync(), part.Close()); err != nil {
		return err
	}
	if err := os.Rename(part.Name(), to); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(to))
}

// untilDone reads until a context ends.
type untilDone struct {
	ctx  context.Context
	from io.Reader
}

// Read implements io.Reader.
func (u untilDone) Read(p []byte) (int, error) {
	if err := u.ctx.Err(); err != nil {
		return 0, context.Cause(u.ctx)
	}
	return u.from.Read(p)
}
