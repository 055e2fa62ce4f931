// An organisation's own questions: how they are edited and stored, and what a phone asks by them.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { detailsOf, questionsOf } from '../../pb_public/app/model/details.js'
import { blank, judge, ops, restored } from '../../pb_public/app/model/visitform.js'
import { asksTheSame, codeOf, edited, moved, startOf, withTemplate, wrongLimit } from '../../pb_public/desk/template-form.js'
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
  const list = withTemplate(own, 'fall', [{ ...edited(), label: 'Hat er Schmerzen? Größe', kind: 'yes_no' }, { ...edited(), label: 'Hat er Schmerzen: Größe', kind: 'number', unit: ' cm ', min: '1,5', max: ' ' },
    { ...edited({ code: 'fall_up', label: 'Walks' }), label: 'Walks as before?', options: 'left over' }])
  assert.deepEqual(list?.[1].questions, [{ code: 'hat_er_schmerzen_gro_e', label: 'Hat er Schmerzen? Größe', kind: 'yes_no' },
    { code: 'hat_er_schmerzen_gro_e_2', label: 'Hat er Schmerzen: Größe', kind: 'number', unit: 'cm', min: 1.5 }, { code: 'fall_up', label: 'Walks as before?', kind: 'text' }])
  assert.equal(codeOf('???', new Set()), 'question')
  assert.equal(codeOf('24 h', new Set()), 'h')
  assert.deepEqual(list?.[0], own[0])
  assert.equal(withTemplate(own, 'insulin', []), null, 'what ships is asked again')
  assert.deepEqual(moved(['a', 'b', 'c'], 2, -1), ['a', 'c', 'b'])
})

test('a limit is a number or nothing: what is neither is not dropped', () => {
  const asked = (/** @type {any} */ more) => [edited({ label: 'A note' }), { ...edited({ label: 'Glucose', kind: 'number' }), ...more }]
  for (const good of ['', ' ', '5', ' 4,5 ', '4.5', '-1', '+2', '0']) assert.equal(wrongLimit(asked({ min: good, max: good })), null, good)
  for (const bad of ['5 mmol', '4,,5', '4.', '.5', '1e3', '0x10', 'Infinity', '1 000', '5–7']) {
    assert.deepEqual([wrongLimit(asked({ min: bad }))?.at, wrongLimit(asked({ min: bad }))?.name, wrongLimit(asked({ max: bad }))?.name], [1, 'min', 'max'], bad)
    assert.equal(wrongLimit(asked({ kind: 'text', min: bad })), null, 'a question that is answered in words has no limits')
  }
})

test('what else is stored of a template stays when its questions change', () => {
  const [named] = withTemplate([{ purpose: 'fall', name: 'Falls', questions: [] }], 'fall', [{ ...edited(), code: 'hurt', label: 'Hurt', kind: 'yes_no' }]) ?? []
  assert.deepEqual(named, { purpose: 'fall', name: 'Falls', questions: [{ code: 'hurt', label: 'Hurt', kind: 'yes_no' }] })
})

test('two lists ask the same for a purpose, whatever they ask for another', () => {
  const other = { purpose: 'fall', questions: [] }, again = [{ questions: own[0].questions.map(q => ({ ...q })), purpose: 'insulin' }]
  for (const [a, b, same] of /** @type {[any[], any[], boolean][]} */ ([[own, again, true], [own, [other, ...again], true], [[], [other], true], [own, [], false], [[], own, false],
    [own, [{ ...own[0], questions: own[0].questions.slice(1) }], false]])) assert.equal(asksTheSame('insulin', a, b), same)
})
