// A date of which a part was typed is not sent as none.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { drawHalfTypedBy, isHalfTyped, keepHalfTyped, refuseHalfTyped, sayHalfTyped, unlessHalfTyped } from '../../pb_public/shared/ui/half-typed.js'

/** Something in a page. @param {any} within @param {object} more */
const part = (within, more) => {
  const el = { inside: [], kind: '', closest(/** @type {string} */ kind) { return el.kind === kind ? el : within?.closest(kind) ?? null },
    querySelectorAll: () => el.inside.flatMap(c => [...(c.kind === 'input' ? [c] : []), ...c.querySelectorAll()]), ...more }
  within?.inside.push(el)
  return el
}
/** A field. @param {any} within @param {string} id @param {boolean} badInput */
const field = (within, id, badInput) => {
  const el = part(within, { kind: 'input', id, isConnected: true, validity: { badInput }, focused: 0, heard: [], focus() { el.focused++ }, addEventListener(kind) { el.heard.push(kind) } })
  return el
}

test('nothing is sent over a date that is half typed, and it is said beside it until it is whole or empty', () => {
  let drawn = 0
  drawHalfTypedBy(() => { drawn++ })
  const main = part(null, { kind: 'main' }), form = part(main, { kind: 'form' }), save = part(part(form, { kind: 'section' }), { kind: 'button' })
  const whole = field(form, 'born', false), half = field(part(form, {}), 'died', true)
  assert.equal(refuseHalfTyped(save), true)
  assert.deepEqual([isHalfTyped('died'), isHalfTyped('born'), half.focused, whole.focused, drawn, half.heard], [true, false, 1, 0, 1, ['input', 'blur']])
  assert.equal(refuseHalfTyped(form), true, 'the form itself is asked too')
  assert.deepEqual(half.heard, ['input', 'blur'], 'listens once')
  half.validity = { badInput: false }
  assert.deepEqual([isHalfTyped('died'), refuseHalfTyped(save)], [false, false])
})

test('a button looks at the fields of its own form, and without one at those of its part of the page', () => {
  const main = part(null, { kind: 'main' }), form = part(main, { kind: 'form' }), section = part(main, { kind: 'section' })
  const inForm = part(form, {}), inSection = part(section, {}), beside = part(main, {}), deep = part(part(section, { kind: 'form' }), {})
  for (const [where, pressed, refused] of [[form, inForm, true], [form, inSection, false], [form, beside, false], [section, inSection, true], [section, inForm, false], [section, deep, false], [main, beside, true], [main, inForm, false]]) {
    const half = field(where, 'at', true)
    assert.equal(refuseHalfTyped(pressed), refused, `${where.kind} ${pressed.closest('form')?.kind ?? pressed.closest('section')?.kind}`)
    where.inside.splice(where.inside.indexOf(half), 1)
  }
})

test('a field that is on the page no more is not meant', () => {
  const form = part(null, { kind: 'form' }), half = field(form, 'at', true)
  refuseHalfTyped(form)
  half.isConnected = false
  assert.equal(isHalfTyped('at'), false)
})

test('a form is sent once nothing in it is half typed, and the fold in which it is half typed is opened', () => {
  const form = part(null, { kind: 'form' }), fold = part(form, { kind: 'details', open: false }), half = field(fold, 'at', true)
  let sent = 0, prevented = 0
  const submit = () => unlessHalfTyped(() => { sent++ })({ currentTarget: form, preventDefault() { prevented++ } })
  submit()
  assert.deepEqual([sent, prevented, fold.open], [0, 1, true])
  half.validity.badInput = false
  submit()
  assert.deepEqual([sent, prevented], [1, 2])
})

test('what is half typed stays while the page is drawn anew', t => {
  const half = field(null, 'at', true)
  Object.assign(globalThis, { document: { getElementById: (/** @type {string} */ id) => (id === 'at' ? half : null) } })
  t.after(() => { delete (/** @type {any} */ (globalThis).document) })
  assert.deepEqual([keepHalfTyped('at', '2026-03-09T08:00'), keepHalfTyped('other', '2026-03-09T08:00')], ['', '2026-03-09T08:00'])
  half.validity.badInput = false
  assert.equal(keepHalfTyped('at', '2026-03-09T08:00'), '2026-03-09T08:00')
})

test('in a form that nobody sends it is said once the field is left', () => {
  const half = field(null, 'from', true)
  sayHalfTyped(/** @type {any} */ ({ target: half }))
  assert.deepEqual([isHalfTyped('from'), half.focused], [true, 0])
  half.validity.badInput = false
  sayHalfTyped(/** @type {any} */ ({ target: half }))
  assert.equal(isHalfTyped('from'), false)
})
