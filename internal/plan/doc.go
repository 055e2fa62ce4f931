// Package plan works out which visits and check-ins a repeating plan stands for: on which days, at which times,
// under which ids, and what a change of the plan does to those that stand already. It also says whether somebody
// could make all that is planned for them.
//
// It is pure: it reads no clock and no store. A plan repeats by days (RFC 5545, worked out by
// github.com/teambition/rrule-go v1.8.2, MIT); the time of the day is that of the clocks of London, so a visit at
// nine is at nine before and after the clocks change.
package plan
