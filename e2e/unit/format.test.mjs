// How dates, numbers and names are written.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ago, birth, clock, date, day, duration, nhsNumber, personName, when } from '../../pb_public/shared/ui/format.js'

const now = '2026-07-01T12:00:00.000Z' // 13:00 in London

test('times are London times, in summer as well', () => {
  assert.equal(clock('2026-07-01T09:42:00.000Z'), '10:42')
  assert.equal(clock('2026-01-01T09:42:00.000Z'), '09:42')
  assert.equal(day('2026-06-30T23:30:00.000Z'), '2026-07-01')
  assert.equal(when('2026-07-01T09:42:00.000Z', now), '10:42')
  assert.equal(when('2026-06-29T09:42:00.000Z', now), 'Mon 29 Jun 10:42')
  assert.equal(date('2025-06-29T09:42:00.000Z', now), '29 Jun 2025')
})

test('nothing is written for a time that is missing or is none', () => {
  assert.deepEqual([clock(null), when(''), date('soon'), birth(undefined), ago(null)], ['', '', '', '', ''])
})

test('a birth date has no time of day, whatever the zone', () => {
  assert.equal(birth('1941-05-06'), '6 May 1941')
})

test('how long, and how long ago', () => {
  assert.deepEqual([20, 60, 11280, 93600].map(duration), ['less than a minute', '1 min', '3 h 8 min', '1 d 2 h'])
  assert.deepEqual(['2026-07-01T11:59:40Z', '2026-07-01T11:59:00Z', '2026-07-01T09:00:00Z', '2026-06-28T09:00:00Z'].map(t => ago(t, now)),
    ['just now', '1 minute ago', '3 hours ago', '3 days ago'])
})

test('an NHS number in threes and four; what is none is shown as it is', () => {
  assert.deepEqual(['9990123456', '999 012 3456', '12', null].map(nhsNumber), ['999 012 3456', '999 012 3456', '12', ''])
})

test('names as lists write them; a volunteer sees what they may', () => {
  assert.equal(personName({ family_name: 'Ames', given_name: 'Adelaide', preferred_name: 'Ada' }), 'AMES, Adelaide (Ada)')
  assert.equal(personName({ preferred_name: 'Ada' }), 'Ada')
  assert.equal(personName({}), 'Name not shared with you')
})
