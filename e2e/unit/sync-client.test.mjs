// What a client does with work, pages and receipts: protocol.md §5 to §8 and §13, against a server that says what the test
// wants.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { canonical } from '../../pb_public/shared/sync/digest.js'
import { changes } from '../../pb_public/shared/sync/client.js'
import { sentLogKept } from '../../pb_public/shared/sync/state.js'
import { MemoryStorage } from '../../pb_public/shared/sync/storage.js'
import { ames, birch, change, Device, edit, FakeServer, nia, notes, refusal, settled, twoPeople } from './fake.mjs'

const lastOps = s => s.client.debugState().outbox.at(-1).ops
const amesNow = (version, access_notes) => change('patients', ames, version, ['pc:ames'], { family_name: 'Ames', access_notes, phone: null, communication_needs: ['large_print'] })

describe('recording', () => {
  test('an edit says what was on the screen, own work included, and the base of the first own edit', async () => {
    const s = await settled()
    await edit(s.client, 'second')
    await edit(s.client, 'third')
    const [a, b] = s.client.debugState().outbox.map(c => c.ops[0])
    assert.deepEqual([a.base, a.was, a.patient], ['e1.10', { access_notes: 'first' }, ames])
    assert.deepEqual([b.base, b.was], ['e1.10', { access_notes: 'second' }])
  })

  test('a form that was open while a pull brought something newer keeps what it saw', async () => {
    const s = await settled()
    const form = s.client.open('patients', ames)
    s.server.pages.push({ changes: [amesNow(20, 'theirs')] })
    await s.client.sync()
    assert.equal(notes(s.client), 'theirs')
    await edit(s.client, 'mine', form)
    assert.deepEqual([lastOps(s)[0].base, lastOps(s)[0].was], ['e1.10', { access_notes: 'first' }])
    assert.equal(notes(s.client), 'mine')
  })

  test('while own work is unconfirmed a further edit keeps the base of the first, also when a pull swapped something in', async () => {
    const s = await settled()
    await edit(s.client, 'mine')
    s.server.say('push', 'lost')
    await s.client.sync() // ends the round: no answer
    s.server.pages.push({ changes: [amesNow(20, 'theirs')] })
    s.server.say('push', refusal(503, 'busy'))
    await s.client.sync()
    assert.equal(notes(s.client), 'mine')
    await edit(s.client, 'mine again')
    assert.deepEqual([lastOps(s)[0].base, lastOps(s)[0].was], ['e1.10', { access_notes: 'mine' }])
  })

  test('steps of one change see each other, and go together', async () => {
    const s = await settled()
    const visit = s.client.newID()
    const { key, ids } = await s.client.record([
      { op: 'create', collection: 'visits', id: visit, set: { patient: ames, note: 'a', started_at: undefined } },
      { op: 'create', collection: 'observations', set: { patient: ames, visit, pulse: 72 } },
      { op: 'update', collection: 'visits', id: visit, set: { note: 'b' } },
      { op: 'add', collection: 'patients', id: ames, field: 'communication_needs', values: ['interpreter'] },
      { op: 'remove', collection: 'patients', id: ames, field: 'communication_needs', values: ['large_print'] },
    ])
    assert.equal(ids[0], visit)
    const ops = lastOps(s)
    assert.deepEqual(ops[0].set, { patient: ames, note: 'a' })
    assert.deepEqual([ops[2].was, ops[2].base, ops[2].patient], [{ note: 'a' }, undefined, ames])
    assert.deepEqual([ops[4].base, ops[4].values], ['e1.10', ['large_print']])
    assert.equal(s.client.view('visits', visit)?.values.note, 'b')
    assert.deepEqual(s.client.view('patients', ames)?.values.communication_needs, ['interpreter'])
    assert.deepEqual(s.client.item(key)?.about.map(a => a.patient), [ames, ames, ames, ames, ames])
  })

  test('a retract hides the record, an add to it is still seen by its id', async () => {
    const s = await settled()
    await s.client.record([{ op: 'retract', collection: 'patients', id: birch }])
    assert.deepEqual(s.client.list('patients').map(p => p.id), [ames])
    assert.equal(s.client.view('patients', birch)?.retracted, true)
  })

  test('a resolve carries the higher version of the issue and of its record', async () => {
    const s = await settled()
    const issue = version => change('sync_issues', '01jz2d00000000000000000001', version, ['staff:' + nia], { kind: 'conflict', patient: ames, collection: 'patients', record: ames, field: 'access_notes' })
    s.server.pages.push({ scopes: [{ id: 'staff:' + nia, op: 'add' }], changes: [issue(25), amesNow(30, 'theirs')] })
    await s.client.sync()
    assert.equal(s.client.issues().length, 1)
    await s.client.record([{ op: 'resolve', issue: s.client.issues()[0].id, set: { access_notes: 'both' } }])
    assert.deepEqual(lastOps(s)[0], { op: 'resolve', issue: s.client.issues()[0].id, patient: ames, base: 'e1.30', set: { access_notes: 'both' } })
    // Shown a while ago: what came since was not seen.
    await s.client.record([{ op: 'resolve', issue: s.client.issues()[0].id, seen: s.client.issues()[0], set: {} }])
    assert.equal(lastOps(s)[0].base, 'e1.25')
    await s.client.record([{ op: 'resolve', issue: s.client.issues()[0].id, seen: s.client.issues()[0], about: s.client.open('patients', ames), set: {} }])
    assert.equal(lastOps(s)[0].base, 'e1.30')
  })

  test('only what was changed is sent', async () => {
    const s = await settled()
    const form = s.client.open('patients', ames)
    assert.deepEqual(changes(form, { family_name: 'Ames', access_notes: 'new', phone: undefined, communication_needs: ['large_print'] }), { access_notes: 'new' })
  })

  test('refused: nothing, too much, not held, nobody signed in; nothing is recorded then', async () => {
    const s = await settled()
    await assert.rejects(s.client.record([]), { code: 'nothing' })
    await assert.rejects(s.client.record(Array.from({ length: 51 }, () => ({ op: /** @type {const} */ ('create'), collection: 'visits', set: { patient: ames } }))), { code: 'too_much' })
    await assert.rejects(s.client.record([{ op: 'update', collection: 'patients', id: 'nobody', set: {} }]), { code: 'not_held' })
    assert.throws(() => s.client.open('patients', 'nobody'), { code: 'not_held' })
    assert.equal(s.client.debugState().outbox.length, 0)
    const empty = await Device.open(new FakeServer())
    await assert.rejects(empty.client.record([{ op: 'create', collection: 'visits', set: { patient: ames } }]), { code: 'not_signed_in' })
  })

  test('a storage that fails: the change is not recorded, and the next one is', async () => {
    const storage = new MemoryStorage()
    const s = await settled({ storage })
    const commit = storage.commit.bind(storage)
    storage.commit = async () => { throw new Error('disk full') }
    await assert.rejects(edit(s.client, 'lost'), /disk full/)
    assert.equal(notes(s.client), 'first')
    assert.equal(s.client.unsent().count, 0)
    storage.commit = commit
    await edit(s.client, 'kept')
    assert.deepEqual(s.client.debugState().outbox.map(c => c.mid), [1])
  })

  test('two changes at the same moment get numbers of their own', async () => {
    const s = await settled()
    await Promise.all([edit(s.client, 'a'), edit(s.client, 'b'), edit(s.client, 'c')])
    assert.deepEqual(s.client.debugState().outbox.map(c => [c.mid, c.place]), [[1, 1], [2, 2], [3, 3]])
  })
})

