// @ts-check
// What the pages must know of each role, made from internal/care/role.go by:
// go test ./internal/care -update. Change it there. The server decides; a page only leaves out what
// it would be refused.

/**
 * @typedef {object} Duty
 * @property {'none' | 'limited' | 'clinical'} view the projection of records
 * @property {boolean} [device] may sign in a phone with the field app
 * @property {boolean} [inbox] works the inbox of its teams
 * @property {boolean} [desk] decides about issues, caseloads and phones of its teams
 * @property {boolean} [chain] is the end of every escalation
 * @property {boolean} [accounts] looks after accounts of staff
 * @property {boolean} [converts] hands on to a practice what volunteers noticed
 * @property {boolean} [rules] keeps the rules by which handovers are raised
 * @property {boolean} [scale] decides the SpO2 scale of a person
 * @property {'own' | 'all'} [setsUp] which organisations it sets up
 * @property {boolean} [figures] reads the figures of the neighbourhoods of its teams
 * @property {boolean} [promises] sets targets there, and lets others read the figures
 * @property {'receive'} [firstTab] where the inbox opens, if not on all that is open
 */

/** @type {Readonly<Record<string, Duty>>} */
const duties = {
  district_nurse: { view: 'clinical', device: true, inbox: true },
  support_worker: { view: 'clinical', device: true },
  matron: { view: 'clinical', device: true, inbox: true, scale: true },
  mental_health_practitioner: { view: 'clinical', device: true, inbox: true },
  social_care_practitioner: { view: 'clinical', device: true, inbox: true },
  link_worker: { view: 'limited', device: true },
  volunteer: { view: 'limited', device: true },
  volunteer_coordinator: { view: 'limited', device: true, inbox: true, desk: true, accounts: true, converts: true, figures: true },
  team_lead: { view: 'clinical', device: true, inbox: true, desk: true, accounts: true, scale: true, figures: true },
  care_coordinator: { view: 'clinical', device: true, inbox: true, desk: true, chain: true, accounts: true, figures: true, promises: true },
  clinical_lead: { view: 'none', rules: true, figures: true },
  safeguarding_lead: { view: 'none', inbox: true },
  privacy_officer: { view: 'none' },
  practice_reception: { view: 'none', inbox: true, firstTab: 'receive' },
  duty_gp: { view: 'none', inbox: true },
  neighbourhood_lead: { view: 'none', figures: true, promises: true },
  administrator: { view: 'none', accounts: true, setsUp: 'own' },
  server_administrator: { view: 'none', accounts: true, setsUp: 'all' },
}

/** The duty of a role; of one that is not known, nothing. @param {string | undefined} role @returns {Duty} */
export function dutyOf(role) { return duties[role ?? ''] ?? { view: 'none' } }
