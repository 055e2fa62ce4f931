// @ts-check
// Whose an issue is. Conflicts come to everybody who reads the record, because both values count until somebody has
// decided; deciding is for the two who wrote and for the team's lead.
import { dutyOf } from '../../shared/duties.js'
import { conflict, openIssue } from '../../shared/states.js'

/** @typedef {any} Rec a record with its id, as the phone shows it */

/** Whether an open issue is somebody's to decide. @param {Rec} issue @param {import('../context.js').Me} me */
export const mineToDecide = (issue, me) => openIssue(issue) && (!conflict(issue) || issue.kept_by === me.id || issue.lost_by === me.id
  || (dutyOf(me.role).desk === true && me.teams.includes(issue.owner_team)))

/**
 * The open conflict about a field of a record whose two values both count; what the later of two stands for is decided.
 * @param {Rec[]} issues @param {string} record @param {string} field @returns {Rec | undefined}
 */
export const disputeOf = (issues, record, field) => issues.find(i => conflict(i) && openIssue(i) && i.record === record && i.field === field
  && i.policy !== 'latest' && !i.hidden)
