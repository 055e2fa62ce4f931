// @ts-check
// What the list is made of: who stands in it, in which order, and what the filters leave. No DOM.
import { closed, inHand } from '../shared/states.js'
import { personName } from '../shared/ui/format.js'

/** @typedef {import('./types.js').Item} Item */
/** @typedef {import('./types.js').Group} Group */
/** @typedef {import('./types.js').Tab} Tab */
/** @typedef {import('./types.js').Filters} Filters */

/** @type {Filters} */
export const noFilters = { class: '', team: '', mine: false, overdue: false, text: '' }

/** @type {Record<string, number>} */
const ranks = { E: 0, U2: 1, SG: 1, SD: 2, R: 3, I: 4 }

/** Where a handover stands for the people of an inbox. @param {{ state: string }} item @returns {'receive' | 'hand' | 'closed'} */
export function phase(item) {
  if (closed(item)) return 'closed'
  return inHand(item) ? 'hand' : 'receive'
}

/** Its deadline has passed, by the server's clock, or nobody answered at all. @param {Item} item @param {number} now */
export function isOverdue(item, now) {
  if (phase(item) === 'closed') return false
  return item.overdue || item.state === 'failed' || Boolean(item.due && Date.parse(item.due) <= now)
}

/** Overdue first, then the class, then the oldest. @param {Item} a @param {Item} b @param {number} now */
export function compare(a, b, now) {
  return Number(isOverdue(b, now)) - Number(isOverdue(a, now)) || (ranks[a.class] ?? 5) - (ranks[b.class] ?? 5) ||
    Date.parse(a.provenance.raised_at) - Date.parse(b.provenance.raised_at) || (a.id < b.id ? -1 : Number(a.id > b.id))
}

/** Small letters without accents: how people search. @param {string} text */
const plain = text => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()

/** @param {Item} item @param {string} text */
function contains(item, text) {
  const digits = text.replace(/\s/g, '')
  if (/^[0-9]{3,}$/.test(digits) && (item.patient.nhs_number ?? '').replace(/\s/g, '').includes(digits)) return true
  const all = plain([personName(item.patient), item.patient.given_name, item.patient.family_name, item.situation, item.recommendation,
      item.safe_note, item.from_staff?.name, item.from_team?.name].join(' '))
  return plain(text).split(/\s+/).filter(Boolean).every(word => all.includes(word))
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
