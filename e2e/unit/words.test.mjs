// What the pages say: gaps are filled, numbers take the right form, unknown codes are still shown.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { count, fill, word, words } from '../../pb_public/shared/ui/words.js'

test('a gap without a value stays visible', () => {
  assert.equal(fill('{n} visits not sent, last at {time}', { n: 3 }), '3 visits not sent, last at {time}')
})

test('one and many', () => {
  const forms = { one: '1 visit not sent', many: '{n} visits not sent' }
  assert.deepEqual([0, 1, 2].map(n => count(n, forms)), ['0 visits not sent', '1 visit not sent', '2 visits not sent'])
})

test('a code of a newer server is shown as it is, made readable', () => {
  assert.equal(word(words.common.states, 'acknowledged'), 'Received')
  assert.equal(word(words.common.states, 'sent_by_pigeon'), 'sent by pigeon')
  assert.equal(word(words.common.states, null), '')
})
