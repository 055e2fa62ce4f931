package takein

import "doorstep/internal/care"

// Raised looks, when the server raises a handover by itself, at what was written into it before: the server raises it again
// when what was lost with a restored database is sent anew. What waits for it runs after this transaction; what is held
// back for another reason is read again now.
func (r *Room) Raised(came *care.Record) error {
	waiting, err := r.Store.WaitingFor(came.ID, "", 0, 1)
	if err != nil {
		return err
	}
	if len(waiting) > 0 {
		if err := r.Notes.DueAt(r.Moment.Now(), care.DueWake, came.ID); err != nil {
			return err
		}
	}
	list, err := r.Notes.Expecting(came.ID)
	if err != nil {
		return err
	}
	for _, by := range list {
		if by.Collection == care.Quarantine {
			err = r.readAgain(by.ID)
		} else {
			err = r.Notes.Expect(came.ID, by)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// readAgain reads a change that is held back and writes into a handover that has come now. Until then nobody could tell
// whether that is a safeguarding concern, and the words were hidden from everybody: they go before the safeguarding lead if
// it is one, and whoever may read the issue is told of it anew.
func (r *Room) readAgain(issue string) error {
	row, err := r.Issue(issue)
	if err != nil || row == nil || !care.AsIssue(row).IsOpen() {
		return err
	}
	again := replay{row: row}
	m, ok := again.decode()
	if !ok {
		return nil
	}
	in, p := r.replayInput(again, m), &planned{}
	if err := in.wordsRefused(p, row); err != nil {
		return err
	}
	if err := in.raiseWords(p); err != nil {
		return err
	}
	return r.Store.Update(row, row.Clone(), nil)
}
