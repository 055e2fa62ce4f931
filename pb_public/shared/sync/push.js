// @ts-check
// Push: the first unanswered changes, in order, without gaps.

import { drained } from './directive.js'
import { standing } from './epoch.js'
import { exchange } from './exchange.js'
import { advance, stateOf } from './item.js'
import { confirm, setAside } from './outbox.js'
import { mutation } from './sealed.js'
import { letGoOfWaiting } from './swap.js'

/** @typedef {import('./core.js').Core} Core */
/** @typedef {import('./state.js').Change} Change */
/** @typedef {import('./state.js').Tx} Tx */
/** @typedef {{ epoch: string, last_mid: number, last_key: string, results: readonly import('./state.js').Result[] }} PushAnswer */

const envelope = 256 // bytes around the mutations of a push
const encoder = new TextEncoder()

/** What one request may carry, from the first unanswered change on; at least one. @param {Core} core */
function batch(core) {
  const { push_mutations, push_bytes } = core.state.self.limits
  const most = core.batchMax > 0 ? Math.min(push_mutations, core.batchMax) : push_mutations
  let room = push_bytes - envelope
  /** @type {Change[]} */
  const list = []
  const { outbox } = core.state
  for (const c of outbox.slice(Math.max(outbox.findIndex(c => !c.answered), 0))) {
    if (list.length === most) break
    room -= encoder.encode(JSON.stringify(mutation(c))).length + 1
    if (room < 0 && list.length > 0) break
    list.push(c)
  }
  return list
}

/** Sends the next batch. New changes may be recorded while it is on its way. @param {Core} core */
export async function push(core) {
  const list = batch(core)
  core.sending = list
  const { self } = core.state
  /** @type {PushAnswer} */
  const answer = await exchange(core, { method: 'POST', path: '/push', bearer: core.access.text,
        body: { client: self.client, epoch: self.epoch, ...(self.cursor ? { cursor: self.cursor } : {}), schema: core.schema,
          mutations: list.map(mutation) } })
  const moved = await core.commit(t => pushed(t, answer))
  if (!moved) throw new Error(`the answer to a push of ${list.length} changes from mid ${list[0]?.mid} names none of them`)
  core.batchMax = core.batchMax * 2 >= self.limits.push_mutations ? 0 : core.batchMax * 2
}

/**
 * Records the answer, change by change, and says whether anything moved. It touches neither the cursor nor the base.
 * @param {Tx} t @param {PushAnswer} answer
 */
function pushed(t, answer) {
  const { core, state } = t
  if (!standing(t, answer.epoch, answer.last_mid, answer.last_key)) return true
  const results = new Map(answer.results.map(r => [r.key, r]))
  let moved = false
  for (const c of state.outbox) {
    const r = results.get(c.key)
    if (!r || r.mid !== c.mid) continue
    moved ||= !c.answered
    t.queue({ ...c, answered: true, turnedAway: turnedAway(r) })
    advance(t, c, stateOf(r), r)
  }
  if (state.self.directive === 'drain' || core.access.scope === 'push_only') {
    confirm(t, answer.last_mid, answer.last_key)
    drained(t)
  }
  letGoOfWaiting(t)
  return moved
}

/** Whether the server neither stored nor kept a change, for want of room. @param {import('./state.js').Result} r */
const turnedAway = ({ issues }) => issues?.length === 1 && issues[0].code === 'no_room' && !issues[0].id

/** Answers 413: half of the batch next time, and the one that is too big alone aside. @param {Core} core */
export async function halve(core) {
  const list = core.sending
  if (list.length > 1) {
    core.batchMax = Math.floor(list.length / 2)
    return
  }
  core.batchMax = 0
  const c = core.state.outbox.find(o => o.key === list[0]?.key)
  if (!c) return
  await core.commit(t => {
    setAside(t, c)
    drained(t)
  })
}
