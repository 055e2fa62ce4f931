package takein

import "doorstep/internal/care"

// load returns the draft of a stored record, or of one this change made; nil when there is none.
func (in *input) load(p *planned, c *care.Collection, id string) (*draft, error) {
	if d := p.draftOf(c, id); d != nil {
		return d, nil
	}
	old, err := in.Store.Record(c, id)
	if err != nil || old == nil {
		return nil, err
	}
	d := &draft{old: old, rec: old.Clone()}
	p.keep(d)
	return d, nil
}
