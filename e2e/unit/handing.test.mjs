// What becomes of a visit beyond its record, and what the form says of it before it is saved.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { consentTo, destinations, withConsent } from '../../pb_public/app/model/destinations.js'
import { caseOf, classOf, decideAnew, goes, said, sent, setBefore, shownText, tooLong } from '../../pb_public/app/model/handing.js'
import { notHere } from '../../pb_public/shared/ui/not-here.js'
import { shippedRules } from '../../pb_public/app/model/shipped-rules.js'
import { score } from '../../pb_public/shared/ui/news2.js'

const now = Date.parse('2026-03-02T10:00:00Z')
const teams = [{ id: 'river', kind: 'nursing', neighbourhood: 'north', name: 'River Nurses', organisation: 'trust' },
  { id: 'coord', kind: 'coordination', neighbourhood: 'north', name: 'Care Coordination', organisation: 'trust', phone: '0161 1' },
  { id: 'oak', kind: 'practice', neighbourhood: 'north', name: 'Oak Surgery', organisation: 'oak-org' },
  { id: 'shut', kind: 'practice', neighbourhood: 'north', name: 'Elm Surgery', organisation: 'elm-org' },
  { id: 'far', kind: 'practice', neighbourhood: 'south', name: 'Far Surgery', organisation: 'far-org', phone: '0161 5' },
  { id: 'kettle', kind: 'voluntary', neighbourhood: 'north', name: 'Kettle On', organisation: 'kettle-org' },
  { id: 'guard', kind: 'safeguarding', neighbourhood: 'north', name: 'Safeguarding', organisation: 'trust' },
  { id: 'minds', kind: 'mental_health', neighbourhood: '', name: 'Minds', organisation: 'trust' }]
const organisations = [{ id: 'trust', name: 'Trust', phone: '0161 9' }, { id: 'oak-org', name: 'Oak Surgery', phone: '0161 2' }, { id: 'elm-org', name: 'Elm Surgery', phone: '0161 3', closed_on: '2026-03-02' },
  { id: 'far-org', name: 'Far Surgery' }, { id: 'kettle-org', name: 'Kettle On' }, { id: 'bare-org', name: 'Bare Surgery', phone: '0161 4' }]
const known = { teams, mine: ['river'] }
const rule = code => shippedRules.find(r => r.code === code)

// U23
test('only teams that can answer are offered, and the practice of the person stands there once', () => {
  const at = (practice, day = now) => destinations({ teams, organisations, patient: { practice }, mine: ['river'], now: day })
  assert.deepEqual(at('oak-org').practice, { name: 'Oak Surgery', team: 'oak', phone: '0161 2', why: '' })
  assert.deepEqual(at('oak-org').teams.map(t => t.id), ['coord', 'kettle', 'minds'], 'not one\'s own, not closed, not far away, not safeguarding, not the practice again')
  assert.deepEqual(at('elm-org').practice, { name: 'Elm Surgery', team: 'shut', phone: '', why: 'closed' }, 'nobody is told to ring it')
  assert.deepEqual(at('elm-org', now - 86_400_000).practice.why, '', 'the day before it closes it answers')
  assert.deepEqual(at('bare-org').practice, { name: 'Bare Surgery', team: '', phone: '', why: 'no_inbox' })
  assert.deepEqual(at('far-org').practice, { name: 'Far Surgery', team: 'far', phone: '0161 5', why: '' }, 'the number of its team where it has none')
  assert.deepEqual(at('').practice, { name: '', team: '', phone: '', why: 'none' })
  assert.equal(at('').teams.find(t => t.id === 'kettle').phone, '', 'an organisation without a number')
  assert.equal(at('').teams.find(t => t.id === 'minds').phone, '0161 9', 'that of its organisation')
})

