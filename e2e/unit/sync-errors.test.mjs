// Every row of the table of errors in protocol.md §14: whatever the server says, the outbox stays, and what the page
// promises is done.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ServerError, Unreachable } from '../../pb_public/shared/sync/client.js'
import { edit, refusal, settled } from './fake.mjs'

/** Signed in, one change unsent, the access token at its end. */
async function ready() {
  const s = await settled()
  const { key } = await edit(s.client, 'mine')
  return { ...s, client: s.client, key }
}

/** @param {any} s @param {string} key */
function kept(s, key) {
  const { outbox, sentlog, aside } = s.client.debugState()
  assert.ok([...outbox, ...sentlog, ...aside].some(c => c.key === key), 'the change is gone')
}

/** @typedef {{ on: string, status: number, code: string, more?: any, headers?: any, times?: number, force?: string, then: (s: any, error: any) => void }} Row */

/** Stays as it was, is reported, is tried again later. @param {any} s @param {any} error */
const triedLater = (s, error) => {
  assert.ok(error instanceof ServerError)
  assert.equal(s.client.unsent().count, s.server.asked('push').length > 0 && s.failedOn !== 'push' ? 0 : 1)
  assert.ok(s.client.status().nextTry !== null)
  assert.equal(s.client.directive, '')
}
/** Was put right within the round: nothing is left to do. @param {any} s @param {any} error */
const putRight = (s, error) => {
  assert.equal(error, null)
  assert.equal(s.client.unsent().count, 0)
  assert.equal(s.client.debugState().outbox.length, 0)
}
/** Waits for somebody to sign in, and sends nothing meanwhile. @param {any} s @param {any} error */
const asksForSignIn = async (s, error) => {
  assert.ok(error instanceof ServerError)
  assert.equal(s.client.needsSignIn, true)
  assert.equal(s.client.status().nextTry, null)
  const before = s.server.heard.length
  await s.client.sync()
  assert.equal(s.server.heard.length, before)
  await s.client.signIn({ identity: 'nia@example.org', password: 'secret' })
  assert.equal(await s.client.sync(), null)
  assert.equal(s.client.unsent().count, 0)
}

