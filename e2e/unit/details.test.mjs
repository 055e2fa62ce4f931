// What the template of a visit's purpose asks, and what is kept of the answers.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { answersOf, detailsOf, questionsOf, unlikely } from '../../pb_public/app/model/details.js'
import { visitText } from '../../pb_public/app/model/text.js'
import { blank, judge, ops } from '../../pb_public/app/model/visitform.js'
import { detailLines } from '../../pb_public/shared/ui/details.js'
import { words } from '../../pb_public/shared/words/en-GB.js'

const now = Date.parse('2026-03-02T10:00:00Z'), patient = { id: 'ada', date_of_birth: '1940-01-01' }
const dose = { code: 'insulin_dose', label: 'Dose given', value: '12', unit: 'units' }, site = { code: 'insulin_site', label: 'Where it was given', value: 'Thigh, left' }

// U26
test('a visit for insulin asks for the dose and the place, and one for bloods asks nothing more', () => {
  assert.deepEqual(questionsOf('insulin').map(q => q.code), ['insulin_name', 'insulin_dose', 'insulin_site', 'insulin_hypo'])
  for (const purpose of ['wound_care', 'catheter', 'palliative', 'fall']) assert.ok(questionsOf(purpose).length >= 6, purpose)
  for (const purpose of ['bloods', 'other', '']) assert.deepEqual(questionsOf(purpose), [], purpose)
  for (const purpose of Object.keys(words.app.purposes)) assert.ok(questionsOf(purpose).length < 10, `${purpose} asks too much for one thumb`)
})

test('an answer is kept with its question as it was asked, and what an earlier template asked stays', () => {
  const questions = questionsOf('insulin'), old = { code: 'gone', label: 'Asked last year', value: 'Yes' }
  for (const [answers, before, want] of [
    [{ insulin_dose: ' 12 ', insulin_site: 'Thigh, left' }, null, [dose, site]],
    [{ insulin_dose: '12', insulin_site: '' }, [dose, site], [dose]],
    [{}, [old, dose], [old]],
    [{ insulin_dose: '' }, null, null],
    [{}, 'cannot be read', null],
  ]) assert.deepEqual(detailsOf(questions, answers, before), want)
  assert.deepEqual(answersOf([dose, site]), { insulin_dose: '12', insulin_site: 'Thigh, left' })
  assert.deepEqual(answersOf(undefined), {})
})

test('a number that is unlikely is said and kept', () => {
  const [, q] = questionsOf('insulin')
  for (const [text, want] of [['12', false], ['12,5', false], ['', false], ['301', true], ['-1', true], ['twelve', true]]) assert.equal(unlikely(q, text), want, text)
})

test('a visit is sent with what its template asked, once, and shows it in its text', () => {
  const record = (form, planned = null) => ops({ form, patient, planned, judged: judge(form, patient, { rules: [], history: [], now, clockKnown: true }), me: { id: 'nia', teams: ['t'] }, now, newID: () => 'new' }).ops
  const form = blank({ patient: 'ada', now })
  Object.assign(form.fields, { status: 'completed', purpose: 'insulin' })
  form.details = { insulin_dose: '12', insulin_site: 'Thigh, left' }
  const [made] = record(form)
  assert.deepEqual(made.set.details, [dose, site])
  const visit = { id: 'v', patient: 'ada', ...made.set }
  assert.deepEqual(record({ ...blank({ patient: 'ada', visit, now }), handOver: 'no' }, visit), [], 'nothing was changed')
  const changed = blank({ patient: 'ada', visit, now })
  changed.details.insulin_dose = '14'
  assert.deepEqual(record(changed, visit)[0].set.details, [{ ...dose, value: '14' }, site])
  const refused = blank({ patient: 'ada', now })
  Object.assign(refused.fields, { status: 'refused', purpose: 'insulin' })
  refused.details = { insulin_dose: '12' }
  assert.equal('details' in record(refused)[0].set, false, 'nobody was given anything')
  assert.match(visitText({ patient, visit, nameOf: () => 'Nia' }), /Dose given: 12 units\nWhere it was given: Thigh, left/)
  assert.deepEqual(detailLines(undefined), [])
})
