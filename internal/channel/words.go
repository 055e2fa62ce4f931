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

// Went says in the history of a handover that its team was told of it: whole, as its receiver agreed, or with a link; of how many at once.
func Went(channel string, whole bool, together int) string {
	how := "By " + name(channel)
	switch {
	case whole:
		how += ", the whole of it"
	case channel != "webpush": // which has not even a link
		how += ", as a link"
	}
	if together > 1 {
		how += fmt.Sprintf(", with %d more", together-1)
	}
	return how + ". That a person has read it is not known."
}

// WentNot says in the history of a handover that its team could not be told of it, and what is tried next; "" = nothing, a
// person has to see to it. Of one that was to go whole it says so: what left and was not taken may have been read.
func WentNot(channel string, whole bool, why, next string) string {
	what := "it"
	if whole {
		what = "the whole of it"
	}
	if next != "" {
		return fmt.Sprintf("By %s %s could not be delivered, because %s. It goes by %s now.", name(channel), what, whys[why], name(next))
	}
	return fmt.Sprintf("By %s %s could not be delivered, because %s. Please ring, or send it another way.", name(channel), what, whys[why])
}

// NoticeWentNot says in the history of a handover that no notice of it was taken. It stands in the inbox whatever becomes of notices.
func NoticeWentNot(why string) string {
	return fmt.Sprintf("By %s it could not be delivered, because %s. It stands in their inbox all the same.", name("webpush"), whys[why])
}