/** @type {Row[]} */
const rows = [
  { on: 'push', status: 400, code: 'malformed', then: triedLater },
  { on: 'push', status: 400, code: 'invalid', then: triedLater },
  { on: 'pull', status: 400, code: 'invalid', then: triedLater },
  { on: 'pull', status: 400, code: 'cursor', then: (s, error) => {
    putRight(s, error)
    assert.deepEqual(s.server.asked('pull').map(p => p.query.cursor), ['c1', undefined])
  } },
  { on: 'digest', status: 400, code: 'cursor', force: 'digest', then: (s, error) => {
    putRight(s, error)
    assert.deepEqual(s.server.asked('pull').map(p => p.query.cursor), ['c1', undefined])
  } },
  { on: 'token', status: 400, code: 'unsupported_grant_type', force: 'token', then: triedLater },
  { on: 'token', status: 401, code: 'clock', more: { server_time: '2026-03-02T09:00:00.000Z' }, force: 'token', then: (s, error) => {
    putRight(s, error)
    const claims = JSON.parse(Buffer.from(new URLSearchParams(s.server.asked('token')[1].body).get('assertion')?.split('.')[1] ?? '', 'base64url').toString())
    assert.equal(claims.iat, Date.parse('2026-03-02T09:00:00.000Z') / 1000)
  } },
  { on: 'token', status: 401, code: 'replayed', force: 'token', then: putRight },
  { on: 'token', status: 401, code: 'invalid_assertion', force: 'token', then: putRight },
  { on: 'token', status: 401, code: 'invalid_assertion', times: 3, force: 'token', then: asksForSignIn },
  { on: 'token', status: 401, code: 'invalid_audience', times: 3, force: 'token', then: asksForSignIn },
  ...['token_expired', 'token_invalid', 'token_missing'].flatMap(code => ['hello', 'push', 'pull', 'digest'].map(on => ({ on, status: 401, code, force: on, then: (/** @type {any} */ s, /** @type {any} */ error) => {
    putRight(s, error)
    assert.equal(s.server.asked(on).length, 2)
  } }))),
  { on: 'push', status: 401, code: 'relogin', more: { directive: 'relogin' }, then: asksForSignIn },
  { on: 'pull', status: 401, code: 'revoked', more: { directive: 'relogin' }, then: async (s, error) => {
    await asksForSignIn(s, error)
    assert.notEqual(s.server.asked('devices')[0].body.public_key.x, s.publicKey, 'a withdrawn key was enrolled again')
    assert.equal(s.server.asked('devices')[0].body.client, 'client-1')
  } },
  { on: 'hello', status: 403, code: 'not_your_client', force: 'hello', then: asksForSignIn },
  { on: 'push', status: 403, code: 'inactive', then: triedLater },
  { on: 'push', status: 403, code: 'no_device_role', then: triedLater },
  { on: 'pull', status: 403, code: 'forbidden', then: triedLater },
  { on: 'hello', status: 404, code: 'not_found', force: 'hello', then: triedLater },
  { on: 'hello', status: 405, code: 'method_not_allowed', force: 'hello', then: triedLater },
  { on: 'push', status: 415, code: 'unsupported_media_type', then: triedLater },
  { on: 'push', status: 415, code: 'unsupported_encoding', then: triedLater },
  { on: 'push', status: 409, code: 'gap', more: { expected: 1 }, then: putRight },
  { on: 'push', status: 409, code: 'gap', more: { expected: 7 }, then: forked },
  { on: 'push', status: 409, code: 'forked', more: { last_mid: 3, last_key: 'x' }, then: forked },
  ...['push', 'pull', 'digest'].map(on => ({ on, status: 410, code: 'epoch', more: { epoch: 'e2', last_mid: 0, last_key: '' }, force: on, then: (/** @type {any} */ s, /** @type {any} */ error) => {
    putRight(s, error)
    assert.equal(s.client.debugState().epoch, 'e2')
    if (on !== 'push') assert.ok(s.server.asked('pull').some(p => p.query.cursor === undefined), 'the pull did not begin afresh')
  } })),
  { on: 'push', status: 413, code: 'too_large', then: (s, error) => { // it cannot be halved: one change
    assert.equal(error, null)
    assert.deepEqual(s.client.unsent(), { count: 0, oldest: '', tooBig: 1 })
    assert.equal(s.client.item(s.key).state, 'needs_you')
  } },
  { on: 'push', status: 413, code: 'too_many', then: (s, error) => assert.equal(error, null) },
  { on: 'digest', status: 413, code: 'too_large', force: 'digest', then: triedLater },
  { on: 'push', status: 429, code: 'too_many_requests', headers: { 'Retry-After': '120' }, then: (s, error) => {
    triedLater(s, error)
    assert.ok(s.client.status().nextTry - s.device.wall >= 120_000)
  } },
  ...['busy', 'unavailable', 'server_error'].map(code => ({ on: 'push', status: code === 'server_error' ? 500 : 503, code, then: (/** @type {any} */ s, /** @type {any} */ error) => {
    triedLater(s, error)
    assert.equal(s.server.asked('pull').length, 1, 'a failed push kept the round from pulling')
  } })),
  { on: 'hello', status: 400, code: 'a_code_of_tomorrow', force: 'hello', then: triedLater },
]

/** @param {any} s @param {any} error */
function forked(s, error) {
  putRight(s, error)
  const [enrolment] = s.server.asked('devices')
  assert.notEqual(enrolment.body.client, 'client-1')
  const pushes = s.server.asked('push')
  assert.deepEqual(pushes.map(p => p.body.client), ['client-1', enrolment.body.client])
  assert.deepEqual(pushes.map(p => p.body.mutations[0].mid), [1, 1])
  assert.equal(pushes[0].body.mutations[0].key, pushes[1].body.mutations[0].key)
}

describe('the server refuses', () => {
  for (const { on, status, code, more, headers, times = 1, force, then } of rows) {
    test(`${on}: ${status} ${code}${times > 1 ? `, ${times} times` : ''}${more?.expected ? ` ${more.expected}` : ''}`, async () => {
      const s = /** @type {any} */ (await ready())
      s.failedOn = on
      s.publicKey = null
      if (code === 'revoked') s.publicKey = JSON.parse(s.device.storage.rows.get('self').get('self')).key.x
      if (force === 'token' || force === 'hello') await s.device.pass(16 * 60_000)
      if (force === 'digest') s.client.requestDigest()
      for (let i = 0; i < times; i++) {
        s.server.say(on, () => {
          if (code === 'epoch') Object.assign(s.server, { epoch: more.epoch, lastMid: 0, lastKey: '' }) // from now on it is another
          return refusal(status, code, more, headers)
        })
      }
      const error = await s.client.sync()
      kept(s, s.key)
      await then(s, error)
      kept(s, s.key)
    })
  }
})

