// @ts-check
// Between a person's record and the form that corrects it: what the form begins with, and what of it was changed.

/** @typedef {Record<string, any>} Fields the fields of a record that hold something */
/** @typedef {{ service: string, given: boolean, by?: string, how?: string, at?: string, expires?: string }} Said of a voluntary service */
/**
 * @typedef {object} PersonForm
 * @property {Record<string, string>} text what stands in boxes, by field
 * @property {string[]} needs communication needs
 * @property {string} otherNeeds in words of their own, parted by commas
 * @property {'' | 'yes' | 'no'} pregnant
 * @property {boolean} objection
 * @property {boolean} hidden the address is for those who visit
 * @property {'1' | '2'} scale
 * @property {string} scaleReason
 * @property {{ service: string, given: '' | 'yes' | 'no', how: string, expires: string }} said what is said now of a service
 */

/** The fields that are boxes of text, in the order of the form. */
export const boxes = ['family_name', 'given_name', 'preferred_name', 'date_of_birth', 'died_on', 'nhs_number', 'address', 'postcode',
  'phone', 'practice', 'lead', 'access_notes', 'risk_note']

/** @param {Fields} fields @param {string[]} known needs that have a word @returns {PersonForm} */
export function formOf(fields, known) {
  const needs = fields.communication_needs ?? []
  return { text: Object.fromEntries(boxes.map(f => [f, fields[f] ?? ''])),
    needs: needs.filter((/** @type {string} */ n) => known.includes(n)),
    otherNeeds: needs.filter((/** @type {string} */ n) => !known.includes(n)).join(', '),
    pregnant: yesNo(fields.pregnant), objection: fields.objection === true, hidden: fields.address_hidden === true,
    scale: fields.spo2_scale?.scale === 2 ? '2' : '1', scaleReason: '', said: { service: '', given: '', how: '', expires: '' } }
}

/** @param {any} value @returns {'' | 'yes' | 'no'} */
const yesNo = value => (value === true ? 'yes' : value === false ? 'no' : '')

/**
 * What is to be changed of a record, with what the form showed of it.
 * @param {Fields} fields as they were when the form was opened @param {PersonForm} form @param {string[]} known
 * @returns {{ set: Fields, was: Fields }}
 */
export function changesOf(fields, form, known) {
  const before = formOf(fields, known), set = /** @type {Fields} */ ({})
  for (const f of boxes) {
    const text = f === 'nhs_number' ? form.text[f].replace(/[ -]/g, '') : form.text[f].trim()
    if (text !== before.text[f]) set[f] = text || null
  }
  const needs = [...form.needs, ...form.otherNeeds.split(',').map(n => n.trim()).filter(Boolean)]
  if ([...needs].sort().join('\n') !== [...fields.communication_needs ?? []].sort().join('\n')) set.communication_needs = needs
  if (form.pregnant !== before.pregnant) set.pregnant = form.pregnant ? form.pregnant === 'yes' : null
  if (form.objection !== before.objection) set.objection = form.objection
  if (form.hidden !== before.hidden) set.address_hidden = form.hidden
  if (form.scale !== before.scale) set.spo2_scale = { scale: Number(form.scale), reason: form.scaleReason.trim() }
  if (form.said.service && form.said.given) {
    const { service, given, how, expires } = form.said
    set.consent = [...fields.consent ?? [], { service, given: given === 'yes', ...how.trim() && { how: how.trim() },
      ...given === 'yes' && expires && { expires } }]
  }
  return { set, was: Object.fromEntries(Object.keys(set).map(f => [f, fields[f] ?? null])) }
}

/**
 * The last word about each service, and all that was said before it, the latest first.
 * @param {Said[]} consents in the order in which they were said
 */
export function lastWords(consents) {
  /** @type {Map<string, Said[]>} */ const of = new Map()
  for (const c of consents) of.set(c.service, [c, ...of.get(c.service) ?? []])
  return [...of].map(([service, said]) => ({ service, said }))
}
