package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"doorstep/internal/copier"
	"doorstep/internal/datafolder"
	"doorstep/internal/health"
	"doorstep/internal/settings"
)

// backupCommand copies the database while a server is on it. See docs/operations.md.
func backupCommand(set *settings.Settings) *cobra.Command {
	var sealTo string
	c := &cobra.Command{Use: "backup FILE", Short: "Copy the database into a new file, also while the server runs", Args: cobra.ExactArgs(1), SilenceUsage: true,
		RunE: func(c *cobra.Command, args []string) error {
			if sealTo != "" {
				return sealedBackup(c, set.DataDir, args[0], sealTo)
			}
			if err := datafolder.Backup(c.Context(), set.DataDir, args[0]); err != nil {
				return err
			}
			_, err := fmt.Fprintf(c.OutOrStdout(), "%s is a sound copy of the database. It holds everything about everybody, and no key.\n", args[0])
			return err
		}}
	c.Flags().StringVar(&sealTo, "seal-to", "", "file of the public key that the copy is sealed to; doorstep copy-key new makes one")
	return c
}

// sealedBackup puts the copy together in the data folder, so that nothing lies open where the file goes.
func sealedBackup(c *cobra.Command, dir, file, sealTo string) (err error) {
	if err := copier.CheckKey(sealTo); err != nil {
		return err
	}
	if _, err := os.Stat(file); err == nil {
		return fmt.Errorf("%s is there already; nothing was changed", file)
	}
	info, err := os.Stat(filepath.Join(dir, "data.db"))
	if err != nil {
		return fmt.Errorf("look at the database: %w", err)
	}
	room, err := datafolder.TakeRoom(dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, room.Leave()) }()
	if err := fits(info.Size(), health.MeasureDisk(dir).FreeBytes, dir); err != nil {
		return err
	}
	plain := filepath.Join(room.Path(), "data.db")
	if err := datafolder.Backup(c.Context(), dir, plain); err != nil {
		return err
	}
	if err := copier.Seal(c.Context(), plain, file, sealTo); err != nil {
		return fmt.Errorf("seal the backup: %w", err)
	}
	_, err = fmt.Fprintf(c.OutOrStdout(), "%s is a sound copy of the database, sealed to %s: the private half of that key opens it, and nothing else.\n", file, sealTo)
	return err
}

// restoring are the flags of the command restore.
type restoring struct {
	from, key, at string
	dry           bool
}

// restoreCommand puts a backup, or a moment of the sealed copy, in the place of the database while no server runs.
func restoreCommand(set *settings.Settings) *cobra.Command {
	var r restoring
	c := &cobra.Command{Use: "restore FILE | --from COPY", Short: "Put a backup, or a moment of the copy, in the place of the database, while no server runs",
		Long: "Puts what doorstep backup made in the place of the database, or, with --from, a moment of the sealed copy that --copy-to makes. It is looked\n" +
			"through first; what was there stays beside it. The signing key and the journal of decisions stay where they are. Phones send again what\n" +
			"it lacks, by themselves.",
		Args: cobra.MaximumNArgs(1), SilenceUsage: true,
		RunE: func(c *cobra.Command, args []string) error {
			if (len(args) == 1) == (r.from != "") {
				return errors.New("name either a FILE that doorstep backup made, or a copy with --from")
			}
			if len(args) == 0 {
				return r.fromCopy(c, set)
			}
			sealed, err := copier.Sealed(args[0])
			switch {
			case err != nil:
				return fmt.Errorf("look at the backup: %w", err)
			case r.at != "":
				return errors.New("--at is for a copy, which --from names: a backup is of one moment")
			case sealed:
				return r.fromSealed(c, set, args[0])
			case r.dry || r.key != "":
				return fmt.Errorf("--key and --dry-run are for a copy, which --from names, and for a sealed backup, which %s is not", args[0])
			}
			return r.put(c, set, args[0])
		}}
	c.Flags().StringVar(&r.from, "from", "", "folder of the sealed copy, or s3://bucket/prefix as --copy-to names it")
	c.Flags().StringVar(&r.key, "key", "", "file of the private key that opens it; unless set, copy.key in the data folder")
	c.Flags().StringVar(&r.at, "at", "", "the last moment before this time, such as 2026-03-01T17:30:00Z; unless set, the last there is")
	c.Flags().BoolVar(&r.dry, "dry-run", false, "put the copy together and look through it, and leave everything as it is")
	return c
}

// put puts a file in the place of the database.
func (r *restoring) put(c *cobra.Command, set *settings.Settings, file string) error {
	if err := datafolder.Restore(c.Context(), set.DataDir, file, time.Now(), tell); err != nil {
		return err
	}
	return inPlace(c, set)
}

// tell says what whoever sits there should know beside what was asked for.
func tell(sentence string) { fmt.Fprintln(os.Stderr, "doorstep:", sentence) }

func inPlace(c *cobra.Command, set *settings.Settings) error {
	_, err := fmt.Fprintf(c.OutOrStdout(), "It is in place, in %s. Start the server; phones send again what it lacks, by themselves.\n", set.DataDir)
	return err
}

