package phone

// Recovered is a change that was written on another phone of the same person and could not be sent
// from there.
type Recovered struct {
	Key, Author, AuthoredAt string
	Ops                     []Op
}

// AddRecovered puts changes of another phone into the outbox, in order and behind what is there. Keys,
// author and times stay, so what the other phone did send, or sends later, takes effect once. The
// times are that phone's: [Options.Now] must tell them, or the server puts them right by the wrong
// offset. A change whose key is here already is left out.
func (p *Phone) AddRecovered(changes []Recovered) error {
	known := map[string]bool{}
	for _, list := range [][]*change{p.outbox, p.sentLog, p.aside} {
		for _, c := range list {
			known[c.Key] = true
		}
	}
	err := p.commit(func(t *tx) {
		for _, a := range changes {
			if known[a.Key] {
				continue
			}
			known[a.Key] = true
			c := &change{Place: p.self.NextPlace, Client: p.self.Client, Mid: p.self.NextMid, Key: a.Key,
				Author: a.Author, AuthoredAt: a.AuthoredAt, Ops: a.Ops}
			p.self.NextPlace++
			p.self.NextMid++
			t.queue(c)
			t.advance(c, Saved, nil)
		}
		t.putSelf()
	})
	if err != nil {
		return err
	}
	p.retry.work(p.opts.Now())
	return nil
}
