// When a client tries: its own timer, what the server asks for, the stream and the held pull.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { retryAfter } from '../../pb_public/shared/sync/exchange.js'
import { delay } from '../../pb_public/shared/sync/retry.js'
import { Events } from '../../pb_public/shared/events.js'
import { minter } from '../../pb_public/shared/sync/ulid.js'
import { ames, edit, refusal, settled } from './fake.mjs'

test('the wait doubles from four seconds to ten minutes, with full jitter', () => {
  assert.deepEqual([1, 2, 3, 8, 9, 50].map(n => delay(n, 0, 1) / 1000), [4, 8, 16, 512, 600, 600])
  assert.equal(delay(5, 0, 0), 0)
})

test('what the server asks for is the least, plus up to a quarter of it and of the own wait', () => {
  assert.equal(delay(1, 120_000, 0), 120_000)
  assert.equal(delay(1, 120_000, 1), 120_000 + 30_000 + 1_000)
})

test('Retry-After is seconds or a date', () => {
  const now = Date.parse('2026-03-02T08:00:00Z')
  assert.deepEqual([null, '', '120', 'Mon, 02 Mar 2026 08:01:00 GMT', 'Mon, 02 Mar 2026 07:00:00 GMT', 'soon'].map(h => retryAfter(h, now)), [0, 0, 120_000, 61_000, 0, 0])
})

test('ids rise within a millisecond, carry the time, and follow a clock that is put back', () => {
  let n = 0
  const mint = minter(bytes => bytes.fill(n++ % 2 ? 0 : 255))
  const ids = [mint(1772438291204), mint(1772438291204), mint(1772438291205), mint(1772438291205)]
  assert.deepEqual(ids, [...ids].sort())
  assert.equal(new Set(ids).size, 4)
  for (const id of ids) assert.match(id, /^[0-9a-hjkmnp-tv-z]{26}$/)
  assert.ok(mint(1772438290000) < ids[0])
})

describe('the timer', () => {
  /** Signed in, nothing unsent, started. */
  async function started(parts) {
    const s = await settled(parts)
    s.client.start()
    s.server.always.set('stream', refusal(403, 'forbidden')) // neither a stream nor none
    return s
  }

  test('rounds at the pace of hello', async () => {
    const s = await started()
    assert.equal(s.device.due, 30_000)
    await s.device.pass(95_000)
    assert.equal(s.server.asked('pull').length, 3)
  })

  test('work is sent a second later, without waiting for the pace', async () => {
    const s = await started()
    await edit(s.client, 'x')
    assert.equal(s.device.due, 1_000)
    await s.device.pass(1_000)
    assert.equal(s.client.unsent().count, 0)
  })

  test('after a failure it tries again although nobody writes, and writing brings nothing forward', async () => {
    const s = await started()
    await edit(s.client, 'x')
    s.server.say('push', refusal(503, 'busy', {}, { 'Retry-After': '120' }))
    await s.device.pass(1_000)
    const { due } = s.device
    assert.ok(due >= 120_000 && due < 160_000, `${due}`)
    assert.ok(Math.abs(Number(s.client.status().nextTry) - s.device.wall - due) < 2)
    await edit(s.client, 'y')
    s.client.wake()
    assert.equal(s.device.due, due, 'silence for two minutes was asked for')
    await s.device.pass(due)
    assert.equal(s.client.unsent().count, 0)
    assert.equal(s.client.status().error, null)
  })

  // U31
  test('while an emergency is unsent it tries at least every half minute, whatever the server asks for, as long as there is a network', async () => {
    let online = true
    const s = await started({ options: { online: () => online } })
    s.device.chance = 0.99
    const emergency = (/** @type {string} */ cls) => s.client.record([{ op: 'create', collection: 'handovers', set: { patient: ames, class: cls, recommendation: 'Come' } }])
    const failing = async (/** @type {number} */ rounds) => {
      s.server.always.set('push', 'lost')
      s.server.always.set('pull', 'lost')
      for (let i = 0; i < rounds; i++) await s.client.sync()
    }
    await emergency('SD')
    await failing(9)
    assert.ok(s.device.due > 60_000, `${s.device.due}: nothing is urgent`)
    await emergency('E')
    assert.ok(s.device.due <= 30_000, `${s.device.due}: not later than before`)
    await failing(2)
    assert.ok(s.device.due <= 30_000, `${s.device.due}`)
    s.server.always.set('push', refusal(503, 'busy', {}, { 'Retry-After': '600' }))
    await s.client.sync()
    assert.ok(s.device.due <= 30_000, `${s.device.due}: the server asked for ten minutes`)
    online = false
    await failing(2)
    assert.ok(s.device.due > 60_000, `${s.device.due}: the phone says that there is no network`)
  })

  test('waking tries soon when only the network failed', async () => {
    const s = await started()
    s.device.chance = 0.9
    s.server.say('pull', 'lost', 'lost', 'lost', 'lost', 'lost', 'lost')
    await s.device.pass(200_000)
    assert.ok(s.device.due > 10_000)
    s.client.wake()
    assert.ok(s.device.due <= 1_000)
  })

  test('a client without a timer of its own is noticed', async () => {
    const s = await started({ mistakes: { noTimer: true } })
    await edit(s.client, 'x')
    s.server.say('push', 'lost')
    await s.device.pass(3_600_000)
    assert.equal(s.client.unsent().count, 1)
  })

  test('the clock set back does not stop it, and is measured again', async () => {
    const s = await started()
    s.device.wall -= 86_400_000
    await s.device.pass(31_000)
    assert.deepEqual(s.server.kinds().filter(k => k !== 'stream'), ['hello', 'pull', 'digest'])
  })

  test('hello every quarter of an hour', async () => {
    const s = await started()
    await s.device.pass(3_600_000)
    assert.equal(s.server.asked('hello').length, 4)
  })

  test('stopped, nothing more is asked', async () => {
    const s = await started()
    await s.client.stop()
    await s.device.pass(3_600_000)
    assert.deepEqual(s.server.kinds(), [])
  })

  test('two calls of sync are one round', async () => {
    const s = await settled()
    await Promise.all([s.client.sync(), s.client.sync()])
    assert.equal(s.server.asked('pull').length, 1)
  })
})

