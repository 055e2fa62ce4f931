// A phone whose work was answered and never confirmed by a pull, when the server is put back to a backup of before: the
// work comes back by the phone alone, whatever it asks first and whether anybody told the server.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { openClient } from '../../pb_public/shared/sync/client.js'
import { MemoryStorage } from '../../pb_public/shared/sync/storage.js'
import { startStand } from '../stand/stand.mjs'

/** @type {import('../stand/stand.mjs').Stand} */
let stand
before(async () => { stand = await startStand(null) })
after(() => stand.close())

describe('answered, never pulled, and then the server is restored', () => { // O16
  for (const untold of [false, true]) for (const first of ['hello', 'pull', 'push']) for (const pulled of [false, true]) {
    test(`${untold ? 'untold' : 'told'}, ${first} first, ${pulled ? 'after work that a pull had confirmed was lost too' : 'alone'}`, async () => {
      const name = `${untold ? 'untold' : 'told'}${first}${pulled ? 'more' : ''}`
      const storage = new MemoryStorage()
      let cut = false
      const open = () => openClient({ storage, server: stand.url, name, platform: 'node', app: '1', digestEvery: Infinity,
        fetch: (input, init) => cut && String(input).includes('/pull') ? Promise.reject(new TypeError('fetch failed')) : fetch(input, init) })
      let client = await open()
      /** @param {string} note */
      const visit = async note => (await client.record([{ op: 'create', collection: 'visits', set: { patient: stand.patients.Ames, status: 'completed', note } }])).key
      const stored = async (/** @type {string} */ note) => (await stand.query('SELECT count(*) AS n FROM visits WHERE note = ?', note))[0].n

      await client.signIn({ identity: stand.staff.nia.email, password: stand.password })
      await visit(`${name}: before the backup`)
      assert.equal(await client.sync(), null)
      await stand.backup(name)
      const notes = [`${name}: answered`]
      if (pulled) {
        notes.unshift(`${name}: confirmed`)
        await visit(notes[0])
        for (let tries = 0; client.debugState().outbox.length > 0 && tries < 5; tries++) await client.sync() // the backup took the connections down
      }
      cut = true
      const key = await visit(notes.at(-1) ?? '')
      for (let tries = 0; client.unsent().count > 0 && tries < 5; tries++) await client.sync()
      assert.deepEqual([client.unsent().count, client.debugState().outbox.map(c => c.key)], [0, [key]], 'it is answered, and waits for a pull')
      for (const note of notes) assert.equal(await stored(note), 1)

      await stand.restore(name, untold)
      for (const note of notes) assert.equal(await stored(note), 0, 'the backup does not know it')
      cut = false
      if (first === 'hello') client = await open()
      if (first === 'push') notes.push(`${name}: after the restore`)
      if (first === 'push') await visit(notes.at(-1) ?? '')
      for (let tries = 0; tries < 5; tries++) await client.sync()

      for (const note of [...notes, `${name}: before the backup`]) assert.equal(await stored(note), 1, note)
      assert.deepEqual(client.debugState().outbox, [])
      assert.equal(client.item(key)?.state, 'sent')
      for (const note of notes) assert.equal(client.list('visits', { patient: stand.patients.Ames }).filter(v => v.values.note === note).length, 1, `on the phone: ${note}`)
    })
  }
})
