// What a desk says of deliveries beyond an inbox, and which handovers stand as a call to make.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deliveryText, needless, whyText } from '../../pb_public/desk/deliveries.js'
import { needsCall } from '../../pb_public/desk/to-ring.js'
import { words } from '../../pb_public/desk/words.js'

const now = Date.parse('2026-03-02T10:40:00Z')
const one = { id: 1, channel: 'email', state: 'waiting', attempts: 0, next_at: '2026-03-02T14:00:00.000Z', until: '2026-03-02T15:00:00.000Z' }

test('each delivery says by which way, what came of it and what is tried next', () => {
  assert.equal(deliveryText(one, now), 'By e-mail: waits to be sent, 14:00')
  assert.equal(deliveryText({ ...one, attempts: 3, why: 'busy' }, now),
    'By e-mail: not taken yet (3 attempts), because the receiver says not now. Tried again 14:00, and given up 15:00.')
  assert.equal(deliveryText({ ...one, attempts: 1 }, now), 'By e-mail: waits to be sent, 14:00') // under way: nothing failed yet
  assert.equal(deliveryText({ ...one, state: 'delivered', attempts: 1, at: '2026-03-02T10:32:00.000Z' }, now), 'By e-mail, as a link: taken by their machine 10:32')
  const whole = { ...one, channel: 'webhook', whole: true, at: '2026-03-02T10:32:00.000Z' }
  assert.equal(deliveryText({ ...whole, state: 'delivered' }, now), 'By their own system, the whole of it: taken by their machine 10:32')
  assert.match(deliveryText({ ...whole, state: 'given_up', why: 'busy' }, now), /^By their own system, the whole of it: could not be delivered/)
  for (const state of ['given_up', 'passed_on', 'not_needed', 'settled']) {
    const text = deliveryText({ ...one, channel: 'webhook', state, why: 'refused' }, now)
    assert.match(text, /^By their own system: /)
    assert.doesNotMatch(text, /\{/, state)
  }
  assert.match(deliveryText({ ...one, state: 'given_up', why: 'busy' }, now), /said not now, until it was too late\. Somebody has to ring/)
  assert.doesNotMatch(deliveryText({ ...one, state: 'given_up', why: 'busy' }, now, true), /has to ring/, 'somebody has the handover')
  assert.match(deliveryText(one, now, true), /^By e-mail: not sent, because it was needed no more/)
  for (const [h, over] of /** @type {[any, boolean][]} */ ([[{ state: 'sent' }, false], [{ state: 'acknowledged' }, true], [{ state: 'done' }, true], [{ state: 'escalated', to_team: { id: 't2' } }, true]])) {
    assert.equal(needless({ to_team: { id: 't1' }, ...h }, { team: 't1' }), over, JSON.stringify(h))
  }
  assert.match(deliveryText({ ...one, state: 'not_needed' }, now), /or it went elsewhere$/)
  for (const state of ['waiting', 'delivered', 'not_needed', 'settled']) { // a person sent no one-time link another way
    const text = deliveryText({ ...one, once: true, state, why: state === 'settled' ? 'refused' : '' }, now)
    assert.match(text, /^A one-time link by e-mail: /)
    assert.doesNotMatch(text, /\{|Somebody sent/, state)
  }
  assert.equal(deliveryText({ ...one, channel: 'webpush', state: 'settled', why: 'unreachable' }, now), // nobody sent it another way
    'By a notice on their phones and pages: could not be delivered, because nobody answered there. It never is the only way.')
  assert.doesNotMatch(deliveryText({ ...one, channel: 'pigeon', state: 'lost' }, now), /undefined/)
})

test('every reason of the server has words, at the desk and where it is set up', () => {
  const whys = ['refused', 'unreachable', 'busy', 'untrusted', 'not_set_up', 'route_ended', 'broken']
  assert.deepEqual(Object.keys(words.desk.deliveries.whys), whys)
  assert.deepEqual(Object.keys(words.administration.ways.whys), whys)
  assert.equal(whyText(undefined), words.desk.deliveries.whys.broken)
})

test('an emergency and an urgent handover stand as a call to make until somebody has them in hand or was reached', () => {
  const calls = (/** @type {any} */ h) => needsCall({ state: 'sent', class: 'U2', ...h })
  for (const h of [{}, { class: 'E' }, { state: 'seen' }, { state: 'queued' }, { call: { reached: false } }, { state: 'call_needed', class: 'R' }]) assert.equal(calls(h), true, JSON.stringify(h))
  for (const h of [{ class: 'SD' }, { class: 'R' }, { class: 'SG' }, { state: 'acknowledged' }, { state: 'accepted' }, { state: 'done' }, { state: 'escalated' }, { call: { reached: true } }]) {
    assert.equal(calls(h), false, JSON.stringify(h))
  }
})