describe('the stream', () => {
  /** Waits until something is so; each turn lets what is under way go on. @param {() => boolean} so */
  async function until(so) {
    for (let i = 0; i < 10_000 && !so(); i++) await new Promise(setImmediate)
    assert.ok(so())
  }

  async function streaming() {
    const s = await settled()
    /** @type {ReadableStreamDefaultController<Uint8Array>[]} */
    const lines = []
    s.server.always.set('stream', () => new Response(new ReadableStream({ start: c => { lines.push(c) } })))
    s.client.start()
    await s.client.sync()
    await until(() => lines.length > 0)
    const first = s.server.asked('stream')[0].query.cursor
    s.server.heard.length = 0
    return { ...s, first, client: s.client, lines, send: text => lines.at(-1)?.enqueue(new TextEncoder().encode(text)) }
  }

  test('events come in pieces', () => {
    const found = []
    const events = new Events(n => found.push(n))
    for (const piece of [': hello\n\nev', 'ent: poke\r\nda', 'ta: {"head":5}\n', '\ndata: a\ndata: b\n\n', 'event: wipe\n\n', 'id: 3\n\n']) events.take(piece)
    assert.deepEqual(found, [{ event: 'poke', data: '{"head":5}' }, { event: 'message', data: 'a\nb' }, { event: 'wipe', data: '' }])
  })

  test('a poke leads to a pull within a second, a poke of what is known to nothing', async () => {
    const s = await streaming()
    s.send('event: poke\ndata: {"head":100}\n\n')
    s.send('event: poke\ndata: {"head":101}\n\n')
    await until(() => s.device.due <= 1_000)
    await s.device.pass(1_000)
    assert.deepEqual(s.server.kinds(), ['pull'])
  })

  for (const event of ['revoke', 'wipe', 'pace', 'something of tomorrow']) {
    test(`${event}: hello now`, async () => {
      const s = await streaming()
      s.send(`event: ${event}\ndata: {}\n\n`)
      await until(() => s.device.due <= 1_000)
      await s.device.pass(1_000)
      assert.deepEqual(s.server.kinds(), ['hello', 'pull'])
    })
  }

  test('while it is open rounds are rarer; when it ends the pace holds again, and it is opened anew', async () => {
    const s = await streaming()
    s.send(': still here\n\n')
    await until(() => s.device.due > 60_000)
    s.lines[0].close()
    await until(() => s.device.due <= 30_000)
    await s.device.pass(30_000)
    await until(() => s.lines.length === 2)
  })

  test('it begins where the last finished pull ended, also when it is opened anew: being connected again costs no pull', async () => {
    const s = await streaming()
    assert.equal(s.first, s.client.debugState().cursor)
    s.server.pages.push({}) // the next pull moves the cursor
    s.lines[0].close()
    await until(() => s.device.due <= 30_000)
    await s.device.pass(30_000)
    await until(() => s.lines.length === 2)
    const [{ query }] = s.server.asked('stream')
    assert.notEqual(query.cursor, s.first)
    assert.equal(query.cursor, s.client.debugState().cursor)
  })

  test('a stream that says nothing for a minute and a half is given up', async () => {
    const s = await settled()
    /** @type {AbortSignal | null | undefined} */ let signal
    s.server.always.set('stream', (/** @type {any} */ _, /** @type {RequestInit} */ init) => {
      signal = init.signal
      return new Response(new ReadableStream({ start: c => init.signal?.addEventListener('abort', () => c.error(new Error('aborted'))) }))
    })
    s.client.start()
    await s.client.sync()
    await until(() => signal !== undefined)
    const first = signal
    await s.device.pass(90_000)
    assert.equal(first?.aborted, true)
  })

  test('where there is none, the server may hold a pull; work interrupts it', async () => {
    const s = await settled()
    /** @type {any[]} */ const held = []
    s.server.always.set('pull', (/** @type {any} */ r, /** @type {RequestInit} */ init) => {
      if (!r.query.wait) return s.server.usual(r)
      return new Promise((resolve, reject) => {
        held.push({ answer: () => resolve(s.server.usual(r)) })
        init.signal?.addEventListener('abort', () => reject(new Error('aborted')))
      })
    })
    s.client.start()
    await s.client.sync() // finds out that there is no stream
    await s.client.sync()
    await until(() => held.length === 1)
    assert.equal(s.server.asked('pull').at(-1)?.query.wait, '25')
    s.device.up += 20_000
    s.device.wall += 20_000
    held[0].answer() // news: asked again at once
    await until(() => held.length === 2)
    await edit(s.client, 'x')
    await s.device.pass(1_000)
    assert.equal(s.client.unsent().count, 0)
    await s.client.stop()
  })
})
