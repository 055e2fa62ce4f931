// What the field app works out from records: the round, who is found, when a call comes first, and the
// handover it fills in.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { callFirst } from '../../pb_public/app/model/callfirst.js'
import { freshness, index, sets } from '../../pb_public/app/model/people.js'
import { look, moves } from '../../pb_public/app/model/moves.js'
import { round, standing, week } from '../../pb_public/app/model/round.js'
import { visitText } from '../../pb_public/app/model/text.js'
import { shippedRules } from '../../pb_public/app/model/shipped-rules.js'
import { checkinText, detailsText, formText, whoOf } from '../../pb_public/app/model/formtext.js'
import { changeLines, fieldName, isMoment, isProse, shownMessage, shownValue } from '../../pb_public/app/model/values.js'
import { blank, doubt, handedIn, handsOver, judge, missing, ops, practice, restored, teamFor, texts } from '../../pb_public/app/model/visitform.js'
import { score } from '../../pb_public/shared/ui/news2.js'
import { numbers } from '../../pb_public/shared/ui/readings.js'

const well = { respiration_rate: 16, spo2: 97, on_oxygen: false, systolic: 128, pulse: 72, acvpu: 'A', temperature: 36.8 }
const now = Date.parse('2026-03-02T10:00:00Z')
const me = { staff: 'nia', teams: ['river'] }

/** What the rules need beside a form. */
const ground = { rules: shippedRules, history: [], now, clockKnown: true }

test('a call comes first when it is urgent', () => {
  assert.deepEqual(['E', 'U2', 'SD', 'R', ''].map(callFirst), [true, true, false, false, false])
})

test('where a handover goes unless somebody chooses: where the leading rule sends it', () => {
  const teams = [{ id: 'river', kind: 'nursing', neighbourhood: 'north' }, { id: 'c1', kind: 'coordination', neighbourhood: 'south' }, { id: 'c2', kind: 'coordination', neighbourhood: 'north' }]
  const known = { teams, mine: ['river'] }
  const form = blank({ patient: 'ada', now })
  const at = fields => { Object.assign(form.fields, fields); return judge(form, { id: 'ada' }, ground) }
  const noReply = at({ status: 'no_access', no_access_kind: 'no_reply' })
  assert.deepEqual([noReply.urgency, noReply.call, teamFor(form, noReply, known)], ['U2', true, 'c2'])
  assert.equal(teamFor(form, noReply, { teams: teams.slice(0, 2), mine: ['river'] }), 'c1', 'any coordinator rather than none')
  assert.equal(teamFor({ ...form, toTeam: practice }, noReply, known), '', 'the practice, chosen by hand')
  assert.equal(teamFor({ ...form, toTeam: 'c1' }, noReply, known), 'c1')
  const missed = at({ status: 'completed', no_access_kind: '', critical_medicine: 'missed' })
  assert.deepEqual([missed.urgency, missed.call, teamFor(form, missed, known)], ['SD', false, ''])
  const sent = ops({ form, patient: { id: 'ada' }, planned: null, judged: noReply, hand: { to: 'c2', kind: 'coordination', service: '', known, before: null, clockKnown: true }, me: { id: 'nia', teams: ['river'] }, now, newID: () => 'new' }).ops.find(o => o.collection === 'handovers').set
  assert.deepEqual([sent.class, sent.to_team, sent.recommendation], ['U2', 'c2', shippedRules.find(r => r.code === 'no_reply').ask])
})

test('the round: what is under way, what is late, what is to come, what is done', () => {
  const at = (h, more) => ({ id: `v${h}`, patient: 'ada', staff: 'nia', status: 'planned', planned_start: `2026-03-02T${h}:00:00Z`, planned_end: `2026-03-02T${h}:30:00Z`, ...more })
  const visits = [at('11'), at('08'), at('07', { status: 'completed', ended_at: '2026-03-02T07:20:00Z' }), at('09', { status: 'in_progress' }),
    { ...at('15'), id: 'yesterday', planned_start: '2026-03-01T15:00:00Z', planned_end: '2026-03-01T15:30:00Z' }, { ...at('12'), id: 'hers', staff: 'ned' },
    { ...at('13'), id: 'open to the team', staff: null, team: 'river' }, { ...at('14'), id: 'tomorrow', planned_start: '2026-03-03T14:00:00Z' }, at('16', { status: 'cancelled' , ended_at: '2026-02-27T10:00:00Z' })]
  assert.deepEqual(round(visits, me, now).map(s => [s.contact.id, s.state]),
    [['v09', 'now'], ['yesterday', 'late'], ['v08', 'late'], ['v11', 'due'], ['open to the team', 'due'], ['v07', 'done']])
  assert.deepEqual(week(visits, me, now).map(d => d.stops.length).slice(0, 2), [4, 1])
})

