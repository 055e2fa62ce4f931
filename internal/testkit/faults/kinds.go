//go:build linux

package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
	"unsafe"

	"doorstep/internal/care"
)

// options of a run.
type options struct {
	binary, work string
	share        time.Duration
	chance       *rand.Rand
}

// outcome is a row of the report.
type outcome struct {
	What        string
	Tried, Held int
	Notes       []string
	Skipped     string // why it could not be tried
}

func (o *outcome) judge(what string, faults []string, err error) {
	o.Tried++
	if err != nil {
		faults = append(faults, err.Error())
	}
	if len(faults) == 0 {
		o.Held++
		return
	}
	o.Notes = append(o.Notes, what+": "+strings.Join(faults, "; "))
}

// kills ends the server with SIGKILL at random moments, for its share of the time.
func kills(o options) (out outcome, err error) {
	r, err := newRig(o, "kills")
	if err != nil {
		return out, err
	}
	defer r.close()
	r.run(r.phones...)
	for late := time.Now().Add(o.share); time.Now().Before(late); {
		if !r.someTime(400 * time.Millisecond) {
			r.halt()
			return out, errNoWork
		}
		r.kill()
		faults, err := examine(r.dir, r.journal)
		out.judge(fmt.Sprintf("kill %d", out.Tried+1), faults, err)
		if err := r.start(); err != nil {
			r.halt()
			return out, err
		}
	}
	r.halt()
	faults, err := r.converge()
	out.judge("phones converge after the last kill", faults, err)
	out.Notes = append(out.Notes, fmt.Sprintf("%d acknowledgements journalled", r.journal.count()))
	return out, nil
}

// powerCuts cuts the power under a file system that loses what no fsync covered.
func powerCuts(o options) (out outcome, err error) {
	if out.Skipped = lacksFUSE(); out.Skipped != "" {
		return out, nil
	}
	r, err := newRig(o, "power")
	if err != nil {
		return out, err
	}
	defer r.close()
	r.kill()
	disk, at := r.dir, filepath.Join(r.root, "mounted")
	if err := os.MkdirAll(at, 0o700); err != nil {
		return out, err
	}
	r.run(r.phones...)
	defer r.halt()
	for late := time.Now().Add(o.share); time.Now().Before(late); {
		sys, err := mountLosing(at, disk)
		if err != nil {
			return out, err
		}
		r.dir = at
		err = r.start()
		if err == nil && !r.someTime(300*time.Millisecond) {
			err = errNoWork
		}
		sys.powerCut()
		r.kill()
		way := ways[o.chance.IntN(len(ways))]
		leftErr := sys.survivors(disk, way, o.chance)
		r.dir = disk
		if unmountErr := sys.unmount(); unmountErr != nil {
			return out, unmountErr
		}
		if err != nil {
			return out, err
		}
		if leftErr != nil {
			return out, leftErr
		}
		faults, err := examine(disk, r.journal)
		out.judge(fmt.Sprintf("cut %d, %s", out.Tried+1, way), faults, err)
	}
	return out, nil
}

// ext4Cuts shuts a real ext4 down without writing its log, and mounts it again.
func ext4Cuts(o options) (out outcome, err error) {
	if out.Skipped = lacksLoop(); out.Skipped != "" {
		return out, nil
	}
	r, err := newRig(o, "ext4")
	if err != nil {
		return out, err
	}
	defer r.close()
	r.kill()
	at, image := filepath.Join(r.root, "mounted"), filepath.Join(r.root, "image")
	device, err := makeExt4(image, at, 512)
	if err != nil {
		out.Skipped = err.Error()
		return out, nil
	}
	defer func() {
		_ = exec.Command("umount", at).Run()
		_ = exec.Command("losetup", "-d", device).Run()
	}()
	data := filepath.Join(at, "data")
	if err := copyFolder(r.dir, data); err != nil {
		return out, err
	}
	syscall.Sync()
	r.dir = data
	r.run(r.phones...)
	defer r.halt()
	for late := time.Now().Add(o.share); time.Now().Before(late); {
		if err := r.start(); err != nil {
			return out, err
		}
		if !r.someTime(300 * time.Millisecond) {
			return out, errNoWork
		}
		r.journal.power(false) // a process outlives this shutdown for a moment; nobody hears of what it says then
		err := shutdownExt4(at)
		r.kill()
		r.journal.power(true)
		if err != nil {
			out.Skipped = err.Error()
			return out, nil
		}
		if err := again(func() error { return exec.Command("umount", at).Run() }); err != nil {
			return out, fmt.Errorf("umount: %w", err)
		}
		if said, err := exec.Command("mount", device, at).CombinedOutput(); err != nil {
			return out, fmt.Errorf("mount: %s", said)
		}
		faults, err := examine(data, r.journal)
		out.judge(fmt.Sprintf("cut %d", out.Tried+1), faults, err)
	}
	return out, nil
}