describe('enrolment is refused', () => {
  /** @type {[number, string, (s: any, error: any) => void][]} */
  const cases = [
    [400, 'invalid_key', (s, error) => {
      assert.equal(error, null)
      assert.notEqual(s.server.asked('devices')[0].body.public_key.x, s.server.asked('devices')[1].body.public_key.x)
    }],
    [409, 'key_taken', (s, error) => {
      assert.equal(error, null)
      assert.notEqual(s.server.asked('devices')[0].body.public_key.x, s.server.asked('devices')[1].body.public_key.x)
    }],
    [409, 'client_taken', (s, error) => {
      assert.equal(error, null)
      assert.match(s.server.asked('devices')[1].body.client, /^[0-9a-z]{26}$/)
    }],
    [401, 'code_invalid', (s, error) => {
      assert.equal(error.code, 'code_invalid')
      assert.equal(s.client.needsSignIn, true)
    }],
    [409, 'too_many_phones', (s, error) => assert.equal(error.code, 'too_many_phones')], // X10
    [403, 'no_device_role', (s, error) => assert.equal(error.code, 'no_device_role')],
  ]
  for (const [status, code, then] of cases) {
    test(code, async () => {
      const { FakeServer, Device, nia } = await import('./fake.mjs')
      const server = new FakeServer()
      const device = await Device.open(server)
      server.say('devices', refusal(status, code))
      const error = await device.client.signInWithCode({ code: '123456', staff: nia }).then(() => null, e => e)
      assert.equal(server.asked('devices')[0].body.code, '123456')
      then({ server, client: device.client }, error)
    })
  }

  test('wrong password, and too many of them', async () => {
    const s = await settled()
    s.server.say('sign-in', refusal(400, 'sign_in_failed'), refusal(429, 'too_many_requests'))
    await assert.rejects(s.client.signIn({ identity: 'x', password: 'y' }), { status: 400, code: 'sign_in_failed' })
    await assert.rejects(s.client.signIn({ identity: 'x', password: 'y' }), { status: 429, code: 'too_many_requests' })
  })
})

describe('there is no answer', () => {
  for (const how of ['lost', 'cut']) {
    test(`push ${how}: the same change goes again, under the same key`, async () => {
      const s = await ready()
      s.server.say('push', how)
      assert.ok(await s.client.sync() instanceof Unreachable)
      kept(s, s.key)
      assert.equal(await s.client.sync(), null)
      const sent = s.server.asked('push').map(p => JSON.stringify(p.body.mutations))
      assert.equal(new Set(sent).size, 1)
      putRight(s, null)
    })
  }

  for (const text of ['<html>captive portal', '{"epoch":"e1","last_m', '', 'null']) {
    test(`push answered with ${JSON.stringify(text)} counts as no answer`, async () => {
      const s = await ready()
      s.server.say('push', [200, text])
      assert.ok(await s.client.sync() instanceof Unreachable)
      kept(s, s.key)
    })
  }

  test('a proxy that answers 502 with a page', async () => {
    const s = await ready()
    s.server.say('push', [502, '<html>bad gateway'])
    const error = /** @type {any} */ (await s.client.sync())
    assert.equal(error.code, 'http_502')
    kept(s, s.key)
  })

  test('an answer that takes a minute is given up', async () => {
    const s = await ready()
    s.server.say('push', (/** @type {any} */ _, /** @type {RequestInit} */ init) => new Promise((_resolve, reject) => init.signal?.addEventListener('abort', () => reject(new Error('aborted')))))
    const round = s.client.sync()
    while (s.server.asked('push').length === 0) await new Promise(setImmediate)
    await Promise.all([round.then(e => assert.ok(e instanceof Unreachable)), (async () => {
      const timer = [...s.device.timers][0]
      assert.equal(timer.at - s.device.up, 60_000)
      timer.work()
    })()])
    kept(s, s.key)
  })
})

test('a server that tells a different story at every turn does not keep the round going for ever', async () => {
  const s = await ready()
  s.server.always.set('hello', (/** @type {any} */ r) => {
    const answer = s.server.usual(r)
    Object.assign(answer[1], { last_mid: 1, last_key: 'somebody else' })
    return answer
  })
  await s.device.pass(16 * 60_000)
  const error = await s.client.sync()
  assert.match(String(error), /in a circle/)
  assert.equal(s.server.asked('devices').length, 3)
  kept(s, s.key)
})

test('401 to everything: the outbox is still there tomorrow', async () => {
  const s = await ready()
  for (const what of ['token', 'hello', 'push', 'pull', 'digest']) s.server.always.set(what, refusal(401, 'token_invalid'))
  s.client.start()
  await s.device.pass(24 * 3600_000)
  kept(s, s.key)
  assert.equal(s.client.unsent().count, 1)
  assert.ok(s.server.heard.length > 100 && s.server.heard.length < 3000, `${s.server.heard.length} requests in a day`)
})

