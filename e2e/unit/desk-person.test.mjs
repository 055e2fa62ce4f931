// The form that corrects a person's record: what it begins with, and what of it is sent.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { changesOf, formOf, lastWords } from '../../pb_public/desk/person-form.js'

const known = ['interpreter', 'braille']
const fields = { family_name: 'O’Madeup', given_name: 'Siân', nhs_number: '9990020000', communication_needs: ['braille', 'speaks Welsh'], pregnant: false,
  spo2_scale: { scale: 2, reason: 'COPD' }, consent: [{ service: 'befrienders', given: true }] }

/** What is sent after some boxes were filled in. @param {(form: any) => void} type */
function sent(type) {
  const form = formOf(fields, known)
  type(form)
  return changesOf(fields, form, known)
}

test('a record that nobody changed sends nothing', () => {
  assert.deepEqual(sent(() => {}), { set: {}, was: {} })
})

test('only what was changed is sent, with what the form showed of it', () => {
  for (const [what, type, set, was] of [
    ['a name', f => { f.text.family_name = ' Renamed ' }, { family_name: 'Renamed' }, { family_name: 'O’Madeup' }],
    ['a name taken away', f => { f.text.given_name = '' }, { given_name: null }, { given_name: 'Siân' }],
    ['a number in groups that is the same', f => { f.text.nhs_number = '999 002 0000' }, {}, {}],
    ['another number', f => { f.text.nhs_number = '999 002 0078' }, { nhs_number: '9990020078' }, { nhs_number: '9990020000' }],
    ['a first phone', f => { f.text.phone = '01632 960001' }, { phone: '01632 960001' }, { phone: null }],
    ['a need more', f => { f.needs = [...f.needs, 'interpreter'] }, { communication_needs: ['braille', 'interpreter', 'speaks Welsh'] }, { communication_needs: ['braille', 'speaks Welsh'] }],
    ['needs in another order', f => { f.otherNeeds = 'braille'; f.needs = []; f.otherNeeds = 'speaks Welsh, braille' }, {}, {}],
    ['no longer known whether pregnant', f => { f.pregnant = '' }, { pregnant: null }, { pregnant: false }],
    ['scale 1, and why', f => { f.scale = '1'; f.scaleReason = ' not hypercapnic ' }, { spo2_scale: { scale: 1, reason: 'not hypercapnic' } }, { spo2_scale: { scale: 2, reason: 'COPD' } }],
    ['a death', f => { f.text.died_on = '2026-03-01' }, { died_on: '2026-03-01' }, { died_on: null }],
    ['an address that is sensitive', f => { f.hidden = true }, { address_hidden: true }, { address_hidden: null }],
    ['an objection', f => { f.objection = true }, { objection: true }, { objection: null }],
    ['a consent withdrawn', f => { f.said = { service: 'befrienders', given: 'no', how: 'by telephone', expires: '2026-05-01' } },
      { consent: [{ service: 'befrienders', given: true }, { service: 'befrienders', given: false, how: 'by telephone' }] }, { consent: [{ service: 'befrienders', given: true }] }],
    ['a consent until a day', f => { f.said = { service: 'shoppers', given: 'yes', how: '', expires: '2026-05-01' } },
      { consent: [{ service: 'befrienders', given: true }, { service: 'shoppers', given: true, expires: '2026-05-01' }] }, { consent: [{ service: 'befrienders', given: true }] }],
  ]) assert.deepEqual(sent(type), { set, was }, what)
})

test('what was said about a service stands together, the last word first', () => {
  assert.deepEqual(lastWords([{ service: 'a', given: true }, { service: 'b', given: true }, { service: 'a', given: false }]),
    [{ service: 'a', said: [{ service: 'a', given: false }, { service: 'a', given: true }] }, { service: 'b', said: [{ service: 'b', given: true }] }])
})