describe('pushing', () => {
  // client.md 9
  test('a gap that nothing on the phone fills any more starts a new client, and what is unsent keeps its keys', async () => {
    const s = await settled()
    for (const text of ['second', 'third']) {
      await edit(s.client, text)
      assert.equal(await s.client.sync(), null)
    }
    await s.device.pass(sentLogKept + 60_000)
    await edit(s.client, 'fourth') // by whose receipt the older ones are forgotten
    assert.equal(await s.client.sync(), null)
    assert.deepEqual(s.client.debugState().sentlog.map(c => c.mid), [3])
    const { key } = await edit(s.client, 'fifth')
    const before = s.server.asked('push').length
    s.server.say('push', refusal(409, 'gap', { expected: 2 }))
    assert.equal(await s.client.sync(), null)
    const pushes = s.server.asked('push').slice(before)
    assert.equal(pushes.length, 2, 'it asked again and again')
    assert.notEqual(pushes[1].body.client, 'client-1')
    assert.equal(pushes[1].body.mutations[0].mid, 1)
    assert.equal(pushes[1].body.mutations.at(-1).key, key)
    assert.equal(s.client.unsent().count, 0)
    assert.equal(s.client.debugState().outbox.length, 0)
  })

  test('an answer moves receipts and nothing else; only the pull drops the row', async () => {
    const s = await settled()
    const { key } = await edit(s.client, 'mine')
    s.server.say('pull', 'lost')
    await s.client.sync()
    assert.equal(s.client.unsent().count, 0)
    assert.equal(s.client.item(key)?.state, 'sent')
    assert.equal(s.client.debugState().cursor, 'c1')
    assert.equal(notes(s.client), 'mine', 'the own note went off the screen')
    await s.device.reopen()
    assert.equal(notes(s.client), 'mine')
    assert.equal(await s.client.sync(), null)
    assert.equal(s.server.asked('push').length, 1)
    const { outbox, sentlog } = s.client.debugState()
    assert.deepEqual([outbox.length, sentlog.map(c => c.key)], [0, [key]])
    assert.equal(notes(s.client), 'first', 'the base is what the server sent')
  })

  test('a conflict, a value set aside and a quarantined change need their author', async () => {
    const s = await settled()
    const keys = []
    for (const text of ['a', 'b', 'c', 'd']) keys.push((await edit(s.client, text)).key)
    const more = [{ status: 'merged', conflicts: [{ id: 'x' }] }, { status: 'merged', issues: [{ id: 'y', fix: 'edit' }] }, { status: 'quarantined', issues: [{ id: 'z' }] }, { status: 'merged' }]
    s.server.say('push', r => {
      const answer = s.server.usual(r)
      answer[1].results.forEach((x, i) => Object.assign(x, more[i]))
      return answer
    })
    await s.client.sync()
    assert.deepEqual(keys.map(k => s.client.item(k)?.state), ['needs_you', 'needs_you', 'needs_you', 'sent'])
    // A replayed answer may hide what we may not see any more; the first one stays.
    assert.equal(s.client.item(keys[0])?.result?.conflicts?.length, 1)
  })

  test('413 halves the batch, and goes on with what comes after the one that is too big', async () => {
    const s = await settled()
    for (let i = 1; i <= 5; i++) await edit(s.client, `n${i}`)
    const big = s.client.debugState().outbox[2].key
    const judge = r => (r.body.mutations.some(m => m.key === big) ? refusal(413, 'too_large') : s.server.usual(r))
    s.server.always.set('push', judge)
    assert.equal(await s.client.sync(), null)
    assert.deepEqual(s.client.unsent(), { count: 0, oldest: '', tooBig: 1 })
    const went = s.server.asked('push').filter(p => !p.body.mutations.some(m => m.key === big)).flatMap(p => p.body.mutations.map(m => [m.mid, m.ops[0].set.access_notes]))
    assert.deepEqual(went, [[1, 'n1'], [2, 'n2'], [3, 'n4'], [4, 'n5']])
    assert.equal(s.client.item(big)?.state, 'needs_you')
    assert.deepEqual(s.client.exportUnsent().too_big.map(c => c.key), [big])
    await assert.rejects(s.client.signOut(), { code: 'unsent' })
  })

  test('a change for which there was no room is sent again under its key and a later number', async () => {
    const s = await settled()
    const { key: away } = await edit(s.client, 'no room')
    await edit(s.client, 'kept')
    s.server.say('push', r => {
      const answer = s.server.usual(r)
      Object.assign(answer[1].results[0], { status: 'quarantined', issues: [{ code: 'no_room', fix: 'none' }] })
      return answer
    })
    assert.equal(await s.client.sync(), null)
    await s.device.reopen()
    assert.equal(s.client.unsent().count, 1, 'nothing else in the world has it')
    assert.equal(await s.client.sync(), null)
    assert.equal(s.server.asked('push').length, 1, 'not at once')
    await s.device.pass(16 * 60_000)
    assert.equal(await s.client.sync(), null)
    assert.deepEqual(s.server.asked('push')[1].body.mutations.map(m => [m.mid, m.key]), [[3, away]])
    assert.equal(s.client.unsent().count, 0)
  })

  test('limits of hello are kept, in mutations and in bytes', async () => {
    const s = await settled()
    s.server.limits = { push_mutations: 3, push_bytes: 1000, pull_rows: 1000 }
    for (let i = 0; i < 4; i++) await edit(s.client, 'x')
    await edit(s.client, 'y'.repeat(700))
    await edit(s.client, 'z')
    await s.device.pass(16 * 60_000)
    assert.equal(await s.client.sync(), null)
    assert.deepEqual(s.server.asked('push').map(p => p.body.mutations.length), [2, 2, 1, 1])
  })

  test('large bodies are compressed', async () => {
    const s = await settled()
    await edit(s.client, 'y'.repeat(5000))
    await s.client.sync()
    assert.equal(s.server.asked('push')[0].headers.get('Content-Encoding'), 'gzip')
    assert.equal(s.server.asked('push')[0].body.mutations[0].ops[0].set.access_notes.length, 5000)
  })
})

