//go:build linux

package main

import (
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"time"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"
)

// losingFS is a file system in memory that knows what would be on the disk if the power failed now: what fsync
// covered, and of the rest as much as chance leaves. It also fails on demand.
type losingFS struct {
	mu   sync.Mutex
	root *node
	// fail, when set, says how an operation ("read", "write", "fsync", "create") on a file ends; 0 = well.
	fail func(op, name string) syscall.Errno
	// cut: the power is gone, nothing reaches the disk any more.
	cut    bool
	server *fuse.Server
}

// change is a write, or a cut to a size, that no fsync has covered yet.
type change struct {
	at   int64
	data []byte
	size int64 // of a cut; -1 = a write
}

// node is a file or a folder.
type node struct {
	fs.Inode
	sys  *losingFS
	name string

	live, durable []byte
	pending       []change
	synced        bool // at least once: its name is on the disk too
}

var (
	_ fs.NodeCreater   = (*node)(nil)
	_ fs.NodeMkdirer   = (*node)(nil)
	_ fs.NodeUnlinker  = (*node)(nil)
	_ fs.NodeRmdirer   = (*node)(nil)
	_ fs.NodeRenamer   = (*node)(nil)
	_ fs.NodeOpener    = (*node)(nil)
	_ fs.NodeReader    = (*node)(nil)
	_ fs.NodeWriter    = (*node)(nil)
	_ fs.NodeFsyncer   = (*node)(nil)
	_ fs.NodeGetattrer = (*node)(nil)
	_ fs.NodeSetattrer = (*node)(nil)
	_ fs.NodeStatfser  = (*node)(nil)
)

// mountLosing mounts a losingFS that holds the files of a folder, all of them on the disk.
func mountLosing(at, from string) (*losingFS, error) {
	sys := &losingFS{}
	sys.root = &node{sys: sys}
	files := map[string][]byte{}
	err := filepath.WalkDir(from, func(path string, e os.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() || filepath.Dir(path) != from { // PocketBase's own folders are made anew
			return err
		}
		files[e.Name()], err = os.ReadFile(path)
		return err
	})
	if err != nil {
		return nil, err
	}
	sys.server, err = fs.Mount(at, sys.root, &fs.Options{MountOptions: fuse.MountOptions{DirectMount: true, FsName: "losing", MaxWrite: 128 << 10},
		OnAdd: func(ctx context.Context) {
			for name, data := range files {
				n := &node{sys: sys, name: name, live: data, durable: slices.Clone(data), synced: true}
				sys.root.AddChild(name, sys.root.NewPersistentInode(ctx, n, fs.StableAttr{Mode: fuse.S_IFREG}), true)
			}
		}})
	return sys, err
}

func (sys *losingFS) unmount() error {
	var err error
	for range 50 {
		if err = sys.server.Unmount(); err == nil {
			return nil
		}
		time.Sleep(100 * time.Millisecond) // the process that was killed still lets go of its files
	}
	return err
}

// failing sets how operations end from now on.
func (sys *losingFS) failing(fail func(op, name string) syscall.Errno) {
	sys.mu.Lock()
	defer sys.mu.Unlock()
	sys.fail = fail
}

// verdict is how an operation ends. Called under the lock.
func (sys *losingFS) verdict(op, name string) syscall.Errno {
	if sys.cut {
		return syscall.EIO
	}
	if sys.fail != nil {
		return sys.fail(op, name)
	}
	return 0
}

// ways a power cut leaves what no fsync covered.
var ways = []string{"all of it lost", "a prefix kept", "random writes kept", "all of it kept", "the last write torn at 512 bytes"}

// powerCut stops everything; survivors then writes what the disk holds into a folder.
func (sys *losingFS) powerCut() {
	sys.mu.Lock()
	defer sys.mu.Unlock()
	sys.cut = true
}

func (sys *losingFS) survivors(to, way string, chance *rand.Rand) error {
	sys.mu.Lock()
	defer sys.mu.Unlock()
	if err := os.RemoveAll(to); err != nil {
		return err
	}
	if err := os.MkdirAll(to, 0o700); err != nil {
		return err
	}
	for name, child := range sys.root.Children() {
		n, ok := child.Operations().(*node)
		if !ok || child.IsDir() {
			continue
		}
		if !n.synced && way == ways[0] {
			continue
		}
		if err := os.WriteFile(filepath.Join(to, name), n.left(way, chance), 0o600); err != nil {
			return err
		}
	}
	return nil
}

// left is what the disk holds of a file.
func (n *node) left(way string, chance *rand.Rand) []byte {
	kept := n.pending
	switch way {
	case ways[0]:
		kept = nil
	case ways[1], ways[4]:
		kept = kept[:chance.IntN(len(kept)+1)]
	case ways[2]:
		kept = slices.DeleteFunc(slices.Clone(kept), func(change) bool { return chance.IntN(2) == 0 })
	}
	data := slices.Clone(n.durable)
	for i, c := range kept {
		if way == ways[4] && i == len(kept)-1 && c.size < 0 {
			c.data = c.data[:len(c.data)/512/2*512]
		}
		data = c.apply(data)
	}
	return data
}

