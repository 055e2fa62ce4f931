// @ts-check
// What the pages must know of each role, made from internal/care/role.go by:
// go test ./internal/care -update. Change it there. The server decides; a page only leaves out what
// it would be refused.

/**
 * @typedef {object} Duty
 * @property {'none' | 'limited' | 'clinical'} view the projection of records
 * @property {boolean} [desk] decides about issues, caseloads and phones of its teams
 * @property {boolean} [chain] is the end of every escalation
 * @property {boolean} [accounts] looks after accounts of staff
 * @property {boolean} [converts] hands on to a practice what volunteers noticed
 * @property {'receive'} [firstTab] where the inbox opens, if not on all that is open
 */

/** @type {Readonly<Record<string, Duty>>} */
const duties = {
  district_nurse: { view: 'clinical' },
  support_worker: { view: 'clinical' },
  matron: { view: 'clinical' },
  mental_health_practitioner: { view: 'clinical' },
  social_care_practitioner: { view: 'clinical' },
  link_worker: { view: 'limited' },
  volunteer: { view: 'limited' },
  volunteer_coordinator: { view: 'limited', desk: true, accounts: true, converts: true },
  team_lead: { view: 'clinical', desk: true, accounts: true },
  care_coordinator: { view: 'clinical', desk: true, chain: true, accounts: true },
  clinical_lead: { view: 'none' },
  safeguarding_lead: { view: 'none' },
  privacy_officer: { view: 'none' },
  practice_reception: { view: 'none', firstTab: 'receive' },
  duty_gp: { view: 'none' },
  neighbourhood_lead: { view: 'none' },
  administrator: { view: 'none', accounts: true },
}

/** The duty of a role; of one that is not known, nothing. @param {string | undefined} role @returns {Duty} */
export function dutyOf(role) { return duties[role ?? ''] ?? { view: 'none' } }