describe('pulling', () => {
  const half = { more: true, scopes: [{ id: 'pc:cole', op: 'add' }], changes: [change('patients', 'cole', 40, ['pc:cole'], { family_name: 'Cole' })] }

  test('nothing shows before the last page, and a kill between two pages goes on where it was', async () => {
    const s = await settled()
    s.server.pages.push(half)
    s.server.say('pull', undefined)
    s.server.said.set('pull', [r => s.server.usual(r), 'lost'])
    await s.client.sync()
    assert.equal(s.client.debugState().staged, 1)
    assert.equal(s.client.view('patients', 'cole'), null)
    await s.device.reopen()
    assert.equal(s.client.view('patients', 'cole'), null)
    s.server.pages.push({ changes: [change('visits', 'v1', 41, ['pc:cole'], { patient: 'cole' })] })
    assert.equal(await s.client.sync(), null)
    assert.equal(s.server.asked('pull').at(-1)?.query.cursor, 'c2')
    assert.ok(s.client.view('patients', 'cole') && s.client.view('visits', 'v1'))
  })

  test('a first load shows people as they come, the round first, and says that others are coming until they are there', async () => {
    const server = new FakeServer(), s = { server, device: await Device.open(server), get client() { return this.device.client } }
    await s.client.signIn({ identity: 'nia@example.org', password: 'secret' })
    /** @type {string[]} */ const told = []
    const comes = (/** @type {string} */ id, /** @type {number} */ sent) => ({ ...(sent ? { loading: { sent, of: 30 } } : {}), scopes: [{ id: `pc:${id}`, op: 'add' }],
      changes: [change('patients', id, 40, [`pc:${id}`], { family_name: id })] })
    server.pages.push(comes('cole', 10), { ...comes('dean', 20), more: true }, comes('eve', 25))
    server.said.set('pull', [r => server.usual(r), r => server.usual(r), r => server.usual(r), 'lost'])
    s.client.changed(() => {
      const { loading, lastSynced, progress } = s.client.status()
      told.push(`${s.client.list('patients').map(p => p.id)} ${loading} ${progress?.received ?? '-'} ${lastSynced > 0}`)
    })
    await s.client.sync()
    assert.equal(server.asked('pull')[0].query.first, 'round')
    assert.ok(told.includes('cole true 10 true'), told.join('\n'))
    assert.equal(told.at(-1), 'cole,dean,eve true 25 true')
    assert.ok(!told.some(line => line.startsWith('cole,dean ')), 'half of an instalment was shown')
    await s.device.reopen()
    assert.deepEqual(s.client.status().progress, { expected: 30, received: 25 }, 'a killed app says it still')
    server.pages.push(comes('fay', 0))
    assert.equal(await s.client.sync(), null)
    assert.equal(server.asked('pull').at(-1)?.query.cursor, 'c3')
    assert.equal(s.client.list('patients').length, 4)
    assert.equal(s.client.status().loading, false)
    assert.equal(server.kinds().indexOf('digest') > server.kinds().lastIndexOf('pull'), true, 'what has not come was compared')
  })

  test('who holds somebody asks for everybody at once', async () => {
    const s = await settled()
    s.server.said.set('pull', [refusal(400, 'cursor')])
    s.server.pages.push({ scopes: [{ id: '*', op: 'reset' }, { id: 'pc:cole', op: 'add' }], changes: half.changes })
    assert.equal(await s.client.sync(), null)
    const { query } = s.server.asked('pull').at(-1) ?? { query: {} }
    assert.deepEqual([query.cursor, query.first], [undefined, undefined])
  })

  test('the next page is on its way while this one is stored', async () => {
    const s = await settled()
    s.server.pages.push(half, { changes: [change('visits', 'v1', 41, ['pc:cole'], { patient: 'cole' })] })
    const { storage } = s.device, commit = storage.commit.bind(storage)
    /** @type {number[]} */ const asked = []
    storage.commit = async writes => {
      await new Promise(done => setImmediate(done)) // whatever was asked has arrived
      asked.push(s.server.asked('pull').length)
      await commit(writes)
    }
    const before = s.server.asked('pull').length
    assert.equal(await s.client.sync(), null)
    assert.deepEqual(asked.map(n => n - before), [2, 2])
    assert.ok(s.client.view('visits', 'v1'))
  })

  test('a page that was asked for before something was pushed is asked for again', async () => {
    const s = await settled()
    s.server.pages.push(half, { changes: [] }, { changes: [change('visits', 'v1', 41, ['pc:cole'], { patient: 'cole' })] })
    const { storage } = s.device, commit = storage.commit.bind(storage)
    let saved = false
    storage.commit = async writes => {
      const recorded = saved || !writes.some(w => w.table === 'staged')
      saved = true
      await commit(writes)
      if (!recorded) void edit(s.client, 'meanwhile')
    }
    assert.equal(await s.client.sync(), null)
    assert.deepEqual(s.server.kinds().slice(-4), ['pull', 'pull', 'push', 'pull'])
    assert.equal(s.client.unsent().count, 0)
    assert.ok(s.client.view('visits', 'v1'), 'the page before the push counts')
  })

  test('lists stay in order of id, whatever comes, changes and goes', async () => {
    const s = await settled()
    const visit = (/** @type {string} */ id, /** @type {number} */ version) => change('visits', id, version, ['pc:ames'], { patient: ames, note: `v${version}` })
    const shown = () => s.client.list('visits').map(v => `${v.id} ${v.values.note}`)
    for (const [changes, list] of /** @type {const} */ ([
      [[visit('m', 1), visit('c', 2)], ['c v2', 'm v1']],
      [[visit('a', 3), visit('z', 4), visit('d', 5)], ['a v3', 'c v2', 'd v5', 'm v1', 'z v4']],
      [[visit('c', 6), { collection: 'visits', id: 'z', version: 7, gone: 'retracted' }], ['a v3', 'c v6', 'd v5', 'm v1']],
      [[{ collection: 'visits', id: 'a', version: 8, gone: 'left' }, visit('z', 9)], ['c v6', 'd v5', 'm v1', 'z v9']],
    ])) {
      s.server.pages.push({ changes })
      await s.client.sync()
      assert.deepEqual(shown(), list)
      assert.equal(s.client.list('visits'), s.client.list('visits'))
    }
  })

  test('a short page is not the last one, and an empty one is not either', async () => {
    const s = await settled()
    s.server.pages.push(half, { more: true }, { changes: [change('visits', 'v1', 41, ['pc:cole'], { patient: 'cole' })] })
    assert.equal(await s.client.sync(), null)
    assert.equal(s.server.asked('pull').length, 3)
    assert.ok(s.client.view('visits', 'v1'))
  })

  test('a revoke takes what no other held scope brings, and nothing is left in the storage', async () => {
    const s = await settled()
    s.server.pages.push({ scopes: [{ id: 'dest:t1', op: 'add' }], changes: [change('handovers', 'h1', 50, ['pc:ames', 'dest:t1'], { patient: ames })] })
    await s.client.sync()
    s.server.pages.push({ scopes: [{ id: 'pc:ames', op: 'revoke' }] })
    await s.client.sync()
    assert.equal(s.client.view('patients', ames), null)
    assert.ok(s.client.view('handovers', 'h1'))
    assert.deepEqual([...s.device.storage.rows.get('records').keys()].sort(), ['handovers/h1', `patients/${birch}`])
  })

  for (const [mistake, wrong] of /** @type {const} */ ([['revokeTakesShared', 'takes the shared handover'], ['keepRevoked', 'keeps the person']])) {
    test(`the test above notices a client that ${wrong}`, async () => {
      const s = await settled({ mistakes: { [mistake]: true } })
      s.server.pages.push({ scopes: [{ id: 'dest:t1', op: 'add' }], changes: [change('handovers', 'h1', 50, ['pc:ames', 'dest:t1'], { patient: ames })] })
      await s.client.sync()
      s.server.pages.push({ scopes: [{ id: 'pc:ames', op: 'revoke' }] })
      await s.client.sync()
      assert.notDeepEqual([...s.device.storage.rows.get('records').keys()].sort(), ['handovers/h1', `patients/${birch}`])
    })
  }

  test('a person with an unsent note waits until it went up, then goes without another pull', async () => {
    const s = await settled()
    await edit(s.client, 'unsent')
    s.server.say('push', refusal(503, 'busy'))
    s.server.pages.push({ scopes: [{ id: 'pc:ames', op: 'revoke' }] })
    await s.client.sync()
    assert.equal(s.client.view('patients', ames)?.waiting, true)
    assert.equal(notes(s.client), 'unsent')
    s.server.say('pull', 'lost')
    await s.client.sync()
    assert.equal(s.client.view('patients', ames), null)
    assert.equal(s.device.storage.rows.get('records').has(`patients/${ames}`), false)
  })

  test('granted again meanwhile: the mark goes', async () => {
    const s = await settled()
    await edit(s.client, 'unsent')
    s.server.say('push', refusal(503, 'busy'), refusal(503, 'busy'))
    s.server.pages.push({ scopes: [{ id: 'pc:ames', op: 'revoke' }] }, { scopes: [{ id: 'pc:ames', op: 'add' }], changes: [amesNow(60, 'first')] })
    await s.client.sync()
    await s.client.sync()
    assert.equal(s.client.view('patients', ames)?.waiting, false)
    await s.client.sync()
    assert.ok(s.client.view('patients', ames))
  })

  test('an add replaces a scope: what does not come again has gone', async () => {
    const s = await settled()
    s.server.pages.push({ changes: [change('visits', 'v1', 41, ['pc:ames'], { patient: ames }), change('visits', 'v2', 42, ['pc:ames'], { patient: ames })] })
    await s.client.sync()
    s.server.pages.push({ scopes: [{ id: 'pc:ames', op: 'reset' }], changes: [amesNow(10, 'first'), change('visits', 'v2', 42, ['pc:ames'], { patient: ames })] })
    await s.client.sync()
    assert.deepEqual(s.client.list('visits').map(v => v.id), ['v2'])
  })

  test('a reset of everything voids the pages before it, and narrows at once', async () => {
    const s = await settled()
    s.server.pages.push(half, { more: true, scopes: [{ id: '*', op: 'reset' }, { id: 'pc:birch', op: 'add' }] })
    s.server.said.set('pull', [r => s.server.usual(r), r => s.server.usual(r), 'lost'])
    await s.client.sync()
    assert.equal(s.client.debugState().staged, 1)
    assert.deepEqual(s.client.list('patients').map(p => p.id), [birch], 'what the role does not give any more is still there')
    s.server.pages.push({ changes: [change('patients', birch, 11, ['pc:birch'], { family_name: 'Birch' })] })
    await s.client.sync()
    assert.deepEqual(s.client.debugState().scopes, ['pc:birch'])
    assert.equal(s.client.view('patients', 'cole'), null)
  })

  test('left and retracted take a record away', async () => {
    const s = await settled()
    s.server.pages.push({ changes: [{ collection: 'patients', id: ames, version: 70, gone: 'left' }, { collection: 'patients', id: birch, version: 71, gone: 'retracted' }] })
    await s.client.sync()
    assert.deepEqual(s.client.list('patients'), [])
  })

  test('progress counts what the server announced', async () => {
    const s = await settled()
    s.server.pages.push(half, {})
    const hello = s.server.usual({ what: 'hello', body: {} })
    hello[1].scopes = [{ id: 'pc:cole', state: 'backfill', rows: 412, bytes: 1 }, { id: 'pc:ames', state: 'ok', rows: 0, bytes: 0 }]
    s.server.say('hello', hello)
    await s.device.pass(16 * 60_000)
    const seen = []
    s.client.changed(() => seen.push(s.client.status().progress))
    await s.client.sync()
    assert.ok(seen.some(p => p?.expected === 412 && p.received === 1), JSON.stringify(seen))
    assert.equal(s.client.status().progress, null)
  })
})

