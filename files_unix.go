//go:build unix

package main

import "syscall"

// closeNewFiles makes every file of this process born readable by its owner alone: database, log, backups.
func closeNewFiles() { syscall.Umask(0o077) }
