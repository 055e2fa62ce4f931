// The oracle of the days of trouble, where it once accused a client that was right: a phone that dies while a change is
// recorded either holds the change or does not, whatever its author was told.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startStand } from '../stand/stand.mjs'
import { Chance } from './chance.mjs'
import { World } from './world.mjs'

/** Chance that kills, or spares, at the next commit, and leaves the network alone. */
class Fate extends Chance {
  commit = 9
  /** @param {number} n @returns {number} */
  below(n) { return n === 120 ? this.commit : n === 1000 ? 999 : super.below(n) }
}

for (const [when, roll, arrives] of /** @type {[string, number, boolean][]} */ ([['before', 0, false], ['after', 1, true]])) {
  test(`killed ${when} the commit of a recording: the change ${arrives ? 'is sent and takes effect' : 'is never sent'}, and nobody is accused`, async t => {
    const stand = await startStand(t)
    const world = new World(stand, 1)
    const fate = world.chance = new Fate(1)
    const { phone, patient } = await world.one('nia')
    fate.commit = roll
    phone.working = true
    await phone.record('visit', [{ op: 'create', collection: 'visits', set: { patient, status: 'completed', note: 'visit note #1.' } }])
    phone.working = false
    fate.commit = 9
    assert.equal(phone.dead, true, 'it was killed')
    assert.equal(phone.recorded.size, arrives ? 1 : 0)
    await world.pass(0)
    await world.heal()
    await world.reckon()
    assert.deepEqual(world.failures, [])
    assert.equal((await stand.query('SELECT id FROM visits WHERE note = ?', 'visit note #1.')).length, arrives ? 1 : 0)
    await phone.client.stop()
  })
}
