// @ts-check
// What a practice takes elsewhere than in its inbox: everybody there sees it, and whoever answers there decides it.
import { described, fieldGroup } from '../shared/ui/fields.js'
import { date, day } from '../shared/ui/format.js'
import { html, ifDefined, live, nothing } from '../shared/ui/html.js'
import { mayBeElsewhere, notHere } from '../shared/ui/not-here.js'
import { Refusal } from '../shared/ui/session.js'
import { fill, word, words } from './words.js'

const w = words.practice.notHere

/** What is being decided. @type {{ team: string, class: string, until: string, instead: string, wrong: Record<string, string>,
 *   trouble: string, busy: boolean } | null} */
let form = null

/** @param {import('./inbox.js').Inbox} inbox @param {() => void} draw */
export function notHereView(inbox, draw) {
  return inbox.teams.filter(t => t.kind === 'practice').map(t => html`<div class="pi-elsewhere">${stands(inbox, t)}${
    t.says_not_here ? decide(inbox, t, draw) : nothing}</div>`)
}

/** What counts now. @param {import('./inbox.js').Inbox} inbox @param {import('./types.js').OpenTeam} team */
const stands = (inbox, team) => mayBeElsewhere.map(c => notHere(team, c, inbox.now())).filter(n => n !== null)
  .map(n => html`<p class="ds-banner">${fill(w.stands, { what: word(w.what, n.class), team: team.name, until: date(n.until, inbox.now()),
    by: n.by, text: n.instead })}</p>`)

/** @param {import('./inbox.js').Inbox} inbox @param {import('./types.js').OpenTeam} team @param {() => void} draw */
function decide(inbox, team, draw) {
  const open = (/** @type {string} */ cls) => {
    const n = notHere(team, cls, inbox.now())
    form = { team: team.id, class: cls, until: n?.until ?? '', instead: n?.instead ?? '', wrong: {}, trouble: '', busy: false }
    draw()
    queueMicrotask(() => document.getElementById('nh-until')?.focus())
  }
  return html`<details class="nhsuk-details"><summary class="nhsuk-details__summary" data-focus=${`not-here-${team.id}`}><span
      class="nhsuk-details__summary-text">${fill(w.title, { team: team.name })}</span></summary>
    <div class="nhsuk-details__text"><p>${w.means}</p>
      ${form?.team === team.id ? fields(inbox, form, draw) : html`<p class="ds-row">${mayBeElsewhere.map(c => html`<button type="button"
        class="nhsuk-button nhsuk-button--secondary" @click=${() => open(c)}>${fill(notHere(team, c, inbox.now()) ? w.change : w.decide,
          { what: word(w.what, c) })}</button>`)}</p>`}</div></details>`
}

/** @param {import('./inbox.js').Inbox} inbox @param {NonNullable<typeof form>} f @param {() => void} draw */
function fields(inbox, f, draw) {
  const say = async (/** @type {string} */ until) => {
    if (f.busy) return
    Object.assign(f, { busy: true, wrong: {}, trouble: '' })
    draw()
    try {
      await inbox.session.post(`/teams/${f.team}/not-here`, { class: f.class, until, instead: f.instead })
      await inbox.glance().catch(() => {}) // it is saved; what stands is read again with the next glance
      form = null
      inbox.out.say(w.saved)
    } catch (e) {
      if (!(e instanceof Refusal)) throw e
      f.busy = false
      f.wrong = Object.fromEntries((e.body.fields ?? []).map((/** @type {any} */ p) => [p.field, p.message]))
      f.trouble = Object.keys(f.wrong).length ? '' : e.message
      queueMicrotask(() => document.getElementById(f.wrong.until ? 'nh-until' : f.wrong.instead ? 'nh-instead' : 'nh-trouble')?.focus())
    }
    draw()
  }
  const about = (/** @type {string} */ id, /** @type {string} */ hint, /** @type {string | undefined} */ error) =>
    ifDefined(described({ id, hint, error }))
  return html`<form novalidate @submit=${(/** @type {Event} */ e) => { e.preventDefault(); say(f.until) }}>
    <h3 class="nhsuk-heading-s">${fill(w.decide, { what: word(w.what, f.class) })}</h3>
    ${f.trouble ? html`<p class="ds-banner ds-banner--bad" id="nh-trouble" tabindex="-1" role="alert">${f.trouble}</p>` : nothing}
    ${fieldGroup({ id: 'nh-until', label: w.until, hint: w.untilHint, error: f.wrong.until, control: html`<input class="nhsuk-input"
      type="date" id="nh-until" min=${day(inbox.now())} aria-describedby=${about('nh-until', w.untilHint, f.wrong.until)}
      aria-invalid=${f.wrong.until ? 'true' : nothing} .value=${live(f.until)}
      @input=${(/** @type {any} */ e) => { f.until = e.target.value; draw() }}>` })}
    ${fieldGroup({ id: 'nh-instead', label: w.instead, hint: w.insteadHint, error: f.wrong.instead, control: html`<textarea
      class="nhsuk-textarea" id="nh-instead" rows="2" maxlength="300"
      aria-describedby=${about('nh-instead', w.insteadHint, f.wrong.instead)}
      aria-invalid=${f.wrong.instead ? 'true' : nothing} .value=${live(f.instead)}
      @input=${(/** @type {any} */ e) => { f.instead = e.target.value }}></textarea>` })}
    <div class="ds-row"><button type="submit" class="nhsuk-button" ?disabled=${f.busy || !f.until}>${w.save}</button>
      ${notHere(inbox.teams.find(t => t.id === f.team), f.class, inbox.now()) ? html`<button type="button"
        class="nhsuk-button nhsuk-button--secondary" ?disabled=${f.busy} @click=${() => say('')}>${w.again}</button>` : nothing}
      <button type="button" class="nhsuk-button nhsuk-button--secondary"
        @click=${() => { form = null; draw() }}>${words.practice.form.cancel}</button></div></form>`
}
