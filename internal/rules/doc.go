// Package rules judges evidence: which rule holds at which record of a person. It is pure.
//
// Rules are data (collection handover_rules): a CEL trigger that sees one record, and a CEL
// "unless" that may also see the person's history and then says that the trigger is no alarm.
// An alarm is one rule at one record. Alarms are a function of the set of events and of
// nothing else: not of the order in which phones delivered them, not of batches, not of the
// time of day on the server.
//
// What an expression sees:
//
//	record   the fields of the record; every field of its collection is there, null when missing
//	patient  the fields of the person, likewise
//	news2    the score of an observation set: respiration_rate, spo2, oxygen, systolic, pulse,
//	         acvpu, temperature, total (all null when missing), band, single_three, floor_total,
//	         floor_band, scale, status, threes (names of the parameters that scored 3);
//	         null for records that are not observations
//
// and in "unless" only:
//
//	history      events of the same person in the 48 hours before this one, or as many days as the
//	             rule says, at most 30, in clinical order,
//	             earliest first, each with collection, id, visit, at, verified, clock_known,
//	             record and news2
//	at           the clinical time of this record
//	verified     false when this event was built from a refused or a losing value
//	clock_known  whether the offset of the recording device's clock was known
//
// Failing safe: a trigger that breaks raises nothing and is counted against its rule; an
// "unless" that breaks mutes nothing, so the alarm stands, and is counted as well. A rule that
// does not compile is reported with its owner and the others run.
//
// NEWS2 and people it does not apply to (under 16, pregnant: RCP NEWS2, December 2017): the
// score has status not_applicable, no total and a floor of 0, so no NEWS2 rule can fire and
// no set of theirs can clear an alarm. A clinician expects two things here, and gets both: the
// screen says "not applicable", never green, because a children's or maternity chart must be
// used; and what does not rest on NEWS2 (soft signs, missed medicine, no reply, a volunteer's
// concern, safeguarding) fires as for anybody. A default rule in shadow, "not_alert_no_score",
// counts sets of such people in which the person is not alert, so that the clinical lead can
// judge from numbers whether to switch it on.
package rules
