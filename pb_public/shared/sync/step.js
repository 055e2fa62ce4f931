// @ts-check
// A round: one request at a time, each with at most one commit of what it brought, so that the app can be killed between
// any two.

import { compare, digestDue } from './digest.js'
import { applyDirective } from './directive.js'
import { enterEpoch } from './epoch.js'
import { ServerError } from './errors.js'
import { hello } from './hello.js'
import { KeyGone } from './key.js'
import { fork, sendAgain } from './outbox.js'
import { pull, pullAfresh } from './pull.js'
import { halve, push } from './push.js'
import { enrol, mustEnrol } from './signin.js'
import { token } from './token.js'

/** @typedef {import('./core.js').Core} Core */
/** @typedef {'enrol' | 'token' | 'hello' | 'push' | 'pull' | 'digest' | 'idle'} StepKind */

const maxRepeats = 30 // answered refusals in one round, before it counts as failed
const maxSteps = 1000 // of one round; who goes on so long is led in a circle
const maxEnrolments = 3 // of one round
const maxRefusals = 3 // of our assertion in a row, before we believe that the device is unknown

/** @type {Record<Exclude<StepKind, 'idle'>, (core: Core) => Promise<void>>} */
const doing = { enrol, token, hello, push, pull: core => pull(core), digest: compare }

/** What comes next; the first line that applies. @param {Core} core @returns {StepKind} */
export function next(core) {
  const { state: { self }, round, pass } = core
  if (!round.open || self.directive === 'wipe') return 'idle'
  if (mustEnrol(core) && ((pass.token && self.staff) || pass.code)) return 'enrol'
  if (!self.device || self.directive === 'relogin' || self.enrol === 'again') return 'idle'
  if (!core.access.text || core.monotonic() >= core.access.until) return 'token'
  if (self.enrol === 'anew') return 'enrol'
  if (core.mustSayHello()) return 'hello'
  if (!round.pushed && core.unsent().length > 0) return 'push'
  if (!round.pulled && core.mayPull()) return 'pull'
  if (digestDue(core) && core.mayPull() && !round.failed) return 'digest'
  return 'idle'
}

/**
 * Does the next thing of the open round. What the server refused and the client put right by itself (an expired token,
 * a batch too large) is no error. After an error the round may still go on: a failed push does not keep a pull from
 * happening.
 * @param {Core} core @returns {Promise<{ kind: StepKind, error: unknown }>}
 */
export async function step(core) {
  const kind = next(core)
  core.phase = kind
  if (kind !== 'pull') core.ahead.drop()
  if (kind === 'idle') {
    if (core.round.open) core.end(core.round.failed, core.round.waitMs)
    return { kind, error: null }
  }
  const { round } = core
  if (++round.steps > maxSteps || (kind === 'enrol' && ++round.enrolments > maxEnrolments)) {
    core.end(true)
    return { kind, error: new Error(`the round goes in a circle at ${kind}`) }
  }
  try {
    await doing[kind](core)
    return { kind, error: null }
  } catch (error) {
    return { kind, error: await refused(core, kind, error) }
  }
}

/**
 * Decides what to do about a step that failed, and returns the error that is left.
 * @param {Core} core @param {StepKind} kind @param {unknown} error
 */
async function refused(core, kind, error) {
  if (error instanceof KeyGone) {
    await core.commit(t => {
      t.putSelf({ key: null })
      applyDirective(t, 'relogin')
    })
  }
  if (!(error instanceof ServerError)) {
    core.end(true) // no answer, or storage failed: whatever comes next would fail as well
    return error
  }
  try {
    return await answered(core, kind, error)
  } catch (storage) {
    core.end(true)
    return new AggregateError([error, storage], error.message)
  }
}

/** @param {Core} core @param {StepKind} kind @param {ServerError} e */
async function answered(core, kind, e) {
  const { round } = core
  if (e.directive && e.directive !== 'none') {
    await core.commit(t => {
      if (e.code === 'revoked') { // withdrawn for good: the next enrolment brings a new key
        core.dropKey(t.state.self.key)
        t.putSelf({ key: null })
      }
      applyDirective(t, e.directive)
    })
    round.pulled = true // pushing may still be allowed
    round.failed = true
    const { directive } = core.state.self
    if (directive !== 'drain' && directive !== 'upgrade') core.end(true)
    return e
  }
  if (++round.repeats > maxRepeats) {
    core.end(true, e.retryAfterMs)
    return e
  }
  if (await putRight(core, kind, e)) return null
  round.failed = true
  round.waitMs = Math.max(round.waitMs, e.retryAfterMs)
  if (kind === 'push') round.pushed = true
  else if (kind === 'pull') round.pulled = true
  else core.end(true, e.retryAfterMs)
  return e
}