test('a phone knows what was moved since its owner looked: to her, away from her, to another time', () => {
  const at = (id, h, more) => ({ id, patient: 'ada', staff: 'nia', team: 'river', status: 'planned', planned_start: `2026-03-02T${h}:00:00Z`, ...more })
  const before = look([at('same', '11'), at('later', '12'), at('to her', '14', { staff: 'ned' }), at('away', '13'), at('gone', '16'), at('taken up', '10', { staff: null }), at('to nobody', '18'),
    at('done', '09'), at('begun', '10'), at('passed', '08'), at('others', '15', { staff: 'ned' }), at('others gone', '15', { staff: 'ned' }), at('of all', '15', { staff: null }),
    at('next month', '11', { planned_start: '2026-04-01T09:00:00Z' })], now)
  assert.equal(before['next month'], undefined)
  const told = moves(before, [at('same', '11'), at('later', '13'), at('to her', '15'), at('away', '13', { staff: 'ned' }), at('taken up', '10'), at('to nobody', '18', { staff: null }), at('done', '09', { status: 'completed' }),
    at('begun', '11', { status: 'in_progress' }), at('passed', '08', { planned_start: '2026-03-01T08:00:00Z' }), at('others', '16', { staff: 'ned' }), at('of all', '15', { staff: 'ned' }), at('new', '17')], me, now)
  assert.deepEqual(told.map(m => [m.id, m.from.staff, m.to?.staff ?? '-', m.to?.at.slice(11, 16) ?? '-']), [['passed', 'nia', 'nia', '08:00'], ['taken up', '', 'nia', '10:00'], ['later', 'nia', 'nia', '13:00'],
    ['away', 'nia', 'ned', '13:00'], ['to her', 'ned', 'nia', '15:00'], ['gone', 'nia', '-', '-'], ['to nobody', 'nia', '', '18:00']])
  assert.deepEqual(moves(before, [], me, now + 86_400_000), [], 'what has passed is told no more')
  assert.deepEqual(moves(look([at('same', '11')], now), [at('same', '11')], me, now), [])
})

test('finding a person by what one would type, and by what is shown', () => { // U17, U29
  const people = index([{ id: '1', family_name: 'Okafor', given_name: 'Siân', postcode: 'M33 1AB', nhs_number: '9990000018', date_of_birth: '1941-05-06' },
    { id: '2', family_name: 'Ames', given_name: 'Ada', address: '2 Hill Rd', phone: '0161 496 0123', date_of_birth: '1950-04-12' },
    { id: '3', family_name: 'Novakova', given_name: 'Albert', preferred_name: 'Miss', date_of_birth: '1938-11-30' },
    { id: '4', family_name: 'Mistry', given_name: 'Gwen' }, { id: '5', family_name: 'O’Madeup-Łukasz', given_name: 'Øystein' }])
  const find = typed => people.find(typed).map(p => p.id)
  for (const [typed, found] of [['', ['2', '4', '3', '5', '1']], ['sian', ['1']], ['SIAN okaf', ['1']], ['m33', ['1']], ['m331ab', ['1']], ['999 000', ['1']], ['hill ada', ['2']], ['xyz', []],
    ['NOVAKOVA, Albert', ['3']], ['NOVAKOVA, Albert (Miss)', ['3']], ['mis', ['4', '3']], ['0161 496', ['2']], ['1950-04-12', ['2']], ['12/04/1950', ['2']], ['12.4.50', ['2']], ['12 Apr 1950', ['2']], ['12/04', ['2']],
    ['ames 12/04/1950', ['2']], ['okafor 12/04/1950', []], ['omadeup', ['5']], ["o'madeup", ['5']], ['O’MADEUP-ŁUKASZ, Øystein', ['5']], ['lukasz oystein', ['5']], ['madeuplukasz', ['5']]]) assert.deepEqual(find(typed), found, typed)
})

