//go:build linux

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
	"unsafe"
)

// powerCuts cuts the power under a file system that loses what no fsync covered.
func powerCuts(o options) (outcome, error) {
	if lacks := lacksFUSE(); lacks != "" {
		return outcome{Skipped: lacks}, nil
	}
	return inRounds(o, powerCutOne)
}

func powerCutOne(o options, out *outcome, more func() bool) error {
	r, err := newRig(o, "power")
	if err != nil {
		return err
	}
	defer r.close()
	r.kill()
	disk, at := r.dir, filepath.Join(r.root, "mounted")
	if err := os.MkdirAll(at, 0o700); err != nil {
		return err
	}
	r.run(r.phones...)
	defer r.halt()
	for more() {
		sys, err := mountLosing(at, disk)
		if err != nil {
			return err
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
			return unmountErr
		}
		if err != nil {
			return err
		}
		if leftErr != nil {
			return leftErr
		}
		faults, err := examine(disk, r.journal)
		out.judge(fmt.Sprintf("cut %d, %s", out.Tried+1, way), faults, err)
	}
	out.acknowledged += r.journal.count()
	return nil
}

// ext4Cuts shuts a real ext4 down without writing its log, and mounts it again.
func ext4Cuts(o options) (outcome, error) {
	if lacks := lacksLoop(); lacks != "" {
		return outcome{Skipped: lacks}, nil
	}
	return inRounds(o, ext4CutOne)
}

func ext4CutOne(o options, out *outcome, more func() bool) error {
	r, err := newRig(o, "ext4")
	if err != nil {
		return err
	}
	defer r.close()
	r.kill()
	at, image := filepath.Join(r.root, "mounted"), filepath.Join(r.root, "image")
	device, err := makeExt4(image, at, 512)
	if err != nil {
		out.Skipped = err.Error()
		return nil
	}
	defer func() {
		_ = exec.Command("umount", at).Run()
		_ = exec.Command("losetup", "-d", device).Run()
	}()
	data := filepath.Join(at, "data")
	if err := copyFolder(r.dir, data); err != nil {
		return err
	}
	syscall.Sync()
	r.dir = data
	r.run(r.phones...)
	defer r.halt()
	for more() {
		if err := r.start(); err != nil {
			return err
		}
		if !r.someTime(300 * time.Millisecond) {
			return errNoWork
		}
		r.journal.power(false) // a process outlives this shutdown for a moment; nobody hears of what it says then
		err := shutdownExt4(at)
		r.kill()
		r.journal.power(true)
		if err != nil {
			out.Skipped = err.Error()
			return nil
		}
		if err := again(func() error { return exec.Command("umount", at).Run() }); err != nil {
			return fmt.Errorf("umount: %w", err)
		}
		if said, err := exec.Command("mount", device, at).CombinedOutput(); err != nil {
			return fmt.Errorf("mount: %s", said)
		}
		faults, err := examine(data, r.journal)
		out.judge(fmt.Sprintf("cut %d", out.Tried+1), faults, err)
	}
	out.acknowledged += r.journal.count()
	return nil
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
