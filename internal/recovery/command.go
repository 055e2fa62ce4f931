package recovery

import (
	"context"
	"crypto/ecdh"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"
)

// Organisation is one that may have a recovery key.
type Organisation struct {
	ID, Name string
	HasKey   bool
}

// Store is the database, as the commands use it.
type Store interface {
	// Organisation finds one by id, ODS code or whole name; ErrNotFound unless there is exactly one.
	Organisation(ctx context.Context, which string) (Organisation, error)
	// SetRecoveryKey stores the public half; phones get it with their next pull.
	SetRecoveryKey(ctx context.Context, organisation string, jwk json.RawMessage) error
	// DeviceKey is the public key of a device, nil when it is not known here.
	DeviceKey(ctx context.Context, device string) ([]byte, error)
	// Names are those of staff and patients, by id.
	Names(ctx context.Context, staff, patients []string) (Names, error)
}

// Command is `doorstep recovery`. Open opens the database, in the folder dir, when a command needs it.
func Command(open func() (Store, error), dir func() string, now func() time.Time) *cobra.Command {
	root := &cobra.Command{Use: "recovery", Short: "Save unsent work from a phone whose passphrase is forgotten"}
	root.AddCommand(newCommand(open, dir), openCommand(open, now))
	return root
}

func newCommand(open func() (Store, error), dir func() string) *cobra.Command {
	var which, path string
	var replace bool
	c := &cobra.Command{
		Use:   "new --organisation NAME --out FILE",
		Short: "Make an organisation's recovery key: the public half for its phones, the private half into a file",
		Long: "Makes a key pair. The public half is stored with the organisation and reaches its phones with their next pull; from then on they\n" +
			"can export unsent work without anybody's passphrase. The private half is written to a file that only you can read. Take it off this\n" +
			"machine, keep it in two safe places, and give it to nobody who may not read what staff write about people.",
		Args: cobra.NoArgs, SilenceUsage: true,
		RunE: func(c *cobra.Command, _ []string) error {
			if within(path, dir()) {
				return ErrInDataFolder
			}
			store, err := open()
			if err != nil {
				return fmt.Errorf("open the database: %w", err)
			}
			return makeKey(c.Context(), c.OutOrStdout(), store, which, path, replace)
		},
	}
	c.Flags().StringVar(&which, "organisation", "", "its id, ODS code or whole name")
	c.Flags().StringVar(&path, "out", "", "where to write the private key; the file must not exist")
	c.Flags().BoolVar(&replace, "replace", false, "make a new key for an organisation that has one")
	return required(c, "organisation", "out")
}

// within tells whether a file lies in a folder or below it.
func within(file, folder string) bool {
	from, err := filepath.Abs(folder)
	if err != nil {
		return false
	}
	to, err := filepath.Abs(file)
	if err != nil {
		return false
	}
	relative, err := filepath.Rel(from, to)
	return err == nil && filepath.IsLocal(relative)
}

func makeKey(ctx context.Context, out io.Writer, store Store, which, path string, replace bool) error {
	org, err := store.Organisation(ctx, which)
	if err != nil {
		return fmt.Errorf("find organisation %q: %w", which, err)
	}
	if org.HasKey && !replace {
		return ErrHasKey
	}
	key, err := NewKey()
	if err != nil {
		return err
	}
	public, err := Public(key)
	if err != nil {
		return err
	}
	kid, err := Thumbprint(key.PublicKey())
	if err != nil {
		return err
	}
	// The private half first: a public key nobody can open for is worse than none.
	if err := WriteKey(path, key); err != nil {
		return err
	}
	if err := store.SetRecoveryKey(ctx, org.ID, public); err != nil {
		return errors.Join(fmt.Errorf("store the recovery key of %s: %w", org.Name, err), os.Remove(path))
	}
	_, err = fmt.Fprintf(out, "%s has a recovery key: %s\nThe private half is in %s. Take it off this machine and keep it in two safe places.\n", org.Name, kid, path)
	return err
}

