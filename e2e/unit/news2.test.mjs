// The early warning score on the phone against the golden files of internal/news2, worked by hand
// from the Royal College's charts.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { ageAt, parameters, score } from '../../pb_public/shared/ui/news2.js'

const rows = name => readFileSync(new URL(`../../internal/news2/testdata/${name}`, import.meta.url), 'utf8').split('\n')
  .map(l => l.trim()).filter(l => l && !l.startsWith('#'))
const known = w => (w === '-' ? null : w)
const number = w => (w === '-' || w === 'none' ? null : Number(w))
const breathing = w => ({ air: false, oxygen: true }[w] ?? null)

test('every run of the chart, both sides of every boundary', () => {
  let checked = 0
  for (const row of rows('chart.txt')) {
    const [reading, scale, air, from, to, points] = row.split(/\s+/)
    for (let n = Number(from); n <= Number(to); n++) {
      const value = reading === 'temperature' ? n / 10 : n // that table is in tenths
      const got = score({ [reading]: value, on_oxygen: breathing(air) }, { scale: Number(scale) })
      assert.equal(got[reading], number(points), `${reading} ${value}, scale ${scale}, ${air}`)
      checked++
    }
  }
  assert.ok(checked > 1500, `only ${checked} readings checked`)
})

test('whole sets, as met at the door', () => {
  const list = rows('sets.txt')
  for (const row of list) {
    const [story, who, set, subs, total, floor] = row.split('|').map(c => c.trim())
    const [age, pregnant, scale] = who.split(/\s+/)
    const [rate, spo2, air, systolic, pulse, acvpu, temperature] = set.split(/\s+/)
    const got = score({ respiration_rate: number(rate), spo2: number(spo2), on_oxygen: breathing(air), systolic: number(systolic),
      pulse: number(pulse), acvpu: known(acvpu), temperature: number(temperature) },
    { age: number(age), pregnant: { yes: true, no: false }[pregnant] ?? null, scale: Number(scale) })
    assert.deepEqual(parameters.map(p => got[p]), subs.split(/\s+/).map(number), story)
    assert.deepEqual([got.total, got.band], [number(total.split(/\s+/)[0]), total.split(/\s+/)[1]], story)
    assert.deepEqual([got.floor_total, got.floor_band], [Number(floor.split(/\s+/)[0]), floor.split(/\s+/)[1]], story)
  }
  assert.ok(list.length > 30)
})

test('an age in whole years', () => {
  assert.equal(ageAt('1941-05-06', '2026-05-05T23:00'), 84)
  assert.equal(ageAt('1941-05-06', '2026-05-06'), 85)
  assert.equal(ageAt('2008-02-29', '2024-02-28'), 15)
  assert.equal(ageAt(null, '2024-02-28'), null)
  assert.equal(ageAt('2030-01-01', '2024-02-28'), null)
})
