// @ts-check
// The active rules that Doorstep ships with, made from internal/rules/defaults.go by: go test ./internal/rules -update.
// Change them there. A phone judges by these until it has the rules in force from GET /names.

/** @type {readonly import('./rules.js').Rule[]} */
export const shippedRules = [
  {
    code: "news2_7",
    title: "NEWS2 of 7 or more",
    collection: "observations",
    class: "E",
    destination: "practice",
    ask: "Emergency threshold. Please review the person with the nurse at once.",
    when: ["&&",["!=",["var","news2"],null],[">=",["get",["var","news2"],"floor_total"],7]],
  },
  {
    code: "news2_5_6",
    title: "NEWS2 of 5 or 6",
    collection: "observations",
    class: "U2",
    destination: "practice",
    ask: "Urgent threshold. Please ring the nurse and assess the person within 2 hours.",
    when: [
      "&&",
      ["&&",["!=",["var","news2"],null],[">=",["get",["var","news2"],"floor_total"],5]],
      ["<",["get",["var","news2"],"floor_total"],7]
    ],
  },
  {
    code: "news2_single_three",
    title: "A single NEWS2 parameter at 3, new for this person",
    collection: "observations",
    class: "U2",
    destination: "practice",
    ask: "One reading is in the most abnormal range and was not before. Please ring the nurse and review within 2 hours.",
    when: [
      "&&",
      ["&&",["!=",["var","news2"],null],["get",["var","news2"],"single_three"]],
      ["<",["get",["var","news2"],"floor_total"],5]
    ],
    unless: [
      "&&",
      ["var","clock_known"],
      [
        "all",
        ["get",["var","news2"],"threes"],
        "p",
        [
          "exists",
          ["var","history"],
          "h",
          [
            "&&",
            ["&&",["get",["var","h"],"verified"],["get",["var","h"],"clock_known"]],
            [
              "&&",
              ["!=",["get",["var","h"],"news2"],null],
              ["in",["var","p"],["get",["get",["var","h"],"news2"],"threes"]]
            ]
          ]
        ]
      ]
    ],
  },
  {
    code: "no_reply",
    title: "No reply at the door",
    collection: "visits",
    class: "U2",
    destination: "coordinator",
    ask: "Nobody answered and the person's whereabouts are not known. Please ring the person, next of kin and key "
      + "holder, and decide on a welfare check.",
    when: [
      "&&",
      ["==",["get",["var","record"],"status"],"no_access"],
      ["==",["get",["var","record"],"no_access_kind"],"no_reply"]
    ],
  },
  {
    code: "safeguarding",
    title: "Safeguarding concern",
    collection: "checkins",
    class: "SG",
    destination: "safeguarding",
    ask: "Please acknowledge within 1 hour, decide today on a referral to the local authority. Immediate danger: 999.",
    when: ["&&",["!=",["get",["var","record"],"safeguarding"],null],["!=",["get",["var","record"],"safeguarding"],""]],
  },
  {
    code: "critical_medicine",
    title: "Critical medicine missed or refused",
    collection: "visits",
    class: "SD",
    destination: "practice",
    ask: "A critical medicine was not taken. Please advise the same day what to do about the dose.",
    when: ["in",["get",["var","record"],"critical_medicine"],["list","missed","refused"]],
  },
  {
    code: "soft_signs",
    title: "Not their usual self",
    collection: "visits",
    class: "SD",
    destination: "practice",
    ask: "The visitor found the person not their usual self. Please review the same day.",
    when: ["&&",["!=",["get",["var","record"],"soft_signs"],null],["!=",["get",["var","record"],"soft_signs"],["list"]]],
  },
  {
    code: "volunteer_concern",
    title: "A volunteer's concern",
    collection: "checkins",
    class: "SD",
    destination: "service",
    ask: "A volunteer is concerned. Please read the check-in, ring the volunteer, and hand over to a clinician if needed.",
    when: ["&&",["!=",["get",["var","record"],"concern"],null],["!=",["get",["var","record"],"concern"],""]],
  },
]