test('wipe deletes everything, the outbox too', async () => {
  const s = await ready()
  s.server.say('push', refusal(403, 'lost', { directive: 'wipe' }))
  await s.client.sync()
  assert.equal(s.client.directive, 'wipe')
  const { records, outbox, items, scopes } = s.client.debugState()
  assert.deepEqual([records.length, outbox.length, items.length, scopes.length], [0, 0, 0, 0])
  const left = [...s.device.storage.rows].filter(([table]) => table !== 'self').flatMap(([, rows]) => [...rows])
  assert.deepEqual(left, [])
  assert.doesNotMatch(s.device.storage.rows.get('self').get('self'), /"d":/, 'the key is still there')
  await s.device.reopen()
  assert.equal(s.client.directive, 'wipe')
  assert.equal(s.client.status().nextTry, null)
  await assert.rejects(edit(s.client, 'x'), { code: 'wiped' })
})

test('drain: push, never pull, drop by the answer to the push, then delete everything', async () => {
  const s = await ready()
  s.server.directive = 'drain'
  s.server.tokenScope = 'push_only'
  await s.device.pass(16 * 60_000)
  await s.client.sync()
  assert.equal(s.server.asked('push').length, 1)
  assert.equal(s.server.asked('pull').length, 0)
  assert.equal(s.client.directive, 'wipe')
  assert.equal(s.client.debugState().records.length, 0)
})

for (const [why, putAside] of /** @type {[string, (s: any, r: any) => any][]} */ ([
  ['too big for any request', () => refusal(413, 'too_large')],
  ['the server had no room', (s, r) => {
    const answer = s.server.usual(r)
    Object.assign(answer[1].results[0], { status: 'quarantined', issues: [{ code: 'no_room', fix: 'none' }] })
    return answer
  }],
])) for (const early of [true, false]) {
  test(`drain with work put aside (${why}, ${early ? 'before the drain' : 'while it drains'}): that stays until it goes, and of all else nothing does`, async () => {
    const s = await settled()
    await edit(s.client, 'sent')
    assert.equal(await s.client.sync(), null)
    const { key } = await edit(s.client, 'mine')
    s.server.say('push', r => putAside(s, r))
    if (early) { // the pull that would confirm it is lost
      s.server.say('pull', 'lost')
      assert.ok(await s.client.sync())
    }
    s.server.directive = 'drain'
    await s.device.pass(16 * 60_000)
    await s.client.sync()
    await s.device.reopen()
    assert.equal(s.client.directive, 'drain')
    const { records, scopes, staged, outbox, sentlog, aside, items } = s.client.debugState()
    assert.deepEqual([records.length, scopes.length, staged, outbox.length, sentlog.length], [0, 0, 0, 0, 0])
    assert.deepEqual([aside.map(c => c.key), items.map(i => i.key)], [[key], [key]])
    if (why === 'too big for any request') return
    await s.device.pass(16 * 60_000)
    await s.client.sync()
    assert.deepEqual(s.server.asked('push').at(-1).body.mutations.map(m => m.key), [key])
    assert.equal(s.client.directive, 'wipe')
  })
}

test('drain by an error body: a push still goes', async () => {
  const s = await ready()
  s.server.directive = 'drain'
  s.server.say('push', 'lost')
  s.server.say('pull', refusal(403, 'push_only', { directive: 'drain' }))
  await s.client.sync()
  kept(s, s.key)
  await s.client.sync()
  await s.client.sync()
  assert.equal(s.client.directive, 'wipe')
  assert.equal(s.server.asked('push').length, 1)
})

test('upgrade: push, do not pull, say so', async () => {
  const s = await ready()
  s.server.directive = 'upgrade'
  await s.device.pass(16 * 60_000)
  assert.equal(await s.client.sync(), null)
  assert.equal(s.client.unsent().count, 0)
  assert.equal(s.server.asked('pull').length, 0)
  assert.equal(s.client.status().mustUpdate, true)
  s.server.directive = 'none'
  await s.device.pass(16 * 60_000)
  await s.client.sync()
  assert.equal(s.server.asked('pull').length, 1)
})

test('a schema too old to pull still pushes', async () => {
  const s = await ready()
  s.server.schema = { current: 3, min_pull: 2, min_push: 1 }
  await s.device.pass(16 * 60_000)
  assert.equal(await s.client.sync(), null)
  assert.equal(s.client.unsent().count, 0)
  assert.equal(s.server.asked('pull').length, 0)
  assert.equal(s.client.status().mustUpdate, true)
})
