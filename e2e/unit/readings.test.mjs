// A reading is a row of internal/care/readings.go and a word: whatever is in the table is in the form, in the texts, on the
// pages and in the charts. Walks the table; no reading is named here.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { visitText } from '../../pb_public/app/model/text.js'
import { blank, doubt, judge, ops, readingsOf, texts } from '../../pb_public/app/model/visitform.js'
import { asText, replacedText, rowsOf } from '../../pb_public/practice/text.js'
import { readings } from '../../pb_public/shared/readings.js'
import { score } from '../../pb_public/shared/ui/news2.js'
import { choices, labelOf, measuredOverTime, numbers, optionsOf, overTime, readingsChanged, readingsText, readingTexts, unitOf, valueText } from '../../pb_public/shared/ui/readings.js'
import { fill, words } from '../../pb_public/shared/ui/words.js'
import { practice } from '../../pb_public/shared/words/en-GB-practice.js'

const now = Date.parse('2026-03-02T10:00:00Z')
const golden = JSON.parse(readFileSync(new URL('../../internal/care/testdata/readings.json', import.meta.url), 'utf8'))

/** What somebody types or chooses for a reading, and what becomes of it: a value in the middle. */
const entered = r => (r.kind === 'bool' ? 'true' : r.kind === 'enum' ? r.values[0] : String(r.kind === 'int' ? Math.round((r.askBelow + r.askAbove) / 2) : Math.round((r.askBelow + r.askAbove) * 5) / 10))
const stored = r => (r.kind === 'bool' ? true : r.kind === 'enum' ? r.values[0] : Number(entered(r)))
const set = Object.fromEntries(readings.map(r => [r.name, stored(r)]))
const points = score(set)
const alone = r => readingsText({ [r.name]: stored(r) }, points)

test('sets are written as the server writes them', () => {
  for (const c of golden) assert.equal(readingsText(c.set, c.points), c.taken, c.name)
})

// U7
test('a correction says what is otherwise, as the server says it', () => {
  for (const c of JSON.parse(readFileSync(new URL('../../internal/care/testdata/readings_changed.json', import.meta.url), 'utf8'))) {
    assert.equal(readingsChanged(c.now, c.was), c.text, c.name)
  }
})

// U7
test('the text of a visit and the page of a practice mark the readings that were replaced', () => {
  const was = { id: 'a', visit: 'v', taken_at: '2026-03-02T09:45:00Z', respiration_rate: 25, pulse: 88 }
  const by = { id: 'b', visit: 'v', taken_at: '2026-03-02T09:45:00Z', authored_at: '2026-03-02T18:02:00Z', replaces: 'a', respiration_rate: 22, pulse: 88 }
  const text = visitText({ patient: {}, visit: { id: 'v', started_at: '2026-03-02T09:30:00Z' }, observations: [was, by], nameOf: () => '' })
  assert.match(text, /REPLACED [^\n]*18:02: respiration rate 22\/min, not 25\/min\.\nrespiration rate 25\/min/)
  assert.equal(text.match(/REPLACED/g)?.length, 1, 'only the first')
  const e = { collection: 'observations', id: 'a', recorded_at: was.taken_at, clock_known: true, verified: true, late_by_seconds: 0, values: was, replaced_by: 'b', replaced_at: by.authored_at }
  assert.equal(replacedText(e, [e, { ...e, id: 'b', values: by, replaced_by: undefined }], now), 'REPLACED Mon 2 Mar 18:02: respiration rate 22/min, not 25/min.')
})

