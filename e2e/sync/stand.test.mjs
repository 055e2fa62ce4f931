// The stand itself: what it promises to the tests that stand on it.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { startStand } from '../stand/stand.mjs'

/** @type {import('../stand/stand.mjs').Stand} */
let stand
before(async () => { stand = await startStand(null) })
after(() => stand.close())

const up = () => fetch(stand.url + '/api/doorstep/health').then(a => a.ok, () => false)
const noteOf = async id => (await stand.query('SELECT access_notes FROM patients WHERE id = ?', id))[0].access_notes

test('everybody can sign in, and a lead sees her caseload', async () => {
  for (const who of Object.keys(stand.staff)) assert.ok(await stand.token(who), who)
  const list = await stand.care('lea', 'GET', '/caseload?team=' + stand.teams.north)
  assert.deepEqual(list.items.map(r => r.patient.id).includes(stand.patients.Ames), true)
})

test('what was written survives a kill, goes with a reset, and comes back to a backup', async () => {
  const id = stand.patients.Ames
  await stand.save('patients', { access_notes: 'before' }, id)
  await stand.settle()
  await stand.backup('one')
  await stand.save('patients', { access_notes: 'after' }, id)
  await stand.kill()
  assert.equal(await up(), false)
  await stand.start()
  assert.equal(await up(), true)
  assert.equal(await noteOf(id), 'after')
  const [{ n }] = await stand.query('SELECT count(*) AS n FROM sync_epochs')
  await stand.restore('one')
  assert.equal(await noteOf(id), 'before')
  assert.equal((await stand.query('SELECT count(*) AS n FROM sync_epochs'))[0].n, n + 1)
  await stand.reset()
  assert.equal(await noteOf(id), 'key safe by the side door')
})

test('its clock can be moved, also over a restart', async () => {
  await stand.clock(86_400_000)
  await stand.restart()
  const answer = await fetch(stand.url + '/api/sync/v1/token', { method: 'POST', body: new URLSearchParams({ grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion: 'x' }) })
  assert.equal(answer.status, 401)
  await stand.clock(0)
})

test('a mistake is told', async () => {
  await assert.rejects(stand.restore('none'), /no backup none/)
  await assert.rejects(stand.save('nowhere', {}), /nowhere|no rows/)
  await assert.rejects(stand.query('DELETE FROM patients'), /readonly|query_only|read/)
})