test('a corrected set of readings stands in place of the one it replaces', () => {
  assert.deepEqual(sets([{ id: 'a', taken_at: '2026-03-01T09:00:00Z' }, { id: 'b', taken_at: '2026-03-02T09:00:00Z' }, { id: 'c', taken_at: '2026-03-02T09:00:00Z', replaces: 'b' }]).map(o => o.id), ['c', 'a'])
})

test('how old the data is', () => {
  assert.deepEqual([null, '2026-03-02T09:00:00Z', '2026-03-01T09:59:00Z', '2026-02-27T09:00:00Z'].map(s => freshness(s, now)), ['red', 'fresh', 'amber', 'red'])
})

// D3
test('a score of somebody whose age nobody knows says that it is that of an adult, wherever it is shown', () => {
  const ada = { id: 'ada' }, set = { id: 'o', taken_at: '2026-03-02T09:45:00Z', ...well }
  assert.equal(score(well).age_unknown, true)
  assert.equal('age_unknown' in score(well, { age: 84 }), false)
  assert.equal('age_unknown' in score(well, { age: 9 }), false)
  const said = /Age not known: scored as an adult/
  const visit = { patient: ada, visit: { id: 'v' }, observations: [set], nameOf: () => '' }
  assert.match(visitText(visit), said)
  assert.doesNotMatch(visitText({ ...visit, patient: { ...ada, date_of_birth: '1941-05-06' } }), said)
})

test('a set that NEWS2 does not score is handed over and written without a score', () => {
  const form = blank({ patient: 'ada', now })
  form.fields.status = 'completed'
  Object.assign(form.readings, { weight: '61', pain_score: '0' })
  const judged = judge(form, { id: 'ada' }, ground)
  assert.deepEqual([judged.score, judged.urgency], [null, ''])
  assert.match(texts(form, { id: 'ada' }, judged, null, now).assessment, /Readings, not scored: weight 61.0 kg, pain score 0\/10\.$/)
  const text = visitText({ patient: { id: 'ada' }, visit: { id: 'v' }, observations: [{ id: 'o', taken_at: '2026-03-02T09:45:00Z', weight: 61 }], nameOf: () => '' })
  assert.match(text, /weight 61.0 kg$/)
})

test('a draft of an earlier version keeps breathing, consciousness and what was said of the call', () => {
  const { readings, calls } = restored({ readings: { pulse: '72' }, air: 'air', acvpu: 'C', tried: false, call: { answer: 'yes', reached: 'yes', name: 'Dr Guy', role: 'GP', readBack: '', at: '' } })
  assert.deepEqual(readings, { pulse: '72', on_oxygen: 'false', acvpu: 'C' })
  assert.deepEqual([calls.to.answer, calls.to.name, calls.emergency.answer], ['yes', 'Dr Guy', ''])
  assert.deepEqual(restored(blank({ patient: 'ada', now })), blank({ patient: 'ada', now }))
})

test('a visit as text for the record', () => {
  const text = visitText({ patient: { id: 'ada', family_name: 'Ames', given_name: 'Ada', date_of_birth: '1941-05-06', nhs_number: '9990000018' },
    visit: { id: 'v', staff: 'nia', started_at: '2026-03-02T09:40:00Z', ended_at: '2026-03-02T10:00:00Z', status: 'completed', outcome: 'care_given', purpose: 'wound_care', note: 'Wound clean.' },
    observations: [{ id: 'o', taken_at: '2026-03-02T09:45:00Z', pulse: 72 }], handovers: [{ id: 'h', class: 'SD', state: 'done', situation: 'S', answer: 'Seen today.', filed_by: 'rita', filed_at: '2026-03-02T11:00:00Z' }],
    nameOf: id => ({ nia: 'Nia Evans', rita: 'Rita' })[id] })
  assert.equal(text, `AMES, Ada
Born: 6 May 1941
NHS number: 999 000 0018

Visit: 2 Mar 2026 09:40 – 2 Mar 2026 10:00
By: Nia Evans
Purpose: Wound care
Status: Completed
Outcome: Care given

Readings at 2 Mar 2026 09:45
pulse 72/min (0)
NEWS2 at least 0: Not complete

Note
Wound clean.

Handover, Same day: Answered
Situation: S
Answer: Seen today.
Filed in the record by Rita, 2 Mar 2026 11:00`)
})

