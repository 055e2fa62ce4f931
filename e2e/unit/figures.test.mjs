// Every figure of a neighbourhood, worked out again from the counts in the CSV export: shares, middle values and quartiles by
// counting, charts by their means, and all of it to the last digit. Nothing of the product is used.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'

const file = (/** @type {string} */ name) => readFileSync(new URL(`../fixtures/figures/${name}`, import.meta.url), 'utf8')
const [head, ...lines] = file('counts.csv').trim().split('\n').map(l => l.split(','))
const rows = lines.map(l => Object.fromEntries(head.map((name, i) => [name, l[i]])))
const { weeks, measures, whole, partners, charts, periods } = JSON.parse(file('figures.json'))

const sum = (/** @type {any[]} */ list) => list.reduce((a, r) => a + Number(r.count), 0)
const number = (/** @type {string} */ v) => { const [n, of] = v.split('/'); return of ? Number(n) / Number(of) : Number(n) }

/** What some rows come to. @param {any} m the measure @param {any[]} found its rows @param {number} members of whom a share is, if they are counted apart */
function figure(m, found, members) {
  const counted = found.filter(r => r.value !== '-'), left = sum(found.filter(r => r.value === '-'))
  if (m.kind === 'number') {
    const n = sum(counted)
    return { n, of: n, left_out: left, value: n || null }
  }
  if (m.kind === 'share') {
    const n = sum(counted.filter(r => r.value === '1')), of = members >= 0 ? Math.max(members, n) : sum(counted)
    return { n, of, left_out: left, value: of ? n / of : null }
  }
  const sorted = counted.map(r => ({ value: number(r.value), open: r.open === 'true', n: Number(r.count) })).sort((a, b) => a.value - b.value)
  const all = sum(counted)
  const rank = (/** @type {number} */ num, /** @type {number} */ den) => {
    let wanted = Math.floor((all * num + den - 1) / den), open = false
    for (const v of sorted) { open ||= v.open; if ((wanted -= v.n) <= 0) return [v.value, open] }
    return [null, open]
  }
  const [value, more] = rank(1, 2), [high, highMore] = m.kind === 'time' ? rank(9, 10) : rank(3, 4), [low] = m.kind === 'time' ? [null] : rank(1, 4)
  return { n: all, of: all, left_out: left, value, ...(low === null ? {} : { low }), ...(high === null ? {} : { high }), ...(more ? { more } : {}),
    ...(highMore && m.kind === 'time' ? { high_more: true } : {}) }
}

/** What counts who joins and who leaves: how many there are at the end of a week is the sum of all weeks until then. */
const running = ['on_list', 'goal_people', 'goal_reviews', 'goals_with_day']
/** Of what a share is where that is counted apart. @type {Record<string, string>} */
const apart = { seen_in_time: 'on_list', goal_reviews: 'goals_with_day' }

/** The rows of a measure that count in some weeks. @param {string} code @param {string[]} some @param {string | null} partner */
const rowsOf = (code, some, partner) => rows.filter(r => r.measure === code && (partner === null || r.partner === partner)
  && (running.includes(code) ? r.week <= some[some.length - 1] : some.includes(r.week)))

const of = (/** @type {any} */ m, /** @type {string[]} */ some, /** @type {string | null} */ partner) => figure(m,
  rowsOf(m.code, some, partner), apart[m.code] ? sum(rowsOf(apart[m.code], some, partner)) : -1)

test('each figure of each week, of all and of each partner', () => {
  let looked = 0
  for (const m of measures) {
    for (const [i, week] of weeks.entries()) {
      if (whole[m.code]) { assert.deepEqual(whole[m.code][i], of(m, [week], null), `${m.code} in ${week}`); looked++ }
      for (const [id, list] of Object.entries(partners[m.code] ?? {})) { assert.deepEqual(list[i], of(m, [week], id), `${m.code} of ${id} in ${week}`); looked++ }
    }
  }
  assert.ok(looked > 1000, `${looked} figures`)
})

test('each figure of four weeks; of what stands at the end of a week that of the last', () => {
  const stock = ['upc', 'coc', 'named_lead', 'faces', 'many_faces', 'seen_in_time', 'goal_people', 'goal_reviews']
  const begin = weeks.indexOf(JSON.parse(file('figures.json')).first_period)
  for (const [i, p] of periods.entries()) {
    const four = weeks.slice(begin + 4 * i, begin + 4 * i + 4)
    for (const m of measures.filter((/** @type {any} */ x) => p.Whole[x.code] && x.kind !== 'tally')) {
      assert.deepEqual(p.Whole[m.code], of(m, stock.includes(m.code) ? four.slice(3) : four, null), `${m.code} from ${four[0]}`)
    }
    for (const way of p.Pathways ?? []) {
      const sent = rows.filter(r => four.includes(r.week) && r.measure === 'referred' && (!way.from || r.sender === way.from) && (!way.to || r.partner === way.to))
      assert.equal(way.referred.of, sum(sent))
      for (const [what, n] of Object.entries(way.referred.each)) assert.equal(n, sum(sent.filter(r => r.value === what)), what)
      const why = rows.filter(r => four.includes(r.week) && r.measure === 'declined_for' && (!way.from || r.sender === way.from) && (!way.to || r.partner === way.to))
      assert.equal(way.declined.of, sum(why))
      assert.equal(way.declined.of, way.referred.each.declined ?? 0)
      for (const [what, n] of Object.entries(way.declined.each ?? {})) assert.equal(n, sum(why.filter(r => r.value === what)), what)
    }
  }
})

test('each chart: mean, limits and the weeks that stand out', () => {
  for (const m of measures.filter((/** @type {any} */ x) => x.weekly)) {
    const values = weeks.map((/** @type {string} */ w) => { const f = of(m, [w], null); return (m.kind === 'time' ? f.high : f.value) ?? null })
    const known = values.filter((/** @type {number | null} */ v) => v !== null), c = charts[m.code]
    if (known.length < 12) { assert.equal(c.mean, null); continue }
    let moved = 0, total = 0
    known.forEach((/** @type {number} */ v, /** @type {number} */ i) => { total += v; if (i) moved += Math.abs(v - known[i - 1]) })
    const mean = total / known.length, reach = 2.66 * (moved / (known.length - 1))
    assert.deepEqual([c.mean, c.lower, c.upper], [mean, mean - reach, mean + reach], m.code)
    values.forEach((/** @type {number | null} */ v, /** @type {number} */ i) => { if (v !== null && (v < c.lower || v > c.upper)) assert.ok(c.signal[i], `${m.code} ${i}`) })
  }
})