describe('other stories', () => {
  test('a device says that it has synced once what came is stored and shown, not a moment before', async () => {
    const server = new FakeServer(), storage = new MemoryStorage(), commit = storage.commit.bind(storage)
    server.pages.push(twoPeople())
    const device = await Device.open(server, { storage })
    /** @type {[boolean, number][]} */ const told = []
    const look = () => { told.push([device.client.status().lastSynced > 0, device.client.list('patients').length]) }
    storage.commit = async writes => { look(); await commit(writes); look() }
    await device.client.signIn({ identity: 'nia@example.org', password: 'secret' })
    assert.equal(await device.client.sync(), null)
    look()
    assert.deepEqual(told.at(-1), [true, 2])
    assert.deepEqual(told.filter(([synced, people]) => synced && people < 2), [], 'a form that is opened then finds nothing planned')
    const before = device.client.status().lastSynced
    storage.commit = async () => { throw new Error('the disk is full') }
    device.wall += 60_000
    await device.client.sync()
    assert.equal(device.client.status().lastSynced, before, 'what could not be stored was not synced')
  })

  test('the same client on a device restored from its backup: enrolled anew, keys stay, the sent log stays', async () => {
    const s = await settled()
    const backup = s.device.storage.snapshot()
    await edit(s.client, 'after the backup')
    await s.client.sync()
    s.device.storage = backup
    await s.device.reopen()
    const { key } = await edit(s.client, 'on the restored phone')
    assert.equal(await s.client.sync(), null)
    assert.notEqual(s.client.id, 'client-1')
    assert.equal(s.client.debugState().outbox.length, 0)
    const push = s.server.asked('push').at(-1)
    assert.deepEqual([push?.body.mutations[0].mid, push?.body.mutations[0].key], [1, key])
  })

  test('a new epoch: what the server lost goes again, from the place of its last key', async () => {
    const s = await settled()
    const keys = []
    for (const text of ['a', 'b', 'c']) {
      keys.push((await edit(s.client, text)).key)
      await s.client.sync()
    }
    Object.assign(s.server, { epoch: 'e2', lastMid: 1, lastKey: keys[0] })
    await s.device.pass(16 * 60_000)
    assert.equal(await s.client.sync(), null)
    assert.deepEqual(s.server.asked('push').at(-1)?.body.mutations.map(m => [m.mid, m.key]), [[2, keys[1]], [3, keys[2]]])
    assert.equal(s.server.asked('push').at(-1)?.body.epoch, 'e2')
    assert.equal(s.client.debugState().outbox.length, 0)
  })

  test('a new epoch that knows nothing of us: all of fourteen days goes again', async () => {
    const s = await settled()
    const keys = []
    for (const text of ['a', 'b']) keys.push((await edit(s.client, text)).key)
    await s.client.sync()
    Object.assign(s.server, { epoch: 'e2', lastMid: 0, lastKey: '' })
    await s.device.pass(16 * 60_000)
    await s.client.sync()
    assert.deepEqual(s.server.asked('push').at(-1)?.body.mutations.map(m => m.key), keys)
  })

  test('the sent log keeps fourteen days', async () => {
    const s = await settled()
    const { key } = await edit(s.client, 'old')
    await s.client.sync()
    await s.device.pass(14 * 24 * 3600_000 + 60_000)
    await edit(s.client, 'new')
    await s.client.sync()
    assert.equal(s.client.debugState().sentlog.length, 1)
    assert.equal(s.client.item(key), null)
  })

  test('a last key that is not ours is a fork, on hello, push and pull', async () => {
    for (const on of ['hello', 'push', 'pull']) {
      const s = await settled()
      await edit(s.client, 'mine')
      s.server.say(on, r => {
        const answer = s.server.usual(r)
        Object.assign(answer[1], { last_mid: 1, last_key: 'somebody else', results: [] })
        return answer
      })
      if (on === 'hello') await s.device.pass(16 * 60_000)
      await s.client.sync()
      assert.equal(s.server.asked('devices').length, 1, on)
      await s.client.sync()
      assert.equal(s.client.unsent().count, 0, on)
      assert.notEqual(s.client.id, 'client-1', on)
    }
  })

  test('digest: scopes that differ are listed and repaired; the cursor and the outbox stay', async () => {
    const s = await settled()
    const cursor = s.client.debugState().cursor
    s.client.requestDigest()
    s.server.say('digest', [200, { epoch: 'e1', differs: ['pc:ames'], moved: [], held: [], changes: [] }],
      [200, { epoch: 'e1', differs: ['pc:ames'], moved: [], held: ['pc:ames'], changes: [amesNow(15, 'repaired')] }])
    await s.client.sync()
    const [first, second] = s.server.asked('digest').map(d => d.body)
    // The first eight bytes of SHA-256 of the text, worked out with another implementation.
    const { createHash } = await import('node:crypto')
    const said = '{"access_notes":"first","communication_needs":["large_print"],"family_name":"Ames","phone":null}'
    const hash = createHash('sha256').update(`patients/${ames}/10/${said}`).digest('hex').slice(0, 16)
    assert.deepEqual(first.scopes['pc:ames'], { count: 1, hash })
    assert.deepEqual(second.records, { 'pc:ames': [{ collection: 'patients', id: ames, version: 10, hash }] })
    assert.equal(notes(s.client), 'repaired')
    assert.deepEqual(s.client.lastDigest, { differs: ['pc:ames'], moved: [], repaired: 1 })
    assert.notEqual(s.client.debugState().cursor, cursor)
    assert.equal(s.client.debugState().cursor, second.cursor)
  })

  test('digest: a record is hashed as every program hashes it', async () => { // the cases were worked out with another implementation
    for (const c of JSON.parse(readFileSync(new URL('../../internal/wire/testdata/record-hash.json', import.meta.url), 'utf8'))) {
      const { createHash } = await import('node:crypto')
      const said = canonical(JSON.parse(c.data))
      assert.equal(createHash('sha256').update(`${c.collection}/${c.id}/${c.version}/${said}`).digest('hex').slice(0, 16), c.hash, c.name)
    }
  })

  test('digest: what moved between the pull and the comparison is pulled and compared again, a few times at most', async () => { // O19
    const s = await settled()
    const asked = s.server.asked('digest').length
    s.client.requestDigest()
    const moved = [200, { epoch: 'e1', differs: [], moved: ['pc:ames'], held: [], changes: [] }]
    s.server.say('digest', moved, moved, moved, moved, moved, moved)
    await s.client.sync()
    assert.equal(s.server.asked('digest').length - asked, 4)
    assert.deepEqual(s.client.lastDigest, { differs: [], moved: ['pc:ames'], repaired: 0 })
  })

  test('digest: a listed scope that is not theirs is let go of', async () => { // O17
    const s = await settled()
    s.client.requestDigest()
    s.server.say('digest', [200, { epoch: 'e1', differs: ['pc:ames'], moved: [], held: [], changes: [] }],
      [200, { epoch: 'e1', differs: ['pc:ames'], moved: [], held: [], changes: [{ collection: 'patients', id: ames, version: 0, gone: 'left' }] }])
    await s.client.sync()
    assert.ok(!s.client.debugState().scopes.includes('pc:ames'))
    assert.equal(s.client.view('patients', ames), null)
  })

  test('a digest happens once a day by itself', async () => {
    const s = await settled()
    s.client.start()
    await s.device.pass(60 * 60_000)
    assert.equal(s.server.asked('digest').length, 0)
    await s.device.pass(24 * 3600_000)
    assert.equal(s.server.asked('digest').length, 1)
  })

  test('somebody else signs in: not while anything is unsent, then with nothing left', async () => {
    const s = await settled()
    await edit(s.client, 'unsent')
    s.server.say('sign-in', [200, { token: 't', record: { id: 'somebody-else' } }], [200, { token: 't', record: { id: 'somebody-else' } }])
    await assert.rejects(s.client.signIn({ identity: 'x', password: 'y' }), { code: 'unsent' })
    await assert.rejects(s.client.signOut(), { code: 'unsent' })
    assert.equal(s.client.staff, nia)
    await s.client.sync()
    await s.client.signIn({ identity: 'x', password: 'y' })
    assert.deepEqual([s.client.staff, s.client.list('patients').length, s.client.items().length], ['somebody-else', 0, 0])
  })

  test('sign out leaves nothing, the key neither', async () => {
    const s = await settled()
    await s.client.signOut()
    assert.equal(s.client.needsSignIn, true)
    assert.deepEqual([...s.device.storage.rows].filter(([t]) => t !== 'self').flatMap(([, rows]) => [...rows]), [])
    assert.doesNotMatch(s.device.storage.rows.get('self').get('self'), /"d":/)
  })

  test('the app dies between sign-in and enrolment: it asks again, and work recorded meanwhile is sent', async () => {
    const server = new FakeServer()
    const device = await Device.open(server)
    server.say('devices', 'lost')
    await device.client.signIn({ identity: 'nia@example.org', password: 'x' })
    await device.client.record([{ op: 'create', collection: 'visits', set: { patient: ames } }])
    await device.reopen()
    assert.equal(device.client.needsSignIn, true)
    await device.client.signIn({ identity: 'nia@example.org', password: 'x' })
    assert.equal(await device.client.sync(), null)
    assert.equal(server.asked('push')[0].body.mutations[0].mid, 1)
    assert.equal(device.client.unsent().count, 0)
  })

  test('the answer to an enrolment is lost: the same key is enrolled again', async () => {
    const server = new FakeServer()
    const device = await Device.open(server)
    server.say('devices', 'cut')
    await device.client.signIn({ identity: 'nia@example.org', password: 'x' })
    await device.client.sync()
    const [a, b] = server.asked('devices').map(d => d.body.public_key)
    assert.deepEqual(a, b)
    assert.equal(device.client.device, 'device-1')
  })

  // U39
  test('a phone that was emptied says which it was, once, and is called what the server calls it', async () => {
    const server = new FakeServer()
    const device = await Device.open(server, { options: { replaces: 'device-0' } })
    assert.equal(device.client.called, "Nia's phone")
    server.say('devices', request => [201, { ...server.usual(request)[1], name: "Nia's phone 2" }])
    await device.client.signIn({ identity: 'nia@example.org', password: 'x' })
    await device.client.sync()
    assert.equal(server.asked('devices')[0].body.replaces, 'device-0')
    assert.equal(device.client.called, "Nia's phone 2")
  })

  test('a device key that is gone asks for a sign-in, with a new key and the same client', async () => {
    const { KeyGone, rowKeys } = await import('../../pb_public/shared/sync/key.js')
    const keys = rowKeys()
    const s = await settled({ options: { keys } })
    await edit(s.client, 'kept')
    keys.sign = async () => { throw new KeyGone() }
    await s.device.pass(16 * 60_000)
    await s.client.sync()
    assert.equal(s.client.needsSignIn, true)
    s.device.options = { keys: rowKeys() }
    await s.device.reopen()
    await s.client.signIn({ identity: 'nia@example.org', password: 'x' })
    assert.equal(await s.client.sync(), null)
    assert.equal(s.client.id, 'client-1')
    assert.equal(s.client.unsent().count, 0)
  })

  test('what is unsent can be taken away, whole', async () => {
    const s = await settled()
    const { key } = await edit(s.client, 'unsent')
    const out = s.client.exportUnsent()
    assert.deepEqual([out.staff, out.client, out.unsent.length, out.unsent[0].key, out.unsent[0].ops[0].set], [nia, 'client-1', 1, key, { access_notes: 'unsent' }])
    assert.deepEqual(JSON.parse(JSON.stringify(out)), out)
  })

  test('seen by the practice follows from the handover that came of a visit', async () => {
    const s = await settled()
    const visit = s.client.newID(), reading = s.client.newID()
    const { key } = await s.client.record([{ op: 'create', collection: 'visits', id: visit, set: { patient: ames } }])
    const { key: second } = await s.client.record([{ op: 'create', collection: 'observations', id: reading, set: { patient: ames } }])
    const handover = (version, more) => change('handovers', 'h1', version, ['pc:ames'], { patient: ames, visit, evidence: { records: [{ collection: 'observations', id: reading }] }, ...more })
    s.server.pages.push({ changes: [handover(80, { state: 'sent' })] })
    await s.client.sync()
    assert.deepEqual([key, second].map(k => [s.client.item(k)?.seen, s.client.item(k)?.handovers.length]), [[false, 1], [false, 1]])
    s.server.pages.push({ changes: [handover(81, { state: 'acknowledged', seen_by: 'rita' })] })
    await s.client.sync()
    assert.deepEqual(s.client.items().map(i => i.seen), [true, true])
  })

  test('a wrong clock: what people enter goes as the device says, ids and assertions by the corrected clock', async () => {
    const server = new FakeServer()
    server.offset = -2 * 24 * 3600_000
    server.pages.push(twoPeople())
    const device = await Device.open(server)
    device.wall = Date.parse('2026-03-04T08:00:00.000Z') // two days ahead
    await device.client.signIn({ identity: 'nia@example.org', password: 'x' })
    await device.client.sync()
    assert.equal(server.asked('hello')[0].body.now.slice(0, 10), '2026-03-04')
    const { key } = await edit(device.client, 'x')
    assert.equal(device.client.debugState().outbox[0].authored_at.slice(0, 10), '2026-03-04')
    const time = [...key.slice(0, 10)].reduce((n, c) => n * 32 + '0123456789abcdefghjkmnpqrstvwxyz'.indexOf(c), 0)
    assert.equal(new Date(time).toISOString().slice(0, 10), '2026-03-02')
  })
})

