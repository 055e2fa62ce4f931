// How an open desk hears of what changed: nothing that it was told of stays unread.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { follow } from '../../pb_public/desk/live.js'

/** Lets everything that waits for a promise go on. */
const settle = async () => { for (let i = 0; i < 20; i++) await Promise.resolve() }

/**
 * A desk that follows a stream which the test writes.
 * @param {import('node:test').TestContext} t @param {() => Promise<boolean>} changed
 */
async function desk(t, changed) {
  t.mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'Date'] })
  /** @type {ReadableStreamDefaultController<Uint8Array>} */ let stream
  const body = new ReadableStream({ start(c) { stream = c } })
  const page = { hidden: false, addEventListener() {}, removeEventListener() {} }
  const kept = { document: globalThis.document, fetch: globalThis.fetch, addEventListener: globalThis.addEventListener, removeEventListener: globalThis.removeEventListener }
  Object.assign(globalThis, { document: page, addEventListener() {}, removeEventListener() {},
    fetch: async () => new Response(body, { headers: { 'Content-Type': 'text/event-stream' } }) })
  const end = follow(/** @type {any} */ ({ token: 'T', send: async () => ({}) }), { changed, linked() {} })
  t.after(() => { end(); Object.assign(globalThis, kept) })
  await settle()
  return { event: async () => { stream.enqueue(new TextEncoder().encode('event: poke\ndata: {}\n\n')); await settle() },
    pass: async (/** @type {number} */ ms) => { t.mock.timers.tick(ms); await settle() } }
}

test('whom the server streams nothing is not refused a stream, and reads again by the clock', async t => {
  t.mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'Date'] })
  const kept = { document: globalThis.document, fetch: globalThis.fetch, addEventListener: globalThis.addEventListener, removeEventListener: globalThis.removeEventListener }
  let asked = 0, reads = 0
  Object.assign(globalThis, { document: { hidden: false, addEventListener() {}, removeEventListener() {} }, addEventListener() {}, removeEventListener() {}, fetch: async () => { asked++; return new Response('', { status: 403 }) } })
  const end = follow(/** @type {any} */ ({ token: 'T', send: async () => ({}) }), { streams: false, changed: async () => { reads++; return true }, linked() {} })
  t.after(() => { end(); Object.assign(globalThis, kept) })
  for (let i = 0; i < 10; i++) { t.mock.timers.tick(60_000); await settle() }
  t.mock.timers.tick(60_000)
  assert.equal(asked, 0)
  assert.ok(reads > 0)
})

test('what moved before the stream began is read when it begins', async t => {
  let reads = 0
  const { pass } = await desk(t, async () => { reads++; return true })
  await pass(400)
  assert.equal(reads, 1)
  await pass(20_000)
  assert.equal(reads, 1, 'once')
})

test('a change that comes while the view is read, or while the server cannot answer, is read later', async t => {
  let reads = 0, able = false
  const { event, pass } = await desk(t, async () => { reads++; return able })
  await event()
  await pass(400)
  assert.equal(reads, 1)
  await pass(2_000)
  assert.equal(reads, 2, 'asked again')
  able = true
  await pass(4_000)
  assert.equal(reads, 3)
  await pass(20_000)
  assert.equal(reads, 3, 'until it could')
})

test('a burst of changes is read once', async t => {
  let reads = 0
  const { event, pass } = await desk(t, async () => { reads++; return true })
  for (let i = 0; i < 5; i++) await event()
  await pass(400)
  assert.equal(reads, 1)
})
