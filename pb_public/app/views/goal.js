// @ts-check
// Writing down what somebody wants, in their own words, and asking them later how it stands. It works without a network, as
// a visit does.
import { unlessHalfTyped } from '../../shared/ui/half-typed.js'
import { html, nothing } from '../../shared/ui/html.js'
import { birth, personName } from '../../shared/ui/format.js'
import { fill, word, words } from '../../shared/ui/words.js'
import { whoOf } from '../model/formtext.js'
import { changesOf, formOf, helpersFor, wrongIn } from '../model/goals.js'
import { address } from '../router.js'
import { gone, leftForm } from './gone.js'
import { stepText } from './goals.js'
import { back, choice, choices, field, select } from './parts.js'
import { saveForm } from './saving.js'
import { discard } from './unfinished.js'
import { who } from './who.js'

/** @typedef {import('../context.js').App} App */

/** @param {App} app */
export function goal(app) {
  const w = words.app.goals, id = app.place.id, key = `goal:${id || app.place.query.get('person')}`
  const open = app.forms.get(key)
  if (!open) {
    if (open === undefined) begin(app, key, id)
    return html`<p class="app-wait">${words.app.opening}</p>`
  }
  const p = app.get('patients', open.patient)
  if (!p) return open.patient ? leftForm(app, key, open, () => change(app, open)) : gone(app)
  const stored = open.seen?.values ?? null, f = open.form, wrong = open.tried ? wrongIn(f, isVoluntary(app)) : { field: '', why: '' }
  const errorOf = (/** @type {string} */ name) => (wrong.field === name ? word(w.wrong, wrong.why) : '')
  const put = (/** @type {any} */ set) => {
    Object.assign(f, set)
    open.dirty = true
    app.drafts.put(key, { form: f, seen: open.seen, patient: open.patient, who: open.who })
    app.redraw()
  }
  const helpers = helpersFor(app.all('organisations'), p, app.me.organisation, f.helpers, app.now())
  const teams = [...new Set([f.team, ...app.me.teams])].filter(t => t && app.get('teams', t))
  return html`${back(address('person', p.id), personName(p))}
    <h1 class="nhsuk-heading-l">${stored ? w.reviewTitle : w.newTitle}</h1>${who(app, p)}
    ${open.restored ? html`<p class="ds-banner">${words.app.visit.restored}</p>` : nothing}
    <form class="app-form" novalidate @submit=${unlessHalfTyped(() => save(app, key, open))}>
      ${stored ? review(stored, f, put) : nothing}
      ${field({ id: 'words', label: w.words, hint: w.wordsHint, rows: 3, error: errorOf('words'), value: f.words,
        change: v => put({ words: v }) })}
      ${steps(app, open, f, put, errorOf, helpers)}
      ${field({ id: 'review_on', label: w.review, type: 'date', value: f.review, change: review_on => put({ review: review_on }) })}
      ${teams.length > 1 ? select({ id: 'team', label: w.team, value: f.team,
        options: teams.map(t => /** @type {[string, string]} */ ([t, app.get('teams', t)?.name ?? ''])), change: team => put({ team }) })
        : nothing}
      ${helpers.length ? choices({ name: 'helpers', legend: w.helpers, hint: w.helpersHint, value: f.helpers,
        options: Object.fromEntries(helpers.map(o => [o.id, o.name])), change: list => put({ helpers: list }) }) : nothing}
      ${field({ id: 'safe_words', label: w.safe, hint: w.safeHint, rows: 2, error: errorOf('safe_words'), value: f.safe,
        change: safe => put({ safe }) })}
      ${open.error ? html`<p class="ds-banner ds-banner--bad" role="alert">${open.error}</p>` : nothing}
      <div class="app-save"><button class="nhsuk-button app-wide" type="submit"
        ?disabled=${open.saving}>${words.app.visit.save}</button></div>
      <p><button class="app-link" type="button"
        @click=${async () => { const from = app.here; if (await discard(app, key)) app.go(address('person', p.id), from) }}>${
          words.app.visit.discard}</button></p>
    </form>`
}

/** How it stands, as the person says. @param {any} stored @param {any} f @param {(set: any) => void} put */
function review(stored, f, put) {
  const w = words.app.goals
  return html`${stored.reviewed_on ? html`<p>${fill(w.reviewed, { date: birth(stored.reviewed_on) })}
      ${stored.said ? html`<q class="ds-pre">${stored.said}</q>` : nothing}</p>` : nothing}
    ${choice({ name: 'outcome', legend: w.outcome, hint: w.outcomeHint, value: f.outcome || 'open', required: true,
      options: { open: w.goesOn, ...w.outcomes }, change: v => put({ outcome: v === 'open' ? '' : v }) })}
    ${field({ id: 'said', label: w.said, hint: w.saidHint, rows: 3, value: f.said, change: said => put({ said }) })}`
}

