// The next page of a pull is asked for early, one at a time, and never twice.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Ahead } from '../../pb_public/shared/sync/ahead.js'

/** The beginning of an answer. @param {string} cursor @param {boolean | string} more */
const opening = (cursor, more) => `{"epoch":"e3","history":"17-a4k2m7q5tx3zw","head":88140,"cursor":"${cursor}","more":${more},"last_mid":4`

/** Somebody who notes what is asked, and answers when told. */
function server() {
  /** @type {Record<string, { early: (text: string) => void, signal: AbortSignal, answer: (more: boolean, cursor: string) => void, fail: (e: Error) => void }>} */ const asked = {}
  const ahead = new Ahead((cursor, how) => new Promise((done, fail) => {
    assert.ok(!asked[cursor] || asked[cursor].signal.aborted, `${cursor} is asked for twice`)
    asked[cursor] = { ...how, fail, answer: (more, next) => done(/** @type {any} */ ({ more, cursor: next })) }
  }))
  return { ahead, asked }
}

test('a page that has begun to come says what to ask for next; what it says is asked for once it is wanted itself', async () => {
  const { ahead, asked } = server()
  const first = ahead.page('', {})
  assert.deepEqual(Object.keys(asked), [''])
  asked[''].early(opening('c1', true))
  assert.deepEqual(Object.keys(asked), ['', 'c1'])
  asked.c1.early(opening('c2', true))
  assert.deepEqual(Object.keys(asked), ['', 'c1'], 'two pages at most are on their way')
  asked[''].answer(true, 'c1')
  assert.equal((await first).cursor, 'c1')
  const second = ahead.page('c1', {})
  assert.deepEqual(Object.keys(asked), ['', 'c1', 'c2'])
  asked.c1.answer(true, 'c2')
  await second
  asked.c2.early(opening('c3', false))
  asked.c2.answer(false, 'c3')
  assert.equal((await ahead.page('c2', {})).more, false)
  assert.deepEqual(Object.keys(asked), ['', 'c1', 'c2'], 'nothing follows the last')
})

test('after an instalment of a first load the next one is asked for as early', async () => {
  const { ahead, asked } = server()
  const first = ahead.page('', {})
  asked[''].early(opening('c1', 'false,"loading":{"sent":980,"of":8852}'))
  assert.deepEqual(Object.keys(asked), ['', 'c1'])
  asked[''].answer(false, 'c1')
  await first
})

for (const [what, text] of [['of another server', '{"more":true,"cursor":"c1"'], ['that is cut off', opening('c1', true).slice(0, 40)], ['of an error', '{"code":"cursor"']]) {
  test(`a beginning ${what} says nothing: the next page is asked for when this one is there`, async () => {
    const { ahead, asked } = server()
    const first = ahead.page('', {})
    asked[''].early(text)
    assert.deepEqual(Object.keys(asked), [''])
    asked[''].answer(true, 'c1')
    await first
    assert.deepEqual(Object.keys(asked), ['', 'c1'])
  })
}

test('what is given up is asked for again, and so is what another cursor asks for', async () => {
  const { ahead, asked } = server()
  const first = ahead.page('', {})
  asked[''].answer(true, 'c1')
  await first
  ahead.drop()
  assert.ok(asked.c1.signal.aborted)
  void ahead.page('c1', {})
  assert.ok(!asked.c1.signal.aborted)
  asked.c1.early(opening('c2', true))
  void ahead.page('other', {})
  assert.ok(asked.c2.signal.aborted)
})

test('a page asked for early that never comes is an error when it is wanted, and not before', async () => {
  const { ahead, asked } = server()
  const first = ahead.page('', {})
  asked[''].answer(true, 'c1')
  await first
  asked.c1.fail(new Error('lost'))
  await assert.rejects(ahead.page('c1', {}), /lost/)
})
