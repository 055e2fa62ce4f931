// People come and go while a phone pulls page by page. WALKS=n makes more walks or fewer; they are the same each time.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { startStand } from '../stand/stand.mjs'
import { Chance } from './chance.mjs'
import { thereAndBack, told, WalkTown } from './walks.mjs'

const walks = Number(process.env.WALKS ?? 32)

/** @type {WalkTown} */
let town
before(async () => {
  town = new WalkTown(await startStand(null))
  await town.settle()
})
after(() => town.stand.close())

/** @param {number} n @param {Chance} chance @param {string[]} [events] */
async function walked(n, chance, events) {
  const who = events && thereAndBack.val.includes(events) ? 'val' : events || chance.below(3) > 0 ? 'nia' : 'val'
  const names = [...Object.keys(town.happenings), 'the app is killed', 'the app is killed']
  const steps = events ? events.map(what => ({ at: chance.below(5), what }))
    : Array.from({ length: 2 + chance.below(5) }, () => ({ at: chance.below(7), what: chance.pick(names) }))
  const at = steps.map(s => s.at).sort((a, b) => a - b)
  steps.forEach((s, i) => { s.at = at[i] })
  const full = chance.in100(50)
  const wrong = await town.walk({ who, from: (full ? town.full : town.empty)[who], rows: 51 + chance.below(60), steps })
  assert.equal(wrong, '', `walk ${n} of ${who}, from a phone that holds ${full ? 'everybody' : 'nobody'}, ${told(steps)}`)
}

test('whoever is lost and given again anywhere in a walk of pages is on the phone as on a new one', async () => { // O6, B4
  const all = [...thereAndBack.nia, ...thereAndBack.val]
  for (let n = 0; n < Math.max(walks / 2, all.length); n++) await walked(n, new Chance(n + 1), all[n % all.length])
})

test('whatever happens in whatever order while a phone pulls, it ends like a new one', async () => { // O6
  for (let n = 0; n < walks / 2; n++) await walked(n, new Chance(1000 + n))
})
