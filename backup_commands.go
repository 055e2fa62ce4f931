package main

import (
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"doorstep/internal/datafolder"
	"doorstep/internal/settings"
)

// backupCommand copies the database while a server is on it. See docs/operations.md.
func backupCommand(set *settings.Settings) *cobra.Command {
	return &cobra.Command{Use: "backup FILE", Short: "Copy the database into a new file, also while the server runs", Args: cobra.ExactArgs(1), SilenceUsage: true,
		RunE: func(c *cobra.Command, args []string) error {
			if err := datafolder.Backup(c.Context(), set.DataDir, args[0]); err != nil {
				return err
			}
			_, err := fmt.Fprintf(c.OutOrStdout(), "%s is a sound copy of the database. It holds everything about everybody, and no key.\n", args[0])
			return err
		}}
}

// restoreCommand puts such a copy back while no server runs.
func restoreCommand(set *settings.Settings) *cobra.Command {
	return &cobra.Command{Use: "restore FILE", Short: "Put a backup in the place of the database, while no server runs", Args: cobra.ExactArgs(1), SilenceUsage: true,
		RunE: func(c *cobra.Command, args []string) error {
			if err := datafolder.Restore(c.Context(), set.DataDir, args[0], time.Now(), func(sentence string) {
				fmt.Fprintln(os.Stderr, "doorstep:", sentence)
			}); err != nil {
				return err
			}
			_, err := fmt.Fprintln(c.OutOrStdout(), "The backup is in place. Start the server; phones send again what it lacks, by themselves.")
			return err
		}}
}
