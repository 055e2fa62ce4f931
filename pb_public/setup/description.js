// @ts-check
// What is being set up, as the page edits it and the server takes it.

/** @typedef {{ name: string, kind: string, phone: string }} Team */

/**
 * @typedef {object} Description
 * @property {string} name
 * @property {{ name: string, email: string, password: string }} administrator
 * @property {{ name: string, kind: string, ods_code: string, phone: string, out_of_hours: string, teams: Team[] }[]} organisations
 */

/** The kinds of team without which something does not work. */
export const needed = ['coordination', 'safeguarding']

/** What the form opens with. @param {Record<string, string>} usual names of teams by kind @returns {Description} */
export const blank = usual => ({
  name: '', administrator: { name: '', email: '', password: '' },
  organisations: [{ name: '', kind: 'community_trust', ods_code: '', phone: '', out_of_hours: '',
    teams: ['nursing', ...needed].map(kind => ({ name: usual[kind] ?? '', kind, phone: '' })) }],
})

/** The kinds that it lacks. @param {Description} d */
export const lacks = d => needed.filter(kind => !d.organisations.some(o => o.teams.some(t => t.kind === kind)))

/** Sentences by field, of a refusal that names fields. @param {any} body @returns {Map<string, string>} */
export const wrongFields = body => new Map((body?.fields ?? []).map((/** @type {any} */ f) => [f.field, f.message]))

/** The id of the input of a field. @param {string} field */
export const idOf = field => `f-${field.replace(/[^a-z0-9]+/gi, '-')}`
