// A phone that locks: beside what waits lies the same, sealed; locked it sends that and hears what to do, and reads nothing.
import assert from 'node:assert/strict'
import { webcrypto } from 'node:crypto'
import { test } from 'node:test'
import { MemoryStorage } from '../../pb_public/shared/sync/storage.js'
import { LockedSender } from '../../pb_public/shared/sync/locked.js'
import { rowKeys } from '../../pb_public/shared/sync/key.js'
import { edit, FakeServer, refusal, settled } from './fake.mjs'
import { lockedSending, mustGo, nextTry, seldom, soon } from '../../pb_public/app/locked.js'
import { lockSentences } from '../../pb_public/app/model/lockscreen.js'

globalThis.crypto ??= webcrypto
const suite = '0010-0001-0002'
const sealingKey = kid => ({ kid, suite, key: Buffer.from(`point of ${kid}`).toString('base64url') })

/** A sealer that a test can read: it hides nothing. */
const readable = async (key, terms, plain) => Buffer.concat([key, Buffer.from('\n'), terms, Buffer.from('\n'), plain])
const said = c => {
  const [key, terms, plain] = Buffer.from(c.sealed, 'base64url').toString().split('\n')
  return { key, terms, change: JSON.parse(plain) }
}

/** A phone that locks, signed in; its server names a key to seal to. */
async function pocket({ kid = 'kid-1', sealing = {} } = {}) {
  const keys = rowKeys()
  const s = await settled({ options: { sealing: { keys, suite, seal: readable, ...sealing } } })
  s.kid = kid
  s.names = () => s.server.always.set('hello', request => {
    const [status, body] = s.server.usual(request)
    return [status, { ...body, ...(s.kid && request.body.locked_key ? { sealing: sealingKey(s.kid) } : {}) }]
  })
  s.names()
  s.hello = async () => { s.device.wall += 60_000; assert.equal(await s.client.sync(), null) } // its clock moved: it says hello
  s.rows = table => [...s.device.storage.rows.get(table)].map(([key, text]) => ({ key, value: JSON.parse(text) }))
  s.sealed = () => s.rows('sealed').map(r => r.value)
  await s.hello()
  s.locked = (more = {}) => new LockedSender({ keys, server: 'https://doorstep.test', fetch: s.server.fetch, now: () => s.device.wall, monotonic: () => s.device.up,
    timers: { set: () => 0, clear: () => {} }, storage: {
      load: async () => ({ cover: s.rows('locked')[0]?.value, changes: s.sealed().filter(c => !s.gone.has(c.key)) }),
      taken: async keys => { for (const k of keys) s.gone.add(k) },
    }, ...more })
  s.gone = new Set()
  s.server.heard.length = 0
  s.server.takes = (c = () => true, more = {}) => ({ body }) => [200, { epoch: 'e1', last_mid: body.changes.at(-1)?.mid ?? 0, last_key: body.changes.at(-1)?.key ?? '', directive: 'none',
    taken: body.changes.map(m => ({ mid: m.mid, key: m.key, taken: c(m) })), ...more }]
  s.server.always.set('sealed', s.server.takes())
  return s
}

test('beside each change that waits lies the same, sealed and signed, and none beside what was answered', async () => {
  const s = await pocket()
  assert.deepEqual(s.rows('sealed'), [])
  await edit(s.client, 'first')
  await edit(s.client, 'second')
  const outbox = s.client.debugState().outbox
  assert.deepEqual(s.sealed().map(c => [c.mid, c.key, c.kid]), outbox.map(c => [c.mid, c.key, 'kid-1']))
  for (const [i, c] of s.sealed().entries()) {
    const { key, terms, change } = said(c)
    assert.equal(key, 'point of kid-1')
    assert.equal(terms, `doorstep sealed change v1|client-1|${c.mid}|${c.key}`)
    const { mid, key: k, author, authored_at, ops } = outbox[i]
    assert.deepEqual(change, { mid, key: k, author, authored_at, ops })
    const self = s.rows('self')[0].value
    const own = await crypto.subtle.importKey('jwk', { ...await rowKeys().publicKey(self.key), ext: true }, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['verify'])
    assert.ok(await crypto.subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, own, Buffer.from(c.signature, 'base64url'),
      Buffer.from(`doorstep sealed by v1|device-1|client-1|${c.mid}|${c.key}|${c.kid}|${c.sealed}`)))
  }
  const [cover] = s.rows('locked')
  assert.deepEqual(Object.keys(cover.value).sort(), ['client', 'device', 'epoch', 'key', 'offset_ms'])
  await s.client.sync()
  assert.deepEqual(s.rows('sealed'), [])
})