describe('showing', () => {
  test('what a form holds cannot be changed behind its back', async () => {
    const s = await settled()
    const form = s.client.open('patients', ames)
    assert.throws(() => { /** @type {any} */ (form.values).access_notes = 'x' }, TypeError)
    assert.throws(() => { form.values.communication_needs.push('x') }, TypeError)
  })

  test('a listener hears which records changed, and only after they are safe', async () => {
    const s = await settled()
    const heard = []
    const end = s.client.changed(c => { if (c.records?.size) heard.push([[...c.records], s.device.storage.rows.get('outbox').size]) })
    await edit(s.client, 'x')
    assert.deepEqual(heard, [[[`patients/${ames}`], 1]])
    end()
    await edit(s.client, 'y')
    assert.equal(heard.length, 1)
  })

  test('a thousand people: a list is the same array until something changes, and one edit touches one record', async () => {
    const s = await settled()
    const many = Array.from({ length: 1000 }, (_, i) => [`01jz5${String(i).padStart(21, '0')}`, i])
    s.server.pages.push({ scopes: [{ id: 'pc:many', op: 'add' }], changes: many.flatMap(([id, i]) => [
      change('patients', id, 1000 + i, ['pc:many'], { family_name: `P${i}` }),
      ...Array.from({ length: 5 }, (_, k) => change('visits', `${id.slice(0, 20)}v${String(i * 5 + k).padStart(5, '0')}`, 3000 + i * 5 + k, ['pc:many'], { patient: id })),
    ]) })
    await s.client.sync()
    const before = s.client.list('patients')
    assert.equal(before.length, 1002)
    assert.equal(s.client.list('patients'), before)
    const id = /** @type {string} */ (many[500][0])
    assert.equal(s.client.list('visits', { patient: id }).length, 5)
    await edit(s.client, 'x', s.client.open('patients', id))
    const after = s.client.list('patients')
    assert.notEqual(after, before)
    assert.equal(after.filter((p, i) => p !== before[i]).length, 1)
    assert.deepEqual(s.client.list('patients', { family_name: 'P7' }).map(p => p.values.family_name), ['P7'])
  })
})
