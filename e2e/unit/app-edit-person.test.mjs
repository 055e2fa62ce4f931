// What a nurse puts right about a person at the door, and what everybody who has somebody learns when they die.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { changesOf, decidesScale, formOf, wrongIn } from '../../pb_public/app/model/editperson.js'
import { deaths } from '../../pb_public/app/model/round.js'
import { formText } from '../../pb_public/app/model/formtext.js'

const now = Date.parse('2026-03-02T10:00:00Z')
const me = { id: 'mia', role: 'matron' }
const stored = { family_name: 'Madeup', given_name: 'Ada', date_of_birth: '1941-05-06', phone: '01632 960001', communication_needs: ['braille', 'speaks Welsh'] }

/** @param {(form: any) => void} type */
function typed(type) {
  const form = formOf(stored)
  type(form)
  return form
}

// U16
test('only what a nurse changed is recorded, of the scale with who decided, when and why', () => {
  for (const [what, type, set] of [
    ['nothing', () => {}, {}],
    ['a telephone taken away', f => { f.text.phone = ' ' }, { phone: null }],
    ['a death', f => { f.text.died_on = '2026-03-01' }, { died_on: '2026-03-01' }],
    ['a need more', f => { f.needs = [...f.needs, 'interpreter'] }, { communication_needs: ['braille', 'speaks Welsh', 'interpreter'] }],
    ['needs in another order', f => { f.needs = ['speaks Welsh', 'braille'] }, {}],
    ['scale 2', f => { f.scale = '2'; f.reason = ' COPD ' }, { spo2_scale: { scale: 2, author: 'mia', role: 'matron', date: '2026-03-02', reason: 'COPD' } }],
  ]) assert.deepEqual(changesOf(stored, typed(type), me, now), set, what)
})

test('a death that cannot be and a scale without a reason are said before anything is recorded', () => {
  for (const [what, type, want] of [
    ['nothing', () => {}, ''],
    ['today', f => { f.text.died_on = '2026-03-02' }, ''],
    ['tomorrow', f => { f.text.died_on = '2026-03-03' }, 'ahead'],
    ['before the birth', f => { f.text.died_on = '1941-05-05' }, 'before'],
    ['scale 2, and no word why', f => { f.scale = '2' }, 'reason'],
  ]) assert.equal(wrongIn(stored, typed(type), now).why, want, what)
})

test('who decides the scale is offered it, and nobody else', () => {
  assert.deepEqual(['matron', 'team_lead', 'district_nurse', 'care_coordinator', 'volunteer', ''].filter(decidesScale), ['matron', 'team_lead'])
})

test('a form that was not saved reads as words, whichever app kept it', () => {
  const form = typed(f => { f.text.died_on = '2026-03-01'; f.needs = ['braille']; f.scale = '2'; f.reason = 'COPD' })
  const text = formText('person:ada', { form, seen: { values: stored } }, stored, () => '')
  for (const line of ['Telephone: 01632 960001', 'Date of death: 1 Mar 2026', 'Communication needs: Braille', 'SpO2 scale of NEWS2: Scale 2, target 88 to 92 %. COPD']) assert.ok(text.includes(line), `${line} in ${text}`)
  assert.match(formText('person:ada', { form: { phone: '0161' } }, stored, () => ''), /Telephone: 0161/)
})

test('whoever died lately stands on Today of every phone that has them, the last first', () => {
  const on = (id, died_on) => ({ id, died_on })
  const people = [on('alive', null), on('long ago', '2026-01-31'), on('early', '2026-02-02'), on('last', '2026-03-01'), on('never said')]
  assert.deepEqual(deaths(people, now).map(p => p.id), ['last', 'early'])
})
