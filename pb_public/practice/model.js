// @ts-check
// What the list is made of: who stands in it, in which order, and what the filters leave. No DOM.
import { closed, inHand } from '../shared/states.js'
import { birth, personName } from '../shared/ui/format.js'
import { compare, isOverdue } from '../shared/ui/order.js'

/** @typedef {import('./types.js').Item} Item */
/** @typedef {import('./types.js').Group} Group */
/** @typedef {import('./types.js').Tab} Tab */
/** @typedef {import('./types.js').Filters} Filters */

/** @type {Filters} */
export const noFilters = { class: '', team: '', mine: false, overdue: false, text: '' }

/** Where a handover stands for the people of an inbox. @param {{ state: string }} item @returns {'receive' | 'hand' | 'closed'} */
export function phase(item) {
  if (closed(item)) return 'closed'
  return inHand(item) ? 'hand' : 'receive'
}

/** Small letters without accents: how people search. @param {string} text */
const plain = text => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()

/** @type {WeakMap<Item, string>} what is searched of each */
const searched = new WeakMap()

/** @param {Item} item */
function textOf(item) {
  let text = searched.get(item)
  if (text === undefined) {
    const p = item.patient
    searched.set(item, text = plain([personName(p), p.given_name, p.family_name, p.date_of_birth, birth(p.date_of_birth), item.situation,
        item.recommendation, item.safe_note, item.from_staff?.name, item.from_team?.name].join(' ')))
  }
  return text
}

/** A date as people write it in figures, as it is stored. @param {string} text */
const dated = text => text.replace(/\b(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})\b/g,
  (_, d, m, y) => `${y}-${m.padStart(2, '0')}-${d.padStart(2, '0')}`)

/** @param {Item} item @param {string} text */
function contains(item, text) {
  const digits = text.replace(/\s/g, '')
  if (/^[0-9]{3,}$/.test(digits) && (item.patient.nhs_number ?? '').replace(/\s/g, '').includes(digits)) return true
  const all = textOf(item)
  return plain(dated(text)).split(/[\s,]+/).filter(Boolean).every(word => all.includes(word))
}

/** @param {Item} item @param {Filters} f @param {number} now */
export function fits(item, f, now) {
  return (!f.class || item.class === f.class) && (!f.team || item.to_team?.id === f.team) && (!f.mine || item.mine)
    && (!f.overdue || isOverdue(item, now)) && (!f.text || contains(item, f.text))
}

/** @param {Filters} f */
export const filtering = f => Boolean(f.class || f.team || f.mine || f.overdue || f.text.trim())

/**
 * One row for each person, in the order of their most pressing handover.
 * @param {Iterable<Item>} items @param {Tab} tab receive, hand or open @param {Filters} filters @param {number} now
 * @returns {Group[]}
 */
export function groups(items, tab, filters, now) {
  /** @type {Map<string, Group>} */
  const byPerson = new Map()
  /** @type {Map<string, number>} */
  const inHand = new Map()
  for (const item of items) {
    const stands = phase(item)
    if (stands === 'closed') continue
    // A reader who may not know who it is has a row for each handover.
    const id = item.patient.id || item.id
    if (tab === 'receive' && stands === 'hand') inHand.set(id, (inHand.get(id) ?? 0) + 1)
    if (tab !== 'open' && tab !== stands || !fits(item, filters, now)) continue
    const group = byPerson.get(id) ?? { id, person: item.patient, items: [], inHand: 0, overdue: false }
    group.items.push(item)
    byPerson.set(id, group)
  }
  const list = [...byPerson.values()]
  for (const group of list) {
    group.items.sort((a, b) => compare(a, b, now))
    group.overdue = isOverdue(group.items[0], now)
    group.inHand = inHand.get(group.id) ?? 0
  }
  return list.sort((a, b) => compare(a.items[0], b.items[0], now))
}

/** How many people wait to be received, are in hand, are open. @param {Iterable<Item>} items */
export function counts(items) {
  const people = { receive: new Set(), hand: new Set(), open: new Set() }
  for (const item of items) {
    const stands = phase(item)
    if (stands === 'closed') continue
    const id = item.patient.id || item.id
    people.open.add(id)
    people[stands].add(id)
  }
  return { receive: people.receive.size, hand: people.hand.size, open: people.open.size }
}
