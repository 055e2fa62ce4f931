// When somebody on a list is to be seen next, by the cases by which the desk reckons it.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { contactState, nextContact, standingOf } from '../../pb_public/app/model/contacts.js'

test('when somebody is to be seen next follows from the last time, by the cases of the desk', () => {
  const cases = JSON.parse(readFileSync(new URL('../../internal/plan/testdata/contacts.json', import.meta.url), 'utf8'))
  assert.ok(cases.length >= 12)
  for (const c of cases) {
    const due = nextContact(c.last, c.since, c.every)
    assert.deepEqual([due, contactState(due, c.today, c.every)], [c.due, c.state], c.name)
  }
})

const now = Date.parse('2026-03-20T10:00:00Z')
const service = { nurses: 'trust', visitors: 'friends' }
const serviceOf = team => service[team] ?? ''
const list = set => ({ list: 'l', name: 'Frailty', every_days: 14, since: '2026-03-01', ...set })
const person = { id: 'ada', contact_lists: [list({})], shared_lists: [list({ name: 'Regular contact' }), list({ list: 'm', name: 'Weekly call', every_days: 7, service: 'friends' })] }
const held = {
  visits: [{ patient: 'ada', status: 'completed', started_at: '2026-03-10T09:00:00Z', staff: 'ann' }, { patient: 'ada', status: 'no_access', started_at: '2026-03-19T09:00:00Z', staff: 'bob' },
    { patient: 'ada', status: 'completed', planned_start: '2026-03-21T09:00:00Z' }, { patient: 'bea', status: 'completed', started_at: '2026-03-18T09:00:00Z' }],
  checkins: [{ patient: 'ada', seen: true, happened_at: '2026-03-08T09:00:00Z', team: 'visitors', staff: 'vic' }, { patient: 'ada', seen: false, happened_at: '2026-03-18T09:00:00Z', team: 'visitors' }],
}

test('a visit at which nobody opened, one that is still to come and one of somebody else count for nothing', () => {
  assert.deepEqual(standingOf(person, held, serviceOf, { limited: false, now }),
    [{ name: 'Frailty', every: 14, last: { at: '2026-03-10T09:00:00Z', staff: 'ann' }, due: '2026-03-24', state: 'due' }])
})

test('a phone that holds no visits says when somebody is due only where check-ins of its own service decide it', () => {
  const lines = standingOf(person, { visits: [], checkins: held.checkins }, serviceOf, { limited: true, now })
  assert.deepEqual(lines.map(l => [l.name, l.due, l.state]), [['Regular contact', '', ''], ['Weekly call', '2026-03-15', 'overdue']])
})

test('who is on no list has no line, and whom nobody has seen is due from the day they came onto it', () => {
  assert.deepEqual(standingOf({ id: 'cyd' }, held, serviceOf, { limited: false, now }), [])
  assert.deepEqual(standingOf({ id: 'cyd', contact_lists: [list({})] }, held, serviceOf, { limited: false, now })[0].due, '2026-03-15')
})