test('when the server names another key, or the client changes, all that waits is sealed anew; where it names none, nothing stays sealed', async () => {
  const s = await pocket()
  await edit(s.client, 'waits')
  s.server.always.set('push', refusal(503, 'busy'))
  const kids = async kid => {
    s.kid = kid
    s.device.wall += 60_000
    await s.client.sync()
    return s.sealed().map(c => [c.kid, said(c).terms])
  }
  const { key } = s.client.debugState().outbox[0]
  assert.deepEqual(await kids('kid-2'), [['kid-2', `doorstep sealed change v1|client-1|1|${key}`]])
  assert.deepEqual(await kids(''), [])
  assert.deepEqual(s.rows('locked'), [])
  assert.deepEqual(await kids('kid-3'), [['kid-3', `doorstep sealed change v1|client-1|1|${key}`]])
  s.server.always.delete('push')
  s.server.say('push', refusal(409, 'forked', { last_mid: 9, last_key: 'another' }))
  s.server.say('push', refusal(503, 'busy'))
  await s.client.sync()
  const { outbox } = s.client.debugState()
  assert.notEqual(outbox[0].client, 'client-1')
  assert.deepEqual(s.sealed().map(c => said(c).terms), [`doorstep sealed change v1|${outbox[0].client}|1|${key}`])
})

test('a server of another suite, and one that knows nothing of it, leave nothing sealed; work is saved all the same', async () => {
  const other = await pocket()
  other.server.always.set('hello', request => [200, { ...other.server.usual(request)[1], sealing: { ...sealingKey('kid-9'), suite: '0020-0001-0003' } }])
  await other.hello()
  const s = await pocket({ sealing: { seal: async () => { throw new Error('no chance') } } })
  for (const p of [other, s]) {
    await edit(p.client, 'kept')
    assert.equal(p.client.unsent().count, 1)
    assert.deepEqual(p.rows('sealed'), [])
  }
})

test('a locked phone signs in with its second key, sends in order and marks what was taken', async () => {
  const s = await pocket()
  for (const text of ['one', 'two', 'three']) await edit(s.client, text)
  s.server.heard.length = 0
  assert.deepEqual(await s.locked().contact(), { directive: '', stuck: false, error: null, retryAfterMs: 0 })
  assert.deepEqual(s.server.kinds(), ['token', 'sealed'])
  const [token] = s.server.asked('token')
  const form = new URLSearchParams(token.body)
  assert.equal(form.get('scope'), 'locked')
  const [head, claims, signature] = /** @type {string} */ (form.get('assertion')).split('.')
  const { lockedKey } = s.rows('self')[0].value
  const key = await crypto.subtle.importKey('jwk', { ...await rowKeys().publicKey(lockedKey), ext: true }, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['verify'])
  assert.ok(await crypto.subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, key, Buffer.from(signature, 'base64url'), Buffer.from(`${head}.${claims}`)))
  const [sent] = s.server.asked('sealed')
  assert.deepEqual([sent.body.client, sent.body.epoch, sent.body.changes.map(c => c.mid)], ['client-1', 'e1', [1, 2, 3]])
  assert.equal(s.gone.size, 3)
  assert.equal(s.client.unsent().count, 3, 'the open phone still has to hear what became of them')
  s.server.heard.length = 0
  await s.client.sync() // unlocked
  assert.deepEqual(s.server.asked('push')[0].body.mutations.map(m => m.mid), [1, 2, 3])
})

