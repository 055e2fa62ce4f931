// When a visit was: what a form fills in, what somebody puts right, and what it asks before that is saved.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { enter, longest, noTimes, oldAfter, timeDoubt, timesToAsk, visitTimes } from '../../pb_public/app/model/times.js'
import { nextPlanned, plannedToday } from '../../pb_public/app/model/round.js'
import { blank, judge, ops } from '../../pb_public/app/model/visitform.js'
import { visitText } from '../../pb_public/app/model/text.js'
import { shippedRules } from '../../pb_public/app/model/shipped-rules.js'
import { callText, call999Text, enteredText } from '../../pb_public/shared/ui/calls.js'

const at = (/** @type {string} */ clock) => `2026-03-02T${clock}:00.000Z`
const now = Date.parse(at('18:04'))
const ground = { rules: shippedRules, history: [], now, clockKnown: true }

/** The ops of saving a visit that a form records at four minutes past six. @param {(f: any) => void} change @param {any} [planned] */
function saved(change, planned = null) {
  const form = blank({ patient: 'ada', visit: planned, now: Date.parse(at('18:02')) })
  Object.assign(form.fields, { status: 'completed', purpose: 'observation' })
  change(form)
  let n = 0
  return ops({ form, patient: { id: 'ada' }, planned, judged: judge(form, { id: 'ada' }, ground), before: null, me: { id: 'nia', teams: ['river'] }, now, newID: () => `new${n++}` }).ops
}

// U4
test('a visit is from when the form was opened until it is saved, and its readings are of when they were typed', () => {
  const [visit, readings] = saved(f => { f.readings.pulse = '72'; f.typedAt = at('18:03') })
  assert.deepEqual([visit.set.started_at, visit.set.ended_at, visit.set.time_entered_at], [at('18:02'), at('18:04'), undefined])
  assert.deepEqual([readings.set.taken_at, readings.set.time_entered_at], [at('18:03'), undefined])
})

// U4
test('a visit of the morning that is written up at six carries the times of the morning, and when they were entered', () => {
  const [visit, readings] = saved(f => {
    f.readings.pulse = '72'
    f.typedAt = at('18:03')
    enter(f.times, 'started_at', at('10:14'), now)
    enter(f.times, 'ended_at', at('10:40'), now)
  })
  assert.deepEqual([visit.set.started_at, visit.set.ended_at, visit.set.time_entered_at], [at('10:14'), at('10:40'), at('18:04')])
  assert.deepEqual([readings.set.taken_at, readings.set.time_entered_at], [at('10:40'), at('18:04')])
  const text = visitText({ patient: { id: 'ada' }, visit: { id: 'v', staff: 'nia', ...visit.set }, observations: [{ id: 'o', ...readings.set }], nameOf: () => 'Nia Evans' })
  assert.match(text, /Visit: 2 Mar 2026 10:14 – 2 Mar 2026 10:40\nTime entered by Nia Evans at 2 Mar 2026 18:04/)
  assert.match(text, /Readings at 2 Mar 2026 10:40, time entered by the author at 2 Mar 2026 18:04/)
})

test('one time by hand: the other is never after it, and of an arrival longer ago it is asked when the visit ended', () => {
  const times = (/** @type {any} */ t, more = {}) => { const v = visitTimes({ times: { ...noTimes(), ...t }, started: at('18:02'), ...more }, now); return [v.started_at, v.ended_at] }
  assert.deepEqual(times({ started_at: at('17:30') }), [at('17:30'), at('18:04')], 'who arrived half an hour ago leaves now')
  assert.deepEqual(timesToAsk({ times: { ...noTimes(), started_at: at('17:30') }, started: at('18:02') }, now), {})
  assert.deepEqual(timesToAsk({ times: { ...noTimes(), started_at: at('10:14') }, started: at('18:02') }, now), { ended_at: 'left' })
  assert.deepEqual(times({ started_at: at('10:14') }, { fields: { status: 'no_access' } }), [at('10:14'), at('10:14')], 'at a door that nobody opened')
  assert.deepEqual(timesToAsk({ times: { ...noTimes(), started_at: at('10:14') }, started: at('18:02'), fields: { status: 'no_access' } }, now), {})
  assert.deepEqual(times({ ended_at: at('10:40') }), [at('10:40'), at('10:40')])
  assert.deepEqual(times({ ended_at: at('18:03') }), [at('18:02'), at('18:03')])
  assert.deepEqual(times({ started_at: at('10:14') }, { ended: at('17:00') }), [at('10:14'), at('17:00')], 'what is stored stays')
})

test('a time of the future is never taken, an old one is asked about once, and a visit never ends before it began', () => {
  const ask = (/** @type {any} */ t, more = {}) => timesToAsk({ times: { ...noTimes(), ...t }, started: at('18:02'), ...more }, now)
  assert.deepEqual(ask({}), {})
  assert.deepEqual(ask({ ended_at: at('18:30') }), { ended_at: 'future' })
  assert.deepEqual(ask({ taken_at: at('18:30') }), { taken_at: 'future' })
  assert.deepEqual(ask({ started_at: at('10:14'), ended_at: at('10:00') }), { ended_at: 'order' })
  const yesterday = { started_at: '2026-03-01T10:14:00.000Z', ended_at: '2026-03-01T10:40:00.000Z' }
  assert.deepEqual(ask(yesterday), { sure: 'old' })
  assert.deepEqual(ask({ ...yesterday, sure: true }), {})
  assert.deepEqual(timesToAsk({ times: noTimes(), started: new Date(now - longest - 1).toISOString() }, now), { ended_at: 'long' }, 'a form that was open for hours')
  assert.deepEqual([timeDoubt('', now), timeDoubt(at('18:04'), now), timeDoubt(at('18:06'), now), timeDoubt(new Date(now - oldAfter - 1).toISOString(), now)], ['', '', 'future', 'old'])
})