func lacksFUSE() string {
	if os.Geteuid() != 0 {
		return "needs the superuser"
	}
	if _, err := os.Stat("/dev/fuse"); err != nil {
		return "there is no FUSE here"
	}
	return ""
}

func lacksLoop() string {
	if os.Geteuid() != 0 {
		return "needs the superuser"
	}
	for _, tool := range []string{"losetup", "mkfs.ext4", "mount", "umount"} {
		if _, err := exec.LookPath(tool); err != nil {
			return tool + " is missing"
		}
	}
	return ""
}

// makeExt4 makes a file system of some megabytes on a loop device and mounts it.
func makeExt4(image, at string, megabytes int64) (device string, err error) {
	file, err := os.Create(image)
	if err != nil {
		return "", err
	}
	if err := file.Truncate(megabytes << 20); err != nil {
		return "", err
	}
	if err := file.Close(); err != nil {
		return "", err
	}
	if err := os.MkdirAll(at, 0o700); err != nil {
		return "", err
	}
	found, err := exec.Command("losetup", "-f", "--show", image).CombinedOutput()
	device = strings.TrimSpace(string(found))
	if err != nil {
		return "", fmt.Errorf("losetup: %s", device)
	}
	for _, command := range [][]string{{"mkfs.ext4", "-q", device}, {"mount", device, at}} {
		if said, err := exec.Command(command[0], command[1:]...).CombinedOutput(); err != nil {
			_ = exec.Command("losetup", "-d", device).Run()
			return "", fmt.Errorf("%s: %s", command[0], strings.TrimSpace(string(said)))
		}
	}
	return device, nil
}

// shutdownExt4 ends all I/O of a mounted ext4 without writing its log: EXT4_IOC_SHUTDOWN, EXT4_GOING_FLAGS_NOLOGFLUSH.
func shutdownExt4(at string) error {
	dir, err := os.Open(at)
	if err != nil {
		return err
	}
	defer dir.Close()
	flags := uint32(2)
	if _, _, errno := syscall.Syscall(syscall.SYS_IOCTL, dir.Fd(), 0x8004587d, uintptr(unsafe.Pointer(&flags))); errno != 0 {
		return fmt.Errorf("EXT4_IOC_SHUTDOWN: %w", errno)
	}
	return nil
}

func again(try func() error) (err error) {
	for range 50 {
		if err = try(); err == nil {
			return nil
		}
		time.Sleep(100 * time.Millisecond)
	}
	return err
}

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

// copies starts servers on copies that were made while another ran: whole, torn, and without the log.
func copies(o options) (out outcome, err error) {
	r, err := newRig(o, "copies")
	if err != nil {
		return out, err
	}
	defer r.close()
	r.run(r.phones...)
	defer r.halt()
	for i, k := range []string{"the folder at once", "data.db first, its log two seconds later", "data.db alone"} {
		if !r.someTime(500 * time.Millisecond) {
			return out, errNoWork
		}
		to := filepath.Join(r.root, fmt.Sprint("copy-", i))
		if err := os.MkdirAll(to, 0o700); err != nil {
			return out, err
		}
		names := []string{"data.db", "data.db-wal", "auxiliary.db", "signing.key"}
		for _, name := range names {
			if name == "data.db-wal" && i == 1 {
				time.Sleep(2 * time.Second)
			}
			if name == "data.db-wal" && i == 2 {
				continue
			}
			raw, err := os.ReadFile(filepath.Join(r.dir, name))
			if err != nil && !os.IsNotExist(err) {
				return out, err
			}
			if err := os.WriteFile(filepath.Join(to, name), raw, 0o600); err != nil {
				return out, err
			}
		}
		out.judge(k, tryCopy(r, to), nil)
	}
	return out, nil
}

// tryCopy starts a server on a copy: it is sound and serves, or it is refused with a sentence.
func tryCopy(r *rig, dir string) []string {
	address, err := freeAddress()
	if err != nil {
		return []string{err.Error()}
	}
	s := &process{command: r.command, address: address, dir: dir}
	if err := s.start(); err != nil {
		if s.said.String() == "" {
			return []string{"refused without a word"}
		}
		return nil
	}
	s.kill()
	faults, err := examine(dir, &journal{acked: map[string]bool{}})
	if err != nil {
		return []string{err.Error()}
	}
	return faults
}

