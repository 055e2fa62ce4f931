// What the desk works out by itself: times in London, NHS numbers, values of a kind, what a phone needs.
import { lateFirst } from '../../pb_public/desk/late.js'
import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { test } from 'node:test'
import { atClock, fromLocal, toLocal, weekday } from '../../pb_public/shared/ui/london.js'
import { whyNot } from '../../pb_public/desk/nhsnumber.js'
import { attention, problems } from '../../pb_public/desk/phone.js'
import { newID } from '../../pb_public/desk/ulid.js'
import { effect } from '../../pb_public/desk/effect.js'
import { valueOf } from '../../pb_public/desk/typed.js'

test('a time that is typed is a time in London, in winter, in summer and where the clocks change', () => {
  for (const [typed, utc] of [['2026-03-02T20:00', '2026-03-02T20:00:00.000Z'], ['2026-07-02T20:00', '2026-07-02T19:00:00.000Z'], ['2026-03-29T00:30', '2026-03-29T00:30:00.000Z'],
    ['2026-03-29T01:30', '2026-03-29T01:30:00.000Z'], ['2026-03-29T02:30', '2026-03-29T01:30:00.000Z'], ['2026-10-25T01:30', '2026-10-25T00:30:00.000Z'], ['2026-10-25T03:00', '2026-10-25T03:00:00.000Z']]) {
    assert.equal(fromLocal(typed), utc, typed)
  }
  assert.equal(toLocal('2026-07-02T19:00:00Z'), '2026-07-02T20:00')
  assert.deepEqual([fromLocal(''), fromLocal('soon'), toLocal(''), toLocal('soon')], ['', '', '', ''])
  assert.equal(atClock(1, '08:00', Date.parse('2026-07-02T22:30:00Z')), '2026-07-03T07:00:00.000Z')
  assert.equal(atClock(1, '08:00', Date.parse('2026-07-02T23:30:00Z')), '2026-07-04T07:00:00.000Z', 'it is the third in London')
  assert.equal(weekday(Date.parse('2026-07-02T23:30:00Z')), 5)
})

test('an NHS number and why it is none', () => {
  for (const good of ['9990000018', '999 000 0018', '999-000-0026']) assert.equal(whyNot(good), '', good)
  for (const [text, why] of [['99900000x8', 'digits'], ['999000001', 'length'], ['', 'length'], ['9999999999', 'placeholder'], ['9990000017', 'check_digit'], ['9990000081', 'check_digit']]) assert.equal(whyNot(text), why, text)
})

test('an id is 26 characters of the right kind, and sorts by time', () => {
  assert.match(newID(), /^[0-7][0-9a-hjkmnp-tv-z]{25}$/)
  assert.ok(newID(1_000) < newID(2_000))
  assert.notEqual(newID(5), newID(5))
})

test('what a phone needs, the worst first', () => {
  const now = Date.parse('2026-03-02T18:00:00Z')
  const phone = (/** @type {any} */ more) => ({ state: 'active', silent: false, unsent: { count: 0 }, last_seen: '2026-03-02T17:55:00Z', ...more })
  const well = phone({}), busy = phone({ unsent: { count: 2, oldest: '2026-03-02T17:00:00Z' } }), old = phone({ unsent: { count: 2, oldest: '2026-03-02T12:00:00Z' } })
  const silent = phone({ silent: true }), worst = phone({ silent: true, unsent: { count: 1, oldest: '2026-03-01T12:00:00Z' } }), slow = phone({ clock_offset_ms: 7_200_000 })
  assert.deepEqual([well, busy].map(p => attention(p, now)), [0, 0])
  assert.deepEqual([worst, old, silent, slow].map(p => attention(p, now)), [14, 4, 2, 1])
  assert.deepEqual(problems(well, now), [])
  assert.deepEqual(problems(slow, now), ['Its clock is 2 h slow'])
  assert.deepEqual(problems(phone({ clock_offset_ms: -300_000 }), now), ['Its clock is 5 min fast'])
  assert.deepEqual(problems(old, now), ['2 changes not sent, the oldest from 6 hours ago'])
  assert.deepEqual(problems(phone({ state: 'lost', unsent: { count: 1 } }), now), ['It held 1 change that was never sent'])
  const refused = phone({ reasons: [{ code: 'refused', asks: 'push', answer: 'gap', since: '2026-03-02T16:00:00Z', times: 9 }] }), outdated = phone({ reasons: [{ code: 'old_app' }] })
  assert.deepEqual([refused, outdated].map(p => attention(p, now)), [17, 1])
  assert.deepEqual(problems(refused, now), ['The server refuses what it sends, since 2 hours ago (gap)'])
  assert.deepEqual(problems(outdated, now), ['Its app is too old: it gets no news until it is updated'])
})

