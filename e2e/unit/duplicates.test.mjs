// What two services do for the same person and purpose within a day, by the cases by which the server says it on the board.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { duplicatesOf } from '../../pb_public/app/model/duplicates.js'

const service = { nurses: 'trust', 'night nurses': 'trust', surgery: 'practice' }
const serviceOf = team => service[team] ?? ''

test('a visit that another service makes within a day is said before anybody leaves, by the cases of the server', () => {
  const cases = JSON.parse(readFileSync(new URL('../../internal/plan/testdata/duplicates.json', import.meta.url), 'utf8'))
  assert.ok(cases.length >= 15)
  const visit = (id, { at, ...v }) => ({ id, patient: 'ada', planned_start: at, ...v })
  for (const c of cases) {
    const mine = visit('v', c.visit)
    assert.equal(duplicatesOf(mine, [mine, visit('o', c.other)], serviceOf).length > 0, c.duplicate, c.name)
  }
})

test('a visit that was made counts by when it was, and the earliest is said first', () => {
  const mine = { id: 'v', patient: 'ada', purpose: 'bloods', team: 'nurses', planned_start: '2026-03-02T09:00:00Z' }
  const other = (id, set) => ({ id, patient: 'ada', purpose: 'bloods', team: 'surgery', ...set })
  const others = [other('late', { planned_start: '2026-03-02T20:00:00Z' }), other('made', { status: 'completed', planned_start: '2026-02-27T09:00:00Z', started_at: '2026-03-02T07:00:00Z' }),
    other('long ago', { status: 'completed', planned_start: '2026-03-02T12:00:00Z', started_at: '2026-02-27T12:00:00Z' })]
  assert.deepEqual(duplicatesOf(mine, others, serviceOf).map(v => v.id), ['made', 'late'])
  assert.deepEqual(duplicatesOf({ ...mine, planned_start: null }, others, serviceOf), [])
})
