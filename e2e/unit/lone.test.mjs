// Working alone: what the phone says and asks, and what the desk says of silence.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { calls, goingIn, isOut, ownStay, says, standing } from '../../pb_public/app/model/lone.js'
import { withLonePart } from '../../pb_public/desk/set-up.js'
import { heardText, loneTold, silence } from '../../pb_public/desk/lone-words.js'

const at = (/** @type {number} */ minutes) => new Date(Date.UTC(2026, 2, 2, 14, minutes)).toISOString()
const now = (/** @type {number} */ minutes) => Date.parse(at(minutes))
const stay = (/** @type {any} */ more = {}) => ({ id: 's', staff: 'ann', went_in_at: at(0), minutes: 30, ...more })

test('how a stay stands, as internal/lone has it', () => {
  for (const [name, s, minute, kind] of /** @type {[string, any, number, string][]} */ ([
    ['in time', stay(), 29, 'in'], ['at the end', stay(), 30, 'late'], ['a quarter of an hour later', stay(), 45, 'asked'],
    ['nobody said how long', stay({ minutes: null }), 600, 'in'], ['said to be safe after the end', stay({ safe_at: at(50) }), 60, 'late'],
    ['and asked again', stay({ safe_at: at(50) }), 65, 'asked'], ['the panic button', stay({ panic_at: at(5) }), 6, 'help'],
    ['safe after it', stay({ panic_at: at(5), safe_at: at(7) }), 8, 'in'], ['pressed again', stay({ panic_at: at(9), safe_at: at(7) }), 10, 'help'],
    ['pressed after having been out', stay({ panic_at: at(9), out_at: at(8) }), 10, 'help'],
  ])) assert.equal(standing(s, null, now(minute)).kind, kind, name)
  assert.equal(standing(stay(), { prompt_after: 0 }, now(30)).kind, 'asked')
  assert.ok(isOut(stay({ out_at: at(20) })) && !isOut(stay({ out_at: at(20), panic_at: at(21) })) && calls(stay({ panic_at: at(1) })))
})

test('both changes of the clock move nothing: what is said are minutes', () => {
  for (const went of ['2026-03-29T00:45:00.000Z', '2026-10-25T00:45:00.000Z', '2026-10-24T23:45:00.000Z']) {
    const s = stay({ went_in_at: went }), from = Date.parse(went)
    assert.equal(standing(s, null, from + 29 * 60_000).kind, 'in')
    assert.equal(standing(s, null, from + 45 * 60_000).kind, 'asked')
  }
})

test('one has one stay: the latest of one’s own that is not over', () => {
  const list = [stay({ id: 'a', out_at: at(9) }), stay({ id: 'b', staff: 'bob' }), stay({ id: 'c', closed_at: at(9) }), stay({ id: 'd' }),
    { id: 'e', went_in_at: at(3), minutes: 30 }]
  assert.equal(ownStay(list, 'ann')?.id, 'e', 'what was just written names nobody yet')
  assert.equal(ownStay(list.slice(0, 3), 'ann'), null)
})

test('what pressing a button records', () => {
  assert.deepEqual(says(stay(), 'out', now(25)), { out_at: at(25) })
  assert.deepEqual(says(stay(), 'help', now(25)), { panic_at: at(25) })
  assert.deepEqual(says(stay(), 'safe', now(25)), { safe_at: at(25) })
  assert.deepEqual(says(stay(), 'stay', now(40), 15), { safe_at: at(40), minutes: 55 })
  assert.deepEqual(says(stay({ went_in_at: '2026-02-28T14:00:00.000Z' }), 'stay', now(40), 15), { safe_at: at(40), minutes: 1440 })
  assert.deepEqual(goingIn({ team: 't', person: 'p', minutes: 45, number: ' 07700 900123 ', place: ' ' }, now(0)),
    { went_in_at: at(0), team: 't', home_of: 'p', minutes: 45, number: '07700 900123' })
  assert.deepEqual(goingIn({ team: '', minutes: null, help: true }, now(0)), { went_in_at: at(0), panic_at: at(0) })
})

test('a phone that is silent is another thing than a visit that is not recorded, and neither is safe', () => {
  const visit = { end: at(0), staff: { id: 'ann' } }
  assert.match(silence({ ...visit, heard_at: at(-30) }, now(60)), /^Silent: no record, and nothing heard of their phone since .*13:30/)
  assert.match(silence({ ...visit, heard_at: at(30) }, now(60)), /^Their phone was heard of at .*14:30; the visit is not recorded/)
  assert.match(silence(visit, now(60)), /never heard of/)
  assert.equal(silence({ ...visit, staff: null }, now(60)), '', 'nobody has it: no phone is silent')
  assert.match(heardText(at(0), now(5)), /last heard of/)
  assert.match(heardText(undefined), /never heard of/)
  assert.equal(loneTold({ prompted_at: at(0), coordinator_at: at(15), manager_at: at(30) }).length, 3)
})

test('the times of a team: numbers are numbers, what is none is sent as it was typed, nothing is as usual', () => {
  assert.deepEqual(withLonePart(null, 'prompt_after', '5'), { prompt_after: 5 })
  assert.deepEqual(withLonePart({ prompt_after: 5 }, 'manager', 'Grace Obi '), { prompt_after: 5, manager: 'Grace Obi ' })
  assert.deepEqual(withLonePart(null, 'prompt_after', 'soon'), { prompt_after: 'soon' })
  assert.equal(withLonePart({ prompt_after: 5 }, 'prompt_after', ' '), null)
})
