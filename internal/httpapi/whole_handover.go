package httpapi

import (
	"context"
	"encoding/json"

	"doorstep/internal/access"
	"doorstep/internal/care"
	"doorstep/internal/channel"
	"doorstep/internal/delivery"
	"doorstep/internal/pbchannels"
	"doorstep/internal/pbstore"
)

// WholeHandover is a handover as it leaves in full by a route: what the reception of its team sees of it, and no more. Nil
// where nothing of it is for them, or it is a safeguarding concern. That it leaves stands beside its delivery and in the audit before it does.
func (a *API) WholeHandover(ctx context.Context, r channel.Route, item delivery.Item) (json.RawMessage, error) {
	d, ok, err := a.detail(ctx, a.receptionOf(r.Team), item.Handover)
	if err != nil || !ok || d.Class == string(care.Safeguarding) || d.Projection == access.SealedView || d.Side != access.Received {
		return nil, err
	}
	raw, err := a.bundleOf(ctx, &d)
	if err != nil {
		return nil, err
	}
	return raw, a.Sync.Do(ctx, func(tx *pbstore.Tx) error {
		if err := pbchannels.In(tx).LeavesWhole(item.ID); err != nil {
			return err
		}
		return tx.Audit("", "", "sent_in_full", care.Handovers, d.ID, d.Patient.ID, map[string]any{"route": r.ID, "team": r.Team, "channel": r.Channel, "address": r.Noted(),
			"agreed_with": r.Agreement.With, "agreed_on": r.Agreement.On})
	})
}
