// A member of staff at a page: who hears of it when somebody signs in, and when a token is renewed.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Session } from '../../pb_public/shared/ui/session.js'

/** A session at a server that says who it is. @param {import('node:test').TestContext} t */
function session(t) {
  t.mock.timers.enable({ apis: ['setInterval'] })
  const server = { token: 1, record: { id: 'lea', name: 'Lea', role: 'lead', organisation: 'trust', teams: ['north'] }, status: 200 }
  const kept = new Map()
  const it = new Session({ storage: /** @type {any} */ ({ getItem: k => kept.get(k) ?? null, setItem: (k, v) => kept.set(k, v), removeItem: k => kept.delete(k) }),
    fetch: async () => Response.json({ token: `T${server.token++}`, record: server.record }, { status: server.status }) })
  let heard = 0
  it.watch(() => { heard++ })
  t.after(() => it.signOut())
  return { it, server, heard: () => heard, renew: async () => { t.mock.timers.tick(8 * 60_000); await new Promise(resolve => setImmediate(resolve)) } }
}

test('a form that is half filled in stays when the token is renewed: nobody is told that somebody signed in', async t => {
  const { it, server, heard, renew } = session(t)
  await it.signIn('lea@trust.example', 'a password')
  assert.deepEqual([heard(), it.token], [1, 'T1'])
  await renew()
  server.record = { ...server.record, teams: ['north', 'south'] }
  await renew()
  assert.deepEqual([heard(), it.token, it.me?.teams], [1, 'T3', ['north', 'south']])
})

test('pages hear of another role, of a session that has ended and of who signs in then', async t => {
  const { it, server, heard, renew } = session(t)
  await it.signIn('lea@trust.example', 'a password')
  server.record = { ...server.record, role: 'matron' }
  await renew()
  assert.equal(heard(), 2)
  server.status = 401
  await renew()
  assert.deepEqual([heard(), it.me], [3, null])
  server.status = 200
  await it.signIn('lea@trust.example', 'a password')
  assert.equal(heard(), 4)
})
