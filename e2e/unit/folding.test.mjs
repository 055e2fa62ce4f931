// Folding and finding, held to the table that the server is held to.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { index } from '../../pb_public/app/model/people.js'
import { fold } from '../../pb_public/shared/ui/fold.js'

const { folded, people, find } = JSON.parse(readFileSync(new URL('../../internal/folding/testdata/vectors.json', import.meta.url), 'utf8'))

test('a text is the same however it is written, on the phone as on the server', () => {
  for (const [text, want] of folded) assert.equal(fold(text), want, text)
})

test('every usual way of typing finds whom it means on the phone, and nobody else', () => { // B7
  const phone = index(people)
  const wrong = find.map(([typed, want]) => [typed, phone.find(typed).map(p => p.id).sort().join(' '), want.join(' ')]).filter(([, got, want]) => got !== want)
  assert.deepEqual(wrong, [])
})
