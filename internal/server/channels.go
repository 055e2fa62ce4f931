package server

import "doorstep/internal/delivery"

// channels are the ways by which every handover leaves. A further one is a line here; what it is, is a
// type of internal/delivery.
func channels(inbox delivery.InboxStore) []delivery.Channel {
	return []delivery.Channel{
		delivery.Inbox{Store: inbox},
	}
}

// channelNames are what the outbox calls them.
func channelNames() (names []string) {
	for _, c := range channels(nil) {
		names = append(names, c.Name())
	}
	return names
}