test('what a move does to phones, in a sentence', () => {
  const none = { people: 0, staff: 0, devices: 0, records: 0 }
  assert.equal(effect({ people: 12, staff: 5, devices: 4, records: 300 }, { people: 12, staff: 2, devices: 2, records: 340 }), '4 phones lose 12 people. 2 phones get 12 people: 340 records.')
  assert.equal(effect({ people: 1, staff: 1, devices: 1, records: 9 }, none), '1 phone loses 1 person.')
  assert.equal(effect(none, { people: 3, staff: 2, devices: 0, records: 30 }), '2 members of staff get 3 people; they have no phone signed in yet.')
  assert.match(effect(none, none), /No phone loses or gets anybody/)
})

test('what was typed becomes a value of its field’s kind, or none', () => {
  const kinds = { pulse: 'int', temperature: 'decimal', on_oxygen: 'bool', taken_at: 'time', soft_signs: 'list', note: 'text' }
  const desk = /** @type {any} */ ({ fieldsByName: new Map(Object.entries(kinds).map(([name, kind]) => [`c.${name}`, { kind }])) })
  for (const [field, typed, value] of [['pulse', '72', 72], ['pulse', '7.2', undefined], ['pulse', '', null], ['temperature', '38,4', 38.4], ['temperature', 'warm', undefined], ['on_oxygen', 'false', false],
    ['taken_at', '2026-07-02T20:00', '2026-07-02T19:00:00.000Z'], ['soft_signs', 'confused, unsteady', ['confused', 'unsteady']], ['soft_signs', '', []], ['note', ' as it is ', ' as it is ']]) {
    assert.deepEqual(valueOf(desk, 'c', /** @type {string} */ (field), typed), value, `${field} ${typed}`)
  }
})

test('the desk has no sentence of its own outside the file of words', () => {
  const dir = new URL('../../pb_public/desk/', import.meta.url)
  const files = readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter(file => file.endsWith('.js'))
  assert.ok(files.includes('main.js') && files.includes('views/start.js'))
  for (const file of files) {
    const code = readFileSync(new URL(file, dir), 'utf8').split('\n').filter(l => !/^\s*(\/\/|\*|\/\*\*)/.test(l)).join('\n')
    assert.doesNotMatch(code, />\s*[A-Z][a-z]+ [a-z]+[^<$]*</, file)
  }
})

test('what is late stands in the order in which somebody sees to it', () => {
  const now = Date.parse('2026-03-02T12:00:00Z'), minutes = n => new Date(now + n * 60_000).toISOString()
  const handover = (id, cls, due, more = {}) => ({ id, class: cls, state: 'escalated', overdue: due < 0, due: minutes(due), provenance: { raised_at: minutes(-300) }, ...more })
  const issue = (id, due, more = {}) => ({ id, due_at: minutes(due), ...more })
  const order = lateFirst([handover('routine', 'R', -200), handover('today', 'SD', -5), handover('emergency', 'E', -1), handover('in time', 'E', 5),
    handover('older', 'SD', -1, { provenance: { raised_at: minutes(-400) } }), handover('nobody', 'R', 9, { state: 'failed' }), handover('since it was read', 'U2', -1, { overdue: false })],
  [{ id: 'visit', end: minutes(-5) }, { id: 'longest visit', end: minutes(-50) }, { id: 'still time', end: minutes(5) }], [issue('decide', -9), issue('longest', -90), issue('passed on', 60, { escalated_at: minutes(-1) }), issue('later', 30)], now)
  assert.deepEqual(order.map(one => (one.handover ?? one.visit ?? one.issue).id),
    ['emergency', 'since it was read', 'older', 'today', 'nobody', 'routine', 'longest visit', 'visit', 'passed on', 'longest', 'decide'])
})
