// @ts-check
// Answers and tasks, at the top of Today: what came back to the owner of this phone, and what is asked of their team.
import { html, nothing, repeat } from '../../shared/ui/html.js'
import { personName, when } from '../../shared/ui/format.js'
import { count, fill, word, words } from '../../shared/ui/words.js'
import { lineOf, matters, waiting } from '../model/answers.js'
import { receiverOf } from '../model/receiver.js'
import { address } from '../router.js'
import { notSaved } from '../sync-sentence.js'
import { ringLinks } from './calls.js'
import { classTag } from './parts.js'

/** @typedef {import('../context.js').App} App */
/** @typedef {import('../model/answers.js').Matter} Matter */

/** @type {{ handovers: any, events: any, me: string, minute: number, list: Matter[] } | null} */
let kept = null

/** The answers and tasks, worked out again only when something in them changed or in another minute. @param {App} app */
export function mattersOf(app) {
  const handovers = app.all('handovers'), events = app.all('handover_events'), me = `${app.me.id} ${app.me.teams}`
  const minute = Math.floor(app.now() / 60_000)
  if (kept?.handovers !== handovers || kept.events !== events || kept.me !== me || kept.minute !== minute) {
    const list = app.me.view === 'clinical' ? matters({ handovers, events, me: app.me, now: app.now() }) : []
    kept = { handovers, events, me, minute, list }
  }
  return kept.list
}

/** The count in the strip, with the way there. @param {App} app */
export function answersLink(app) {
  const n = app.locked ? 0 : waiting(mattersOf(app))
  return n ? html`<a class="app-status__you" href=${address('today')}>${count(n, words.app.answers.strip)}</a>` : nothing
}

/** @param {App} app */
export function answers(app) {
  const list = mattersOf(app), w = words.app.answers
  if (!list.length) return nothing
  return html`<section class="app-answers" aria-labelledby="answers"><h2 class="nhsuk-heading-m" id="answers">${w.title}</h2>
    <p role="status" class="ds-soft">${count(waiting(list), w.waiting)}</p>
    <ul class="app-list">${repeat(list, m => m.handover.id, m => m.kind === 'task' ? task(app, m) : news(app, m))}</ul></section>`
}

/** Somebody by name, role and organisation, as far as this phone knows them. @param {App} app @param {string} staff @param {string} team */
export function whoIs(app, staff, team) {
  const known = app.colleagues.find(c => c.id === staff), from = team ? app.get('teams', team) : null
  const organisation = from?.organisation ? app.get('organisations', from.organisation)?.name : ''
  return [...new Set([known?.name, known && word(words.common.roles, known.role), from?.name, organisation])].filter(Boolean).join(', ')
}

/** Whom it is about, with the way to them. @param {App} app @param {any} h */
export function about(app, h) {
  const p = app.get('patients', h.patient)
  return p ? html`<a class="app-card__name" href=${address('person', p.id)}>${personName(p)}</a>`
    : html`<span class="app-card__name">${words.app.gonePerson}</span>`
}

/** @param {App} app @param {Matter} m */
function head(app, m) {
  const w = words.app.answers
  return html`<span class="ds-row">${classTag(m.handover.class)}<strong>${w.kinds[m.kind]}</strong>${m.overdue
      ? html`<span class="ds-tag ds-tag--bad">${w.overdue}</span>` : nothing}</span>
    ${about(app, m.handover)}`
}

