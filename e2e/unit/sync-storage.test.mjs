// What any storage of a client must do, held against the one in memory; and the two kinds of device key.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { KeyGone, rowKeys, webKeys } from '../../pb_public/shared/sync/key.js'
import { MemoryStorage } from '../../pb_public/shared/sync/storage.js'

/** @param {MemoryStorage} storage */
async function all(storage) {
  const rows = {}
  await storage.load((table, key, value) => { rows[`${table} ${key}`] = value })
  return rows
}

test('a commit is all or nothing', async () => {
  const s = new MemoryStorage()
  await s.commit([{ table: 'self', key: 'self', value: { n: 1 } }, { table: 'outbox', key: '1', value: ['a'] }])
  await assert.rejects(s.commit([{ table: 'self', key: 'self', value: { n: 2 } }, { table: /** @type {any} */ ('nowhere'), key: '1', value: 1 }]))
  assert.deepEqual(await all(s), { 'self self': { n: 1 }, 'outbox 1': ['a'] })
  await s.commit([{ table: 'outbox', key: '1', value: undefined }, { table: 'self', key: 'self', value: 1 }, { table: 'self', key: 'self', value: 2 }])
  assert.deepEqual(await all(s), { 'self self': 2 })
})

test('a snapshot stays as it was, and values are copies', async () => {
  const s = new MemoryStorage()
  const value = { list: ['a'] }
  await s.commit([{ table: 'items', key: 'k', value }])
  const copy = s.snapshot()
  value.list.push('b')
  await s.commit([{ table: 'items', key: 'k', value }])
  assert.deepEqual(await all(copy), { 'items k': { list: ['a'] } })
})

const pairs = new Map()
const store = { get: async name => pairs.get(name), put: async (name, pair) => { pairs.set(name, pair) }, delete: async name => { pairs.delete(name) } }
for (const [kind, make] of Object.entries({ 'kept by a store': () => webKeys(store), 'in the row': () => rowKeys() })) {
  test(`a device key ${kind} signs for its public half, also after a restart`, async () => {
    const handle = JSON.parse(JSON.stringify(await make().create()))
    const again = make()
    const jwk = await again.publicKey(handle)
    assert.deepEqual(Object.keys(jwk), ['kty', 'crv', 'x', 'y'])
    const bytes = new TextEncoder().encode('what is signed')
    const signature = await again.sign(handle, bytes)
    assert.equal(signature.length, 64)
    const key = await crypto.subtle.importKey('jwk', jwk, { name: 'ECDSA', namedCurve: 'P-256' }, true, ['verify'])
    assert.ok(await crypto.subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, key, signature, bytes))
    await again.forget(handle)
    if (typeof handle === 'string') await assert.rejects(again.sign(handle, bytes), KeyGone)
    await assert.rejects(again.sign(null, bytes), KeyGone)
  })
}

test('a key kept by a store cannot be read out', async () => {
  const handle = await webKeys(store).create()
  await assert.rejects(crypto.subtle.exportKey('jwk', pairs.get(handle).privateKey))
})
