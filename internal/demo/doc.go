// Package demo is `doorstep demo`: it invents a neighbourhood, serves it, and lets simulated phones
// work two days through the real HTTP API, after weeks that are told quickly. The first day is one person's story, told line by line;
// on the second everybody works, through dead spots, lost replies, wrong clocks and a practice that
// does not answer. Then it counts what happened, checks the promises against the tables, and keeps
// serving.
//
//	hood    who lives and works there, from a seed
//	house   the server: database, engine, listener, a clock the script moves
//	handset a phone in somebody's hands, with a tape of everything they recorded
//	desk    a team that works its inbox over HTTP
//	past    the weeks before the story, told quickly through the same doors
//	agenda  what happens when; scenes put things on it
//	books   the tables, read by code of the demo's own
//	promise a check of tape, phones and books against each other
//
// The checks share nothing with the engine but the nouns, the score and the pure judge. Each is
// able to fail: the tests break the data on purpose.
package demo
