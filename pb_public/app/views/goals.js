// @ts-check
// What a person wants: on their page for whoever reads whole records, in the check-in for whoever reads what is safe to share.
import { html, nothing, repeat } from '../../shared/ui/html.js'
import { birth, when } from '../../shared/ui/format.js'
import { fill, word, words } from '../../shared/ui/words.js'
import { goalsOf, markDone } from '../model/goals.js'
import { disputeOf } from '../model/issues.js'
import { address } from '../router.js'
import { notSaved } from '../sync-sentence.js'

/** @typedef {import('../context.js').App} App */
/** @typedef {ReturnType<typeof goalsOf>[number]} Standing */

/** @param {App} app @param {any} p */
export function goals(app, p) {
  const w = words.app.goals, all = goalsOf(app.all('goals'), app.all('goal_steps'), p.id, app.now())
  const open = all.filter(g => g.open), past = all.filter(g => !g.open)
  return html`<section aria-labelledby="goals"><h2 class="nhsuk-heading-m" id="goals">${w.title}</h2>
    ${all.length ? nothing : html`<p class="ds-soft">${w.none}</p>`}
    <ul class="app-list">${repeat(open, g => g.goal.id, g => goal(app, g))}</ul>
    ${past.length ? html`<details class="nhsuk-details"><summary class="nhsuk-details__summary"><span
        class="nhsuk-details__summary-text">${w.earlier}</span></summary><div class="nhsuk-details__text">
      <ul class="app-list">${repeat(past, g => g.goal.id, g => goal(app, g))}</ul></div></details>` : nothing}
    <p><a href=${address('goal', '', { person: p.id })}>${w.add}</a></p></section>`
}

/** @param {App} app @param {Standing} standing */
function goal(app, { goal: g, steps, open, due }) {
  const w = words.app.goals, name = (/** @type {string} */ id) => app.get('organisations', id)?.name ?? words.app.items.noName
  const other = disputeOf(app.all('sync_issues'), g.id, 'words')
  const team = g.team ? app.get('teams', g.team)?.name : ''
  return html`<li class="app-card" data-goal=${g.id}>
    <span class="ds-row">${due ? html`<span class="ds-tag ds-tag--warn">${fill(w.due, { date: birth(g.review_on) })}</span>` : nothing}
      ${g.outcome ? html`<span class="ds-tag ds-tag--${g.outcome === 'met' ? 'good' : 'info'}">${word(w.outcomes, g.outcome)}</span>`
        : nothing}</span>
    <strong class="ds-pre">${g.words || g.safe_words}</strong>
    ${other ? html`<div class="app-side"><span class="ds-tag ds-tag--warn">${words.app.person.disputed}</span>
      <span class="ds-pre">${other.lost}</span><span class="ds-soft">${fill(words.app.items.by,
        { name: app.nameOf(other.lost_by), at: when(other.lost_at, app.now()) })}</span></div>` : nothing}
    <span class="ds-soft">${[team && fill(w.owner, { team }),
      g.helpers?.length && fill(w.helping, { names: g.helpers.map(name).join(', ') }),
      open && g.review_on && !due && fill(w.next, { date: birth(g.review_on) })].filter(Boolean).join(' · ')}</span>
    ${g.reviewed_on ? html`<span>${fill(w.reviewed, { date: birth(g.reviewed_on) })}${g.said
      ? html` <q class="ds-pre">${g.said}</q>` : nothing}</span>` : nothing}
    ${stepList(steps, name)}
    <a href=${address('goal', g.id)} aria-label=${fill(w.changeOf, { goal: g.words || g.safe_words || '' })}>${w.change}</a></li>`
}

/** @param {any[]} steps @param {(id: string) => string} name of an organisation */
const stepList = (steps, name) => (steps.length ? html`<ul class="app-readings">${steps.map(s => html`<li>${stepText(s, name)}</li>`)}</ul>`
  : nothing)

/** A step: what, by whom, by when, or when it was done. @param {any} s @param {(id: string) => string} name */
export function stepText(s, name) {
  const w = words.app.goals
  return [s.task, s.helper ? name(s.helper) : '', s.done_on ? fill(w.done, { date: birth(s.done_on) })
    : s.due_on ? fill(w.by, { date: birth(s.due_on) }) : ''].filter(Boolean).join(' · ')
}

/** What somebody wants, as far as it is safe to share, in a line. @param {App} app @param {string} patient */
export const wishes = (app, patient) => goalsOf(app.all('goals'), [], patient, app.now()).filter(g => g.open && g.goal.safe_words)
  .map(g => fill(words.app.goals.wants, { goal: g.goal.safe_words }))

/** What a volunteer helps with: the goal as it is safe to share, and the steps that are theirs. @param {App} app @param {any} p */
export function helpedGoals(app, p) {
  const w = words.app.goals, open = goalsOf(app.all('goals'), app.all('goal_steps'), p.id, app.now()).filter(g => g.open)
  return open.length ? html`<section aria-labelledby="goals"><h2 class="nhsuk-heading-m" id="goals">${w.title}</h2>
    <ul class="app-list">${repeat(open, g => g.goal.id, g => html`<li class="app-card"><strong>${g.goal.safe_words}</strong>
      ${g.steps.map(s => html`<span>${stepText({ ...s, helper: '' }, () => '')}</span>
        ${s.done_on ? nothing : html`<button class="nhsuk-button nhsuk-button--secondary" type="button"
          aria-label=${fill(w.doneOf, { step: s.task ?? '' })} @click=${() => done(app, s)}>${w.markDone}</button>
          ${failed(app, s)}`}`)}</li>`)}</ul></section>` : nothing
}

/** Why a step is not marked, beside it. @param {App} app @param {any} step */
const failed = (app, step) => {
  const why = app.forms.get(keyOf(step))?.error
  return why ? html`<p class="ds-banner ds-banner--bad" role="alert">${why}</p>` : nothing
}

/** @param {any} step */
const keyOf = step => `step-done:${step.id}`

/** @param {App} app @param {any} step */
async function done(app, step) {
  const key = keyOf(step)
  if (app.forms.get(key)?.saving) return // a second tap records nothing more
  app.forms.set(key, { saving: true })
  try {
    await app.record([markDone(step.id, step.patient, true, app.now())], { [`goal_steps/${step.id}`]: app.seen('goal_steps', step.id) })
    app.forms.delete(key)
    app.say(words.app.visit.saved)
  } catch (e) {
    app.forms.set(key, { error: notSaved(e) })
    app.redraw()
  }
}
