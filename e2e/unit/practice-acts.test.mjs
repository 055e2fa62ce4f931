// What is begun at the inbox while something else is on its way to the server.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Inbox } from '../../pb_public/practice/inbox.js'

const quiet = { changed() {}, arrived() {}, say() {} }
const ada = { id: 'ada', given_name: 'Ada', family_name: 'Ames' }
const stands = (version, state) => ({ id: 'h', version, state, projection: 'full', side: 'here', class: 'SD', patient: ada, may: ['answer', 'file'] })

/** An inbox with a handover open, whose server answers when it is told to. */
function inbox() {
  /** @type {(answer: any) => void} */ let answer = () => {}
  /** @type {(e: Error) => void} */ let refuse = () => {}
  const session = { me: { role: 'gp' }, now: () => 0, post: () => new Promise((resolve, reject) => { answer = resolve; refuse = reject }) }
  const page = new Inbox(/** @type {any} */ (session), quiet)
  page.detail = { id: 'h', data: /** @type {any} */ (stands(4, 'accepted')), gone: '', trouble: '' }
  return { page, answered: (/** @type {any} */ a) => answer(a), refused: () => refuse(new Error('no network')) }
}

test('what was sent goes from the screen once it was done; what is begun meanwhile stays, and rests on what was done', async () => {
  const { page, answered } = inbox()
  page.begin('answer', { text: 'I visit at eleven' })
  const done = page.act('answer', { text: 'I visit at eleven' })
  assert.equal(page.form?.sending, true)
  page.begin('file')
  answered(stands(5, 'done'))
  assert.equal(await done, true)
  assert.deepEqual([page.form?.kind, page.form?.sending, page.form?.version], ['file', false, 5])
})

test('what was sent and not begun anew is closed, and what was refused can be sent again', async () => {
  const { page, answered, refused } = inbox()
  page.begin('answer')
  let done = page.act('answer')
  refused()
  assert.equal(await done, false)
  assert.deepEqual([page.form?.kind, page.form?.sending], ['answer', false])
  done = page.act('answer')
  answered(stands(5, 'done'))
  assert.equal(await done, true)
  assert.equal(page.form, null)
})
