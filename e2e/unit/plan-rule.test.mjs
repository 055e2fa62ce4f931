// How a plan repeats: what a form asks, the rule it is kept as, and back.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fromRule, lasting, later, said, toRule } from '../../pb_public/desk/plan-rule.js'

/** What a form holds, its rule, and how it is said. @type {[string, any, string, string][]} */
const cases = [
  ['insulin every day', { repeat: 'daily', every: 1, days: [], text: '' }, 'FREQ=DAILY', 'every day'],
  ['a check every third day', { repeat: 'daily', every: 3, days: [], text: '' }, 'FREQ=DAILY;INTERVAL=3', 'every 3 days'],
  ['a wound on Mondays and Thursdays', { repeat: 'weekly', every: 1, days: ['MO', 'TH'], text: '' }, 'FREQ=WEEKLY;BYDAY=MO,TH', 'every Monday, Thursday'],
  ['a catheter every twelve weeks', { repeat: 'weekly', every: 12, days: ['TU'], text: '' }, 'FREQ=WEEKLY;INTERVAL=12;BYDAY=TU', 'every 12 weeks on Tuesday'],
  ['bloods on the first Monday', { repeat: 'rule', every: 1, days: [], text: 'FREQ=MONTHLY;BYDAY=1MO' }, 'FREQ=MONTHLY;BYDAY=1MO', 'by the rule FREQ=MONTHLY;BYDAY=1MO'],
]

for (const [name, form, rule, words] of cases) {
  test(`${name} is one rule, and the form shows it again`, () => {
    assert.equal(toRule(form), rule)
    assert.deepEqual(fromRule(rule), form)
    assert.equal(said(rule), words)
  })
}

test('what a form cannot ask stays as it was written', () => {
  for (const rule of ['FREQ=DAILY;COUNT=5', 'FREQ=WEEKLY;BYDAY=2MO', 'FREQ=WEEKLY', 'FREQ=DAILY;BYDAY=MO', 'FREQ=DAILY;INTERVAL=x', 'nonsense']) {
    assert.equal(fromRule(rule).repeat, 'rule', rule)
    assert.equal(toRule(fromRule(rule)), rule)
  }
})

test('days go by the calendar, and lengths are said in hours and minutes', () => {
  assert.deepEqual([later('2026-03-28', 1), later('2026-03-28', 2), later('2026-01-01', -1)], ['2026-03-29', '2026-03-30', '2025-12-31'])
  assert.deepEqual([0, 30, 60, 150].map(lasting), ['0 min', '30 min', '1 h', '2 h 30 min'])
})
