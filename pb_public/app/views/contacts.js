// @ts-check
// On which lists of people to keep in touch with somebody is, and when they are to be seen next.
import { html, nothing } from '../../shared/ui/html.js'
import { birth, when } from '../../shared/ui/format.js'
import { count, fill, words } from '../../shared/ui/words.js'
import { standingOf } from '../model/contacts.js'
import { serviceOf } from './duplicates.js'

/** @typedef {import('../context.js').App} App */

/** @param {App} app @param {any} p @param {{ limited?: boolean }} [by] */
const linesOf = (app, p, { limited = false } = {}) =>
  standingOf(p, { visits: app.all('visits'), checkins: app.all('checkins') }, serviceOf(app), { limited, now: app.now() })

/** @param {ReturnType<typeof linesOf>[number]} s */
const tagOf = s => {
  const w = words.app.contacts
  return s.state ? html`<span class="ds-tag ${s.state === 'overdue' ? 'ds-tag--bad' : s.state === 'due' ? 'ds-tag--warn' : ''}">${
    fill(w[s.state], { date: birth(s.due) })}</span>` : nothing
}

/** What a person's page says. @param {App} app @param {any} p */
export function contacts(app, p) {
  const w = words.app.contacts, lines = linesOf(app, p)
  if (!lines.length) return nothing
  return html`<section aria-labelledby="contacts"><h2 class="nhsuk-heading-m" id="contacts">${w.title}</h2>
    <ul class="app-list">${lines.map(s => html`<li class="app-card"><strong>${s.name}</strong>
      <span class="ds-row">${tagOf(s)}</span>
      <span class="ds-soft">${count(s.every, w.every)} · ${s.last
        ? fill(w.last, { at: when(s.last.at, app.now()), who: s.last.staff ? app.nameOf(s.last.staff) : words.app.items.noName })
        : w.never}</span>
    </li>`)}</ul></section>`
}

/** What a volunteer's list says of somebody: a line for each. @param {App} app @param {any} p */
export const contactLines = (app, p) => linesOf(app, p, { limited: true }).map(s =>
  html`<span class="ds-row">${tagOf(s)}<span>${s.name}: ${count(s.every, words.app.contacts.every)}</span></span>`)
