package sqlitemem

import "modernc.org/libc"

// The seven functions of sqlite3_mem_methods. Addresses are of the block; its size stands in
// front of it, and as long as it is free its first word is the address of the next free one.

func malloc(tls *libc.TLS, n int32) uintptr {
	class, size := classOf(int(n))
	kept.mu.Lock()
	p := kept.free[class] // none larger than largest is ever in a list
	if p != 0 {
		kept.free[class] = *at[uintptr](p)
	} else {
		p = kept.fresh(tls, size+header)
	}
	kept.mu.Unlock()
	if p != 0 {
		*at[int64](p - header) = int64(size)
	}
	return p
}

// fresh takes a block of so many bytes, header and all, that was not used before; 0 when there is
// no memory. What is left of a slab when a block does not fit is given up: an eighth at most.
func (k *keeper) fresh(tls *libc.TLS, n int) uintptr {
	if n > slab/8 {
		return past(libc.Xmalloc(tls, libc.Tsize_t(n)))
	}
	if n > k.left {
		p := libc.Xmalloc(tls, slab)
		if p == 0 {
			return 0
		}
		k.room, k.left = p, slab
		k.slabs++
	}
	p := k.room
	k.room, k.left = k.room+uintptr(n), k.left-n
	return past(p)
}

func past(p uintptr) uintptr {
	if p == 0 {
		return 0
	}
	return p + header
}

func release(tls *libc.TLS, p uintptr) {
	if p == 0 {
		return
	}
	size := int(*at[int64](p - header))
	if size > largest {
		libc.Xfree(tls, p-header)
		return
	}
	class, _ := classOf(size)
	kept.mu.Lock()
	*at[uintptr](p) = kept.free[class]
	kept.free[class] = p
	kept.mu.Unlock()
}

func resize(tls *libc.TLS, p uintptr, n int32) uintptr {
	size := int(usable(tls, p))
	if _, want := classOf(int(n)); want == size {
		return p
	}
	q := malloc(tls, n)
	if q == 0 {
		return 0
	}
	libc.Xmemcpy(tls, q, p, libc.Tsize_t(min(size, int(n))))
	release(tls, p)
	return q
}

func usable(_ *libc.TLS, p uintptr) int32 {
	if p == 0 {
		return 0
	}
	return int32(*at[int64](p - header))
}

func roundUp(_ *libc.TLS, n int32) int32 {
	_, size := classOf(int(n))
	return int32(size)
}

func begin(*libc.TLS, uintptr) int32 { return 0 }

func end(*libc.TLS, uintptr) {}
