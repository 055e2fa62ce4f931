// Mistakes a client can make, put into it one at a time: a run of faults.test.mjs must notice each of them. A check that
// notices nothing would be worth nothing. (One, revokeTakesShared, is for unit/sync-client.test.mjs to notice.)
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { startStand } from '../stand/stand.mjs'
import { World } from './world.mjs'

/** @type {[keyof import('./mistakes.mjs').Mistakes, number, RegExp][]} the mistake, the first seed that shows it, and what gives it away */
const mistakes = [
  ['dropOnOK', 1, /dropped change|nowhere any more/],
  ['dropOnRefusal', 1, /dropped change/],
  ['newKeyOnRetry', 1, /which nobody recorded|never took effect/],
  ['baseFollowsPull', 7, /the screen showed|of which .* was seen/],
  ['noTimer', 1, /still has \d+ changes|lacks scope|disagree/],
  ['swapEachPage', 1, /in the middle of a pull/],
  ['ackMovesCursor', 1, /disagree|the server has|hold different/],
  ['shortPageEnds', 4, /in the middle of a pull|disagree|lacks scope|the server has/],
  ['keepRevoked', 1, /not theirs/],
]
const most = 12 // seeds, from the first on

/** @type {import('../stand/stand.mjs').Stand[]} */
let stands
before(async () => { stands = await Promise.all([startStand(null), startStand(null)]) })
after(() => Promise.all(stands.map(s => s.close())))

describe('a mistake is noticed', { concurrency: 2 }, () => {
  for (const [name, first, telltale] of mistakes) {
    test(name, async t => {
      const stand = /** @type {import('../stand/stand.mjs').Stand} */ (stands.pop())
      t.after(() => { stands.push(stand) })
      for (let seed = first; seed < first + most; seed++) {
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