test('a time changed later is sent, with when it was entered; one that was not is not sent again', () => {
  const visit = { id: 'v', patient: 'ada', staff: 'nia', purpose: 'observation', status: 'completed', started_at: at('10:00'), ended_at: at('10:30') }
  assert.deepEqual(saved(() => {}, visit), [])
  assert.deepEqual(saved(f => enter(f.times, 'started_at', at('09:50'), now), visit)[0].set, { started_at: at('09:50'), time_entered_at: at('18:04') })
})

test('who reads a time that was entered by hand is told so, by the clock that is right', () => {
  assert.equal(enteredText({ time_entered_at: at('18:04') }, now, 'the nurse'), 'time entered by the nurse at 18:04')
  assert.equal(enteredText({ time_entered_at: '2026-03-04T18:04:00.000Z', corrected: { time_entered_at: at('18:04') } }, now, 'the nurse'), 'time entered by the nurse at 18:04')
  assert.equal(enteredText({ time_entered_at: null }, now), '')
})

// U2
test('what is said of a call is what the sender answered, and nothing where nobody did', () => {
  assert.deepEqual([callText({}, now), call999Text({}, now)], ['', ''])
  assert.equal(callText({ answer: 'yes', at: at('18:02'), name: 'Dr Guy', role: 'duty GP', read_back: true }, now), 'They were rung at 18:02: spoke to Dr Guy, duty GP. It was read back.')
  assert.equal(callText({ answer: 'could_not', at: at('18:02'), why: 'no signal' }, now), 'They could not be rung at 18:02: no signal.')
  assert.equal(call999Text({ answer: 'could_not', at: at('18:02'), why: 'no signal' }, now), '999 could not be called at 18:02: no signal.')
  assert.equal(call999Text({ answer: 'yes', at: at('18:02'), name: '', read_back: null }, now), '999 was called at 18:02.')
  assert.equal(call999Text({ answer: 'not_needed' }, now), 'The sender saw no need to call 999.')
})

// U9
test('at the door of somebody who is on today’s round, Record takes up the visit that is planned', () => {
  const me = { staff: 'nia', teams: ['river'] }
  const visit = (/** @type {string} */ id, /** @type {any} */ more) => ({ id, patient: 'ada', staff: 'nia', status: 'planned', planned_start: at('12:52'), ...more })
  const found = (/** @type {any[]} */ ...list) => plannedToday(list, 'ada', me, now)?.id
  assert.equal(found(visit('v', {})), 'v', 'late, but of today')
  assert.equal(found(visit('morning', { planned_start: at('08:00') }), visit('evening', { planned_start: at('18:30') })), 'evening', 'the nearest')
  assert.equal(found(visit('evening', { planned_start: at('18:30') }), visit('begun', { planned_start: at('08:00'), status: 'in_progress' })), 'begun')
  assert.equal(found(visit('team', { staff: null, team: 'river' })), 'team')
  for (const not of [{ patient: 'eve' }, { staff: 'ned' }, { status: 'completed' }, { status: 'cancelled' }, { planned_start: '2026-03-01T12:52:00.000Z' }, { planned_start: '2026-03-03T08:00:00.000Z' }, { planned_start: null }]) {
    assert.equal(found(visit('v', not)), undefined, JSON.stringify(not))
  }
})

test('a person’s page names the next visit that is planned, whoever makes it, and both where two go', () => {
  const visit = (/** @type {string} */ id, /** @type {any} */ more) => ({ id, patient: 'ada', staff: 'ned', status: 'planned', planned_start: at('20:00'), planned_end: at('20:30'), ...more })
  const found = (/** @type {any[]} */ ...list) => nextPlanned(list, 'ada', now, 'mine').map(v => v.id).join()
  const tomorrow = { planned_start: '2026-03-03T08:00:00.000Z', planned_end: null }
  assert.equal(found(visit('later', tomorrow), visit('v', {})), 'v')
  assert.equal(found(visit('two', {}), visit('one', { staff: null }), visit('later', tomorrow)), 'one,two')
  assert.equal(found(visit('begins', { planned_start: at('12:00'), planned_end: at('23:30') }), visit('v', {})), 'begins', 'not over yet')
  assert.equal(found(visit('mine', {}), visit('later', tomorrow)), 'later', 'the one that is shown already is not named again')
  for (const not of [{ patient: 'eve' }, { status: 'completed' }, { status: 'cancelled' }, { status: 'in_progress' }, { planned_start: at('08:00'), planned_end: at('08:30') }, { planned_start: null, planned_end: null }]) {
    assert.equal(found(visit('v', not)), '', JSON.stringify(not))
  }
})
