package desk

import "time"

// Queues are the counts a desk opens with.
type Queues struct {
	NoDestination int64 `json:"no_destination"`
	CallNeeded    int64 `json:"call_needed"`
	Overdue       int64 `json:"overdue"`
	Open          int64 `json:"open"`
	Issues        int64 `json:"issues"`
	IssuesOverdue int64 `json:"issues_overdue"`
	SilentDevices int64 `json:"silent_devices"`
	// Undelivered are what a team could not be told of by a way of its own and somebody has to see to.
	Undelivered int64 `json:"undelivered"`
}

// QueueCounts counts what waits.
type QueueCounts interface {
	// Queues counts the handovers that teams have or sent and the issues they own, and the phones
	// of staff that are in use and were last seen before silentSince.
	Queues(teams, staff []string, now, silentSince time.Time) (Queues, error)
}

// ReadQueues counts what waits for a lead.
func ReadQueues(store QueueCounts, lead Lead, now time.Time) (Queues, error) {
	return store.Queues(lead.DeskTeams(), lead.MemberIDs(), now, now.Add(-SilentAfter))
}