/**
 * @param {App} app @param {any} open @param {any} f @param {(set: any) => void} put @param {(id: string) => string} errorOf
 * @param {any[]} helpers
 */
function steps(app, open, f, put, errorOf, helpers) {
  const w = words.app.goals, name = (/** @type {string} */ id) => app.get('organisations', id)?.name ?? words.app.items.noName
  const stored = app.all('goal_steps').filter(s => s.goal === open.id)
  const typed = (/** @type {number} */ i, /** @type {any} */ set) => put({ steps: f.steps.with(i, { ...f.steps[i], ...set }) })
  return html`<fieldset class="nhsuk-fieldset"><legend class="nhsuk-fieldset__legend nhsuk-fieldset__legend--m">${w.steps}</legend>
    ${stored.map(s => html`<label class="app-pick"><input type="checkbox" name="done" value=${s.id}
        .checked=${f.done[s.id] ?? Boolean(s.done_on)}
        @change=${(/** @type {any} */ e) => tick(f, put, s, e.target.checked)}><span>${stepText(s, name)}</span></label>`)}
    ${stored.length ? html`<p class="ds-soft">${w.tickHint}</p>` : nothing}
    ${f.steps.map((/** @type {any} */ s, /** @type {number} */ i) => html`
      ${field({ id: `step-${i}`, label: fill(w.step, { n: i + 1 }), error: errorOf(`step-${i}`), value: s.words,
        change: v => typed(i, { words: v }) })}
      ${field({ id: `step-${i}-due`, label: fill(w.stepDue, { n: i + 1 }), type: 'date', value: s.due, change: due => typed(i, { due }) })}
      ${helpers.length ? select({ id: `step-${i}-helper`, label: fill(w.stepBy, { n: i + 1 }), value: s.helper,
        options: [['', w.ownTeam], ...helpers.map(o => /** @type {[string, string]} */ ([o.id, o.name]))],
        change: helper => typed(i, { helper }) }) : nothing}`)}
    <p><button class="app-link" type="button"
      @click=${() => put({ steps: [...f.steps, { words: '', due: '', helper: '' }] })}>${w.addStep}</button></p></fieldset>`
}

/** A box that is as it was says nothing. @param {any} f @param {(set: any) => void} put @param {any} step @param {boolean} on */
function tick(f, put, step, on) {
  const { [step.id]: _, ...done } = f.done
  put({ done: on === Boolean(step.done_on) ? done : { ...done, [step.id]: on } })
}

/** @param {App} app */
const isVoluntary = app => (/** @type {string} */ id) => app.get('organisations', id)?.kind === 'voluntary'

/** @param {App} app @param {string} key @param {string} id of the goal, '' for a new one */
async function begin(app, key, id) {
  app.forms.set(key, null)
  const kept = await app.drafts.get(key).catch(() => null)
  const seen = kept?.seen ?? (id ? app.seen('goals', id) : null)
  const patient = kept?.patient ?? seen?.values.patient ?? app.place.query.get('person') ?? ''
  app.forms.set(key, { id: id || app.newID(), form: kept?.form ?? formOf(seen?.values ?? null, app.me.teams[0] ?? ''), seen, patient,
    who: kept?.who ?? whoOf(app.get('patients', patient)), dirty: Boolean(kept), restored: Boolean(kept), tried: false, saving: false,
    error: '' })
  app.redraw()
}

/** What saving records. @param {App} app @param {any} open */
function change(app, { id, form, seen, patient }) {
  const ops = changesOf(seen?.values ?? null, form, { patient, goal: id, newID: app.newID, now: app.now() })
  const of = Object.fromEntries(Object.keys(form.done).map(step => [`goal_steps/${step}`, app.seen('goal_steps', step)]))
  return { ops, seen: { ...of, ...(seen ? { [`goals/${id}`]: seen } : {}) } }
}

/** @param {App} app @param {string} key @param {any} open */
function save(app, key, open) {
  open.tried = true
  const { field: wrong } = wrongIn(open.form, isVoluntary(app))
  if (wrong) {
    app.redraw()
    requestAnimationFrame(() => document.getElementById(wrong)?.focus())
    return
  }
  saveForm(app, key, open, () => change(app, open), { to: address('person', open.patient) })
}
