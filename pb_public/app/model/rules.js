// @ts-check
// The rules by which the server raises handovers, judged on the phone before anything is sent, so that a nurse is told at
// the door what the coordinator or the practice will be told. They come as data (docs/protocol.md §3.4); what an expression
// can hold, and what it means, is in internal/rules/phone.go. Both sides are held to internal/rules/testdata.
import { parameters } from '../../shared/ui/news2.js'

/** A tree: a value that stands for itself, or a list of an operation and what it works on. @typedef {any} Tree */
/**
 * @typedef {object} Rule
 * @property {string} code @property {string} title @property {string} collection
 * @property {string} class E, U2, SD, R, I or SG @property {string} destination practice, coordinator and the like, or team: and an id
 * @property {string} ask what is recommended to whoever gets it
 * @property {Tree} when @property {Tree} [unless] true: no alarm after all
 * @property {number} [window_days] how far back its history reaches; left out = 48 hours
 */
/**
 * One record as evidence.
 * @typedef {object} Evidence
 * @property {string} collection @property {string} id @property {string} at RFC 3339
 * @property {Record<string, any>} record its fields; what is missing is null
 * @property {import('../../shared/ui/news2.js').Score | null} news2
 * @property {boolean} verified no value of it is refused or disputed
 * @property {boolean} clock_known
 */

const hour = 3_600_000
const window = 48 * hour // as far back as the server looks where a rule says nothing else (rules.Window)

/** The classes, the most urgent first, as the server ranks them. */
export const urgencies = ['E', 'U2', 'SG', 'SD', 'R', 'I']

/**
 * The rules that hold at a record, the most urgent first. One that breaks does not hold; one whose exception breaks does.
 * @param {readonly Rule[]} rules @param {Evidence} e @param {Evidence[]} before other evidence of the person
 * @param {Record<string, any>} patient
 * @returns {Rule[]}
 */
export function holding(rules, e, before, patient) {
  const at = Date.parse(e.at), scope = { ...shown(e), patient }
  const history = (/** @type {number} */ back) => before.filter(h => at - back <= Date.parse(h.at) && Date.parse(h.at) <= at)
    .filter(h => h.collection !== e.collection || h.id !== e.id)
    .sort((a, b) => Date.parse(a.at) - Date.parse(b.at)).map(shown)
  const is = (/** @type {Tree} */ tree, /** @type {any} */ more = {}) => {
    try { return evaluate(tree, { ...scope, ...more }) === true } catch { return false }
  }
  return rules.filter(r => r.collection === e.collection && is(r.when)
    && !(r.unless !== undefined && is(r.unless, { history: history(r.window_days ? r.window_days * 24 * hour : window) })))
    .sort((a, b) => urgencies.indexOf(a.class) - urgencies.indexOf(b.class))
}

/** Evidence as expressions see it: lists in the order in which the server stores them. @param {Evidence} e */
const shown = e => ({ ...e, news2: e.news2 && { ...e.news2, threes: parameters.filter(p => e.news2?.[p] === 3) },
  record: Object.fromEntries(Object.entries(e.record).map(([name, v]) => [name, Array.isArray(v) ? [...v].sort() : v])) })

/** @param {any} v */
const isObject = v => v !== null && typeof v === 'object' && !Array.isArray(v)

/** @param {any} a @param {any} b @returns {boolean} */
function same(a, b) {
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((v, i) => same(v, b[i]))
  if (isObject(a) && isObject(b)) return Object.keys({ ...a, ...b }).every(k => k in a && k in b && same(a[k], b[k]))
  return a === b
}

/** @param {any} a @param {any} b below 0, 0 or above */
function order(a, b) {
  if (typeof a !== typeof b || !['number', 'string', 'boolean'].includes(typeof a)) throw new TypeError('no order')
  return a < b ? -1 : a > b ? 1 : 0
}

/**
 * Joins truth values: the first that decides does so, whatever the others are; an error counts where none does.
 * @param {boolean} decides @param {(() => any)[]} list
 */
function joined(decides, list) {
  /** @type {unknown} */ let broke
  for (const value of list) {
    try {
      const v = value()
      if (v === decides) return decides
      if (typeof v !== 'boolean') throw new TypeError('neither true nor false')
    } catch (e) { broke = e }
  }
  if (broke) throw broke
  return !decides
}

/** @param {any} v @returns {string} */
function text(v) {
  if (typeof v !== 'string') throw new TypeError('no text')
  return v
}

/** @type {Record<string, (args: any[]) => any>} of values */
const operations = {
  '==': ([a, b]) => same(a, b), '!=': ([a, b]) => !same(a, b),
  '<': ([a, b]) => order(a, b) < 0, '<=': ([a, b]) => order(a, b) <= 0,
  '>': ([a, b]) => order(a, b) > 0, '>=': ([a, b]) => order(a, b) >= 0,
  list: args => args,
  in([a, b]) {
    if (Array.isArray(b)) return b.some(v => same(a, v))
    if (isObject(b)) return typeof a === 'string' && a in b
    throw new TypeError('nothing to be in')
  },
  '!'([a]) {
    if (typeof a !== 'boolean') throw new TypeError('neither true nor false')
    return !a
  },
  size([a]) {
    if (Array.isArray(a)) return a.length
    return isObject(a) ? Object.keys(a).length : [...text(a)].length
  },
  contains: ([a, b]) => text(a).includes(text(b)),
  startsWith: ([a, b]) => text(a).startsWith(text(b)), endsWith: ([a, b]) => text(a).endsWith(text(b)),
}

/**
 * The value of a tree. It throws where CEL gives an error.
 * @param {Tree} tree @param {Record<string, any>} scope @returns {any}
 */
export function evaluate(tree, scope) {
  if (!Array.isArray(tree)) return tree
  const [name, ...args] = tree
  switch (name) {
    case 'var':
      if (!(args[0] in scope)) throw new ReferenceError(args[0])
      return scope[args[0]]
    case 'get': {
      const of = evaluate(args[0], scope)
      if (!isObject(of)) throw new TypeError(`nothing has ${args[1]}`)
      return of[args[1]] ?? null
    }
    case '&&': case '||': return joined(name === '||', args.map(a => () => evaluate(a, scope)))
    case 'all': case 'exists': {
      const [over, each, body] = args, list = evaluate(over, scope)
      if (!Array.isArray(list)) throw new TypeError('no list')
      return joined(name === 'exists', list.map(v => () => evaluate(body, { ...scope, [each]: v })))
    }
    case '?:': {
      const chosen = evaluate(args[0], scope)
      if (typeof chosen !== 'boolean') throw new TypeError('neither true nor false')
      return evaluate(args[chosen ? 1 : 2], scope)
    }
  }
  const operation = operations[name]
  if (!operation) throw new ReferenceError(name)
  return operation(args.map(a => evaluate(a, scope)))
}