test('a practice takes elsewhere what can wait alone, until its day is over', () => {
  const team = { not_here: ['R', 'E', 'U2', 'SD'].map(c => ({ class: c, until: '2026-03-02', instead: 'Ring', by: 'Guy', at: '' })) }
  assert.equal(notHere(team, 'R', now)?.instead, 'Ring')
  assert.equal(notHere(team, 'R', now + 86_400_000), null, 'the day after')
  for (const cls of ['E', 'U2', 'SD', 'SG', 'I', '']) assert.equal(notHere(team, cls, now), null, cls)
  for (const none of [null, undefined, {}, { not_here: null }, { not_here: /** @type {any} */ ('spoiled') }]) assert.equal(notHere(none, 'R', now), null)
})

// U6
test('consent is the last word about a service, as long as it lasts', () => {
  const said = (...list) => consentTo({ consent: list.map(([service, given, expires]) => ({ service, given, expires })) }, 'kettle-org', now)
  assert.equal(said(), 'unasked')
  assert.equal(consentTo({}, 'kettle-org', now), 'unasked')
  assert.equal(said(['kettle-org', true]), 'yes')
  assert.equal(said(['kettle-org', true], ['kettle-org', false]), 'no')
  assert.equal(said(['other', true]), 'unasked')
  assert.equal(said(['kettle-org', true, '2026-03-02']), 'yes', 'its last day')
  assert.equal(said(['kettle-org', true, '2026-03-01']), 'no')
  assert.equal(consentTo({ objection: true, consent: [{ service: 'kettle-org', given: true }] }, 'kettle-org', now), 'no')
  const word = { service: 'kettle-org', given: true, by: 'nia', how: 'asked', at: '2026-03-02T10:00:00.000Z' }
  assert.deepEqual(withConsent({ consent: [{ service: 'other', given: true }] }, word), [{ service: 'other', given: true }, word])
  assert.deepEqual(withConsent({}, word), [word])
})

// U11
test('what another status asks for is not said, and what was decided about a handover is decided anew', () => {
  const fields = { status: 'completed', no_access_kind: 'no_reply', outcome: 'care_given', critical_medicine: 'missed', soft_signs: ['confused'], note: 'n' }
  assert.deepEqual(said(fields), { ...fields, no_access_kind: '' })
  for (const status of ['no_access', 'refused', 'cancelled']) {
    assert.deepEqual(said({ ...fields, status }), { status, no_access_kind: status === 'no_access' ? 'no_reply' : '', outcome: '', critical_medicine: '', soft_signs: [], note: 'n' }, status)
  }
  const form = { fields: { ...fields }, handOver: 'yes', cls: 'U2', toTeam: 'coord' }
  decideAnew(form, 'status', 'completed')
  assert.equal(form.handOver, 'yes', 'the same again changes nothing')
  decideAnew(form, 'status', 'no_access')
  assert.deepEqual([form.fields.status, form.handOver, form.cls, form.toTeam], ['no_access', '', '', ''])
})

// U5, U11
test('the form knows what is sent to whom and why, by hand or not', () => {
  const all = (held, more = {}) => goes({ held, handing: false, to: '', cls: '', known, ...more }).map(g => [g.to, g.cls, g.titles.length, g.byHand])
  assert.deepEqual(all([]), [], 'nothing')
  assert.deepEqual(all([rule('no_reply')]), [['coord', 'U2', 1, false]], 'no reply goes to the coordinator, whatever is chosen below')
  assert.deepEqual(all([rule('no_reply')], { handing: true, to: '', cls: 'SD' }), [['coord', 'U2', 1, false], ['', 'SD', 0, true]], 'and the practice gets its own')
  assert.deepEqual(all([rule('news2_5_6'), rule('soft_signs')], { handing: true, to: '', cls: 'R' }), [['', 'U2', 2, true]], 'one, as urgent as the rules make it')
  assert.deepEqual(all([], { handing: true, to: 'kettle', cls: 'R' }), [['kettle', 'R', 0, true]])
})

test('a phone and the server agree on how urgent a handover is', () => {
  assert.equal(classOf('', [rule('news2_7'), rule('soft_signs')], '', known), 'E')
  assert.equal(classOf('R', [rule('news2_7')], '', known), 'E', 'nobody makes less of what the rules found there')
  assert.equal(classOf('E', [rule('soft_signs')], '', known), 'E', 'more may be made of it')
  assert.equal(classOf('R', [rule('no_reply')], '', known), 'R', 'what goes elsewhere says nothing of it')
  assert.equal(classOf('', [rule('no_reply')], '', known), 'U2', 'until it is chosen')
  assert.equal(classOf('', [], 'kettle', known), 'R')
})

