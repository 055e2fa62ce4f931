// @ts-check
// Hello: says where we are, learns where the server is and how wrong our clock is.

import { applyDirective } from './directive.js'
import { standing } from './epoch.js'
import { exchange } from './exchange.js'
import { tryForRoom } from './outbox.js'
import { lockedKey, noteSealingKey } from './sealed.js'

/** @param {import('./core.js').Core} core */
export async function hello(core) {
  const key = await lockedKey(core)
  const { self } = core.state
  const unsent = core.unsent()
  const now = core.now()
  const answer = await exchange(core, {
    method: 'POST', path: '/hello', bearer: core.access.text,
    body: {
      protocol: 1, schema: core.schema, client: self.client, now: core.stamp(now), cursor: self.cursor, app: core.app,
      ...(key ? { locked_key: key } : {}),
      outbox: { count: unsent.length, oldest: unsent[0]?.authored_at ?? '', next_mid: unsent[0]?.mid ?? self.nextMid },
    },
  })
  await core.commit(t => {
    t.putSelf({
      offsetMs: answer.clock_offset_ms, offsetKnown: true, pace: answer.pace ?? self.pace, minPull: answer.schema?.min_pull ?? 0,
      limits: answer.limits?.push_mutations > 0 ? answer.limits : self.limits,
    })
    noteSealingKey(t, answer.sealing)
    if (standing(t, answer.epoch, answer.last_mid, answer.last_key)) tryForRoom(t, core.trueTime())
    applyDirective(t, answer.directive ?? '')
  })
  core.head = answer.head
  core.greeted()
  core.expect((answer.scopes ?? []).reduce((/** @type {number} */ n, /** @type {any} */ s) => n + (s.state === 'ok' ? 0 : s.rows), 0))
}