// fromSealed opens a sealed backup, looks through it and puts it in place.
func (r *restoring) fromSealed(c *cobra.Command, set *settings.Settings, file string) error {
	if r.key == "" {
		return fmt.Errorf("%s is sealed: name the private key that opens it with --key", file)
	}
	keys, err := copier.Identities(r.key)
	if err != nil {
		return err
	}
	info, err := os.Stat(file)
	if err != nil {
		return fmt.Errorf("look at the backup: %w", err)
	}
	return r.together(c, set, info.Size(), func(plain string) error { return copier.Open(c.Context(), keys, file, plain) }, "It is sound")
}

// fromCopy puts a moment of a copy together, looks through it and puts it in place.
func (r *restoring) fromCopy(c *cobra.Command, set *settings.Settings) error {
	var at time.Time
	if r.at != "" {
		var err error
		if at, err = time.Parse(time.RFC3339, r.at); err != nil {
			return fmt.Errorf("--at: %q is not a time such as 2026-03-01T17:30:00Z", r.at)
		}
	}
	if r.key == "" {
		r.key = filepath.Join(set.DataDir, copier.ServerKeyFile)
	}
	keys, err := copier.Identities(r.key)
	if err != nil {
		return fmt.Errorf("%w (name the private key with --key)", err)
	}
	moment, err := copier.Find(c.Context(), r.from, keys, at)
	if err != nil {
		return err
	}
	others(c.OutOrStdout(), moment)
	return r.together(c, set, moment.Size, func(plain string) error { return copier.Restore(c.Context(), keys, moment, plain) },
		fmt.Sprintf("The copy reaches %s. It is sound", moment.At.Format(time.RFC3339Nano)))
}

// together puts a database of a size together in the data folder, says that it is sound, and puts it in place.
func (r *restoring) together(c *cobra.Command, set *settings.Settings, size int64, write func(file string) error, sound string) (err error) {
	if !r.dry && datafolder.Served(set.DataDir) {
		return fmt.Errorf("a server runs on %s: stop it first. --dry-run works beside one", set.DataDir)
	}
	room, err := datafolder.TakeRoom(set.DataDir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, room.Leave()) }()
	if err := fits(size, health.MeasureDisk(set.DataDir).FreeBytes, set.DataDir); err != nil {
		return err
	}
	file := filepath.Join(room.Path(), "data.db")
	if err := write(file); err != nil {
		return err
	}
	tables, rows, err := datafolder.Sound(c.Context(), file)
	if err != nil {
		return err
	}
	fmt.Fprintf(c.OutOrStdout(), "%s: %d tables, %d rows.\n", sound, tables, rows)
	if r.dry {
		_, err = fmt.Fprintln(c.OutOrStdout(), "Nothing was changed. Without --dry-run it is put in place; then the first phone that knows more proves that the server was restored,\n"+
			"each phone sends again what it was told is safe and this lacks, and takes what it has not got.")
		return err
	}
	if err := room.Put(c.Context(), file, time.Now(), tell); err != nil {
		return err
	}
	return inPlace(c, set)
}

// leftFree is what a restore leaves free of a disk that a server may be writing to.
const leftFree = 256 << 20

// fits says why a database of a size is not put together in a folder where so much is free; nil: nobody knows. A full disk keeps the
// server beside it from storing anything.
func fits(size int64, free *int64, dir string) error {
	if free != nil && *free < size+leftFree {
		return fmt.Errorf("it needs %d MB in %s; %d MB are free, of which %d are left to the server. Make room, or name a folder on another disk with --dir", size>>20+1, dir, *free>>20, leftFree>>20)
	}
	return nil
}

// others says which copies of other servers lie beside the one that was chosen.
func others(out io.Writer, m copier.Moment) {
	for _, other := range m.Beside {
		fmt.Fprintf(out, "Beside it lies the copy of another server, which reaches %s. To put that one back: --from %s\n", other.At.Format(time.RFC3339Nano), other.From)
	}
	if m.Unread != nil {
		fmt.Fprintf(out, "Another copy there cannot be read: %v.\n", m.Unread)
	}
}

// copyKeyCommand makes the organisation's key of copies.
func copyKeyCommand() *cobra.Command {
	var out string
	renew := &cobra.Command{Use: "new --out FILE", Short: "Make the key that opens copies, and the public half that the server seals them to", Args: cobra.NoArgs, SilenceUsage: true,
		RunE: func(c *cobra.Command, _ []string) error {
			public, err := copier.NewKey(out)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(c.OutOrStdout(), "%s opens every copy. Take it off this machine, keep it in two safe places, and give it to nobody who may not read everything about everybody.\n"+
				"%s is for the server: doorstep serve --copy-to FOLDER --copy-key %s\n", out, public, public)
			return err
		}}
	renew.Flags().StringVar(&out, "out", "", "where to write the private key; the file must not exist")
	_ = renew.MarkFlagRequired("out") // it is there
	key := &cobra.Command{Use: "copy-key", Short: "Look after the key that opens copies"}
	key.AddCommand(renew)
	return key
}
