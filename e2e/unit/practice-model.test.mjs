// The list of an inbox: order, grouping, filters; the stream it hears.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readEvents } from '../../pb_public/shared/events.js'
import { counts, groups, noFilters, phase } from '../../pb_public/practice/model.js'
import { partOf } from '../../pb_public/practice/window.js'
import { compare, isOverdue } from '../../pb_public/shared/ui/order.js'

const now = Date.parse('2026-03-02T10:00:00Z')
let n = 0
/** @param {Record<string, any>} o @returns {any} */
const item = (o = {}) => ({ id: `h${++n}`, version: 1, side: 'received', state: 'sent', class: 'SD', overdue: false, mine: false, may: [], rules: [], from_staff: null, from_team: null, to_team: { id: 't1', name: 'Elm' },
  patient: { id: o.person ?? `p${n}`, family_name: o.name ?? 'Ames' }, provenance: { raised_at: '2026-03-02T09:00:00Z', late_by_seconds: 0 }, ...o })

// U28
test('an emergency first, then the overdue, then the class, then the oldest', () => {
  const list = [
    item({ class: 'I', provenance: { raised_at: '2026-03-01T09:00:00Z', late_by_seconds: 0 } }),
    item({ class: 'SD' }), item({ class: 'SD', provenance: { raised_at: '2026-03-02T08:00:00Z', late_by_seconds: 0 } }),
    item({ class: 'SG' }), item({ class: 'E' }), item({ class: 'R', due: '2026-03-02T09:59:59.000Z' }), item({ class: 'R', state: 'failed' }), item({ class: 'R', due: '2026-03-02T10:00:01.000Z' }),
    item({ class: 'E', due: '2026-03-02T09:00:00.000Z' }),
  ]
  const order = [...list].sort((a, b) => compare(a, b, now)).map(i => list.indexOf(i))
  assert.deepEqual(order, [8, 4, 5, 6, 3, 2, 1, 7, 0])
})

// U42
test('of a long list only the rows near what is looked at are drawn, in a page as high as if all were', () => {
  const heights = Array.from({ length: 2500 }, (_, i) => 100 + i % 3)
  const whole = heights.reduce((a, b) => a + b, 0)
  for (const [top, height, also] of /** @type {[number, number, number[]][]} */ ([[0, 800, []], [120_000, 800, []], [whole - 700, 800, []], [120_000, 800, [0, 2499]], [-5000, 800, []], [0, 800, [9]]])) {
    const { rows, below } = partOf(heights, top, height, also)
    const drawn = rows.map(r => r.at)
    assert.ok(drawn.length <= 10 + also.length, `${drawn.length} rows at ${top}`)
    for (const at of also) assert.ok(drawn.includes(at), `${at} is drawn though far away`)
    assert.equal(rows.reduce((sum, r) => sum + r.above + heights[r.at], below), whole)
    let y = 0
    const seen = heights.map((h, at) => ({ at, from: y, to: y += h })).filter(r => r.to > top && r.from < top + height).map(r => r.at)
    assert.deepEqual(seen.filter(at => !drawn.includes(at)), [], `what is seen at ${top} is drawn`)
  }
  assert.deepEqual(partOf([], 0, 800), { rows: [], below: 0 })
})

test('what is closed is never overdue, what failed always is', () => {
  assert.equal(isOverdue(item({ state: 'done', due: '2020-01-01T00:00:00Z', overdue: true }), now), false)
  assert.equal(isOverdue(item({ state: 'failed' }), now), true)
  assert.deepEqual(['sent', 'seen', 'escalated', 'call_needed', 'acknowledged', 'accepted', 'done', 'stood_down'].map(state => phase({ state })), ['receive', 'receive', 'receive', 'receive', 'hand', 'hand', 'closed', 'closed'])
})

test('one row for each person, led by their most pressing handover', () => {
  const list = [item({ person: 'ada', class: 'I' }), item({ person: 'bea', class: 'SD' }), item({ person: 'ada', class: 'E' }), item({ person: 'ada', class: 'R', state: 'acknowledged' })]
  const receive = groups(list, 'receive', noFilters, now)
  assert.deepEqual(receive.map(g => [g.id, g.items.map(i => i.class), g.inHand]), [['ada', ['E', 'I'], 1], ['bea', ['SD'], 0]])
  assert.deepEqual(groups(list, 'hand', noFilters, now).map(g => g.items.length), [1])
  assert.deepEqual(groups(list, 'open', noFilters, now).map(g => g.items.length), [3, 1])
  assert.deepEqual(counts(list), { receive: 2, hand: 1, open: 2 })
})

test('filters: class, team, mine, overdue, and words without accents in any order', () => {
  const list = [item({ name: 'Ångström', patient: { id: 'a', family_name: 'Ångström', nhs_number: '999 000 0018', date_of_birth: '1950-04-12' }, class: 'E', situation: 'Wound broken down' }), item({ name: 'Birch', mine: true, to_team: { id: 't2', name: 'Oak' } })]
  const shown = (/** @type {any} */ f) => groups(list, 'open', { ...noFilters, ...f }, now).map(g => list.indexOf(g.items[0]))
  assert.deepEqual(shown({ class: 'E' }), [0])
  assert.deepEqual(shown({ team: 't2' }), [1])
  assert.deepEqual(shown({ mine: true }), [1])
  assert.deepEqual(shown({ overdue: true }), [])
  assert.deepEqual(shown({ text: 'broken angst' }), [0])
  assert.deepEqual(shown({ text: '9990000018' }), [0])
  assert.deepEqual(shown({ text: '12/4/1950' }), [0])
  assert.deepEqual(shown({ text: 'Ångström, 1950-04-12' }), [0])
  assert.deepEqual(shown({ text: 'nobody' }), [])
  assert.deepEqual(shown({ text: '  ' }), [0, 1])
})

test('events are read however the stream is cut', async () => {
  for (const cut of [1, 7, 1000]) {
    const bytes = new TextEncoder().encode(': hello\n\nevent: poke\ndata: {"head":1}\n\nevent: pace\r\ndata: {}\r\n\r\nevent: poke\ndata: {"he')
    const body = new ReadableStream({ start(c) { for (let i = 0; i < bytes.length; i += cut) c.enqueue(bytes.slice(i, i + cut)); c.close() } })
    /** @type {string[]} */
    const heard = []
    await readEvents(body, ({ event }) => heard.push(event))
    assert.deepEqual(heard, ['poke', 'pace'], `cut at ${cut}`)
  }
})