func (c change) apply(data []byte) []byte {
	if c.size >= 0 {
		if c.size <= int64(len(data)) {
			return data[:c.size]
		}
		return append(data, make([]byte, c.size-int64(len(data)))...)
	}
	if end := c.at + int64(len(c.data)); end > int64(len(data)) {
		data = append(data, make([]byte, end-int64(len(data)))...)
	}
	copy(data[c.at:], c.data)
	return data
}

func (n *node) change(c change) {
	n.live = c.apply(n.live)
	n.pending = append(n.pending, c)
}

// Create implements fs.NodeCreater.
func (n *node) Create(ctx context.Context, name string, _, mode uint32, out *fuse.EntryOut) (*fs.Inode, fs.FileHandle, uint32, syscall.Errno) {
	n.sys.mu.Lock()
	errno := n.sys.verdict("create", name)
	n.sys.mu.Unlock()
	if errno != 0 {
		return nil, nil, 0, errno
	}
	out.Mode = fuse.S_IFREG | mode
	return n.NewPersistentInode(ctx, &node{sys: n.sys, name: name}, fs.StableAttr{Mode: fuse.S_IFREG}), nil, 0, 0
}

// Mkdir implements fs.NodeMkdirer.
func (n *node) Mkdir(ctx context.Context, name string, mode uint32, out *fuse.EntryOut) (*fs.Inode, syscall.Errno) {
	out.Mode = fuse.S_IFDIR | mode
	return n.NewPersistentInode(ctx, &node{sys: n.sys, name: name}, fs.StableAttr{Mode: fuse.S_IFDIR}), 0
}

// Unlink implements fs.NodeUnlinker.
func (n *node) Unlink(context.Context, string) syscall.Errno { return 0 }

// Rmdir implements fs.NodeRmdirer.
func (n *node) Rmdir(context.Context, string) syscall.Errno { return 0 }

// Rename implements fs.NodeRenamer.
func (n *node) Rename(_ context.Context, name string, _ fs.InodeEmbedder, newName string, _ uint32) syscall.Errno {
	n.sys.mu.Lock()
	defer n.sys.mu.Unlock()
	if child := n.GetChild(name); child != nil {
		if moved, ok := child.Operations().(*node); ok {
			moved.name = newName
		}
	}
	return 0
}

// Open implements fs.NodeOpener.
func (n *node) Open(context.Context, uint32) (fs.FileHandle, uint32, syscall.Errno) { return nil, 0, 0 }

// Read implements fs.NodeReader.
func (n *node) Read(_ context.Context, _ fs.FileHandle, dest []byte, off int64) (fuse.ReadResult, syscall.Errno) {
	n.sys.mu.Lock()
	defer n.sys.mu.Unlock()
	if errno := n.sys.verdict("read", n.name); errno != 0 {
		return nil, errno
	}
	if off >= int64(len(n.live)) {
		return fuse.ReadResultData(nil), 0
	}
	return fuse.ReadResultData(slices.Clone(n.live[off:min(off+int64(len(dest)), int64(len(n.live)))])), 0
}

// Write implements fs.NodeWriter.
func (n *node) Write(_ context.Context, _ fs.FileHandle, data []byte, off int64) (uint32, syscall.Errno) {
	n.sys.mu.Lock()
	defer n.sys.mu.Unlock()
	if errno := n.sys.verdict("write", n.name); errno != 0 {
		return 0, errno
	}
	n.change(change{at: off, data: slices.Clone(data), size: -1})
	return uint32(len(data)), 0
}

// Fsync implements fs.NodeFsyncer: from here on, all of it is on the disk.
func (n *node) Fsync(context.Context, fs.FileHandle, uint32) syscall.Errno {
	n.sys.mu.Lock()
	defer n.sys.mu.Unlock()
	if errno := n.sys.verdict("fsync", n.name); errno != 0 {
		return errno
	}
	for _, c := range n.pending {
		n.durable = c.apply(n.durable)
	}
	n.pending, n.synced = nil, true
	return 0
}

// Getattr implements fs.NodeGetattrer.
func (n *node) Getattr(_ context.Context, _ fs.FileHandle, out *fuse.AttrOut) syscall.Errno {
	n.sys.mu.Lock()
	defer n.sys.mu.Unlock()
	n.attributes(&out.Attr)
	return 0
}

func (n *node) attributes(out *fuse.Attr) {
	out.Mode = fuse.S_IFREG | 0o600
	if n.IsDir() {
		out.Mode = fuse.S_IFDIR | 0o700
	}
	out.Size, out.Nlink = uint64(len(n.live)), 1
}

// Setattr implements fs.NodeSetattrer.
func (n *node) Setattr(_ context.Context, _ fs.FileHandle, in *fuse.SetAttrIn, out *fuse.AttrOut) syscall.Errno {
	n.sys.mu.Lock()
	defer n.sys.mu.Unlock()
	if size, ok := in.GetSize(); ok {
		if errno := n.sys.verdict("write", n.name); errno != 0 {
			return errno
		}
		n.change(change{size: int64(size)})
	}
	n.attributes(&out.Attr)
	return 0
}

// Statfs implements fs.NodeStatfser: a disk with room.
func (n *node) Statfs(_ context.Context, out *fuse.StatfsOut) syscall.Errno {
	out.Bsize, out.Frsize, out.Blocks, out.Bfree, out.Bavail, out.NameLen = 4096, 4096, 1<<20, 1<<19, 1<<19, 255
	return 0
}
