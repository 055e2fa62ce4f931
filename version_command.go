package main

import (
	"database/sql"
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"doorstep/internal/pbapp"
)

// version is what a release is called; see make release. A program that was built otherwise says which commit it is of.
var version = ""

// versionCommand says what this program is: the first question of whoever helps from afar.
func versionCommand() *cobra.Command {
	return &cobra.Command{Use: "version", Short: "Say which version this is, and of what it is made", Args: cobra.NoArgs, SilenceUsage: true,
		RunE: func(c *cobra.Command, _ []string) error {
			sqlite, err := sqliteVersion()
			if err != nil {
				return err
			}
			build, _ := debug.ReadBuildInfo()
			_, err = fmt.Fprintf(c.OutOrStdout(), "Doorstep %s\nschema %s\n%s, PocketBase %s, SQLite %s, %s/%s\n", called(version, build), pbapp.NewestStep(),
				runtime.Version(), versionOf(build, "github.com/pocketbase/pocketbase"), sqlite, runtime.GOOS, runtime.GOARCH)
			return err
		}}
}

// thisProgram is what this program is called.
func thisProgram() string {
	build, _ := debug.ReadBuildInfo()
	return called(version, build)
}

// called is the name of a build: that of its release, or of its commit.
func called(release string, build *debug.BuildInfo) string {
	commit, when, changed := "", "", ""
	if build != nil {
		for _, s := range build.Settings {
			switch {
			case s.Key == "vcs.revision":
				commit = s.Value[:min(12, len(s.Value))]
			case s.Key == "vcs.time":
				when, _, _ = strings.Cut(s.Value, "T")
			case s.Key == "vcs.modified" && s.Value == "true":
				changed = ", with changes"
			}
		}
	}
	if release == "" {
		release = "of no release"
	}
	if commit == "" {
		return release
	}
	return fmt.Sprintf("%s (commit %s of %s%s)", release, commit, when, changed)
}

// versionOf is that of a module that this program is built with.
func versionOf(build *debug.BuildInfo, module string) string {
	if build != nil {
		for _, dep := range build.Deps {
			if dep.Path == module {
				return dep.Version
			}
		}
	}
	return "unknown"
}

// sqliteVersion is that of the library that keeps the data.
func sqliteVersion() (version string, err error) {
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		return "", err
	}
	defer db.Close()
	err = db.QueryRow(`SELECT sqlite_version()`).Scan(&version)
	return version, err
}