test('a lost answer is sent again; what there is no room for stays; a hole ends the batch', async () => {
  const s = await pocket()
  for (const text of ['one', 'two', 'three']) await edit(s.client, text)
  s.server.say('sealed', 'cut')
  const phone = s.locked()
  const lost = await phone.contact()
  assert.ok(lost.error && !lost.stuck && s.gone.size === 0)
  const [, second] = s.sealed()
  s.server.say('sealed', s.server.takes(c => c.key !== second.key))
  assert.deepEqual(await phone.contact(), { directive: '', stuck: true, error: null, retryAfterMs: 0 })
  assert.deepEqual([s.gone.size, s.gone.has(second.key)], [2, false])
  s.gone.clear()
  s.gone.add(second.key)
  s.server.heard.length = 0
  await phone.contact()
  assert.deepEqual(s.server.asked('sealed').map(r => r.body.changes.map(c => c.mid)), [[1], [3]])
})

for (const [name, answer, want] of /** @type {[string, any, any][]} */ ([
  ['a lost phone', refusal(403, 'lost', { directive: 'wipe' }), { directive: 'wipe', stuck: true }],
  ['a withdrawn phone', refusal(401, 'revoked', { directive: 'relogin' }), { directive: 'relogin', stuck: true }],
  ['a restored server', refusal(410, 'epoch', { epoch: 'e2' }), { directive: '', stuck: true }],
  ['a fork', refusal(409, 'forked'), { directive: '', stuck: true }],
  ['a signature that does not hold', refusal(400, 'invalid'), { directive: '', stuck: true }],
  ['a busy server', refusal(503, 'busy', {}, { 'Retry-After': '7' }), { directive: '', stuck: false, retryAfterMs: 7_000 }],
  ['too many requests', refusal(429, 'too_many_requests', {}, { 'Retry-After': '9' }), { directive: '', stuck: false, retryAfterMs: 9_000 }],
])) {
  test(`locked, ${name} is understood`, async () => {
    const s = await pocket()
    await edit(s.client, 'waits')
    s.server.always.set('sealed', answer)
    const { error, ...got } = await s.locked().contact()
    assert.ok(error)
    assert.deepEqual(got, { retryAfterMs: 0, ...want })
    assert.equal(s.gone.size, 0)
  })
}

test('a wrong clock and a token that ran out are put right by the locked phone itself; a batch that is too much is halved', async () => {
  const s = await pocket()
  for (const text of ['one', 'two', 'three', 'four']) await edit(s.client, text)
  s.server.say('token', refusal(401, 'clock', { server_time: new Date(s.device.wall + 3_600_000).toISOString() }))
  s.server.say('sealed', refusal(401, 'token_expired'), refusal(413, 'too_large'))
  s.server.heard.length = 0
  assert.equal((await s.locked().contact()).error, null)
  assert.deepEqual(s.server.asked('sealed').map(r => r.body.changes.length), [4, 4, 2, 2])
  const exp = n => JSON.parse(Buffer.from(new URLSearchParams(s.server.asked('token')[n].body).get('assertion').split('.')[1], 'base64url').toString()).exp
  assert.ok(exp(1) - exp(0) > 3_500)
})

test('with nothing to send it asks for its directive, and without a key it asks nothing', async () => {
  const s = await pocket()
  s.server.say('sealed', s.server.takes(() => true, { directive: 'drain' }))
  assert.deepEqual(await s.locked().contact(), { directive: 'drain', stuck: false, error: null, retryAfterMs: 0 })
  s.server.heard.length = 0
  const none = s.locked({ storage: { load: async () => ({ cover: undefined, changes: [] }), taken: async () => {} } })
  assert.deepEqual(await none.contact(), { directive: '', stuck: false, error: null, retryAfterMs: 0 })
  assert.deepEqual(s.server.heard, [])
})

