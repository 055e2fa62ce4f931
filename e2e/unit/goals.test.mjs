// What people want, in their own words: how goals stand on a phone, who can help, and what a form records.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formText } from '../../pb_public/app/model/formtext.js'
import { changesOf, formOf, goalsOf, helpersFor, openGoal, wrongIn } from '../../pb_public/app/model/goals.js'
import { visitKind } from '../../pb_public/app/model/kinds.js'

const now = Date.parse('2026-03-02T10:00:00Z'), patient = 'ada'
const ids = () => { let n = 0; return () => `id${++n}` }

/** @param {any} goal @param {(form: any) => void} type */
function recorded(goal, type) {
  const form = formOf(goal, 'nurses')
  type(form)
  return changesOf(goal, form, { patient, goal: goal?.id ?? 'new', newID: ids(), now })
}

test('goals that are worked towards come first, the earliest review before others, and a review is due from its day on', () => {
  const goals = [{ id: 'met', patient, outcome: 'met', reviewed_on: '2026-02-01' }, { id: 'later', patient, review_on: '2026-03-03' }, { id: 'undated', patient },
    { id: 'today', patient, review_on: '2026-03-02' }, { id: 'partly', patient, outcome: 'partly', review_on: '2026-02-01' }, { id: 'partly and done', patient, outcome: 'partly', reviewed_on: '2026-02-20' }, { id: 'of ben', patient: 'ben' }]
  const steps = [{ id: '1', goal: 'later' }, { id: '2', goal: 'later', due_on: '2026-04-01' }, { id: '3', goal: 'later', due_on: '2026-03-20' }, { id: '4', goal: 'met' }]
  const all = goalsOf(goals, steps, patient, now)
  assert.deepEqual(all.map(g => g.goal.id), ['partly', 'today', 'later', 'undated', 'partly and done', 'met'])
  assert.deepEqual(all.filter(g => g.due).map(g => g.goal.id), ['partly', 'today'])
  assert.deepEqual(all.find(g => g.goal.id === 'later')?.steps.map(s => s.id), ['3', '2', '1'])
  assert.deepEqual([{}, { outcome: 'not_met', review_on: '2026-04-01' }, { outcome: 'withdrawn' }].map(openGoal), [true, false, false])
})

test('a voluntary service can be asked to help once the person agreed to it, and no longer than that', () => {
  const organisations = [{ id: 'trust', kind: 'community_trust' }, { id: 'mind', kind: 'mental_health' }, { id: 'elm', kind: 'practice' }, { id: 'oak', kind: 'practice' },
    { id: 'friends', kind: 'voluntary' }, { id: 'others', kind: 'voluntary' }, { id: 'left', kind: 'voluntary' },
    { id: 'closed', kind: 'social_care', closed_on: '2026-03-02' }, { id: 'left and closed', kind: 'voluntary', closed_on: '2026-02-01' }, { id: 'closes', kind: 'social_care', closed_on: '2026-03-03' }]
  const person = (given) => ({ consent: [{ service: 'friends', given: true }, { service: 'friends', given }], practice: 'elm' })
  assert.deepEqual(helpersFor(organisations, person(true), 'trust', ['left', 'left and closed'], now).map(o => o.id), ['mind', 'elm', 'friends', 'left', 'left and closed', 'closes'])
  assert.deepEqual(helpersFor(organisations, person(false), 'trust', [], now).map(o => o.id), ['mind', 'elm', 'closes'], 'who has closed is not offered')
})

