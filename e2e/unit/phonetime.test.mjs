// A phone whose clock is wrong by days: what its screens show, what it sends, and what others are told.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clockTimes, shownTimes, timeText } from '../../pb_public/app/model/phonetime.js'
import { visitText } from '../../pb_public/app/model/text.js'
import { provenance } from '../../pb_public/practice/text.js'
import { findings, saidOf } from '../../pb_public/shared/ui/evidence.js'
import { clockSaid } from '../../pb_public/shared/ui/format.js'
import { Session } from '../../pb_public/shared/ui/session.js'

const day = 86_400_000
const fast = '2026-03-04T10:12:00.000Z', right = '2026-03-02T10:12:00.000Z' // a clock two days fast
const words = 'Mon 2 Mar 10:12 (the phone’s clock said Wed 4 Mar 10:12)'
const now = Date.parse('2026-03-03T09:00:00Z')

test('a time that the server corrected is the time, and what the clock said is kept beside it', () => {
  const shown = shownTimes({ started_at: fast, ended_at: null, note: 'x', corrected: { started_at: right } }, [], 0)
  assert.deepEqual([shown.started_at, shown.ended_at, shown.note, shown.said], [right, null, 'x', { started_at: fast }])
  assert.equal(timeText(shown, 'started_at', now), words)
})

test('a record that needed no correction says nothing of clocks', () => {
  for (const corrected of [null, undefined]) assert.equal(shownTimes({ taken_at: right, corrected }, [], -2 * day).said, undefined)
  assert.equal(timeText({ taken_at: right }, 'taken_at', now), 'Mon 2 Mar 10:12')
})

test('own work that is not sent yet is shown by the offset known here, what others wrote in the same record is not', () => {
  const shown = shownTimes({ started_at: right, ended_at: fast, corrected: null }, ['ended_at', 'note'], -2 * day)
  assert.deepEqual([shown.started_at, shown.ended_at, shown.said], [right, right, { ended_at: fast }])
})

test('own new work wins over a correction of what stood there before', () => {
  assert.equal(shownTimes({ started_at: fast, corrected: { started_at: '2026-03-01T08:00:00.000Z' } }, ['started_at'], -2 * day).started_at, right)
})

test('what is sent is what the clock of this phone says, so that the server corrects it once', () => {
  const set = { started_at: right, note: right, planned_start: right, called_at: right }
  assert.deepEqual(clockTimes(set, -2 * day), { ...set, started_at: fast })
  assert.equal(clockTimes(set, 0), set)
  assert.deepEqual(clockTimes({ started_at: null, ended_at: 'not a time' }, -2 * day), { started_at: null, ended_at: 'not a time' })
})

test('a few seconds are no wrong clock; the same day is not named twice', () => {
  assert.equal(clockSaid(right, '2026-03-02T10:12:40.000Z'), '')
  assert.equal(clockSaid(right, '2026-03-02T11:42:00.000Z'), 'the phone’s clock said 11:42')
  assert.equal(clockSaid(right, undefined), '')
})

test('the text for the legal record has the corrected time, and says what the clock said', () => {
  const visit = shownTimes({ id: 'v', status: 'completed', started_at: fast, corrected: { started_at: right } }, [], 0)
  assert.match(visitText({ patient: { family_name: 'Ames' }, visit, nameOf: () => '' }), /Visit: 2 Mar 2026 10:12 \(the phone’s clock said Wed 4 Mar 10:12\)/)
})

test('the practice reads the corrected time, and what the phone’s clock said', () => {
  const values = { taken_at: fast, corrected: { taken_at: right }, pulse: 88, visit: 'v' }
  const e = { collection: 'observations', id: 'o', recorded_at: right, reached_at: right, late_by_seconds: 0, clock_known: true, verified: true, values }
  assert.equal(provenance(e, now), 'Recorded Mon 2 Mar 10:12 by somebody unknown, reached the server Mon 2 Mar 10:12. This time is corrected: the phone’s clock said Wed 4 Mar 10:12.')
  assert.doesNotMatch(provenance({ ...e, values: { taken_at: right } }, now), /clock/)
  assert.deepEqual(findings(values), [['pulse', 88]])
  assert.equal(saidOf({ happened_at: fast, corrected: null }), '')
})

test('a page goes by the clock of the server it asked', async () => {
  const answer = (/** @type {number} */ ahead) => async () => new Response('{}', { headers: { Date: new Date(Date.now() + ahead).toUTCString() } })
  const began = Date.now()
  const storage = /** @type {any} */ ({ getItem: () => null, setItem() {}, removeItem() {} })
  const session = new Session({ storage, fetch: answer(-2 * day) })
  await session.get('/queues')
  assert.ok(session.now() >= began - 2 * day - 1000 && session.now() <= Date.now() - 2 * day + 1000, 'to the second, which is how finely the header tells it')
  session.fetch = answer(5 * day)
  await session.send('GET', '/api/health', undefined, false)
  assert.ok(session.now() < Date.now(), 'only answers of the care API tell its clock')
  session.fetch = answer(0)
  await session.get('/queues')
  assert.equal(session.ahead, 0)
})
