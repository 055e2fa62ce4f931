// @ts-check
// Taking a file in: what is sent of it, and what the answers come to. Pure.

/**
 * @typedef {'people' | 'directory' | 'plan'} Kind what is in a file
 * @typedef {{ where: string, subject?: string, outcome: string, reason?: string, notes?: string[], cells?: Record<string, string> }} Line
 * @typedef {{ lines: Line[], more: boolean, left_out?: Record<string, number>, remarks?: string[], missing?: string[], problem?: string,
 *   unknown?: string[] }} Answer
 */

/** How large a file may be, in bytes: it is sent as base64, which takes four for three, and 12 MB are taken at once. */
export const largestFile = 9_000_000

/** @param {Uint8Array} bytes */
export function base64(bytes) {
  let text = ''
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000))
  return btoa(text)
}

/** What came of a file so far; made anew by each answer. */
export class Report {
  constructor() {
    /** How many rows there were. */ this.rows = 0
    /** @type {Record<string, number>} */ this.counts = {}
    /** Rows that somebody should look at. @type {Line[]} */ this.look = []
    /** @type {Answer} */ this.last = { lines: [], more: true }
  }

  /** @param {Answer} answer */
  add(answer) {
    for (const line of answer.lines) {
      this.rows++
      this.counts[line.outcome] = (this.counts[line.outcome] ?? 0) + 1
      if (needsALook(line)) this.look.push(line)
    }
    this.last = answer
  }

  /** A refused row was mended and sent again. @param {Line} line @param {Line} now */
  mended(line, now) {
    this.counts[line.outcome]--
    this.counts[now.outcome] = (this.counts[now.outcome] ?? 0) + 1
    this.look = this.look.flatMap(other => other !== line ? [other] : needsALook(now) ? [{ ...now, where: line.where }] : [])
  }

  /** Whether all that the file holds is in, as far as anybody can tell. */
  get whole() {
    return !this.last.more && !this.last.problem && !this.last.missing?.length && !this.counts.refused
  }
}

/** @param {Line} line */
const needsALook = line => ['differs', 'refused'].includes(line.outcome) || (line.notes ?? []).length > 0

/** Columns in the order in which they are asked for. */
export const columns = {
  people: ['nhs_number', 'family_name', 'given_name', 'preferred_name', 'date_of_birth', 'address', 'postcode', 'lsoa', 'phone',
    'practice_ods', 'team', 'communication_needs', 'access_notes', 'risk_note', 'reason', 'cohort', 'contact_every_days',
    'confidentiality'],
  directory: ['ods_code', 'name', 'address', 'postcode', 'telephone', 'neighbourhood'],
  plan: ['nhs_number', 'family_name', 'given_name', 'date_of_birth', 'team', 'purpose', 'days', 'every_weeks', 'rule', 'from', 'to',
    'minutes', 'start', 'until', 'staff', 'second', 'at_door', 'closed_days'],
}

/** Columns without which a table is none. @type {Record<Kind, string[]>} */
const needed = { people: ['family_name'], directory: ['ods_code', 'name'], plan: ['from', 'to', 'minutes'] }

/** The column that a refused row is refused for; '' when the reason names none. @param {Line} line */
export const columnOf = line => /^([a-z_]+)(?:,|:)/.exec(line.reason ?? '')?.[1] ?? ''

/** A row as a table of its own. @param {Kind} kind @param {Record<string, string>} cells */
export function tableOf(kind, cells) {
  const filled = columns[kind].filter(column => (cells[column] ?? '').trim() || needed[kind].includes(column))
  const quote = (/** @type {string} */ text) => `"${text.replace(/"/g, '""')}"`
  return `${filled.join(',')}\n${filled.map(column => quote(cells[column] ?? '')).join(',')}\n`
}