test('a new goal is recorded with the day, and its steps as records of their own', () => {
  const ops = recorded(null, f => {
    Object.assign(f, { words: ' To sit in the garden ', safe: 'Garden', review: '2026-04-02', helpers: ['mind'] })
    f.steps = [{ words: 'Rail at the door', due: '2026-03-20', helper: '' }, { words: 'Walk with her', due: '', helper: 'friends' }, { words: ' ', due: '', helper: '' }]
  })
  assert.deepEqual(ops, [
    { op: 'create', collection: 'goals', id: 'new', set: { patient, words: 'To sit in the garden', safe_words: 'Garden', team: 'nurses', helpers: ['friends', 'mind'], review_on: '2026-04-02', agreed_on: '2026-03-02' } },
    { op: 'create', collection: 'goal_steps', id: 'id1', set: { patient, goal: 'new', task: 'Rail at the door', due_on: '2026-03-20' } },
    { op: 'create', collection: 'goal_steps', id: 'id2', set: { patient, goal: 'new', task: 'Walk with her', helper: 'friends' } },
  ])
  assert.equal(visitKind(ops.map(o => ({ collection: String(o.collection) }))), 'goal')
})

test('of a goal that is there only what was changed is recorded, of a review all that it says', () => {
  const goal = { id: 'g', words: 'To sit in the garden', safe_words: 'Garden', team: 'nurses', helpers: ['mind', 'friends'], review_on: '2026-03-01' }
  const update = set => [{ op: 'update', collection: 'goals', id: 'g', patient, set }]
  for (const [what, type, want] of [
    ['nothing', () => {}, []],
    ['another day', f => { f.review = '2026-05-01' }, update({ review_on: '2026-05-01' })],
    ['helpers in another order', f => { f.helpers = ['friends', 'mind'] }, []],
    ['a helper less', f => { f.helpers = ['mind'] }, update({ helpers: ['mind'] })],
    ['met', f => { Object.assign(f, { outcome: 'met', said: ' I sat there! ', review: '' }) }, update({ outcome: 'met', said: 'I sat there!', reviewed_on: '2026-03-02', review_on: null })],
    ['it goes on, and what they say', f => { f.said = 'Not yet' }, update({ outcome: null, said: 'Not yet', reviewed_on: '2026-03-02', review_on: '2026-03-01' })],
    ['a step done, another not after all', f => { f.done = { s1: true, s2: false } }, [{ op: 'update', collection: 'goal_steps', id: 's1', patient, set: { done_on: '2026-03-02' } }, { op: 'update', collection: 'goal_steps', id: 's2', patient, set: { done_on: null } }]],
  ]) assert.deepEqual(recorded(goal, type), want, what)
  assert.deepEqual(recorded({ ...goal, outcome: 'partly' }, f => { f.outcome = '' }), update({ outcome: null, said: null, reviewed_on: '2026-03-02', review_on: '2026-03-01' }), 'goes on after all')
})

test('a goal without words, a service with nothing to read and a step without words are said before anything is recorded', () => {
  const good = { ...formOf(null, 'nurses'), words: 'To sit in the garden' }, voluntary = id => id === 'friends'
  for (const [set, want] of [
    [{}, ''], [{ words: ' ' }, 'words'], [{ helpers: ['mind'] }, ''], [{ helpers: ['friends'] }, 'safe_words'], [{ helpers: ['friends'], safe: 'Garden' }, ''],
    [{ steps: [{ words: 'Walk', due: '', helper: 'friends' }] }, 'safe_words'], [{ steps: [{ words: '', due: '', helper: '' }, { words: '', due: '2026-03-20', helper: '' }] }, 'step-1'],
  ]) assert.equal(wrongIn({ ...good, ...set }, voluntary).field, want, JSON.stringify(set))
})

test('a goal that was not saved reads as words', () => {
  const form = { ...formOf({ words: 'To sit in the garden' }, ''), outcome: 'partly', said: 'I stood at the door', review: '2026-05-01', steps: [{ words: 'Rail', due: '2026-03-20', helper: '' }] }
  const text = formText('goal:g', { form, who: { family_name: 'Madeup', given_name: 'Ada' } }, null, () => '')
  for (const line of ['What they want: To sit in the garden', 'Partly met', 'I stood at the door', 'Steps: Rail · by 20 Mar 2026', 'Ask them again on: 1 May 2026']) assert.ok(text.includes(line), `${line} in ${text}`)
})
