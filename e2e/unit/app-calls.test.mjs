// The two calls of an urgent handover, and the banner about one that nobody has answered.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { answerCall, callFields, callOp, callsOfDraft, callsToAsk, noCalls } from '../../pb_public/app/model/calls.js'
import { receiverOf } from '../../pb_public/app/model/receiver.js'
import { unsaid } from '../../pb_public/app/model/unsaid.js'
import { standing } from '../../pb_public/app/model/urgent.js'
import { blank, judge, ops, texts } from '../../pb_public/app/model/visitform.js'
import { shippedRules } from '../../pb_public/app/model/shipped-rules.js'
import { words } from '../../pb_public/shared/words/en-GB.js'

const now = Date.parse('2026-03-02T18:02:00.000Z'), at = new Date(now).toISOString()
const { whys } = words.app.calls

// U2
test('each of the two calls is stored as it was answered: made, tried in vain with why, or not needed', () => {
  const calls = noCalls()
  answerCall(calls.emergency, 'could_not', now)
  calls.emergency.why = 'no_signal'
  answerCall(calls.to, 'yes', now)
  Object.assign(calls.to, { name: ' Dr Guy ', role: 'duty GP', readBack: 'yes' })
  assert.deepEqual(callFields(calls, 'E', whys), { called_999: 'could_not', called_999_at: at, called_999_name: null, called_999_read_back: null, called_999_why: 'no signal',
    called: 'yes', called_at: at, called_name: 'Dr Guy', called_role: 'duty GP', reached: true, read_back: true, called_why: null })
  answerCall(calls.to, 'not_needed', now)
  assert.deepEqual(callFields(calls, 'U2', whys), { called: 'not_needed', called_at: null, called_name: null, called_role: null, reached: null, read_back: null, called_why: null }, '999 is asked of an emergency only')
  calls.to = { ...calls.to, answer: 'could_not', why: 'other', whyText: ' The line is dead ', at }
  assert.deepEqual([callFields(calls, 'U2', whys).called_why, callFields(calls, 'U2', whys).reached], ['The line is dead', false])
})

test('what is still to be said of the calls', () => {
  const calls = noCalls()
  assert.deepEqual(callsToAsk(calls, 'U2'), { called: 'called' })
  assert.deepEqual(callsToAsk(calls, 'E'), { called_999: 'called_999', called: 'called' })
  answerCall(calls.to, 'yes', now)
  answerCall(calls.emergency, 'yes', now)
  assert.deepEqual(callsToAsk(calls, 'E'), { called_name: 'called_name' }, 'nobody asks a call handler for their name')
  calls.to.name = 'Dr Guy'
  calls.emergency.at = new Date(now + 3_600_000).toISOString()
  assert.deepEqual(callsToAsk(calls, 'E', now), { called_999_at: 'future' })
})

test('an earlier version asked once for both: what it says counts for whoever the handover goes to', () => {
  assert.equal(callsOfDraft({ answer: 'yes', reached: 'yes', name: 'Dr Guy' }).to.answer, 'yes')
  assert.deepEqual([callsOfDraft({ answer: 'yes', reached: 'no' }).to.answer, callsOfDraft({ answer: 'yes', reached: 'no' }).to.why], ['could_not', 'no_answer'])
  assert.equal(callsOfDraft({ answer: 'no' }).to.answer, 'could_not')
  assert.deepEqual(callsOfDraft(undefined), noCalls())
})

// U2
test('a visit stores that nobody could be called, and its text does not say that anybody was', () => {
  const form = blank({ patient: 'ada', now })
  Object.assign(form.fields, { status: 'completed', purpose: 'observation' })
  Object.assign(form.readings, { respiration_rate: '26', spo2: '90', pulse: '132' })
  const judged = judge(form, { id: 'ada' }, { rules: shippedRules, history: [], now, clockKnown: true })
  assert.equal(judged.urgency, 'E')
  for (const call of [form.calls.emergency, form.calls.to]) {
    answerCall(call, 'could_not', now)
    call.why = 'no_signal'
  }
  const hand = ops({ form, patient: { id: 'ada' }, planned: null, judged, before: null, me: { id: 'nia', teams: [] }, now, newID: () => 'new', whys }).ops.find(o => o.collection === 'handovers').set
  assert.deepEqual([hand.called_999, hand.called_999_why, hand.called, hand.called_why, hand.reached], ['could_not', 'no signal', 'could_not', 'no signal', false])
  form.cls = 'E'
  for (const text of Object.values({ ...texts(form, { id: 'ada' }, judged, null, now), ...words.app.sbar.ask })) assert.doesNotMatch(String(text), /999 has been called/)
})

test('"I have called now" says only what was answered', () => {
  const h = { id: 'h', patient: 'ada', class: 'E' }, calls = noCalls()
  assert.equal(callOp(h, calls, whys), null)
  answerCall(calls.emergency, 'yes', now)
  assert.deepEqual(callOp(h, calls, whys), { op: 'update', collection: 'handovers', id: 'h', patient: 'ada', set: { called_999: 'yes', called_999_at: at, called_999_name: null, called_999_read_back: null, called_999_why: null } })
})