test('a reading that is stored and cannot be read is never shown as not taken', () => {
  for (const r of readings) {
    const damaged = { ...set, [r.name]: null, unreadable: [r.name], taken_at: '2026-03-02T09:00:00Z' }
    const said = `${labelOf(r.name)}: cannot be read`
    assert.ok(readingTexts(damaged, null).includes(said), `${r.name} in a list`)
    assert.ok(readingsText(damaged, null).includes(said), `${r.name} in a text`)
    const visit = { id: 'v', started_at: '2026-03-02T09:00:00Z' }
    assert.ok(visitText({ patient: {}, visit, observations: [damaged], nameOf: () => '' }).includes(said), `${r.name} in the record`)
    const rows = rowsOf({ values: damaged, news2: {} })
    assert.ok(rows.some(row => row.value === words.common.cannotRead.value), `${r.name} in a table`)
    assert.ok(!rows.some(row => row.value === practice.s.notTaken), `${r.name} is called not taken`)
    assert.deepEqual(blank({ patient: 'ada', taken: damaged, now }).lost, [r.name], `${r.name} in a form`)
  }
})

test('what else of a visit cannot be read is said by its name', () => {
  const visit = { id: 'v', started_at: '2026-03-02T09:00:00Z', soft_signs: null, unreadable: ['soft_signs'] }
  assert.ok(visitText({ patient: {}, visit, nameOf: () => '' }).includes('Not their usual self: cannot be read'))
})

test('each reading has its words: a label, a unit or its options, and a sentence', () => {
  for (const r of readings) {
    assert.ok(words.common.readings[r.name], `${r.name} has no label`)
    assert.ok(words.common.said.readings[r.name]?.includes('{value}'), `${r.name} has no sentence`)
    assert.ok(!r.score || words.common.readings[r.score], `${r.score} has no label`)
    assert.ok(!r.pair || (words.common.pairs[r.name] && words.common.said.pairs[r.name]), `${r.name} and its pair have no name`)
    if (numbers.includes(r)) assert.ok(unitOf(r), `${r.name} has no unit`)
    else assert.deepEqual(Object.keys(optionsOf(r)).sort(), (r.values ?? ['false', 'true']).toSorted(), `the options of ${r.name}`)
  }
  assert.equal(numbers.length + choices.length, readings.length)
})

test('the form takes each reading, asks at the limits of the table and sends it', () => {
  const form = blank({ patient: 'ada', now })
  form.fields.status = 'completed'
  for (const r of readings) form.readings[r.name] = entered(r)
  assert.deepEqual(readingsOf(form), set)
  const judged = judge(form, { id: 'ada' }, { rules: [], history: [], now, clockKnown: true })
  form.handOver = 'yes'
  const made = ops({ form, patient: { id: 'ada' }, planned: null, judged, me: { id: 'nia', teams: ['river'] }, now, newID: () => 'new' }).ops
  const sent = made.find(o => o.collection === 'observations').set
  for (const r of readings) assert.deepEqual(sent[r.name], stored(r), r.name)
  const { assessment } = texts(form, { id: 'ada' }, judged, null, now)
  assert.ok(assessment.includes(readingsText(set, judged.score)), assessment)
  for (const r of numbers) {
    const step = r.kind === 'int' ? 1 : 0.1
    const at = value => doubt(r, String(Math.round(value * 10) / 10))
    assert.deepEqual([at(r.askBelow), at(r.askAbove)], ['', ''], r.name)
    assert.equal(at(r.min - step), 'impossible', `below ${r.name}`)
    assert.equal(at(r.max + step), 'impossible', `above ${r.name}`)
    if (r.askBelow > r.min) assert.equal(at(r.askBelow - step), 'unlikely', `low ${r.name}`)
    if (r.askAbove < r.max) assert.equal(at(r.askAbove + step), 'unlikely', `high ${r.name}`)
    assert.equal(doubt(r, `${r.askBelow}.25`), r.askBelow % 1 ? 'number' : 'decimals', r.name)
  }
})

test('a visit as text and the list of last readings hold each reading', () => {
  const text = visitText({ patient: { id: 'ada' }, visit: { id: 'v' }, observations: [{ id: 'o', taken_at: '2026-03-02T09:45:00Z', ...set }], nameOf: () => '' })
  assert.ok(text.includes(readingsText(set, points)), text)
  for (const r of readings) {
    assert.equal(readingTexts({ [r.name]: stored(r) }, points).length, 1, r.name)
    const written = readings.some(other => other.pair === r.name) || r.pair ? valueText(r.name, stored(r)).split(' ')[0] : alone(r)
    assert.ok(text.includes(written), `${r.name}: ${written} is not in\n${text}`)
  }
})

