// An organisation's own questions: how they are edited and stored, and what a phone asks by them.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { detailsOf, questionsOf } from '../../pb_public/app/model/details.js'
import { blank, judge, ops, restored } from '../../pb_public/app/model/visitform.js'
import { codeOf, edited, moved, startOf, withTemplate } from '../../pb_public/desk/template-form.js'
import { templates } from '../../pb_public/shared/templates.js'

const own = [{ purpose: 'insulin', questions: [{ code: 'insulin_dose', label: 'Units given', kind: 'number', unit: 'units', max: 80 },
  { code: 'seen_eating', label: 'Saw them eat', kind: 'choice', options: [{ text: 'Yes, all of it' }, { text: 'Some' }] }] }]

test('what an organisation asks takes the place of what ships for that purpose, and of nothing else', () => {
  assert.deepEqual(questionsOf('insulin', own).map(q => [q.code, q.options]), [['insulin_dose', undefined], ['seen_eating', ['Yes, all of it', 'Some']]])
  for (const purpose of ['fall', 'bloods']) assert.deepEqual(questionsOf(purpose, own), questionsOf(purpose))
  for (const none of [null, undefined, [], 'cannot be read']) assert.deepEqual(questionsOf('insulin', none), questionsOf('insulin'))
})

test('a visit is sent with what its organisation asked when its form was opened', () => {
  const now = Date.parse('2026-03-02T10:00:00Z'), patient = { id: 'ada', date_of_birth: '1940-01-01' }
  const form = restored(JSON.parse(JSON.stringify(blank({ patient: 'ada', own, now }))))
  Object.assign(form.fields, { status: 'completed', purpose: 'insulin' })
  form.details = { insulin_dose: '12', seen_eating: 'Some' }
  const { ops: [made] } = ops({ form, patient, planned: null, judged: judge(form, patient, { rules: [], history: [], now, clockKnown: true }), me: { id: 'nia', teams: ['t'] }, now, newID: () => 'new' })
  assert.deepEqual(made.set.details, [{ code: 'insulin_dose', label: 'Units given', value: '12', unit: 'units' }, { code: 'seen_eating', label: 'Saw them eat', value: 'Some' }])
  assert.deepEqual(detailsOf(questionsOf('insulin'), { insulin_dose: '12' }, made.set.details).map(d => d.code), ['insulin_dose', 'seen_eating'], 'what was asked before stays')
})

test('every template that ships can be taken over as it is', () => {
  for (const t of templates) {
    const list = withTemplate([], t.purpose, startOf(t.purpose, []))
    assert.deepEqual(questionsOf(t.purpose, list), t.questions, t.name)
  }
  assert.deepEqual(startOf('bloods', []), [])
})

test('a question keeps its code when it is worded anew, and gets one of its own when it has none', () => {
  const list = withTemplate(own, 'fall', [{ ...edited(), label: 'Hat er Schmerzen? Größe', kind: 'yes_no' }, { ...edited(), label: 'Hat er Schmerzen: Größe', kind: 'number', unit: ' cm ', min: '1,5', max: 'x' },
    { ...edited({ code: 'fall_up', label: 'Walks' }), label: 'Walks as before?', options: 'left over' }])
  assert.deepEqual(list?.[1].questions, [{ code: 'hat_er_schmerzen_gro_e', label: 'Hat er Schmerzen? Größe', kind: 'yes_no' },
    { code: 'hat_er_schmerzen_gro_e_2', label: 'Hat er Schmerzen: Größe', kind: 'number', unit: 'cm', min: 1.5 }, { code: 'fall_up', label: 'Walks as before?', kind: 'text' }])
  assert.equal(codeOf('???', new Set()), 'question')
  assert.equal(codeOf('24 h', new Set()), 'h')
  assert.deepEqual(list?.[0], own[0])
  assert.equal(withTemplate(own, 'insulin', []), null, 'what ships is asked again')
  assert.deepEqual(moved(['a', 'b', 'c'], 2, -1), ['a', 'c', 'b'])
})