/** @param {App} app @param {Matter} m */
function task(app, m) {
  const w = words.app.answers, h = m.handover
  const buttons = m.owner && m.owner !== app.me.id ? [] : [['acknowledged', m.received], ['accepted', m.owner !== '']].filter(b => !b[1])
  return html`<li class="app-card ${m.overdue ? 'app-card--late' : ''}">
    ${head(app, m)}
    <span class="ds-pre">${h.recommendation}</span>
    ${m.due ? html`<strong>${fill(w.due, { at: when(m.due, app.now()) })}</strong>` : nothing}
    <span class="ds-soft">${fill(w.askedBy, { who: whoIs(app, m.by, h.from_team) || words.app.handover.somebody,
        at: when(m.at, app.now()) })}</span>
    ${m.owner ? html`<span><strong>${m.owner === app.me.id ? w.mine : fill(w.theirs, { name: app.nameOf(m.owner) })}</strong></span>`
      : m.received ? html`<span>${w.received}</span>` : nothing}
    ${unsent(m)}
    <span class="ds-row">${buttons.map(([kind]) => html`<button class="nhsuk-button nhsuk-button--secondary" type="button"
        @click=${() => say(app, h, /** @type {string} */ (kind))}>${words.app.handover.do[/** @type {'read'} */ (kind)]}</button>`)}
      ${m.owner && m.owner !== app.me.id ? nothing : html`<a class="nhsuk-button"
        href=${address('handover', h.id, { do: 'answered' })}>${words.app.handover.do.answered}</a>`}
      <a href=${address('handover', h.id)}>${w.open}</a></span>
    ${failed(app, h)}</li>`
}

/** @param {App} app @param {Matter} m */
function news(app, m) {
  const w = words.app.answers, h = m.handover
  const team = h.to_team ? app.get('teams', h.to_team) : null
  const by = m.by ? whoIs(app, m.by, '') : ''
  const asked = m.kind === 'answer' && app.all('handovers').find(t => t.follows === h.id)
  return html`<li class="app-card">
    ${head(app, m)}
    ${m.kind === 'answer' ? html`<strong>${word(words.common.outcomes, h.outcome)}</strong>
      <span class="ds-pre">${h.answer}</span>` : nothing}
    ${m.kind === 'declined' ? html`<span class="ds-pre">${fill(w.reason, { text: h.decline_reason ?? '' })}</span>` : nothing}
    <span class="ds-soft">${[by, when(m.at, app.now())].filter(Boolean).join(' · ')}</span>
    <span>${asked ? fill(w.doneByTeam, { name: app.nameOf(asked.owner) || w.somebody, text: asked.answer ?? '' })
      : fill(w.next[/** @type {'answer'} */ (m.kind)], { team: team?.name ?? w.somebody })}</span>
    ${m.kind === 'call' ? ringLinks(h.class, receiverOf(app, h)) : nothing}
    ${unsent(m)}
    <span class="ds-row">${m.kind === 'call'
      ? html`<a class="nhsuk-button" href=${address('called', h.id)}>${words.app.handover.do.call_reached}</a>`
      : html`<button class="nhsuk-button nhsuk-button--secondary" type="button"
        @click=${() => say(app, h, 'read')}>${words.app.handover.do.read}</button>`}
      <a href=${address('handover', h.id)}>${w.open}</a></span>
    ${failed(app, h)}</li>`
}

/** @param {Matter} m */
const unsent = m => (m.unsent ? html`<span class="ds-soft">${words.app.answers.unsent}</span>` : nothing)

/** @param {App} app @param {any} h */
const failed = (app, h) => {
  const error = app.forms.get(`said:${h.id}`)?.error
  return error ? html`<p class="ds-banner ds-banner--bad" role="alert">${error}</p>` : nothing
}

/** Says something that needs no more words, at once. @param {App} app @param {any} h @param {string} kind */
export async function say(app, h, kind) {
  const key = `said:${h.id}`
  if (app.forms.get(key)?.saving) return // a second tap records nothing more
  app.forms.set(key, { saving: true })
  try {
    await app.record([lineOf({ handover: h, kind, newID: app.newID })])
    app.forms.delete(key)
    app.say(words.app.handover.said[/** @type {'read'} */ (kind)])
  } catch (e) {
    app.forms.set(key, { error: notSaved(e) })
    app.redraw()
  }
}
