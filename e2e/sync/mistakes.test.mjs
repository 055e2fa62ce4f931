// Mistakes a client can make, switched on one at a time: a run of faults.test.mjs must notice each of them. A check that
// notices nothing would be worth nothing.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { startStand } from '../stand/stand.mjs'
import { World } from './world.mjs'

/** @type {[keyof import('../../pb_public/shared/sync/faults.js').Faults, RegExp][]} the mistake, and what gives it away */
const mistakes = [
  ['dropOnOK', /dropped change|nowhere any more/],
  ['dropOnRefusal', /dropped change/],
  ['newKeyOnRetry', /which nobody recorded|never took effect/],
  ['baseFollowsPull', /the screen showed|of which .* was seen/],
  ['noTimer', /still has \d+ changes|lacks scope|disagree/],
  ['swapEachPage', /in the middle of a pull/],
  ['ackMovesCursor', /disagree|the server has|hold different/],
  ['shortPageEnds', /in the middle of a pull|disagree|lacks scope|the server has/],
  ['keepRevoked', /not theirs/],
]
const most = 10 // seeds

/** @type {import('../stand/stand.mjs').Stand[]} */
let stands
before(async () => { stands = await Promise.all([startStand(null), startStand(null)]) })
after(() => Promise.all(stands.map(s => s.close())))

describe('a mistake is noticed', { concurrency: 2 }, () => {
  for (const [name, telltale] of mistakes) {
    test(name, async t => {
      const stand = /** @type {import('../stand/stand.mjs').Stand} */ (stands.pop())
      t.after(() => { stands.push(stand) })
      for (let seed = 1; seed <= most; seed++) {
        const w = await new World(stand, seed, { [name]: true }).run()
        if (w.failures.length === 0) continue
        assert.match(w.failures.join('\n'), telltale)
        t.diagnostic(`noticed with seed ${seed}: ${w.failures[0]}`)
        return
      }
      assert.fail(`not noticed in ${most} seeds`)
    })
  }
})