/**
 * Does what the protocol says about a refusal; false when it says: try later.
 * @param {Core} core
 * @param {StepKind} kind
 * @param {ServerError} e
 */
async function putRight(core, kind, e) {
  const { self } = core.state
  if (e.status === 401) return unauthorised(core, kind, e)
  if (e.code === 'forked' || (e.code === 'gap' && e.body.expected >= self.nextMid)) return core.commit(t => fork(t)).then(yes)
  if (e.code === 'gap') return core.commit(t => sendAgain(t, e.body.expected)).then(yes)
  if (e.code === 'epoch') return newEpoch(core, kind, e).then(yes)
  if (e.code === 'cursor' && kind === 'pull') return core.commit(t => pullAfresh(t)).then(yes)
  if (e.code === 'cursor' && kind === 'digest') {
    core.round.pulled = false
    return core.commit(t => pullAfresh(t)).then(yes)
  }
  if (e.status === 413 && kind === 'push') return halve(core).then(yes)
  if (e.code === 'not_your_client') return core.commit(t => applyDirective(t, 'relogin')).then(no)
  if (e.code === 'key_taken' && kind === 'enrol') {
    return core.commit(t => {
      core.dropKey(t.state.self.key)
      t.putSelf({ key: null })
    }).then(yes)
  }
  if (e.code === 'invalid_key' && kind === 'hello') {
    return core.commit(t => {
      t.core.dropLockedKey(t.state.self.lockedKey)
      t.putSelf({ lockedKey: null, sealTo: null })
    }).then(yes)
  }
  if (e.code === 'invalid_key' && kind === 'enrol') return core.commit(t => t.putSelf({ key: null })).then(yes)
  if (e.code === 'client_taken' && kind === 'enrol') return core.commit(t => t.putSelf({ enrol: 'anew', nextClient: '' })).then(yes)
  return false
}

const yes = () => true
const no = () => false

/** Keeps the outbox, whatever the reason, and gets a new token. @param {Core} core @param {StepKind} kind @param {ServerError} e */
async function unauthorised(core, kind, e) {
  core.access = { text: '', until: 0, scope: '' }
  if (e.code === 'clock') {
    const at = Date.parse(e.body.server_time)
    if (Number.isNaN(at) || core.round.repeats > 3) return false
    // The next assertion is dated by the server's clock. The offset that counts for what was authored is the one hello
    // measures.
    await core.commit(t => t.putSelf({ offsetMs: at - core.now() }))
    return true
  }
  if (kind === 'enrol') {
    // The sign-in came too late, or a forked device may not enrol itself: only its owner can help, and the outbox waits
    // for them.
    core.pass = { token: '', code: '' }
    await core.commit(t => applyDirective(t, 'relogin'))
    return false
  }
  // One refusal of an assertion may be a repeat of a request whose answer was lost. A server that goes on refusing does
  // not know this device any more.
  if (kind === 'token' && (e.code === 'invalid_assertion' || e.code === 'invalid_audience') && ++core.refusals >= maxRefusals) {
    core.refusals = 0
    await core.commit(t => applyDirective(t, 'relogin'))
    return false
  }
  return core.round.repeats <= 3
}

/**
 * Meets a restored server. Its refusal of our cursor means that it cannot go on from there: the pull begins afresh.
 * @param {Core} core @param {StepKind} kind @param {ServerError} e
 */
async function newEpoch(core, kind, e) {
  const { epoch, last_mid, last_key } = e.body
  const known = typeof epoch === 'string' && typeof last_mid === 'number'
  if (!known) core.mustGreet() // hello tells the rest
  await core.commit(t => {
    if (known && epoch !== t.state.self.epoch) enterEpoch(t, epoch, last_mid, last_key ?? '')
    if (kind === 'pull' || kind === 'digest') pullAfresh(t)
  })
  if (kind === 'digest') core.round.pulled = false
}