func openCommand(open func() (Store, error), now func() time.Time) *cobra.Command {
	var keyPath, server, code string
	var offline, clockWasRight, unvouched bool
	c := &cobra.Command{
		Use:   "open FILE --key KEYFILE",
		Short: "Show the unsent work in a phone's export, and hand it in with --push",
		Long: "Opens an export with the private recovery key and prints what is in it. The database of --dir tells whose ids these are and which\n" +
			"device signed; --offline does without. With --push and a one-time sign-in code that a lead made for the author the changes are sent\n" +
			"as the phone would have sent them: in order, each once, even if the phone sends them as well.",
		Args: cobra.ExactArgs(1), SilenceUsage: true,
		RunE: func(c *cobra.Command, args []string) error {
			key, err := ReadKey(keyPath)
			if err != nil {
				return err
			}
			w, err := read(args[0], key)
			if err != nil {
				return err
			}
			names, vouched := Names{}, false
			if !offline {
				store, err := open()
				if err != nil {
					return fmt.Errorf("open the database (or use --offline): %w", err)
				}
				if names, vouched, err = known(c.Context(), store, w); err != nil {
					return err
				}
			}
			if err := show(c.OutOrStdout(), w, names, vouched); err != nil || server == "" {
				return err
			}
			if !vouched && !unvouched {
				return fmt.Errorf("%w, or nobody could say: look at the work, then add --unvouched to hand it in all the same", ErrNotItsDevice)
			}
			items, err := w.HandIn(c.Context(), HandIn{Server: server, HTTP: &http.Client{Timeout: time.Minute}, Code: code, Now: now, ClockWasRight: clockWasRight})
			return errors.Join(err, writeReceipts(c.OutOrStdout(), items))
		},
	}
	c.Flags().StringVar(&keyPath, "key", "", "the private recovery key")
	c.Flags().BoolVar(&offline, "offline", false, "do without the database: ids instead of names, and nobody vouches for the file")
	c.Flags().StringVar(&server, "push", "", "address of the server to hand the changes in to, such as https://doorstep.example")
	c.Flags().StringVar(&code, "code", "", "one-time sign-in code for the author, for --push")
	c.Flags().BoolVar(&clockWasRight, "clock-was-right", false, "with --push: take the times of a phone whose clock was never measured as they are")
	c.Flags().BoolVar(&unvouched, "unvouched", false, "with --push: hand in a file that no known device signed")
	c.MarkFlagsRequiredTogether("push", "code")
	return required(c, "key")
}

// required marks flags the command cannot do without.
func required(c *cobra.Command, flags ...string) *cobra.Command {
	for _, f := range flags {
		_ = c.MarkFlagRequired(f) // fails for a flag that is not there, which the tests would see
	}
	return c
}

func read(path string, key *ecdh.PrivateKey) (*Work, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxFile))
	if err != nil {
		return nil, err
	}
	w, err := Open(text, key)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	return w, nil
}

// known asks the database for names, and whether the device that signed is enrolled and is the phone
// that the work says it comes from.
func known(ctx context.Context, store Store, w *Work) (names Names, vouched bool, err error) {
	staff, patients := w.People()
	if names, err = store.Names(ctx, staff, patients); err != nil {
		return nil, false, fmt.Errorf("look names up: %w", err)
	}
	if w.Device == "" || w.Device != w.Cover.Device {
		return names, false, nil
	}
	jwk, err := store.DeviceKey(ctx, w.Device)
	if err != nil {
		return nil, false, fmt.Errorf("look device %s up: %w", w.Device, err)
	}
	if jwk == nil {
		return names, false, nil
	}
	return names, true, w.VouchedBy(jwk)
}

// show prints what can be said of the file, then the work.
func show(out io.Writer, w *Work, names Names, vouched bool) error {
	from := "Nobody vouches for this file: no device we know signed it. It may be anybody's."
	if vouched {
		from = fmt.Sprintf("Signed by device %s.", w.Device)
	}
	whole := "It was made while the phone was locked: nothing in it was changed, but nobody can say whether rows were taken out."
	if w.Whole {
		whole = "It is whole: no row is missing."
	}
	if _, err := fmt.Fprintf(out, "%s\n%s\n\n", from, whole); err != nil {
		return err
	}
	return w.Write(out, names)
}