// U2
test('an emergency stands on every screen until somebody has it in hand or was reached', () => {
  const mine = { id: 'h', patient: 'ada', class: 'E', from_staff: 'nia', raised_at: at, state: 'sent' }
  const shown = (/** @type {any} */ more) => standing([{ ...mine, ...more }], 'nia', () => ({ name: 'Elm Surgery', phone: '0161' })).length
  for (const more of [{}, { state: 'seen' }, { state: 'escalated' }, { state: 'failed' }, { class: 'U2' }, { called_999: 'yes' }, { reached: false, called: 'could_not' },
    { state: undefined, raised_at: undefined, from_staff: undefined, pending: true }]) assert.equal(shown(more), 1, JSON.stringify(more))
  for (const more of [{ state: 'acknowledged' }, { state: 'accepted' }, { state: 'done' }, { state: 'declined' }, { state: 'stood_down' }, { class: 'SD' }, { from_staff: 'ned' },
    { reached: true, called_name: 'Dr Guy' }, { evidence: { copy_of: 'x' } }]) assert.equal(shown(more), 0, JSON.stringify(more))
})

test('the banner has the emergencies first, and names nobody', () => {
  const list = standing([{ id: 'a', class: 'U2', from_staff: 'nia', raised_at: at, state: 'sent', patient: 'ada', situation: 'Grey' }, { id: 'b', class: 'E', pending: true, patient: 'eve', called_999: 'yes', called_999_at: at }], 'nia', () => null)
  assert.deepEqual(list, [{ id: 'b', cls: 'E', unsent: true, phone: '', receiver: '', called999: at }, { id: 'a', cls: 'U2', unsent: false, phone: '', receiver: '', called999: '' }])
})

// U2: the nurse chose not to hand over what the rules call urgent
test('an urgent visit that was handed over to nobody stands while only this phone has it', () => {
  const patient = { id: 'ada', practice: 'elm', date_of_birth: '1940-01-01' }
  const visit = { id: 'v', patient: 'ada', status: 'no_access', no_access_kind: 'no_reply', ended_at: at, pending: true }
  const teams = [{ id: 'c', kind: 'coordination' }]
  const on = (/** @type {any} */ more) => ({ observations: [], visits: [visit], checkins: [], issues: [], handovers: [], clockKnown: true, rules: shippedRules,
    person: (/** @type {string} */ id) => (id === 'ada' ? patient : null), known: { teams, mine: [] }, ...more })
  assert.deepEqual(unsaid(on({})), [{ visit: 'v', patient: 'ada', cls: 'U2', to: 'c' }])
  const set = { id: 'o', patient: 'ada', visit: 'w', taken_at: at, respiration_rate: 26, spo2: 90, on_oxygen: true, systolic: 98, pulse: 112, acvpu: 'C', temperature: 38.6 }
  const sent = { id: 'w', patient: 'ada', status: 'completed', ended_at: at }
  for (const [what, more, want] of /** @type {[string, any, string[]][]} */ ([
    ['the server has it', { visits: [{ ...visit, pending: false }] }, []],
    ['somebody was told', { handovers: [{ visit: 'v', class: 'U2' }] }, []],
    ['what was handed over does not press', { handovers: [{ visit: 'v', class: 'R' }] }, ['U2']],
    ['it does not press', { visits: [{ ...visit, no_access_kind: 'failed' }] }, []],
    ['whom it is about is not on this phone', { person: () => null }, []],
    ['a sent visit got readings that press', { visits: [sent], observations: [{ ...set, pending: true }] }, ['E']],
    ['they are sent', { visits: [sent], observations: [set] }, []],
  ])) assert.deepEqual(unsaid(on(more)).map(u => u.cls), want, what)
  const list = standing([{ id: 'h', class: 'E', from_staff: 'nia', raised_at: at, state: 'sent' }], 'nia', h => ({ name: h.to_team || h.id, phone: '1' }), unsaid(on({})))
  assert.deepEqual(list, [{ id: 'h', cls: 'E', unsent: false, phone: '1', receiver: 'h', called999: '' }, { id: 'v', cls: 'U2', unsent: true, phone: '1', receiver: 'c', called999: '', visit: 'v' }])
})

test('whom to ring: the team, with the number of its organisation where it has none, else the practice of the person', () => {
  const records = { 'patients/ada': { practice: 'elm' }, 'organisations/elm': { name: 'Elm Surgery', phone: '0161 1' }, 'organisations/hub': { name: 'Hub', phone: '0161 2' },
    'teams/t': { name: 'Elm duty', organisation: 'elm' }, 'teams/c': { name: 'Coordination', organisation: 'hub', phone: '0161 3' } }
  const get = (/** @type {string} */ c, /** @type {string} */ id) => /** @type {any} */ (records)[`${c}/${id}`] ?? null
  const to = (/** @type {string} */ team) => receiverOf({ get, all: () => Object.values(records) }, { patient: 'ada', to_team: team })
  assert.deepEqual([to(''), to('t'), to('c')], [{ name: 'Elm Surgery', phone: '0161 1', team: false }, { name: 'Elm duty', phone: '0161 1', team: false }, { name: 'Coordination', phone: '0161 3', team: true }])
  assert.equal(receiverOf({ get: (c, id) => (c === 'organisations' ? { name: 'Elm Surgery' } : get(c, id)), all: () => [{ organisation: 'elm', kind: 'practice', phone: '0161 9' }] }, { patient: 'ada' })?.phone, '0161 9')
  assert.equal(receiverOf({ get: () => null, all: () => [] }, { patient: 'x' }), null)
})