test('readings changed later are a new set that names the one it replaces; unchanged ones are not sent again', () => {
  const visit = { id: 'v', patient: 'ada', staff: 'nia', status: 'completed', started_at: '2026-03-02T09:00:00Z', ended_at: '2026-03-02T09:20:00Z', note: 'Well' }
  const taken = { id: 'o1', visit: 'v', taken_at: '2026-03-02T09:10:00Z', pulse: 27, on_oxygen: false, acvpu: 'A' }
  const make = change => {
    const form = blank({ patient: 'ada', visit, taken, now })
    change(form)
    const judged = judge(form, { id: 'ada' }, ground)
    form.handOver = 'no'
    return ops({ form, patient: { id: 'ada' }, planned: visit, judged, me: { id: 'nia', teams: ['river'] }, now, newID: () => 'new' }).ops
  }
  assert.deepEqual(make(() => {}), [])
  assert.deepEqual(make(f => { f.readings.pulse = '72' })[0], { op: 'create', collection: 'observations', id: 'new',
    set: { patient: 'ada', visit: 'v', taken_at: '2026-03-02T09:10:00Z', pulse: 72, on_oxygen: false, acvpu: 'A', replaces: 'o1' } })
})

test('saving a planned visit sends only what changed; saving a new one all of it; nothing typed is lost', () => {
  const planned = { id: 'v', patient: 'ada', staff: 'nia', status: 'planned', purpose: 'wound_care', soft_signs: ['restless'] }
  const form = blank({ patient: 'ada', visit: planned, now })
  form.fields.status = 'completed'
  form.fields.soft_signs = ['confused']
  form.fields.note = ' Wound clean '
  form.readings.temperature = '38,65'
  form.readings.pulse = 'fast'
  const judged = judge(form, { id: 'ada' }, ground)
  form.handOver = 'no'
  const made = ops({ form, patient: { id: 'ada' }, planned, judged, me: { id: 'nia', teams: ['river'] }, now, newID: () => 'o' }).ops
  assert.deepEqual(made.map(o => [o.op, o.set ?? o.values]), [
    ['update', { status: 'completed', note: 'Wound clean', started_at: '2026-03-02T10:00:00.000Z', ended_at: '2026-03-02T10:00:00.000Z' }],
    ['add', ['confused']], ['remove', ['restless']],
    ['create', { patient: 'ada', visit: 'v', taken_at: '2026-03-02T10:00:00.000Z', pulse: 'fast', temperature: 38.65 }]])
})

test('what must be answered before saving, and what is never asked', () => {
  const me = { raises_urgent: true }
  const form = blank({ patient: 'ada', now })
  const none = judge(form, { id: 'ada' }, ground)
  assert.deepEqual(missing(form, none, me), { purpose: 'purpose', status: 'status' }) // U26
  form.fields.purpose = 'assessment'
  form.fields.status = 'no_access'
  assert.deepEqual(missing(form, none, me), { no_access_kind: 'no_access_kind' })
  form.fields.status = 'completed'
  assert.deepEqual(missing(form, none, me), {})
  Object.assign(form.readings, { respiration_rate: '26', spo2: '90', pulse: '120' })
  const urgent = judge(form, { id: 'ada' }, ground)
  assert.deepEqual(missing(form, urgent, me), { called_999: 'called_999', called: 'called' })
  form.calls.emergency.answer = 'not_needed'
  form.calls.to.answer = 'yes'
  assert.deepEqual(missing(form, urgent, { raises_urgent: false }), { called_name: 'called_name', registrant: 'registrant' })
  form.calls.to.answer = 'could_not'
  assert.deepEqual(missing(form, urgent, me), { called_why: 'called_why' })
  form.calls.to.why = 'no_signal'
  assert.deepEqual(missing(form, urgent, me), {})
  form.handOver = 'no'
  assert.deepEqual(missing(form, urgent, { raises_urgent: false }), {})
})

test('a doubtful value is said to be doubtful, and never refused', () => {
  const doubts = [['pulse', '72', ''], ['pulse', '29', 'unlikely'], ['pulse', '30', ''], ['pulse', '200', ''], ['pulse', '201', 'unlikely'], ['spo2', '79', 'unlikely'], ['pulse', '720', 'impossible'], ['pulse', 'fast', 'number'], ['pulse', '72.5', 'decimals'], ['temperature', '36,8', ''], ['temperature', '36.85', 'decimals'], ['spo2', '', '']]
  for (const [name, text, want] of doubts) assert.equal(doubt(numbers.find(i => i.name === name), text), want, `${name} ${text}`)
})

