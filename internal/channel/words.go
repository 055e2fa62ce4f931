package channel

import (
	"fmt"

	"doorstep/internal/delivery"
)

// names are channels inside a sentence: "by e-mail".
var names = map[string]string{"email": "e-mail", "webhook": "their own system", "webpush": "a notice on their phones and pages"}

func name(channel string) string {
	if n, known := names[channel]; known {
		return n
	}
	return channel
}

// whys say why something could not be delivered, as what follows "because".
var whys = map[string]string{
	delivery.Refused: "the receiver refused it", delivery.Unreachable: "nobody answered there", delivery.Busy: "the receiver said not now, until it was too late",
	delivery.Untrusted: "the receiver could not prove who it is", delivery.NotSetUp: "this way is not set up as it should be",
	delivery.RouteEnded: "this way was taken away", delivery.Broken: "of a fault in Doorstep",
}

// Went says in the history of a handover that its team was told of it; of how many at once.
func Went(channel string, together int) string {
	if together > 1 {
		return fmt.Sprintf("By %s, with %d more. That a person has read it is not known.", name(channel), together-1)
	}
	return fmt.Sprintf("By %s. That a person has read it is not known.", name(channel))
}

// WentNot says in the history of a handover that its team could not be told of it, and what is tried next; "" = nothing, a
// person has to see to it.
func WentNot(channel, why, next string) string {
	if next != "" {
		return fmt.Sprintf("By %s it could not be delivered, because %s. It goes by %s now.", name(channel), whys[why], name(next))
	}
	return fmt.Sprintf("By %s it could not be delivered, because %s. Please ring, or send it another way.", name(channel), whys[why])
}

// NoticeWentNot says in the history of a handover that no notice of it was taken. It stands in the inbox whatever becomes of notices.
func NoticeWentNot(why string) string {
	return fmt.Sprintf("By %s it could not be delivered, because %s. It stands in their inbox all the same.", name("webpush"), whys[why])
}
