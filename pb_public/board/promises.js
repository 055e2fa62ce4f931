// @ts-check
// What a neighbourhood promised itself: targets with their history, goals, and who else reads the board.
import { date, when } from '../shared/ui/format.js'
import { html, nothing } from '../shared/ui/html.js'
import { figure, say } from './values.js'
import { fill, word, words } from './words.js'

const w = words.board, t = w.targets

/**
 * @typedef {{ at: string, by: { name?: string } | null, value: number | null, decided: string, next_on?: string }} Review
 * @typedef {{ id: string, measure: string, baseline: { weeks: number, mean: number }, aim: number, by: string, owner: string,
 *   now: number | null, met: boolean, ended_at?: string, outcome?: string, reviews: Review[] }} Target
 * @typedef {import('./main.js').Board} Board
 * @typedef {{ send: (path: string, body: object, form?: HTMLFormElement) => Promise<boolean>, draw: () => void, trouble: string,
 *   guests: { id: string, staff: { name?: string } | null, made_at: string }[] | null, readGuests: () => void }} Work
 */

/** @param {string} code */
const named = code => w.measures[/** @type {keyof typeof w.measures} */ (code)] ?? code
/** @param {Board} board @param {string} code */
const kindOf = (board, code) => board.charts.find(c => c.code === code)?.kind ?? 'share'

/** @param {Board} board @param {Work} work @param {any} goals their charts */
export function promisesView(board, work, goals) {
  const ends = board.periods[0]?.figures.find(f => f.measure === 'goal_ends')?.whole
  return html`${board.targets.length ? table(board) : html`<p>${t.none}</p>`}
    ${board.targets.map(x => history(board, x, work))}
    <p>${fill(w.goals.people, { n: board.goals.people.of ?? w.hidden })}
      ${fill(w.goals.reviews, { value: figure(board.goals.reviews, 'share', 'goal_reviews') })}
      ${ends?.each && board.periods[0] ? fill(w.goals.ends, { from: date(board.periods[0].from), to: date(board.periods[0].to),
        list: Object.entries(ends.each).map(([k, n]) => `${word(w.goals.outcomes, k)} ${n}`).join(', ') || w.nothing }) : nothing}</p>
    ${goals}
    ${board.promises ? html`<div class="bo-screen">
      ${work.trouble ? html`<p class="ds-banner ds-banner--bad" role="alert">${work.trouble}</p>` : nothing}
      ${setForm(board, work)}${guestsView(board, work)}</div>` : nothing}`
}

/** @param {Board} board */
const table = board => html`<div class="bo-scroll" tabindex="0" role="region" aria-label=${t.caption}><table class="nhsuk-table">
  <caption class="nhsuk-table__caption nhsuk-table__caption--s">${t.caption}</caption>
  <thead><tr>${[t.measure, t.baseline, t.aim, t.by, t.owner, t.now, t.review].map(h => html`<th scope="col">${h}</th>`)}</tr></thead>
  <tbody>${board.targets.map(x => {
    const kind = kindOf(board, x.measure), next = [...x.reviews].reverse().find(r => r.next_on)?.next_on
    return html`<tr><th scope="row">${named(x.measure)}</th>
      <td>${x.baseline.weeks ? fill(t.weeks, { value: say(x.baseline.mean, kind, x.measure), n: x.baseline.weeks }) : w.nothing}</td>
      <td>${say(x.aim, kind, x.measure)}</td><td>${date(x.by)}</td><td>${x.owner}</td>
      <td>${say(x.now, kind, x.measure)}${x.now === null ? nothing : html`<br>${x.met ? t.met : t.notMet}`}</td>
      <td>${x.ended_at ? fill(t.ended, { at: date(x.ended_at.slice(0, 10)), outcome: word(t.outcomes, x.outcome ?? '') })
        : next ? date(next) : w.nothing}</td></tr>`
  })}</tbody></table></div>`

