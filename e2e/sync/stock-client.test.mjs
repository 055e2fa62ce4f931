// The PocketBase SDK as it is published, against the public listener: what it reads goes on working, and it gets at
// nothing else.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import PocketBase, { ClientResponseError } from 'pocketbase'
import { startStand } from '../stand/stand.mjs'

/** @type {import('../stand/stand.mjs').Stand} */
let stand
/** @type {PocketBase} */
let nia
before(async () => {
  stand = await startStand(null)
  nia = new PocketBase(stand.url)
  nia.autoCancellation(false)
  await nia.collection('staff').authWithPassword(stand.staff.nia.email, stand.password)
})
after(() => stand.close())

/** @param {Promise<unknown>} asked @returns {Promise<number>} the status of the refusal, 200 when there was none */
const status = asked => asked.then(() => 200, e => {
  if (!(e instanceof ClientResponseError)) throw e
  return e.status
})

test('it signs in, stays signed in, and renews its token', async () => {
  assert.equal(nia.authStore.isValid, true)
  assert.deepEqual([nia.authStore.record?.id, nia.authStore.record?.collectionName], [stand.staff.nia.id, 'staff'])
  await nia.collection('staff').authRefresh()
  assert.equal(nia.authStore.record?.id, stand.staff.nia.id)
  assert.equal((await nia.health.check()).code, 200)
})

test('it reads teams, organisations and neighbourhoods, one, some and all, filtered and sorted by their own fields', async () => {
  const teams = await nia.collection('teams').getFullList({ sort: '-name,id' })
  assert.ok(teams.length > 1)
  assert.deepEqual(teams.map(t => t.name), teams.map(t => t.name).sort().reverse())
  const north = await nia.collection('teams').getOne(stand.teams.north)
  assert.equal(north.id, stand.teams.north)
  const found = await nia.collection('teams').getFirstListItem(nia.filter('name = {:name} && organisation = {:of}', { name: north.name, of: north.organisation }))
  assert.equal(found.id, north.id)
  const page = await nia.collection('organisations').getList(1, 2, { filter: "kind = 'practice' || name ~ 'St. Mary @ home'", fields: 'id,name', skipTotal: true })
  assert.ok(page.items.length > 0)
  assert.deepEqual(Object.keys(page.items[0]).sort(), ['id', 'name'])
  assert.ok(Array.isArray(await nia.collection('neighbourhoods').getFullList()))
})

test('it gets at nothing about people, in any way it has', async () => {
  const nobody = new PocketBase(stand.url)
  for (const [what, asked, want] of /** @type {[string, () => Promise<unknown>, number][]} */ ([
    ['people', () => nia.collection('patients').getList(1, 5), 404],
    ['one person', () => nia.collection('patients').getOne(stand.patients.Ames), 404],
    ['visits', () => nia.collection('visits').getFullList(), 404],
    ['staff', () => nia.collection('staff').getFullList(), 404],
    ['a filter through a relation', () => nia.collection('organisations').getList(1, 5, { filter: "patients_via_practice.family_name ~ 'Ames'" }), 400],
    ['a sort through a relation', () => nia.collection('organisations').getList(1, 5, { sort: 'patients_via_practice.family_name' }), 400],
    ['expanding', () => nia.collection('teams').getList(1, 5, { expand: 'organisation' }), 400],
    ['listening', () => nia.send('/api/realtime', { method: 'GET' }), 404],
    ['topics', () => nia.send('/api/realtime', { method: 'POST', body: { clientId: 'x', subscriptions: ['teams/*'] } }), 404],
    ['a file', () => nia.files.getToken(), 404],
    ['a batch', () => { const b = nia.createBatch(); b.collection('teams').create({ name: 'x' }); return b.send() }, 404],
    ['writing', () => nia.collection('teams').update(stand.teams.north, { name: 'x' }), 404],
    ['a reset by mail', () => nia.collection('staff').requestPasswordReset(stand.staff.nia.email), 404],
    ['settings', () => nia.settings.getAll(), 404],
    ['SQL', () => nia.send('/api/sql', { method: 'POST', body: { query: 'SELECT 1' } }), 404],
    ['teams without signing in', () => nobody.collection('teams').getList(1, 5), 401],
    ['a wrong password', () => nobody.collection('staff').authWithPassword(stand.staff.nia.email, 'wrong-password'), 400],
    ['an account that is not there', () => nobody.collection('staff').authWithPassword('nobody@example.org', 'wrong-password'), 400],
  ])) assert.equal(await status(asked()), want, what)
})
