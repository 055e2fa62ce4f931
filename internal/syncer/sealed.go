package syncer

import (
	"context"
	"errors"

	"doorstep/internal/takein"
	"doorstep/internal/wire"
)

// PushSealed takes in what a locked phone sealed before it was locked, as [Engine.Push] does with what an unlocked one sends, and says
// which changes are here now. What became of them the phone hears when it is unlocked and sends them once more.
//
// A phone that drains empties itself once all it has is here. Where something is that nobody could open yet, that phone alone can read
// it: it is not told to drain before it was unlocked and has sent it in clear.
func (e *Engine) PushSealed(ctx context.Context, s Session, p *wire.Push) (*wire.SealedResponse, *Error) {
	answer, fail := e.pushSealed(ctx, s, p)
	if fail != nil || answer.Directive != "drain" {
		return answer, fail
	}
	unopened, err := e.store.Unopened(p.Client)
	if err != nil {
		e.logged("look for what could not be opened", err)
		return nil, failure(err)
	}
	if unopened {
		answer.Directive = "none"
	}
	return answer, nil
}

func (e *Engine) pushSealed(ctx context.Context, s Session, p *wire.Push) (*wire.SealedResponse, *Error) {
	answer := &wire.SealedResponse{Directive: "none", Taken: []wire.Taken{}}
	if s.Directive != "" {
		answer.Directive = s.Directive
	}
	if len(p.Mutations) == 0 {
		c, fail := e.client(s, p.Client)
		if fail != nil {
			return nil, fail
		}
		var head int64
		answer.Epoch, head = e.store.Head()
		answer.LastMid, answer.LastKey = c.LastMid, c.LastKey
		if fail := e.confirm(ctx, c, c.LastMid, head); fail != nil {
			return nil, fail
		}
		return answer, nil
	}
	pushed, fail := e.Push(ctx, s, p)
	if fail != nil {
		return nil, fail
	}
	answer.Epoch, answer.LastMid, answer.LastKey = pushed.Epoch, pushed.LastMid, pushed.LastKey
	for i := range pushed.Results {
		r := &pushed.Results[i]
		answer.Taken = append(answer.Taken, wire.Taken{Mid: r.Mid, Key: r.Key, Taken: !takein.TurnedAway(r)})
	}
	return answer, nil
}

// errUnopened: a pull would be the first to confirm changes that came sealed and that nobody could open. From what a pull confirms a
// phone never sends them again, and it has the only copy that anybody can read: it pushes them in clear first.
var errUnopened = errors.New("syncer: sealed changes are not opened yet")