test('what is sent names the parts that were filled in, and holds only what belongs there', () => {
  const readings = { respiration_rate: 22, spo2: 94, on_oxygen: false, systolic: 109, diastolic: 66, pulse: 96, acvpu: 'A', temperature: 38.6 }
  const base = { patient: { date_of_birth: '1941-05-06', risk_note: 'Dog.' }, visit: { status: 'completed' }, at: now, set: { values: readings, score: score(readings, { age: 84 }), at: now },
    held: [rule('news2_5_6'), rule('no_reply')], to: '', kind: 'practice', cls: 'U2', clockKnown: true, words: {}, known }
  const plain = sent(caseOf(base), {})
  assert.deepEqual(plain.filled_in, ['situation', 'background', 'assessment', 'recommendation'])
  assert.match(plain.situation, /^A person aged 84, seen at home: NEWS2 of 5 or 6\.$/m, 'what goes elsewhere is no reason here')
  assert.match(plain.assessment, /blood pressure 109\/66 mmHg/)
  assert.equal(plain.recommendation, rule('news2_5_6').ask)
  const words = { situation: 'Looks ill.' }
  const edited = sent(caseOf({ ...base, words }), words)
  assert.deepEqual(edited.filled_in, ['background', 'assessment', 'recommendation'])
  assert.equal(edited.situation, 'Looks ill.', 'as it was written')
  assert.equal(shownText(caseOf({ ...base, words }), words).situation, 'Looks ill.')
  const typed = { situation: 'Cancer, on morphine.', recommendation: 'Please ring.', we_ask: 'Tea once a week', safe_note: 'Likes gardening.' }
  const kind = { ...base, to: 'kettle', kind: 'voluntary', cls: 'R', words: typed }
  assert.deepEqual(sent(caseOf(kind), typed), { recommendation: 'Tea once a week', safe_note: 'Likes gardening.' }, 'U6: nothing that was typed for clinicians')
})

test('the set before is the last that counts within two days', () => {
  const e = (id, at, more = {}) => ({ collection: 'observations', id, at, record: { id }, news2: { total: 1 }, verified: true, clock_known: true, ...more })
  const history = [e('old', '2026-02-27T10:00:00Z'), e('a', '2026-03-01T10:00:00Z'), e('b', '2026-03-02T09:00:00Z'), e('disputed', '2026-03-02T09:30:00Z', { verified: false }),
    e('later', '2026-03-02T11:00:00Z'), e('weight', '2026-03-02T09:40:00Z', { news2: null })]
  assert.equal(setBefore(history, now, () => true).values.id, 'b')
  assert.equal(setBefore(history, now, x => x.id !== 'b').values.id, 'a')
  assert.equal(setBefore([], now, () => true), null)
})

// U6: the server's field holds so much, and cuts what is longer
test('what is too long to be kept whole is said before it is saved', () => {
  const at = '2026-03-02T10:00:00Z', visit = { status: 'completed' }
  const about = (kind, words) => caseOf({ patient: { id: 'ada' }, visit, at, set: null, held: [], to: '', kind, cls: 'R', clockKnown: true, words, known })
  const check = (kind, words) => tooLong(about(kind, words), words)
  const apart = 'What we ask: \nSafe to share: '.length
  for (const [kind, words, want] of [
    ['voluntary', { we_ask: 'a'.repeat(500), safe_note: 'b'.repeat(500 - apart) }, {}],
    ['voluntary', { we_ask: 'a'.repeat(500), safe_note: 'b'.repeat(501 - apart) }, { safe_note: 'safe_long' }],
    ['voluntary', { we_ask: '👵'.repeat(900), safe_note: 'b' }, {}], // characters as people count them
    ['practice', { situation: 'a'.repeat(4000), background: 'b'.repeat(4001) }, { background: 'part_long' }],
    ['practice', {}, {}],
  ]) assert.deepEqual(check(kind, words), want, kind)
})
