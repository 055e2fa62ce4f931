// Seeded days of trouble with several clients and the real server. SEEDS=n runs more of them or fewer, SEED=n replays one.
// In half of the days no phone compares what it holds with the server: whatever a pull misses stays missing.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { startStand } from '../stand/stand.mjs'
import { World } from './world.mjs'

const one = Number(process.env.SEED ?? 0)
const seeds = one ? [one] : Array.from({ length: Number(process.env.SEEDS ?? 40) }, (_, i) => i + 1)

/** @type {import('../stand/stand.mjs').Stand[]} one a processor */
let stands
before(async () => { stands = await Promise.all([startStand(null), startStand(null)]) })
after(() => Promise.all(stands.map(s => s.close())))

test(`${seeds.length} days of trouble end well`, async t => {
  /** @type {Record<string, number>} */
  const total = {}
  const left = [...seeds]
  await Promise.all(stands.map(async stand => {
    for (let seed = left.shift(); seed !== undefined; seed = left.shift()) {
      const w = await new World(stand, seed, {}, { digests: Math.floor(seed / 4) % 2 === 1 }).run()
      for (const [what, n] of Object.entries(w.counts)) total[what] = (total[what] ?? 0) + n
      if (w.failures.length > 0) {
        left.length = 0
        assert.fail(w.report())
      }
    }
  }))
  t.diagnostic(JSON.stringify(total))
  if (seeds.length < 40) return
  for (const what of ['changes', 'applied', 'merged', 'lost', 'reassigned', 'killed', 'server killed', 'server restored', 'phone restored', 'written while a push was under way']) {
    assert.ok(total[what] > 0, `there was never a "${what}": the days of trouble have lost their trouble`)
  }
})