/** As much of the app as values ask for. */
const app = { now: () => now, colleagues: [{ id: '01jz1v00000000000000000n1a', name: 'Nia Evans' }], get: (collection, id) => (collection === 'teams' && id === '01jz1t00000000000000000000' ? { name: 'North nurses' } : null) }

test('a value is shown as people write it: never an id, a code, a stamp or a dump', () => { // U18, U32
  for (const [field, value, text] of [['ended_at', '2026-03-02T09:42:43.440Z', '09:42'], ['ended_at', '2026-03-01T09:42:43Z', 'Sun 1 Mar 09:42'], ['date_of_birth', '1941-05-06', '6 May 1941'], ['status', 'no_access', 'No access'],
    ['soft_signs', ['confused', 'not_eating'], 'Confused, Not eating'], ['pulse', 132, '132 a minute'], ['on_oxygen', false, 'Breathing air'], ['acvpu', 'C', 'C, New confusion'], ['staff', '01jz1v00000000000000000n1a', 'Nia Evans'],
    ['team', '01jz1t00000000000000000000', 'North nurses'], ['patient', '01jz1x00000000000000000zzz', 'somebody or something without a name here'], ['nhs_number', '9990000018', '999 000 0018'], ['note', null, 'nothing'], ['note', 'Heel red', 'Heel red'],
    ['objection', true, 'Yes'], ['spo2_scale', { scale: 2, at: '2026-03-02T09:00:00Z' }, 'scale: 2\nat: 09:00'], ['pulse', 'about 80', 'about 80']]) assert.equal(shownValue(app, field, value), text, `${field} ${JSON.stringify(value)}`)
  assert.deepEqual([isMoment('2026-03-02T09:42:43.440Z'), isMoment('Heel red'), isProse('note'), isProse('ended_at'), isProse('phone')], [true, false, true, false, false])
  assert.equal(shownMessage(app, { field: 'ended_at', message: 'ended_at: ended_at must be a time such as 2026-03-02T07:58:11.204Z.' }), '“when it ended” must be a time such as 07:58.')
})

test('a change that is held back whole is told step by step, in words', () => { // U18
  const content = { mid: 1, key: '01jz1v00000000000000000000', ops: [{ op: 'create', collection: 'visits', id: '01jz1v00000000000000000001', set: { patient: '01jz1x00000000000000000zzz', staff: 'x', status: 'completed', started_at: '2026-03-02T09:40:00.000Z', note: 'Heel red' } },
    { op: 'create', collection: 'observations', id: 'o', set: { patient: 'x', visit: 'v', pulse: 132 } }, { op: 'add', collection: 'visits', field: 'soft_signs', values: ['confused'] }] }
  const lines = changeLines(app, content)
  assert.deepEqual(lines, [{ title: 'A visit', lines: ['what happened: Completed', 'when it began: 09:40', 'note: Heel red'] }, { title: 'Readings', lines: ['pulse: 132 a minute'] },
    { title: 'Change to a visit', lines: ['not their usual self: Confused'] }])
  assert.doesNotMatch(JSON.stringify(lines), /01jz|T09|_/)
  assert.deepEqual([changeLines(app, null), changeLines(app, 'nonsense')], [[], []])
})

test('every field that a phone can write has a name in the words of people', () => { // U32
  for (const field of ['started_at', 'ended_at', 'taken_at', 'happened_at', 'purpose', 'outcome', 'critical_medicine', 'soft_signs', 'no_access_kind', 'access_notes', 'risk_note', 'communication_needs', 'blood_glucose', 'concern', 'planned_start']) assert.doesNotMatch(fieldName(field), /_/, field)
})

