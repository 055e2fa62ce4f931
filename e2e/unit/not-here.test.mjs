// What a practice says it takes elsewhere: what became of saving it is said as it is.
import { listener, offline, refusal, settle, textOf } from './page.mjs'
import assert from 'node:assert/strict'
import { test } from 'node:test'

const { notHereView } = await import('../../pb_public/practice/not-here.js')

/** An inbox of one practice. @param {() => Promise<any>} post @param {() => Promise<any>} glance */
function inboxOf(post, glance) {
  const said = /** @type {string[]} */ ([])
  const inbox = { teams: [{ id: 'elm', name: 'Elm Surgery', kind: 'practice', says_not_here: true }], now: () => Date.parse('2026-03-02T10:00:00Z'),
    session: { post }, glance, out: { say: (/** @type {string} */ text) => said.push(text) } }
  const draw = () => notHereView(/** @type {any} */ (inbox), () => {})
  return { said, draw }
}

test('what is saved is said to be saved, also where the list cannot be read again; what is refused is not', async () => {
  for (const [what, post, glance, says, form] of /** @type {[string, () => Promise<any>, () => Promise<any>, string[], RegExp]} */ ([
    ['saved', async () => {}, async () => {}, ['Saved. Phones read it at their next contact.'], /What Elm Surgery takes elsewhere/],
    ['saved, and the network was gone after it', async () => {}, async () => { throw offline() }, ['Saved. Phones read it at their next contact.'], /Not here: routine matters/],
    ['refused', async () => { throw refusal(403, { message: 'Not for you.' }) }, async () => {}, [], /Not for you\./],
  ])) {
    const { said, draw } = inboxOf(post, glance)
    listener(draw(), before => /@click=$/.test(before))()
    listener(draw(), before => /@submit=$/.test(before))({ preventDefault() {} })
    await settle()
    await settle()
    const shown = textOf(draw())
    assert.deepEqual(said, says, what)
    assert.match(shown, form, what)
    assert.equal(/id="nh-trouble"/.test(shown), says.length === 0, `${what}: trouble is said where there is some`)
  }
})
