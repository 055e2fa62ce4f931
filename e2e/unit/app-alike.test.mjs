// Whom somebody might be, held to the same examples as the server.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { alikeOf, mightBe } from '../../pb_public/app/model/alike.js'

const pairs = JSON.parse(readFileSync(new URL('../../internal/folding/testdata/alike.json', import.meta.url), 'utf8'))

test('phone and server say of the same people that they might be one, and by what', () => {
  assert.ok(pairs.alike.length > 10 && pairs.unlike.length > 5)
  for (const [what, a, b, by = []] of [...pairs.alike, ...pairs.unlike]) {
    assert.deepEqual(mightBe(a, b), by, what)
    assert.deepEqual(mightBe(b, a), by, `${what}, the other way round`)
  }
})

test('those most alike come first, and nobody might be themselves', () => {
  const person = { id: 'ada', family_name: 'Madeup', given_name: 'Ada', date_of_birth: '1941-05-06', nhs_number: '9990000018' }
  const list = [{ ...person, id: 'born', nhs_number: null }, person, { ...person, id: 'all' }, { id: 'other', family_name: 'Other' }]
  assert.deepEqual(alikeOf(person, list).map(m => m.person.id), ['all', 'born'])
})