test('while something waits the next try is never more than half a minute away, unless the server asked for patience', () => {
  for (const failures of [0, 1, 5, 20]) {
    for (const chance of [0, 0.5, 0.999]) {
      const wait = nextTry({ waits: true, stuck: false, failures, retryAfterMs: 0 }, chance)
      assert.ok(wait >= 0 && wait <= soon, `${wait} ms after ${failures} failures`)
      assert.ok(nextTry({ waits: false, stuck: false, failures, retryAfterMs: 0 }, chance) >= seldom)
      assert.ok(nextTry({ waits: true, stuck: true, failures, retryAfterMs: 0 }, chance) >= seldom)
      assert.ok(nextTry({ waits: true, stuck: false, failures, retryAfterMs: 60_000 }, chance) >= 60_000)
    }
  }
})

test('a locked phone is emptied when it was lost, and when it handed in all it had', () => {
  const left = (unsent, aside, taken) => ({ unsent, aside, taken })
  for (const [directive, how, want] of /** @type {[string, any, boolean][]} */ ([
    ['wipe', left(3, 1, 0), true], ['', left(0, 0, 0), false], ['relogin', left(0, 0, 0), false], ['drain', left(0, 0, 0), true],
    ['drain', left(2, 0, 2), true], ['drain', left(2, 0, 1), false], ['drain', left(0, 1, 0), false],
  ])) assert.equal(mustGo(directive, how), want, JSON.stringify([directive, how]))
})

test('the lock screen says what waits, what needs an unlocked phone and what went', () => {
  const lines = (unsent, sending) => lockSentences(unsent, sending).map(s => s.text)
  assert.deepEqual(lines(0, null), [])
  assert.deepEqual(lines(1, null), ['1 visit not sent'])
  assert.deepEqual(lines(0, { waits: 0, taken: 0, stuck: false }), [])
  assert.deepEqual(lines(1, { waits: 1, taken: 0, stuck: false }), ['1 change waits. It is sent while the phone is locked: keep this page open. It goes when there is a signal.'])
  assert.deepEqual(lines(2, { waits: 2, taken: 0, stuck: true }), ['2 changes are not sent. Unlock to send them.'])
  assert.deepEqual(lines(3, { waits: 2, taken: 1, stuck: false }), ['2 changes wait. They are sent while the phone is locked: keep this page open. They go when there is a signal.',
    '1 change is not sent. Unlock to send it.', '1 change was sent while the phone was locked. Unlock to see what became of it.'])
})

test('locked sending begins with the lock, tells how it stands, and is over when somebody unlocks', async () => {
  const rows = []
  const database = { unsent: async () => 1, aside: async () => 0,
    read: (_, work) => work({ rows: { index: () => ({ count: async ([, s]) => rows.filter(r => r === s).length }) } }) }
  rows.push('waits')
  const states = [], timers = []
  let wiped = 0, answer = { directive: '', stuck: false, error: new Error('no signal'), retryAfterMs: 0 }
  const sending = lockedSending({ database: /** @type {any} */ (database), changed: s => states.push(s), wiped: async () => { await sending.stop(); wiped++ }, chance: () => 0.5,
    setTimer: (run, ms) => { timers.push({ run, ms }); return timers.length }, clearTimer: () => {},
    sender: /** @type {any} */ ({ contact: async () => { if (!answer.error) rows[0] = 'taken'; return answer } }) })
  sending.wake() // before it began: nothing
  sending.start()
  await settle(() => timers.length === 1)
  assert.deepEqual(states.at(-1), { waits: 1, taken: 0, stuck: false })
  answer = { directive: '', stuck: false, error: null, retryAfterMs: 0 }
  sending.wake()
  await settle(() => timers.length === 2)
  assert.deepEqual(states.at(-1), { waits: 0, taken: 1, stuck: false })
  answer = { directive: 'wipe', stuck: true, error: null, retryAfterMs: 0 }
  timers[1].run()
  await settle(() => wiped === 1)
  sending.start()
  await sending.stop()
  assert.equal(wiped, 1, 'it spoke after it was stopped')
})

/** @param {() => boolean} so */
async function settle(so) {
  for (let i = 0; !so(); i++) {
    if (i > 1000) throw new Error('it never came')
    await new Promise(done => setImmediate(done))
  }
}
