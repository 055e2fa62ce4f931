// Package worktime reckons in the opening hours of a practice or team, so that "two
// core hours" and "one working day" are real moments with a due time.
//
// It is pure: it reads no clock. Moments may be passed in any location; the reckoning is in
// Europe/London, and results are UTC. The time zone database is compiled in, so it works where the machine has none.
//
// Core hours are 08:00 to 18:30, Monday to Friday, except Good Friday, Christmas Day and
// bank holidays (NHS England, GP contract core hours). Easter Saturday and Easter Sunday
// are ordinary weekend days. Bank holidays are those of the nation, on the day they are
// observed: by rickar/cal v2.1.13, and what it lacks of Scotland and Northern Ireland by
// schedule 1 of the Banking and Financial Dealings Act 1971 and gov.uk/bank-holidays. Days
// that a proclamation adds or moves come in a [Calendar], those of one organisation in its
// [Statement].
package worktime
