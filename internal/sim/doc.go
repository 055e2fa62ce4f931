// Package sim runs a neighbourhood of phones against the real server on a real database, with
// everything around them simulated: clocks, networks, kills, restarts, restores.
//
// One seed is one run. It decides who does what when, which requests and replies are lost,
// repeated or late, who is killed where. A run has three parts: a day of trouble; healing, in
// which the network works and nobody writes any more; and the reckoning, which checks what must
// hold then, and some of which is checked after every step:
//
//   - outboxes are empty after a bounded number of rounds, without new writes;
//   - every phone holds exactly what its owner may see, worked out from the tables by other
//     code than the server's (projection.go), and the digests agree;
//   - every change took effect exactly once, in an order that explains every stored value
//     (model.go), and every losing or refused value can be found;
//   - every alarm that the rules see in the final evidence was raised, once, in one handover;
//   - who has whom is what the caseload, consent and the services that are in force say, and nothing open stands with a
//     team that takes nothing any more (services.go);
//   - what was handed over by hand is in a handover, refused or not; a line that a phone wrote is in the history once, as
//     what was done or as what was meant, and whoever has the handover reads it once (handing.go);
//   - what was told in confidence is in no answer to anybody, and the safeguarding lead reads all of it (confidence.go);
//   - of plans that repeat exactly those visits stand that days and clocks ask for, and what somebody touched is as they left
//     it (plans.go);
//   - of two registrations that were made one, and two again, each record is filed under the one that must have it, and what a
//     phone wrote about the dead one counts as meant for the survivor (model_merges.go);
//   - a locked phone hears numbers and orders alone, sends nothing in clear, and loses nothing (pocket.go).
//
// Every second day of TestSeeds is wide: it has the moves of the four about handovers, confidence, services and locked phones
// as well, and so has every eighth, which is about people who are registered twice. Every fourth is about plans.
//
// A seed that fails prints a drawn timeline and the command that replays it. Seeded design bugs
// (faults.go) prove that the reckoning notices.
package sim
