// Setting up at the desk: what of a form is sent, how an account stands, and how a code is read out.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { changes, spaced, standing, withDay, withPart, withoutTeam } from '../../pb_public/desk/set-up.js'
import { takeTimeFrom } from '../../pb_public/shared/ui/now.js'

test('only what was changed is sent, and what was emptied as nothing', () => {
  const stored = { name: 'Nia', teams: ['a', 'b'], opening_hours: { monday: '08:00-12:00', friday: '08:00-12:00' }, offline_lease_hours: 24, special_days: [{ day: '2026-12-24', name: 'Eve' }] }
  for (const [typed, sent] of /** @type {[any, any][]} */ ([
    [{}, {}], [{ name: ' Nia ' }, {}], [{ name: 'Nina' }, { name: 'Nina' }], [{ name: ' ' }, { name: null }], [{ phone: '' }, {}], [{ phone: undefined }, {}], [{ teams: [] }, { teams: null }],
    [{ teams: ['a'] }, { teams: ['a'] }], [{ opening_hours: { friday: '08:00-12:00', monday: '08:00-12:00' } }, {}], [{ opening_hours: null }, { opening_hours: null }],
    [{ opening_hours: { monday: '08:00-12:00' } }, { opening_hours: { monday: '08:00-12:00' } }], [{ offline_lease_hours: null }, { offline_lease_hours: null }], [{ shift_pin: null }, {}],
    [{ special_days: [{ name: 'Eve', day: '2026-12-24' }] }, {}], [{ special_days: [{ day: '2026-12-24' }] }, { special_days: [{ day: '2026-12-24' }] }],
  ])) assert.deepEqual(changes(stored, { ...stored, ...typed }), sent, JSON.stringify(typed))
})

test('hours of a day that are taken away leave no trace, and a week without any is none', () => {
  assert.deepEqual(withDay(null, 'monday', '08:00'), { monday: '08:00' })
  assert.deepEqual(withDay({ monday: '08:00', friday: '09:00' }, 'monday', ' '), { friday: '09:00' })
  assert.equal(withDay({ monday: '08:00' }, 'monday', ''), null)
  assert.deepEqual(withPart({ day: '2026-12-24', hours: '08:00-12:00' }, 'hours', ''), { day: '2026-12-24' })
})

test('a code is read out in fours', () => {
  assert.equal(spaced('abcdefgh2345'), 'ABCD EFGH 2345')
  assert.equal(spaced('abc'), 'ABC')
})

test('how an account stands, in words', t => {
  takeTimeFrom(() => Date.parse('2026-03-02T12:00:00Z'))
  t.after(() => takeTimeFrom(Date.now))
  const at = (/** @type {any} */ more) => standing({ id: 'x', values: {}, has_password: true, begun: true, ...more })
  for (const [account, text, kind] of /** @type {[any, string, string][]} */ ([
    [{}, 'In use', ''], [{ has_password: false }, 'No password yet', 'warn'],
    [{ values: { inactive_since: '2026-03-01T12:00:00.000Z' } }, 'Left Sun 1 Mar 12:00', 'bad'], [{ values: { inactive_since: '2026-03-04T17:00:00.000Z' } }, 'Leaves Wed 4 Mar 17:00', 'warn'],
    [{ planned_at: '2026-03-09T08:00:00.000Z', planned: { role: 'matron' } }, 'Changes Mon 9 Mar 08:00', 'info'],
    [{ begun: false, values: { inactive_since: '1900-01-01T00:00:00.000Z' }, planned_at: '2026-03-09T08:00:00.000Z', planned: {} }, 'Begins Mon 9 Mar 08:00', 'info'],
    [{ begun: false, values: { inactive_since: '1900-01-01T00:00:00.000Z' } }, 'Has not begun', 'warn'],
  ])) assert.deepEqual(at(account), { text, kind }, JSON.stringify(account))
})

test('whoever is in no team is warned of where their work comes to them by one', () => {
  for (const [role, teams, said] of /** @type {[string, any, RegExp][]} */ ([['district_nurse', [], /^In no team: their phone/], ['volunteer', undefined, /^In no team: their phone/], ['duty_gp', [], /^In no team: their inbox/],
    ['district_nurse', ['north'], /^$/], ['administrator', [], /^$/], ['clinical_lead', [], /^$/], ['', [], /^$/]])) assert.match(withoutTeam({ role, teams }), said, role)
})
