// Package news2 scores one set of vital signs with the National Early Warning
// Score 2 of the Royal College of Physicians (RCP, December 2017).
//
// It is a pure calculation: readings and the person in, [Score] out. It stores
// nothing, reads no clock and never compares floating-point numbers; a
// temperature is a whole number of tenths of a degree.
//
// Three rules of this package are product rules, not RCP rules, because the RCP
// text says nothing about them. A clinical safety officer must accept them.
//
//   - A set with a reading missing has no total. The readings that are there
//     still count: their sum is the floor, and the real total can only be the same or higher.
//   - Unknown is not "normal". Air or oxygen not recorded is a missing reading;
//     an unknown age or pregnancy does not switch scoring off, because only a
//     known reason may silence an alarm.
//   - [Calculate] scores whatever it is given, also beyond what can be stored, so
//     that a reading that was refused can still be judged.
//
// NEWS2 is for adults: it is not applicable under 16 or in pregnancy, and may
// mislead in spinal cord injury. It supports a clinician's judgement and never
// replaces it: show every sub-score beside the total.
package news2

// Source is the line to print in a text beside a NEWS2 score. The RCP places no copyright restriction on the report
// ("National Early Warning Score (NEWS) 2: Standardising the assessment of acute-illness severity in the NHS. Updated
// report of a working party. London: RCP, 2017", which pages name in full) but asks to be acknowledged; its charts may
// only be reproduced in colour and unmodified, so we do not redraw them.
const Source = "NEWS2: Royal College of Physicians, 2017."

// Version names the edition of the score whose tables this package holds. Store
// it beside a score so that a later edition never relabels an old one.
const Version = "RCP NEWS2, December 2017"
