package main

import (
	"context"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"doorstep/internal/copier"
	"doorstep/internal/datafolder"
	"doorstep/internal/doctor"
	"doorstep/internal/history"
	"doorstep/internal/identity"
	"doorstep/internal/pbapp"
	"doorstep/internal/settings"
)

// doctorCommand looks through the data folder. It opens nothing as a server would: also what no server starts on is looked at.
func doctorCommand(set *settings.Settings) *cobra.Command {
	return doctor.Command(func() (doctor.Given, error) {
		signing, sealing := keyFiles(set)
		return doctor.Given{Copy: copyReaches(set), Dir: set.DataDir, SigningKey: signing, SealingKey: sealing, CopyKey: filepath.Join(set.DataDir, copier.ServerKeyFile), Now: time.Now(), Steps: pbapp.Steps(), Schema: pbapp.Schema,
			Left:       func() ([]string, error) { return datafolder.LeftByRestore(set.DataDir) },
			OwnHistory: func(name string) (bool, error) { return ownHistory(signing, name) },
			Sealing:    func() error { _, err := identity.ReadSealingKeys(sealing); return err },
			Served:     func() bool { return datafolder.Served(set.DataDir) }}, nil
	})
}

// copyReaches says which moment the copy reaches that the settings name; nil for none.
func copyReaches(set *settings.Settings) func(context.Context) (time.Time, error) {
	if set.CopyTo == "" {
		return nil
	}
	return func(ctx context.Context) (time.Time, error) {
		keys, err := copier.Identities(filepath.Join(set.DataDir, copier.ServerKeyFile))
		if err != nil {
			return time.Time{}, err
		}
		moment, err := copier.Find(ctx, set.CopyTo, keys, time.Time{})
		return moment.At, err
	}
}

// keyFiles are where the keys lie.
func keyFiles(set *settings.Settings) (signing, sealing string) {
	signing, sealing = set.SigningKey, set.SealingKey
	if signing == "" {
		signing = filepath.Join(set.DataDir, identity.KeyFile)
	}
	if sealing == "" {
		sealing = filepath.Join(set.DataDir, identity.SealingKeyFile)
	}
	return signing, sealing
}

// ownHistory says whether a history was named by the key in a file.
func ownHistory(key, name string) (bool, error) {
	keys, err := identity.ReadKeyring(key)
	if err != nil {
		return false, err
	}
	_, own := history.Namer{Key: keys.Secret("history")}.Own(history.Name(name))
	return own, nil
}
