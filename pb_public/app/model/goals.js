// @ts-check
// What people want, in their own words: how goals stand on a person's page, what the form begins with, and what saving
// it records. A step is a record of its own, so that two people who add or do one do not meet.
import { day } from '../../shared/ui/format.js'
import { consentTo, isOpen } from './destinations.js'

/** @typedef {any} Rec a record with its id, as the phone shows it */

/**
 * @typedef {object} GoalForm
 * @property {string} words the person's own
 * @property {string} safe what a voluntary service that helps reads
 * @property {string} team whose it is
 * @property {string[]} helpers organisations
 * @property {string} review the day on which to ask again
 * @property {string} outcome as the person says; '' = it goes on
 * @property {string} said what they said of it, at this review
 * @property {Record<string, boolean>} done steps whose box was ticked or cleared, by id
 * @property {{ words: string, due: string, helper: string }[]} steps new ones
 */

/** How a goal can end, as the person says. */
export const outcomes = ['met', 'partly', 'not_met', 'withdrawn']

/** Whether a goal is worked towards: what was partly met is while there is a day to ask again. @param {Rec} g */
export const openGoal = g => !g.outcome || (g.outcome === 'partly' && Boolean(g.review_on))

/**
 * The goals of a person with their steps: those that are worked towards first, the earliest review before others, then
 * what was reviewed last.
 * @param {Rec[]} goals @param {Rec[]} steps @param {string} patient @param {number} now ms
 * @returns {{ goal: Rec, steps: Rec[], open: boolean, due: boolean }[]} due: the review is
 */
export function goalsOf(goals, steps, patient, now) {
  const today = day(now)
  return goals.filter(g => g.patient === patient).map(goal => {
    const open = openGoal(goal)
    return { goal, open, due: open && Boolean(goal.review_on) && goal.review_on <= today,
      steps: steps.filter(s => s.goal === goal.id).sort((a, b) => inTime(a.due_on, b.due_on) || (a.id < b.id ? -1 : 1)) }
  }).sort((a, b) => Number(b.open) - Number(a.open) || (a.open ? inTime(a.goal.review_on, b.goal.review_on)
    : inTime(b.goal.reviewed_on ?? '', a.goal.reviewed_on ?? '')))
}

/** What comes first of two days; what has none comes last. @param {string | null | undefined} a @param {string | null | undefined} b */
const inTime = (a, b) => ((a ?? '9999') < (b ?? '9999') ? -1 : (a ?? '9999') > (b ?? '9999') ? 1 : 0)

/**
 * Who can help with a goal of somebody: partners, their own practice, and voluntary services that they agreed to; nobody who
 * has closed. Whoever helps already stays in the list.
 * @param {Rec[]} organisations @param {Rec} person @param {string} own the organisation of whoever fills the form in
 * @param {string[]} chosen @param {number} now ms
 */
export function helpersFor(organisations, person, own, chosen, now) {
  return organisations.filter(o => chosen.includes(o.id) || (o.id !== own && isOpen(o, now)
    && (o.kind === 'voluntary' ? consentTo(person, o.id, now) === 'yes' : o.kind !== 'practice' || o.id === person.practice)))
}

/** What the form begins with. @param {Rec | null} goal null: a new one @param {string} team of whoever fills it in @returns {GoalForm} */
export const formOf = (goal, team) => ({ words: goal?.words ?? '', safe: goal?.safe_words ?? '', team: goal?.team ?? (goal ? '' : team),
  helpers: [...goal?.helpers ?? []], review: goal?.review_on ?? '', outcome: goal?.outcome ?? '', said: '', done: {}, steps: [] })

/**
 * What keeps a form from being saved; '' for nothing. Whoever helps must be told something, and a voluntary service reads
 * only what is safe to share.
 * @param {GoalForm} form @param {(id: string) => boolean} voluntary whether an organisation is a voluntary service
 * @returns {{ field: string, why: '' | 'words' | 'safe' | 'step' }}
 */
export function wrongIn(form, voluntary) {
  if (!form.words.trim()) return { field: 'words', why: 'words' }
  if (helpersOf(form).some(voluntary) && !form.safe.trim()) return { field: 'safe_words', why: 'safe' }
  const bare = form.steps.findIndex(s => !s.words.trim() && (s.due || s.helper))
  return bare >= 0 ? { field: `step-${bare}`, why: 'step' } : { field: '', why: '' }
}

/** Who helps: who was chosen, and whoever a new step is for. @param {GoalForm} form */
const helpersOf = form => [...new Set([...form.helpers, ...form.steps.filter(s => s.words.trim() && s.helper).map(s => s.helper)])].sort()

/**
 * What saving records. A review says all that it says, so that of two that were written apart the later one counts whole.
 * @param {Rec | null} goal as it stood when the form was opened @param {GoalForm} form
 * @param {{ patient: string, goal: string, newID: () => string, now: number }} of goal: its id, or the one it is to have
 * @returns {import('../context.js').Op[]}
 */
export function changesOf(goal, form, { patient, goal: id, newID, now }) {
  const today = day(now), text = (/** @type {string} */ t) => t.trim() || null, helpers = helpersOf(form)
  /** @type {Record<string, any>} */
  const values = { words: text(form.words), safe_words: text(form.safe), team: form.team || null, helpers, review_on: form.review || null }
  /** @type {Record<string, any>} */
  const set = {}
  for (const [field, value] of Object.entries(values)) {
    const was = field === 'helpers' ? [...goal?.helpers ?? []].sort() : goal?.[field] ?? null
    if (JSON.stringify(was) !== JSON.stringify(value)) set[field] = value
  }
  if (goal && (form.outcome !== (goal.outcome ?? '') || form.said.trim())) {
    Object.assign(set, { outcome: form.outcome || null, said: text(form.said), reviewed_on: today, review_on: values.review_on })
  }
  /** @type {import('../context.js').Op[]} */
  const ops = []
  if (!goal) ops.push({ op: 'create', collection: 'goals', id, set: { patient, ...set, agreed_on: today } })
  else if (Object.keys(set).length) ops.push({ op: 'update', collection: 'goals', id, patient, set })
  for (const [step, done] of Object.entries(form.done)) ops.push(markDone(step, patient, done, now))
  for (const s of form.steps.filter(one => one.words.trim())) {
    ops.push({ op: 'create', collection: 'goal_steps', id: newID(), set: { patient, goal: id, task: s.words.trim(),
      ...(s.due ? { due_on: s.due } : {}), ...(s.helper ? { helper: s.helper } : {}) } })
  }
  return ops
}

/** That a step is done, or is not after all. @param {string} id @param {string} patient @param {boolean} done @param {number} now ms
 * @returns {import('../context.js').Op} */
export const markDone = (id, patient, done, now) => ({ op: 'update', collection: 'goal_steps', id, patient,
  set: { done_on: done ? day(now) : null } })
