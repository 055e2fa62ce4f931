// @ts-check
// The phone while it is locked: it sends what was sealed when it was saved, and hears when it is to be emptied. It begins when the
// lock screen is there and ends when somebody unlocks.
import { LockedSender } from '../shared/sync/locked.js'
import { delay } from '../shared/sync/retry.js'
import { lockedCounts, lockedKeys, lockedStorage } from './store/locked.js'

/** The longest wait, in milliseconds, while something waits to be sent: it may be an emergency, and nobody can tell. */
export const soon = 30_000
/** The wait while nothing does, or nothing can go: for orders alone. */
export const seldom = 5 * 60_000

/**
 * How sending stands: `lockedCounts`, and whether what waits cannot go before somebody unlocks.
 * @typedef {{ waits: number, taken: number, stuck: boolean }} Locked
 */

/**
 * When to try next, in ms from now. chance is in [0, 1).
 * @param {{ waits: boolean, stuck: boolean, failures: number, retryAfterMs: number }} how @param {number} chance
 */
export function nextTry({ waits, stuck, failures, retryAfterMs }, chance) {
  if (retryAfterMs > 0) return delay(failures, retryAfterMs, chance)
  if (!waits || stuck) return seldom + chance * soon
  return Math.min(delay(Math.max(failures, 1), 0, chance), soon)
}

/**
 * Whether the phone is to be emptied: it was reported lost, or it hands in and has nothing left to hand in.
 * @param {string} directive @param {{ unsent: number, aside: number, taken: number }} left
 */
export const mustGo = (directive, { unsent, aside, taken }) =>
  directive === 'wipe' || (directive === 'drain' && aside === 0 && unsent <= taken)

/**
 * @param {object} o
 * @param {import('./store/database.js').Database} o.database
 * @param {(state: Locked) => void} o.changed
 * @param {() => Promise<void>} o.wiped
 * @param {LockedSender} [o.sender]
 * @param {(run: () => void, ms: number) => any} [o.setTimer]
 * @param {(timer: any) => void} [o.clearTimer]
 * @param {() => number} [o.chance]
 */
export function lockedSending({ database, changed, wiped, setTimer = (run, ms) => setTimeout(run, ms),
    clearTimer = timer => clearTimeout(timer), chance = Math.random,
    sender = new LockedSender({ storage: lockedStorage(database), keys: lockedKeys(database), server: location.origin }) }) {
  /** @type {AbortController | null} */ let hand = null
  /** @type {Promise<void> | null} */ let under = null
  /** @type {any} */ let timer
  let failures = 0, notBefore = 0, wasStuck = false

  async function contact() {
    const mine = hand
    if (!mine) return
    changed({ ...await lockedCounts(database), stuck: wasStuck })
    const { directive, stuck, error, retryAfterMs } = await sender.contact(mine.signal)
    if (mine.signal.aborted) return
    const [counts, unsent, aside] = await Promise.all([lockedCounts(database), database.unsent(), database.aside()])
    if (mine.signal.aborted) return
    if (mustGo(directive, { unsent, aside, taken: counts.taken })) {
      stop()
      wiped().catch(() => {}) // which waits for this contact to end
      return
    }
    failures = error ? failures + 1 : 0
    wasStuck = stuck || directive === 'relogin'
    changed({ ...counts, stuck: wasStuck })
    const wait = nextTry({ waits: counts.waits > 0, stuck: wasStuck, failures, retryAfterMs }, chance())
    notBefore = retryAfterMs > 0 ? performance.now() + wait : 0
    timer = setTimer(go, wait)
  }
  function go() {
    clearTimer(timer)
    under ??= contact().catch(() => { timer = setTimer(go, seldom) }).finally(() => { under = null })
  }
  function stop() {
    hand?.abort()
    hand = null
    clearTimer(timer)
  }
  return {
    start() {
      if (hand) return
      hand = new AbortController()
      failures = 0
      wasStuck = false
      go()
    },
    /** A network came back, or somebody looks. */
    wake() { if (hand && performance.now() >= notBefore) go() },
    /** Somebody unlocks: what is on its way is given up, and sent again by the open phone. */
    async stop() {
      stop()
      await under
    },
  }
}