test('the inbox shows each reading in its table and in its text', () => {
  const evidence = { collection: 'observations', id: 'o', recorded_at: '2026-03-02T09:45:00.000Z', late_by_seconds: 0, clock_known: true, verified: true, values: set, news2: points }
  const rows = rowsOf(evidence)
  const text = asText({ id: 'h', class: 'SD', state: 'sent', patient: {}, from_staff: null, from_team: null, rules: [], evidence: [evidence], trend: [], events: [],
    measured: [{ id: 'a', at: '2026-03-01T09:45:00.000Z', readings: set }, { id: 'o', at: '2026-03-02T09:45:00.000Z', readings: set }] }, 'Guy', now)
  for (const r of readings) {
    const value = valueText(r.name, stored(r)).split(' ')[0]
    assert.ok(rows.some(row => row.value.split(/[ /]/).includes(value) || row.value === valueText(r.name, stored(r))), `${r.name} is in no row`)
    assert.ok(text.includes(value), `${r.name} is not in the text`)
  }
  for (const r of overTime) assert.ok(text.includes(`${fill(words.common.chart.over, { reading: labelOf(r.name) })}: `), `${r.name} over time is not in the text`)
  assert.deepEqual(rowsOf({ ...evidence, values: {}, news2: score({}) }).map(r => r.value), readings.filter(r => r.score).map(() => practice.s.notTaken), 'what NEWS2 lacks is named')
  assert.deepEqual(rowsOf({ ...evidence, values: {}, news2: undefined }), [])
})

// D3, C1
test('the inbox says of a score that nobody knew the age, and of what cannot be read that it cannot', () => {
  const evidence = { collection: 'observations', id: 'o', recorded_at: '2026-03-02T09:45:00.000Z', late_by_seconds: 0, clock_known: true, verified: true, values: set, news2: { ...points, age_unknown: true } }
  const point = { at: '2026-03-01T09:45:00.000Z', total: 3, band: 'low', floor_total: 3, scale: 1 }
  const detail = { id: 'h', class: 'SD', state: 'sent', patient: {}, from_staff: null, from_team: null, rules: [], evidence: [], trend: [], events: [], measured: [] }
  const said = (/** @type {any} */ more) => asText({ ...detail, ...more }, 'Guy', now)
  assert.match(said({ evidence: [evidence] }), /Age not known: scored as an adult/)
  assert.match(said({ trend: [{ id: 'a', ...point, age_unknown: true }, { id: 'b', ...point }] }), /Age not known: scored as an adult/)
  assert.doesNotMatch(said({ trend: [{ id: 'a', ...point }, { id: 'b', ...point }] }), /Age not known/)
  assert.match(said({ unreadable: ['evidence'] }), /The readings behind it: cannot be read/)
  assert.match(said({ events: [{ id: 'e', at: point.at, kind: 'escalated', unreadable: ['detail'] }] }), /Details of an event: cannot be read/)
})

test('a reading that is followed has a course from its second value on, without what was not taken', () => {
  const at = day => `2026-03-0${day}T09:00:00.000Z`
  assert.ok(overTime.length)
  for (const r of overTime) {
    const value = stored(r)
    assert.deepEqual(measuredOverTime([{ at: at(2), readings: { [r.name]: value } }, { at: at(1), readings: { [r.name]: r.min } }, { at: at(3), readings: {} }]),
      [{ name: r.name, title: `${labelOf(r.name)} over time`, list: [{ at: at(1), value: r.min }, { at: at(2), value }] }])
    assert.deepEqual(measuredOverTime([{ at: at(2), readings: { [r.name]: value } }]), [])
  }
})
