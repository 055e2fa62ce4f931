//go:build linux

package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// diskFaults has the disk refuse, one kind after the other, each also across a restart.
func diskFaults(o options) (out outcome, err error) {
	if out.Skipped = lacksFUSE(); out.Skipped != "" {
		return out, nil
	}
	writes := 0
	for _, k := range []struct {
		what   string
		writes bool // pushes cannot go through while it lasts
		fail   func(op, name string) syscall.Errno
	}{
		{"full disk", true, on("write create", "", syscall.ENOSPC)},
		{"EIO on every fsync", true, on("fsync", "", syscall.EIO)},
		{"EIO on the fsync of the log", true, on("fsync", "data.db-wal", syscall.EIO)},
		{"EIO on every third write of the log", false, func(op, name string) syscall.Errno {
			if op == "write" && name == "data.db-wal" {
				if writes++; writes%3 == 0 {
					return syscall.EIO
				}
			}
			return 0
		}},
		{"read-only", true, on("write create", "", syscall.EROFS)},
		{"EIO on reads", false, on("read", "", syscall.EIO)},
		{"auxiliary.db full", false, on("write", "auxiliary.db", syscall.ENOSPC)},
	} {
		for _, restart := range []bool{false, true} {
			what := k.what
			if restart {
				what += ", across a restart"
			}
			faults, err := diskFault(o, k.fail, k.writes, restart)
			out.judge(what, faults, err)
		}
	}
	return out, nil
}

// on fails some operations on the files of a name, "" for all.
func on(ops, name string, errno syscall.Errno) func(op, file string) syscall.Errno {
	return func(op, file string) syscall.Errno {
		if slices.Contains(strings.Fields(ops), op) && (name == "" || strings.HasPrefix(file, name)) {
			return errno
		}
		return 0
	}
}

func diskFault(o options, fail func(op, name string) syscall.Errno, writes, restart bool) (faults []string, err error) {
	r, err := newRig(o, "disk")
	if err != nil {
		return nil, err
	}
	defer r.close()
	r.kill()
	disk, at := r.dir, filepath.Join(r.root, "mounted")
	if err := os.MkdirAll(at, 0o700); err != nil {
		return nil, err
	}
	sys, err := mountLosing(at, disk)
	if err != nil {
		return nil, err
	}
	r.dir = at
	defer func() { r.kill(); _ = sys.unmount() }()
	if err := r.start(); err != nil {
		return nil, err
	}
	r.run(r.phones...)
	r.someTime(time.Second)
	sys.failing(fail)
	if restart {
		r.kill()
		_ = r.launch() // it may refuse to start while the disk is bad
	}
	red := false
	for range 30 {
		if status, _, err := r.health(); err == nil && status != 200 {
			red = true
		}
		time.Sleep(100 * time.Millisecond)
	}
	sys.failing(nil)
	select {
	case <-r.ended: // it refused; whoever watches over it starts it again
		r.cmd = nil
		if err := r.start(); err != nil {
			r.halt()
			return nil, err
		}
	default:
	}
	healed := r.someTime(100 * time.Millisecond)
	r.halt()
	if !healed {
		return []string{"nothing was acknowledged after the disk was well again"}, nil
	}
	if writes && !red && !restart {
		faults = append(faults, "health stayed green while pushes failed")
	}
	if err := settle(r.phones); err != nil {
		return append(faults, err.Error()), nil
	}
	r.kill()
	if err := sys.survivors(disk, ways[3], o.chance); err != nil {
		return faults, err
	}
	found, err := examine(disk, r.journal)
	return append(faults, found...), err
}
