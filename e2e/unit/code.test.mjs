// A sign-in code that is read out and typed.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { codeTrouble } from '../../pb_public/app/model/code.js'

// U38
test('a code that is typed by half is said before a passphrase is asked for', () => {
  for (const [typed, want] of /** @type {[string, any][]} */ ([
    ['K7QM 2X9T RB4D', null], ['k7qm2x9trb4d', null], ['K7QM-2X9T–RB4D', null], ['OIL0 1234 5678', null],
    ['K7QM 2X9T', { why: 'short', n: 8 }], ['K7QM 2X9T RB4D 9', { why: 'long', n: 13 }],
    ['U7QM 2X9T RB4D', { why: 'other', n: 12 }], ['nia@example.org', { why: 'other', n: 15 }],
  ])) assert.deepEqual(codeTrouble(typed), want, typed)
})
