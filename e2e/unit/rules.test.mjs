// The rules by which the server raises handovers, judged on the phone: held to the same cases as internal/rules.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { evidenceOf } from '../../pb_public/app/model/evidence.js'
import { evaluate, holding } from '../../pb_public/app/model/rules.js'
import { shippedRules } from '../../pb_public/app/model/shipped-rules.js'
import { blank, judge } from '../../pb_public/app/model/visitform.js'

const cases = name => JSON.parse(readFileSync(new URL(`../../internal/rules/testdata/${name}`, import.meta.url), 'utf8'))
const now = Date.parse('2026-03-02T10:00:00.000Z') // metAt of internal/rules/phone_test.go
const hour = 3_600_000

/** The rules that hold at a case, told to the form as a nurse would and judged with what the phone holds. */
function warned(c) {
  const patient = { id: 'ada', ...c.person }
  const form = blank({ patient: 'ada', now })
  Object.assign(form.fields, c.visit)
  for (const [name, value] of Object.entries(c.readings ?? {})) form.readings[name] = String(value)
  const history = (c.history ?? []).map((h, i) => ({ id: `h${i}`, patient: 'ada', visit: 'earlier', taken_at: new Date(now - h.hours * hour).toISOString(),
    received_at: '2026-03-02T09:59:00.000Z', clock_offset_ms: h.clock_unknown || c.clock_unknown ? null : 12, ...h.readings }))
  const issues = history.filter((h, i) => c.history[i].unverified).map(h => ({ state: 'open', record: h.id }))
  const clockKnown = !c.clock_unknown
  return judge(form, patient, { rules: shippedRules, now, clockKnown, history: evidenceOf(patient, { observations: history, visits: [], checkins: [], issues, clockKnown }) }).held.map(r => r.code)
}

for (const [what, file, least] of [['visits as met at the door', 'phone-visits.json', 20], ['visits drawn by a seed', 'phone-visits-drawn.json', 300]]) {
  test(`${what}: the phone warns of what the server raises`, () => {
    const list = cases(file)
    assert.ok(list.length >= least)
    for (const c of list) {
      // Of rules that are equally urgent the order says nothing.
      assert.deepEqual(warned(c).sort(), [...c.want].sort(), c.name)
      assert.equal(shippedRules.find(r => r.code === warned(c)[0])?.class, shippedRules.find(r => r.code === c.want[0])?.class, c.name)
    }
  })
}

test('an expression means on the phone what it means on the server', () => {
  const list = cases('phone-expressions.json')
  assert.ok(list.length > 40)
  for (const { cel, record, tree, want } of list) {
    const scope = { record, patient: {}, news2: null, history: [], verified: false, clock_known: false }
    const got = () => {
      const v = evaluate(tree, scope)
      if (typeof v !== 'boolean') throw new TypeError('neither true nor false')
      return v
    }
    if (want === 'error') assert.throws(got, cel)
    else assert.equal(got(), want, `${cel} of ${JSON.stringify(record)}`)
  }
})

test('a rule that breaks warns of nothing, an exception that breaks mutes nothing, and an unknown operation is no answer', () => {
  const rule = (code, when, unless) => ({ code, title: code, collection: 'visits', class: 'SD', destination: 'practice', ask: '', when, ...(unless === undefined ? {} : { unless }) })
  const e = { collection: 'visits', id: 'v', at: new Date(now).toISOString(), record: { status: 'completed' }, news2: null, verified: true, clock_known: true }
  const held = holding([rule('breaks', ['>', ['get', ['var', 'record'], 'status'], 3]), rule('exception breaks', true, ['get', ['var', 'news2'], 'total']), rule('newer', ['median', 1, 2]),
    rule('muted', true, true), rule('no truth value', 'yes'), { ...rule('elsewhere', true), collection: 'checkins' }], e, [], {})
  assert.deepEqual(held.map(r => r.code), ['exception breaks'])
})

test('a list is compared as it is stored, in whatever order its members were chosen', () => {
  const rule = { code: 'both', title: '', collection: 'visits', class: 'SD', destination: 'practice', ask: '', when: ['==', ['get', ['var', 'record'], 'soft_signs'], ['list', 'confused', 'restless']] }
  const e = { collection: 'visits', id: '', at: new Date(now).toISOString(), record: { soft_signs: ['restless', 'confused'] }, news2: null, verified: true, clock_known: true }
  assert.equal(holding([rule], e, [], {}).length, 1)
})

test('a rule looks back as many days as it says, and each rule sees its own history', () => {
  const rule = (code, window_days) => ({ code, title: '', collection: 'visits', class: 'SD', destination: 'practice', ask: '', when: true, window_days,
    unless: ['!', ['exists', ['var', 'history'], 'h', ['==', ['get', ['get', ['var', 'h'], 'record'], 'purpose'], 'fall']]] })
  const fall = (id, hours) => ({ collection: 'visits', id, at: new Date(now - hours * hour).toISOString(), record: { purpose: 'fall' }, news2: null, verified: true, clock_known: true })
  const rules = [rule('30', 30), rule('7', 7), rule('48 hours', undefined)]
  for (const [hours, codes] of [[24, ['30', '7', '48 hours']], [48, ['30', '7', '48 hours']], [49, ['30', '7']], [168, ['30', '7']], [169, ['30']], [720, ['30']], [721, []]]) {
    assert.deepEqual(holding(rules, fall('now', 0), [fall('before', hours)], {}).map(r => r.code), codes, `${hours} hours`)
  }
})

test('what counts as evidence: not a set that was replaced, not a withdrawn visit; unsent work is timed by this phone', () => {
  const at = h => new Date(now - h * hour).toISOString()
  const list = evidenceOf({ id: 'ada' }, { clockKnown: false, issues: [{ state: 'open', record: 'c' }, { state: 'resolved', record: 'b' }],
    observations: [{ id: 'a', patient: 'ada', taken_at: at(3), pulse: 40, received_at: at(2), clock_offset_ms: 0 }, { id: 'b', patient: 'ada', taken_at: at(3), pulse: 70, replaces: 'a', received_at: at(2), clock_offset_ms: 0 },
      { id: 'x', patient: 'bea', taken_at: at(3), pulse: 40 }, { id: 'd', patient: 'ada', taken_at: at(1), weight: 61 }],
    visits: [{ id: 'v', patient: 'ada', status: 'retracted', ended_at: at(4) }, { id: 'w', patient: 'ada', status: 'completed', started_at: at(6), ended_at: at(5) }, { id: 'p', patient: 'ada', status: 'planned' }],
    checkins: [{ id: 'c', patient: 'ada', happened_at: at(8), clinical_time: at(7), received_at: at(7), clock_offset_ms: null }] })
  assert.deepEqual(list.map(e => [e.id, e.at, e.verified, e.clock_known, e.news2 !== null]).sort(), [['b', at(3), true, true, true], ['c', at(7), false, false, false], ['d', at(1), true, false, false], ['w', at(5), true, false, false]])
})
