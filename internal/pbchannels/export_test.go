package pbchannels

// Built are the statements that functions make, by the function and what they are for.
func Built() map[string]map[string]string {
	return map[string]map[string]string{
		"inNoHands":        {"": inNoHands() + " SELECT id FROM mine"},
		"undelivered":      {"": undelivered()},
		"undeliveredCount": {"": undeliveredCount()},
	}
}
