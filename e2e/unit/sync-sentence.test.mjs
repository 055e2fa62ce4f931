// What people read when something goes wrong: a sentence for every code there is, and never the text of an error.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { mock, test } from 'node:test'
import { notSaved, sentenceOf } from '../../pb_public/app/sync-sentence.js'
import { StoreError, storeErrors } from '../../pb_public/app/store/errors.js'
import { VaultError, vaultErrors } from '../../pb_public/app/vault/errors.js'
import { Refusal, ServerError, Unreachable } from '../../pb_public/shared/sync/client.js'
import * as page from '../../pb_public/shared/ui/session.js'
import { words } from '../../pb_public/shared/ui/words.js'

const codes = /** @type {Record<string, string>} */ (words.app.codes)

for (const [name, list, make] of /** @type {[string, readonly string[], (code: any) => Error][]} */ ([['vault', vaultErrors, c => new VaultError(c)], ['store', storeErrors, c => new StoreError(c)]])) {
  test(`every error of the ${name} has a sentence`, () => {
    for (const code of list) {
      assert.match(codes[code] ?? '', /^[A-Z].*\.$/, code)
      assert.equal(sentenceOf(make(code)), codes[code])
    }
  })
}

test('so has everything that the sync client refuses by itself', () => {
  const folder = fileURLToPath(new URL('../../pb_public/shared/sync/', import.meta.url))
  const refused = readdirSync(folder).flatMap(f => [...readFileSync(folder + f, 'utf8').matchAll(/new Refusal\('([a-z_]+)'/g)].map(m => m[1]))
  assert.ok(refused.length > 5)
  for (const code of refused) assert.match(codes[code] ?? '', /^[A-Z].*\.$/, code)
  assert.equal(sentenceOf(new Refusal('not_held', 'this device does not hold visits 01jz')), codes.not_held)
})

test('the server’s own sentence is for people; where it gave none, or something else answered, the page has one', () => {
  assert.equal(sentenceOf(new ServerError(409, { code: 'already', message: 'Rita was first.' })), 'Rita was first.')
  assert.equal(sentenceOf(new ServerError(502, {})), words.app.statusBar.refused)
  assert.equal(sentenceOf(new Unreachable('fetch failed')), codes.unreachable)
  assert.equal(page.sentenceOf(new page.Refusal(502, null)), words.common.unreachable)
})

test('the text of an error that nobody foresaw is for the console', () => {
  const warn = mock.method(console, 'warn', () => {})
  const bug = new TypeError("Cannot read properties of undefined (reading 'id')")
  for (const said of [sentenceOf(bug), notSaved(bug), page.sentenceOf(bug), sentenceOf('x'), sentenceOf(undefined), sentenceOf({ code: 'constructor' })]) assert.doesNotMatch(said, /undefined|TypeError|function/)
  assert.equal(warn.mock.callCount(), 6)
  warn.mock.restore()
})

test('a server that cannot store anything is not taken for a browser that cannot', () => {
  const said = sentenceOf(new ServerError(503, { code: 'unavailable', message: 'The store is closed.' }))
  assert.equal(said, words.app.server.unavailable)
  assert.notEqual(said, words.app.codes.unavailable)
  assert.equal(sentenceOf({ code: 'unavailable' }), words.app.codes.unavailable)
})
