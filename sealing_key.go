package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"doorstep/internal/identity"
	"doorstep/internal/settings"
)

// sealingKeyCommand makes a new key that phones seal to what they send while they are locked. See docs/operations.md.
func sealingKeyCommand(set *settings.Settings) *cobra.Command {
	renew := &cobra.Command{Use: "new", Short: "Make a new key that phones seal to, and keep the old ones", Args: cobra.NoArgs, SilenceUsage: true,
		RunE: func(c *cobra.Command, _ []string) error {
			_, path := keyFiles(set)
			id, err := identity.NewSealingKey(path)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(c.OutOrStdout(), "%s has the new key %s in front. Start the server again: phones seal to it from their next contact on. "+
				"The old keys stay, for what was sealed before.\n", path, id)
			return err
		}}
	key := &cobra.Command{Use: "sealing-key", Short: "Look after the keys that phones seal to"}
	key.AddCommand(renew)
	return key
}