test('a form that was not saved is text to copy, whoever it is about and wherever they are now', () => { // B2, B11
  const ada = { id: 'ada', family_name: 'Ames', given_name: 'Ada', date_of_birth: '1941-05-06', nhs_number: '9990000018', access_notes: 'Key safe', phone: '1' }
  const who = whoOf(ada)
  assert.deepEqual(Object.keys(who), ['id', 'family_name', 'given_name', 'date_of_birth', 'nhs_number'], 'no more than the text and the score need')
  assert.equal(whoOf(null), null)
  const form = blank({ patient: 'ada', now })
  Object.assign(form.fields, { status: 'completed', note: 'Half a sentence' })
  Object.assign(form.readings, { pulse: '132', temperature: 'warm' })
  form.words.situation = 'Very unwell'
  const text = formText('visit:ada', { form, who }, null, id => id)
  for (const part of ['AMES, Ada', 'NHS number: 999 000 0018', 'Status: Completed', 'pulse 132/min', 'temperature warm', 'Note\nHalf a sentence', 'Situation: Very unwell']) assert.ok(text.includes(part), `${part} in ${text}`)
  assert.equal(checkinText({ seen: 'yes', wellbeing: 'unwell', concern: 'The fridge is empty', safeguarding: '' }, { preferred_name: 'Mabel' }),
    'Mabel\n\nDid you see or speak to them?: Yes\nHow were they?: Unwell\nIs anything worrying you?: The fridge is empty')
  assert.equal(detailsText({ access_notes: 'Knock loudly', phone: '', team: 'x' }, ada), 'AMES, Ada\n\nGetting in: Knock loudly')
  assert.match(formText('person:ada', { form: { access_notes: 'Knock loudly' }, who: null }, null, id => id), /Knock loudly/, 'a draft of an earlier version names nobody')
})

// U10
test('a visit that led to a handover leads to no second one, whatever is changed; somebody else can be told as well', () => {
  const visit = { id: 'v', patient: 'ada', status: 'completed', staff: 'nia', started_at: '2026-03-02T09:30:00Z', ended_at: '2026-03-02T09:50:00Z', note: 'Breathless.' }
  const taken = { id: 'o', visit: 'v', taken_at: '2026-03-02T09:45:00Z', ...well, respiration_rate: 25, spo2: 90 }
  const h = { id: 'h', visit: 'v', class: 'E', state: 'sent', from_staff: 'nia', to_team: 'surgery' }
  assert.deepEqual([handedIn([h, { id: 'x', visit: 'w', state: 'sent', class: 'R' }], 'v'), handedIn([{ ...h, state: 'stood_down' }], 'v'), handedIn([{ ...h, evidence: { copy_of: 'y' } }], 'v'), handedIn([h], '')], ['h', '', '', ''])
  const change = (more, by) => {
    const form = { ...blank({ patient: 'ada', visit, taken, handed: 'h', now }), ...more }
    by(form)
    const j = judge(form, { id: 'ada' }, ground)
    assert.deepEqual(missing(form, j, { raises_urgent: true }), {}, 'nothing about a call')
    return ops({ form, patient: { id: 'ada' }, planned: visit, judged: j, before: null, me: { id: 'nia', teams: ['river'] }, now, newID: () => 'new' }).ops.map(o => `${o.op} ${o.collection}`)
  }
  assert.deepEqual(change({}, f => { f.fields.note = 'Breathless. Son is with her.' }), ['update visits'], 'a note alone')
  assert.deepEqual(change({}, f => { f.readings.respiration_rate = '22' }), ['create observations'], 'a corrected reading')
  const wider = blank({ patient: 'ada', visit, taken, handed: 'h', now })
  assert.deepEqual([handsOver(wider, 'E'), handsOver({ ...wider, handOver: 'yes' }, 'E'), handsOver({ ...wider, handed: '' }, 'E')], [false, true, true])
})

test('what was planned for somebody who died is in no round and no week; what was done stays', () => {
  const at = (id, patient, more) => ({ id, patient, staff: 'nia', status: 'planned', planned_start: '2026-03-02T11:00:00Z', planned_end: '2026-03-02T11:30:00Z', ...more })
  const people = { ada: {}, ida: { died_on: '2026-03-01' } }
  const visits = [at('v1', 'ada'), at('v2', 'ida'), at('v3', 'ida', { status: 'completed', ended_at: '2026-03-02T07:20:00Z' }), at('v4', 'gone')]
  assert.deepEqual(round(standing(visits, id => people[id]), me, now).map(s => s.contact.id), ['v1', 'v4', 'v3'])
  assert.deepEqual(week(standing(visits, id => people[id]), me, now, 1)[0].stops.map(v => v.id), ['v1', 'v4'])
})
