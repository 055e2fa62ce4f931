package identity

// Comparing has f told of every hash that is compared, before it is.
func (p *Passwords) Comparing(f func(hash []byte)) {
	compare := p.compare
	p.compare = func(hash, password []byte) error {
		f(hash)
		return compare(hash, password)
	}
}

// Slots is how many passwords are compared at a time.
func (p *Passwords) Slots() int { return cap(p.slots) }
