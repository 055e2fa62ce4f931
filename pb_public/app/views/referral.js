// @ts-check
// Where a handover can go, what saving sends to whom and why, and what a voluntary team is told.
import { html, nothing } from '../../shared/ui/html.js'
import { fill, word, words } from '../../shared/ui/words.js'
import { date } from '../../shared/ui/format.js'
import { notHere } from '../../shared/ui/not-here.js'
import { consentTo, destinations } from '../model/destinations.js'
import { goes, teamOf } from '../model/handing.js'
import { practice } from '../model/visitform.js'
import { calledName } from './checkin.js'
import { choice, field } from './parts.js'

/** @typedef {import('../context.js').App} App */
/** @typedef {import('../model/visitform.js').Hand} Hand */
/** @typedef {ReturnType<typeof destinations>} Places */

/** @param {App} app @param {any} patient @returns {Places} */
export const placesOf = (app, patient) =>
  destinations({ teams: app.all('teams'), organisations: app.all('organisations'), patient, mine: app.me.teams, now: app.now() })

/**
 * Who can be rung about it: where the practice cannot answer, the care coordinator. Null where nobody is known.
 * @param {App} app @param {Places} at @param {Hand} hand @param {string} to 
 * @returns {{ name: string, phone: string, team: boolean } | null} team: it is none of the practice
 */
export function receiverAt(app, at, hand, to) {
  if (!to && !at.practice.why) return { ...at.practice, team: false }
  const team = app.get('teams', to || teamOf('coordinator', hand.known))
  return team ? { name: team.name ?? '', team: true,
    phone: team.phone || app.get('organisations', team.organisation)?.phone || '' } : null
}

/**
 * The choices: the person's practice once, and who can answer.
 * @param {App} app @param {Places} at @param {Hand} hand @returns {[string, string][]}
 */
export function optionsAt(app, at, hand) {
  const w = words.app.visit, p = at.practice
  const list = at.teams.map(t => /** @type {[string, string]} */ ([t.id, t.byPhone ? fill(w.byPhone, { name: t.name }) : t.name]))
  if (hand.to && !list.some(([id]) => id === hand.to)) { // where a rule sends it
    list.unshift([hand.to, app.get('teams', hand.to)?.name ?? words.app.sends.somebody])
  }
  return [[practice, p.why ? fill(w.practices[p.why], { name: p.name }) : p.name], ...list]
}

/**
 * What the team that a handover goes to takes elsewhere; null: it takes it.
 * @param {App} app @param {Places} at @param {string} to "" for the practice @param {string} cls
 */
const elsewhereAt = (app, at, to, cls) => notHere(app.get('teams', to || at.practice.team), cls, app.now())

/**
 * Before anything is written: that it is not taken there, why, and the other ways.
 * @param {App} app @param {Places} at @param {Hand} hand @param {string} cls @param {(how: (form: any) => void) => void} change
 */
export function elsewhere(app, at, hand, cls, change) {
  const w = words.app.elsewhere, n = elsewhereAt(app, at, hand.to, cls), desk = teamOf('coordinator', hand.known)
  if (!n) return nothing
  const to = receiverAt(app, at, hand, hand.to), coordinator = app.get('teams', desk)
  return html`<div class="ds-banner ds-banner--warn" role="status" id="elsewhere">
    <p>${fill(w.says, { team: to?.name ?? '', what: word(w.what, cls), until: date(n.until), by: n.by })} ${n.instead
      ? fill(w.instead, { text: n.instead }) : nothing}</p>
    <p>${w.goesOn}</p><p class="ds-row">${to?.phone
      ? html`<a class="nhsuk-button nhsuk-button--secondary" href="tel:${to.phone.replaceAll(' ', '')}">${
        fill(w.ring, { name: to.name, phone: to.phone })}</a>` : nothing}
    ${coordinator ? html`<button type="button" class="nhsuk-button nhsuk-button--secondary"
      @click=${() => change(form => { form.toTeam = desk })}>${fill(w.toDesk, { name: coordinator.name ?? '' })}</button>`
      : nothing}</p></div>`
}

/**
 * What a voluntary team reads: two boxes, and by consent who it is about.
 * @param {App} app @param {any} f @param {any} patient @param {Hand} hand
 * @param {(name: string) => string} error @param {(how: (form: any) => void) => void} change
 */
export function referral(app, f, patient, hand, error, change) {
  const w = words.app.referral, name = app.get('teams', hand.to)?.name ?? '', person = calledName(patient)
  const before = consentTo(patient, hand.service, app.now()), agreed = f.consent || before
  const box = (/** @type {'we_ask' | 'safe_note'} */ id, /** @type {string} */ label, /** @type {string} */ hint) => field({ id, label,
    hint, rows: 3, value: f.words[id] ?? '', error: error(id), change: v => change(form => { form.words[id] = v }) })
  return html`<div class="ds-banner"><p>${fill(w.reads, { name })}</p><p>${w.never}</p>
      ${agreed === 'yes' && !patient.objection ? html`<p>${fill(w.agreed, { person, name })}</p>` : nothing}</div>
    ${patient.objection ? html`<p class="ds-banner ds-banner--bad">${w.objects}</p>` : before === 'yes' ? nothing : html`
      ${agreed === 'yes' ? nothing : html`<p class="ds-banner ds-banner--warn">${fill(w.missing, { name })}</p>`}
      ${choice({ name: 'consent', legend: fill(w.ask, { person, name }), hint: w.askHint, options: words.app.visit.yesNo,
          value: f.consent ?? '', inline: true, change: v => change(form => { form.consent = v }) })}`}
    ${box('we_ask', w.weAsk, w.weAskHint)}${box('safe_note', w.safe, w.safeHint)}`
}

/**
 * What saving sends to whom, and why: what the rules raise goes whatever is chosen.
 * @param {App} app @param {Places} at @param {{ held: readonly import('../model/rules.js').Rule[] }} j @param {Hand} hand
 * @param {boolean} on whether one goes by hand @param {string} cls
 */
export function sends(app, at, j, hand, on, cls) {
  const w = words.app.sends, list = goes({ held: j.held, handing: on, to: hand.to, cls, known: hand.known })
  const line = (/** @type {typeof list[number]} */ g) => {
    const to = g.to ? app.get('teams', g.to)?.name ?? w.somebody : at.practice.name || w.practice
    const text = fill(w[g.titles.length ? (g.byHand ? 'both' : 'rules') : 'hand'],
      { urgency: word(words.common.classes, g.cls), to, reasons: g.titles.join('; ') })
    if (elsewhereAt(app, at, g.to, g.cls)) return `${text} ${fill(w.elsewhere, { to })}`
    return g.to || !at.practice.why ? text : `${text} ${fill(w.nowhere, { to: receiverAt(app, at, hand, '')?.name ?? w.coordinator })}`
  }
  return html`<div class="ds-banner" role="status" id="sends"><p><strong>${list.length ? w.title : w.nothing}</strong></p>
    ${list.length ? html`<ul>${list.map(g => html`<li>${line(g)}</li>`)}</ul>` : nothing}</div>`
}
