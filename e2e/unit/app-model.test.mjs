// What the field app works out from records: the round, who is found, when a call comes first, and the
// handover it fills in.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { callFirst, newThrees } from '../../pb_public/app/model/callfirst.js'
import { freshness, index, sets } from '../../pb_public/app/model/people.js'
import { round, week } from '../../pb_public/app/model/round.js'
import { sbar } from '../../pb_public/app/model/sbar.js'
import { visitText } from '../../pb_public/app/model/text.js'
import { shippedRules } from '../../pb_public/app/model/shipped-rules.js'
import { blank, doubt, judge, missing, ops, practice, restored, teamFor } from '../../pb_public/app/model/visitform.js'
import { score } from '../../pb_public/shared/ui/news2.js'
import { numbers } from '../../pb_public/shared/ui/readings.js'

const well = { respiration_rate: 16, spo2: 97, on_oxygen: false, systolic: 128, pulse: 72, acvpu: 'A', temperature: 36.8 }
const now = Date.parse('2026-03-02T10:00:00Z')
const me = { staff: 'nia', teams: ['river'] }

/** What the rules need beside a form. */
const ground = { rules: shippedRules, history: [], now, clockKnown: true }

test('a call comes first when it is urgent', () => {
  assert.deepEqual(['E', 'U2', 'SD', 'R', ''].map(callFirst), [true, true, false, false, false])
  assert.deepEqual(newThrees(score({ ...well, acvpu: 'V', temperature: 35 }), score({ ...well, temperature: 34.9 })), ['acvpu'])
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
  const sent = ops({ form, patient: { id: 'ada' }, planned: null, judged: noReply, before: null, to: 'c2', me: { id: 'nia', teams: ['river'] }, now, newID: () => 'new' }).ops.find(o => o.collection === 'handovers').set
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

test('finding a person by what one would type', () => {
  const people = index([{ id: '1', family_name: 'Okafor', given_name: 'Siân', postcode: 'M33 1AB', nhs_number: '9990000018' }, { id: '2', family_name: 'Ames', given_name: 'Ada', address: '2 Hill Rd' }])
  const find = typed => people.find(typed).map(p => p.id)
  assert.deepEqual([find(''), find('sian'), find('SIAN okaf'), find('m33'), find('999 000'), find('hill ada'), find('xyz')], [['2', '1'], ['1'], ['1'], ['1'], ['1'], ['2'], []])
})

test('a corrected set of readings stands in place of the one it replaces', () => {
  assert.deepEqual(sets([{ id: 'a', taken_at: '2026-03-01T09:00:00Z' }, { id: 'b', taken_at: '2026-03-02T09:00:00Z' }, { id: 'c', taken_at: '2026-03-02T09:00:00Z', replaces: 'b' }]).map(o => o.id), ['c', 'a'])
})

test('how old the data is', () => {
  assert.deepEqual([null, '2026-03-02T09:00:00Z', '2026-03-01T09:59:00Z', '2026-02-27T09:00:00Z'].map(s => freshness(s, now)), ['red', 'fresh', 'amber', 'red'])
})

test('the handover is filled in from what was recorded', () => {
  const readings = { ...well, diastolic: 118, pulse: 112, acvpu: 'C', weight: 61 }
  const s = score(readings, { age: 84 })
  const got = sbar({ patient: { id: 'ada', date_of_birth: '1941-05-06', communication_needs: ['large_print'], risk_note: 'Small dog' },
    visit: { id: 'v', soft_signs: ['unsteady', 'not_eating'], critical_medicine: 'missed', note: 'Daughter is worried.' }, readings, score: s, before: score(well), urgency: 'U2', now })
  assert.equal(got.situation, 'A person aged 84, seen at home at 10:00: NEWS2 5; not their usual self (unsteady, not eating); critical medicine missed.')
  assert.equal(got.background, 'Communication: Large print. Small dog')
  assert.equal(got.assessment, 'Readings: respiration rate 16/min (0), SpO2 97 % (0), breathing air (0), blood pressure 128/118 mmHg (0), pulse 112/min (2), ACVPU C, new confusion (3), temperature 36.8 °C (0), weight 61.0 kg.\nNew 3 for this person: consciousness.\nNEWS2 was 0 the time before.\nDaughter is worried.')
  assert.equal(got.recommendation, 'Please review within 2 hours and ring me back.')
})

// D3
test('a score of somebody whose age nobody knows says that it is that of an adult, wherever it is shown', () => {
  const ada = { id: 'ada' }, set = { id: 'o', taken_at: '2026-03-02T09:45:00Z', ...well }
  assert.equal(score(well).age_unknown, true)
  assert.equal('age_unknown' in score(well, { age: 84 }), false)
  assert.equal('age_unknown' in score(well, { age: 9 }), false)
  const said = /Age not known: scored as an adult/
  assert.match(sbar({ patient: ada, visit: {}, readings: well, score: score(well), urgency: 'R', now }).assessment, said)
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
  const got = sbar({ patient: { id: 'ada' }, visit: {}, readings: judged.numbers, score: null, urgency: 'R', now })
  assert.equal(got.assessment, 'Readings: weight 61.0 kg, pain score 0/10.')
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
Health service number: 999 000 0018

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
    return ops({ form, patient: { id: 'ada' }, planned: visit, judged, before: null, me: { id: 'nia', teams: ['river'] }, now, newID: () => 'new' }).ops
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
  const made = ops({ form, patient: { id: 'ada' }, planned, judged, before: null, me: { id: 'nia', teams: ['river'] }, now, newID: () => 'o' }).ops
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