// twoServers starts a second server on the folder of another.
func twoServers(o options) (out outcome, err error) {
	r, err := newRig(o, "two")
	if err != nil {
		return out, err
	}
	defer r.close()
	r.run(r.phones...)
	defer r.halt()
	for range 3 {
		if !r.someTime(200 * time.Millisecond) {
			return out, errNoWork
		}
		address, err := freeAddress()
		if err != nil {
			return out, err
		}
		second := &process{command: r.command, address: address, dir: r.dir}
		err = second.start()
		switch {
		case err == nil:
			second.kill()
			out.judge("a second server", []string{"it serves the same folder without a word"}, nil)
		case !strings.Contains(second.said.String(), fmt.Sprint(r.cmd.Process.Pid)):
			out.judge("a second server", []string{"the refusal does not name the other's pid: " + second.said.String()}, nil)
		default:
			out.judge("a second server", nil, nil)
		}
	}
	return out, nil
}

// restores puts an old copy in place, lets phones that never saw what was lost move its numbers on, and brings the
// others back.
func restores(o options) (out outcome, err error) {
	for _, foreign := range []int{0, 1, 10, 60} {
		faults, err := restore(o, foreign)
		out.judge(fmt.Sprintf("%d numbers of others", foreign), faults, err)
	}
	return out, nil
}

func restore(o options, foreign int) ([]string, error) {
	r, err := newRig(o, "restore")
	if err != nil {
		return nil, err
	}
	defer r.close()
	away, here := r.phones[:1], r.phones[1:]
	r.kill()
	backup := filepath.Join(r.root, "backup")
	if err := copyFolder(r.dir, backup); err != nil {
		return nil, err
	}
	if err := r.start(); err != nil {
		return nil, err
	}
	r.run(here...)
	r.someTime(2 * time.Second)
	r.halt()
	if err := settle(here); err != nil {
		return nil, err
	}
	r.kill()
	if err := copyFolder(backup, r.dir); err != nil {
		return nil, err
	}
	if err := r.start(); err != nil {
		return nil, err
	}
	for range foreign {
		away[0].record()
	}
	if err := settle(away); err != nil {
		return nil, err
	}
	return r.converge()
}

// clockSteps sets the clock of a running server a year ahead and back while an emergency is open.
func clockSteps(o options) (out outcome, err error) {
	self, err := os.Executable()
	if err != nil {
		return out, err
	}
	r, err := newRig(o, "clock", self, "-serve")
	if err != nil {
		return out, err
	}
	defer r.close()
	nia := r.phones[0]
	if _, err := nia.Create(care.Observations, map[string]any{"patient": nia.patient, "taken_at": care.Stamp(time.Now()), "respiration_rate": 26, "spo2": 90, "on_oxygen": false,
		"systolic": 128, "pulse": 112, "acvpu": "A", "temperature": 37.2}); err != nil {
		return out, err
	}
	if err := settle(r.phones); err != nil {
		return out, err
	}
	state := func() string {
		_ = nia.Sync(context.Background())
		var list []string
		for _, h := range nia.List(care.Handovers) {
			list = append(list, h.Text("class")+" "+h.Text("state")+" due "+h.Text("ack_due"))
		}
		slices.Sort(list)
		return strings.Join(list, ", ")
	}
	time.Sleep(2 * time.Second)
	before := state()
	set := func(ahead time.Duration) { fmt.Fprintln(r.input, ahead.Milliseconds()) }
	set(365 * 24 * time.Hour)
	time.Sleep(4 * time.Second)
	_, problems, err := r.health()
	if err != nil {
		return out, err
	}
	set(0)
	var faults []string
	if !slices.Contains(problems, "clock_stepped") {
		faults = append(faults, fmt.Sprintf("a year ahead, health says %v", problems))
	}
	time.Sleep(4 * time.Second)
	if after := state(); after != before || before == "" {
		faults = append(faults, fmt.Sprintf("handovers were %q and are %q", before, after))
	}
	out.judge("a year ahead for four seconds", faults, nil)
	faults = nil
	if err := again(func() error {
		time.Sleep(1500 * time.Millisecond)
		status, problems, err := r.health()
		if err == nil && status != 200 {
			err = fmt.Errorf("health says %v", problems)
		}
		return err
	}); err != nil {
		faults = append(faults, err.Error())
	}
	out.judge("well again after a steady minute", faults, nil)
	faults, err = r.converge()
	out.judge("nothing is lost by it", faults, err)
	return out, nil
}
