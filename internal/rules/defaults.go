package rules

import "doorstep/internal/care"

// reviewOn is when the shipped rules must have been looked at by the clinical lead.
const reviewOn = "2027-03-31"

// Defaults are the rules Doorstep ships with, all version 1, without owner and approver: a
// clinical lead and a second person must adopt them (product rules after uk-domain §1.5 and
// §4.2; thresholds from RCP NEWS2, December 2017, Chart 4). "Floor" is the sum of the readings
// present, so an incomplete set escalates at least as far as it has come.
//
// The conditions compare with != rather than test types: a refused value of the wrong type
// still fires, because an alarm is never muted by a bad field.
func Defaults() []Rule {
	list := []Rule{
		{
			Code: "news2_7", Title: "NEWS2 of 7 or more", Collection: care.Observations,
			Trigger: `news2 != null && news2.floor_total >= 7`,
			Class:   care.Emergency, Destination: care.ToPractice,
			Ask: "Emergency threshold. Please review the person with the nurse at once.",
		},
		{
			Code: "news2_5_6", Title: "NEWS2 of 5 or 6", Collection: care.Observations,
			Trigger: `news2 != null && news2.floor_total >= 5 && news2.floor_total < 7`,
			Class:   care.Urgent, Destination: care.ToPractice,
			Ask: "Urgent threshold. Please ring the nurse and assess the person within 2 hours.",
		},
		{
			// New for the person: not at 3 in any earlier set of the window whose readings and
			// whose place in time are both certain. An uncertain set mutes nothing.
			Code: "news2_single_three", Title: "A single NEWS2 parameter at 3, new for this person", Collection: care.Observations,
			Trigger: `news2 != null && news2.single_three && news2.floor_total < 5`,
			Unless: `clock_known && news2.threes.all(p, history.exists(h, ` +
				`h.verified && h.clock_known && h.news2 != null && p in h.news2.threes))`,
			Class: care.Urgent, Destination: care.ToPractice,
			Ask: "One reading is in the most abnormal range and was not before. Please ring the nurse and review within 2 hours.",
		},
		{
			Code: "news2_3_4", Title: "NEWS2 of 3 or 4", Collection: care.Observations,
			Trigger: `news2 != null && news2.floor_total >= 3 && news2.floor_total < 5`,
			Class:   care.SameDay, Destination: care.ToPractice, State: Shadow,
			Ask: "Raised score. Please decide today whether the person needs a review.",
		},
		{
			Code: "not_alert_no_score", Title: "Not alert, and NEWS2 does not apply", Collection: care.Observations,
			Trigger: `news2 != null && news2.status == "not_applicable" && record.acvpu in ["C", "V", "P", "U"]`,
			Class:   care.Urgent, Destination: care.ToPractice, State: Shadow,
			Ask: "The person is not alert and is under 16 or pregnant, so NEWS2 does not apply. Please ring the nurse now and use the right chart.",
		},
		{
			Code: "soft_signs", Title: "Not their usual self", Collection: care.Visits,
			Trigger: `record.soft_signs != null && record.soft_signs != []`,
			Class:   care.SameDay, Destination: care.ToPractice,
			Ask: "The visitor found the person not their usual self. Please review the same day.",
		},
		{
			Code: "no_reply", Title: "No reply at the door", Collection: care.Visits,
			Trigger: `record.status == "no_access" && record.no_access_kind == "no_reply"`,
			Class:   care.Urgent, Destination: care.ToCoordinator,
			Ask: "Nobody answered and the person's whereabouts are not known. Please ring the person, next of kin and key holder, and decide on a welfare check.",
		},
		{
			Code: "critical_medicine", Title: "Critical medicine missed or refused", Collection: care.Visits,
			Trigger: `record.critical_medicine in ["missed", "refused"]`,
			Class:   care.SameDay, Destination: care.ToPractice,
			Ask: "A critical medicine was not taken. Please advise the same day what to do about the dose.",
		},
		{
			Code: "volunteer_concern", Title: "A volunteer's concern", Collection: care.Checkins,
			Trigger: `record.concern != null && record.concern != ""`,
			Class:   care.SameDay, Destination: care.ToServiceCoord,
			Ask: "A volunteer is concerned. Please read the check-in, ring the volunteer, and hand over to a clinician if needed.",
		},
		{
			Code: "safeguarding", Title: "Safeguarding concern", Collection: care.Checkins,
			Trigger: `record.safeguarding != null && record.safeguarding != ""`,
			Class:   care.Safeguarding, Destination: care.ToSafeguardingLead,
			Ask: "Please acknowledge within 1 hour, decide today on a referral to the local authority. Immediate danger: 999.",
		},
	}
	for i := range list {
		r := &list[i]
		r.ID = ID("rule", r.Code, "1")
		r.Version, r.ReviewOn = 1, reviewOn
		if r.State == "" {
			r.State = Active
		}
	}
	return list
}
