// @ts-check
// Pull: pages are staged; the last one swaps the base.

import { breath } from './breath.js'
import { exchange } from './exchange.js'
import { withoutWords } from './item.js'
import { enterEpoch } from './epoch.js'
import { placeKey } from './state.js'
import { swap } from './swap.js'

/** @typedef {import('./core.js').Core} Core */
/** @typedef {import('./state.js').Tx} Tx */
/** @typedef {import('./state.js').PullAnswer} PullAnswer */

/** So many changes of a page are stored together: what is sealed at once holds the page up. */
const partOf = 250

/** The scope that stands for all of them in a reset. */
export const resetAll = '*'

/**
 * Asks for the next page and stages it; the one after it is on its way meanwhile.
 * @param {Core} core
 * @param {{ wait?: number, signal?: AbortSignal }} [patience] wait: seconds the server may hold the answer until there is news
 */
export async function pull(core, patience = {}) {
  const { self } = core.state
  const from = self.stagedCursor || self.cursor
  const answer = await core.ahead.page(from, patience)
  if (answer.changes.length > partOf) await breath() // it was long to read, and is long to store
  await core.commit(t => pulled(t, from, answer))
  core.noteReceived(answer.changes.length)
  core.head = answer.head
  const ended = !answer.more && !answer.loading
  core.round.pulled = ended && core.state.staged.length === 0 && self.stagedCursor === '' && core.state.self.cursor === answer.cursor
}

/**
 * The page after a cursor; '' is the beginning.
 * @param {Core} core @param {string} cursor @returns {Promise<PullAnswer>}
 * @param {{ wait?: number, signal?: AbortSignal, early?: (text: string) => void }} [how]
 */
export async function page(core, cursor, { wait, signal, early } = {}) {
  /** @type {Record<string, string>} */
  const query = { client: core.state.self.client, limit: String(core.pageRows()) }
  if (cursor) query.cursor = cursor
  else if (core.state.records.size === 0) query.first = 'round' // what is held would look like all there is
  if (wait) query.wait = String(wait)
  const answer = await exchange(core, { method: 'GET', path: '/pull', query, bearer: core.access.text, signal, early,
        patienceMs: (wait ?? 0) * 1000 })
  return { ...answer, scopes: answer.scopes ?? [], changes: answer.changes ?? [] }
}

/** Takes in one page. @param {Tx} t @param {string} from @param {PullAnswer} answer @returns {Promise<void> | void} */
function pulled(t, from, answer) {
  const { self } = t.state
  if (answer.epoch !== self.epoch) {
    const begins = from === self.cursor && self.stagedCursor === ''
    enterEpoch(t, answer.epoch, answer.last_mid, answer.last_key)
    if (!begins) return // the pages before it were of the old epoch: start over
  }
  // what came before it is void, and may be more than we may see now
  if (answer.scopes.some(e => e.id === resetAll && e.op === 'reset')) dropStaging(t)
  let number = t.state.self.pages
  for (let at = 0; at === 0 || at < answer.changes.length; at += partOf) {
    const part = { ...answer, scopes: at ? [] : answer.scopes, changes: answer.changes.slice(at, at + partOf) }
    const staged = { number: number++, from: at ? answer.cursor : from, answer: part }
    t.state.staged.push(staged)
    t.put('staged', placeKey(staged.number), staged)
  }
  t.putSelf({ pages: number, stagedCursor: answer.cursor })
  narrow(t, answer)
  if (!answer.more) return swap(t, answer)
}

/**
 * Takes away at once what a reset of everything does not give back: the role changed, and its old content must not
 * stay until the last page arrives. The outbox stays.
 * @param {Tx} t @param {PullAnswer} answer
 */
function narrow(t, answer) {
  if (!answer.scopes.some(e => e.id === resetAll)) return
  const given = new Set(answer.scopes.filter(e => e.op === 'add').map(e => e.id))
  for (const [key, h] of t.state.records) {
    if (!h.scopes.some(s => t.state.scopes.has(s) && given.has(s))) t.takeRecord(key)
  }
  for (const item of t.state.items.values()) withoutWords(t, item)
}

/** Makes the next pull begin at the beginning. What is held stays until it is swapped. @param {Tx} t */
export function pullAfresh(t) {
  dropStaging(t)
  t.putSelf({ cursor: '' })
}

/** Forgets the pull that is under way. @param {Tx} t */
export function dropStaging(t) {
  for (const p of t.state.staged) t.take('staged', placeKey(p.number))
  t.state.staged = []
  t.putSelf({ pages: 0, stagedCursor: '' })
}