/** @param {Board} board @param {Target} x @param {Work} work */
function history(board, x, work) {
  const kind = kindOf(board, x.measure)
  return html`<div class="bo-history">${x.reviews.length ? html`<p><strong>${fill(t.history, { measure: named(x.measure) })}</strong></p>
      <ul class="nhsuk-list nhsuk-list--bullet">${x.reviews.map(r => html`<li>${fill(t.decidedAt, { at: when(r.at),
        by: r.by?.name ?? w.nothing, value: say(r.value, kind, x.measure), decided: r.decided })}</li>`)}</ul>` : nothing}
    ${board.promises && !x.ended_at ? html`<details class="bo-screen"><summary>${t.reviewing}: ${named(x.measure)}</summary>
      <form @submit=${(/** @type {SubmitEvent} */ e) => {
        const f = values(e)
        const outcome = String(f.get('outcome') ?? '')
        work.send(`/targets/${x.id}/${outcome ? 'end' : 'review'}`, outcome ? { outcome, decided: f.get('decided') }
          : { decided: f.get('decided'), next_on: f.get('next_on') }, formOf(e))
      }}>${field(`d-${x.id}`, t.decided, html`<textarea class="nhsuk-textarea" id=${`d-${x.id}`} name="decided" rows="2" required
          maxlength="2000"></textarea>`)}
        ${field(`n-${x.id}`, t.next, html`<input class="nhsuk-input" type="date" id=${`n-${x.id}`} name="next_on">`)}
        ${field(`o-${x.id}`, t.end, html`<select class="nhsuk-select" id=${`o-${x.id}`} name="outcome"><option value="">${t.keep}</option>
          ${Object.entries(t.outcomes).map(([k, name]) => html`<option value=${k}>${name}</option>`)}</select>`)}
        <button class="nhsuk-button nhsuk-button--secondary">${t.note}</button></form></details>` : nothing}</div>`
}

/** @param {string} id @param {string} label @param {any} input */
const field = (id, label, input) => html`<div class="nhsuk-form-group"><label class="nhsuk-label" for=${id}>${label}</label>${input}</div>`

/** @param {SubmitEvent} e */
const formOf = e => /** @type {HTMLFormElement} */ (e.target)

/** What a form holds. It is emptied when it was taken. @param {SubmitEvent} e */
function values(e) {
  e.preventDefault()
  return new FormData(formOf(e))
}

let chosen = 'acknowledging'

/** @param {Board} board @param {Work} work */
function setForm(board, work) {
  const kind = kindOf(board, chosen)
  const scale = kind === 'time' ? 3600 : kind === 'share' || chosen === 'upc' ? 0.01 : 1
  const label = scale === 3600 ? t.aimHours : scale === 1 ? t.aimNumber : t.aimShare
  return html`<details><summary>${t.set}</summary><form @submit=${(/** @type {SubmitEvent} */ e) => {
      const f = values(e)
      work.send(`/neighbourhoods/${board.id}/targets`,
        { measure: chosen, aim: Number(f.get('aim')) * scale, by: f.get('by'), owner: f.get('owner') }, formOf(e))
    }}>
    ${field('t-measure', t.measure, html`<select class="nhsuk-select" id="t-measure" name="measure"
      @change=${(/** @type {Event} */ e) => { chosen = /** @type {HTMLSelectElement} */ (e.target).value; work.draw() }}>
      ${board.charts.map(c => html`<option value=${c.code} ?selected=${c.code === chosen}>${named(c.code)}</option>`)}</select>`)}
    ${field('t-aim', label, html`<input class="nhsuk-input nhsuk-input--width-5" id="t-aim" name="aim" type="number"
      min="0" step="any" required>`)}
    ${field('t-by', t.by_day, html`<input class="nhsuk-input" id="t-by" name="by" type="date" required>`)}
    ${field('t-owner', t.owner, html`<select class="nhsuk-select" id="t-owner" name="owner">
      ${board.partners.map(p => html`<option value=${p.id}>${p.name}</option>`)}</select>`)}
    <button class="nhsuk-button nhsuk-button--secondary">${t.save}</button></form></details>`
}

/** @param {Board} board @param {Work} work */
const guestsView = (board, work) => html`<details @toggle=${(/** @type {Event} */ e) => {
    if (/** @type {HTMLDetailsElement} */ (e.target).open && !work.guests) work.readGuests()
  }}><summary>${w.guests.title}</summary><p>${w.guests.means}</p>
  ${work.guests?.length === 0 ? html`<p>${w.guests.none}</p>` : nothing}
  <ul class="nhsuk-list">${(work.guests ?? []).map(g => html`<li>${fill(w.guests.name,
      { name: g.staff?.name ?? w.nothing, at: when(g.made_at) })}
    <button type="button" class="nhsuk-button nhsuk-button--secondary bo-small" aria-label=${`${w.guests.end}: ${g.staff?.name ?? ''}`}
      @click=${() => work.send(`/guests/${g.id}/end`, {})}>${w.guests.end}</button></li>`)}</ul>
  <form @submit=${(/** @type {SubmitEvent} */ e) =>
    work.send(`/neighbourhoods/${board.id}/guests`, { email: values(e).get('email') }, formOf(e))}>
    ${field('g-email', w.guests.email, html`<input class="nhsuk-input" id="g-email" name="email" type="email" required maxlength="200">`)}
    <button class="nhsuk-button nhsuk-button--secondary">${w.guests.add}</button></form></details>`
