// @ts-check
// One handover, as whoever sent it or whoever has the task sees it: what is asked, how far it got, everything that
// happened to it, and what can be done about it here, with or without a signal.
import { html, nothing } from '../../shared/ui/html.js'
import { birth, nhsNumber, personName, when } from '../../shared/ui/format.js'
import { closed } from '../../shared/states.js'
import { fill, word, words } from '../../shared/ui/words.js'
import { declined } from '../../shared/words/en-GB-declined.js'
import { histories, lineOf, possible } from '../model/answers.js'
import { receiverOf } from '../model/receiver.js'
import { address } from '../router.js'
import { notSaved } from '../sync-sentence.js'
import { say, whoIs } from './answers.js'
import { ringLinks } from './calls.js'
import { back, banner, classTag, field, select } from './parts.js'
import { unreadable } from './person.js'
import { discard } from './unfinished.js'

/** @typedef {import('../context.js').App} App */

/** What needs no further words. */
const atOnce = new Set(['acknowledged', 'read', 'accepted', 'given_back'])

/** Lines that bring a handover before a team. */
const placed = new Set(['escalated', 'handed_on', 'received_on', 'sent'])

/** @param {App} app */
const keyOf = app => `handover:${app.place.id}`

/** @param {App} app */
export function handoverPage(app) {
  const w = words.app.handover, h = app.get('handovers', app.place.id)
  if (!h) return html`${back(address('today'), words.app.backToday)}<h1 class="nhsuk-heading-l">${w.gone}</h1><p>${w.goneWhy}</p>`
  const p = app.get('patients', h.patient), history = histories(app.all('handover_events')).get(h.id) ?? []
  const toUs = h.to_team && app.me.teams.includes(h.to_team) && h.from_staff !== app.me.id
  return html`${back(p ? address('person', p.id) : address('today'), p ? personName(p) : words.app.backToday)}
    <h1 class="nhsuk-heading-l nhsuk-u-margin-bottom-2">${toUs ? words.app.answers.kinds.task : w.title}</h1>
    <p class="app-who"><strong>${p ? personName(p) : words.app.gonePerson}</strong>${p ? html`<br><span class="ds-soft">${[
        p.date_of_birth && fill(words.app.person.born, { date: birth(p.date_of_birth) }), nhsNumber(p.nhs_number)].filter(Boolean)
      .join(' · ')}</span>` : nothing}</p>
    <p class="ds-row">${classTag(h.class)}<strong>${h.state ? word(words.common.states, h.state) : w.notSent}</strong></p>
    ${unreadable(h)}
    ${h.state === 'call_needed' ? callNeeded(app, h) : nothing}
    ${facts(app, h)}
    ${actions(app, h, possible(h, history, app.me))}
    ${parts(h)}
    <h2 class="nhsuk-heading-m">${w.history}</h2>
    <ol class="app-history">${history.map(e => happened(app, e))}</ol>
    ${h.visit && app.get('visits', h.visit) ? html`<p><a href=${address('visit-read', h.visit)}>${w.toVisit}</a></p>` : nothing}
    ${h.follows && app.get('handovers', h.follows) ? html`<p><a href=${address('handover', h.follows)}>${w.toAnswered}</a></p>` : nothing}`
}

/** @param {App} app @param {any} h */
function callNeeded(app, h) {
  const team = app.get('teams', h.to_team)
  return html`${banner(fill(words.app.answers.next.call, { team: team?.name ?? words.app.answers.somebody }), 'bad')}
    ${ringLinks(h.class, receiverOf(app, h))}`
}

/** Who asked whom, when, and by when. @param {App} app @param {any} h */
function facts(app, h) {
  const w = words.app.handover, team = h.to_team ? app.get('teams', h.to_team) : null
  const at = (/** @type {string} */ t) => when(t, app.now())
  /** @type {[string, any][]} */
  const rows = [[w.from, whoIs(app, h.from_staff, h.from_team)], [w.to, team?.name], [w.reached, h.raised_at && at(h.raised_at)],
    [w.answerBy, h.act_due && !closed(h) ? at(h.act_due) : ''], [w.owner, h.owner && app.nameOf(h.owner)],
    [w.answered, h.outcome && [word(words.common.outcomes, h.outcome), h.answer].filter(Boolean).join('\n')],
    [w.declinedWhy, h.decline_reason], [w.filedTitle, h.filed_at && fill(w.filed, { name: app.nameOf(h.filed_by), at: at(h.filed_at) })]]
  return html`<dl class="nhsuk-summary-list">${rows.filter(r => r[1])
      .map(([k, v]) => html`<div class="nhsuk-summary-list__row"><dt class="nhsuk-summary-list__key">${k}</dt>
        <dd class="nhsuk-summary-list__value ds-pre">${v}</dd></div>`)}</dl>`
}

/** The text, what is asked first. @param {any} h */
function parts(h) {
  const list = /** @type {const} */ (['recommendation', 'situation', 'background', 'assessment']).filter(part => h[part])
  return list.map(part => html`<h2 class="nhsuk-heading-s nhsuk-u-margin-bottom-1">${part === 'recommendation' ? words.app.handover.asked
      : words.app.text.parts[part]}</h2><p class="ds-pre">${h[part]}</p>`)
}

/** A line of the history. @param {App} app @param {any} e */
function happened(app, e) {
  const w = words.app.handover, by = e.pending ? app.me.id : e.by
  const team = e.team && (!by || placed.has(e.kind)) ? app.get('teams', e.team)?.name : '' // else the name says enough
  const what = word(words.common.events, e.kind), meant = e.detail?.meant
  const call = e.detail?.name ? [e.detail.name, e.detail.role].filter(Boolean).join(', ') : ''
  return html`<li><strong>${what}</strong>${by ? html` · ${by === app.me.id ? words.app.items.you : app.nameOf(by)}` : nothing}${
      team ? html` (${team})` : nothing}
    <span class="ds-soft">${e.pending ? words.app.answers.unsent : when(e.at, app.now())}</span>
    ${meant ? html`<span>${fill(w.meant, { what: word(words.common.events, meant) })}</span>` : nothing}
    ${call ? html`<span>${call}</span>` : nothing}
    ${e.detail?.outcome ? html`<span>${word(words.common.outcomes, e.detail.outcome)}</span>` : nothing}
    ${e.detail?.cause ? html`<span>${word(declined, e.detail.cause)}</span>` : nothing}
    ${e.text ? html`<span class="ds-pre">${e.text}</span>` : nothing}</li>`
}

/** The buttons, or the form of the one that was pressed. @param {App} app @param {any} h @param {string[]} may */
function actions(app, h, may) {
  const w = words.app.handover, key = keyOf(app)
  const open = app.forms.get(key)
  if (open === undefined && may.length) { begin(app, key); return nothing }
  if (open?.kind && may.includes(open.kind)) return form(app, h, key, open)
  return html`<div class="ds-row">${may.map((kind, i) => kind === 'call_reached' ? html`<a
      class="nhsuk-button ${i ? 'nhsuk-button--secondary' : ''}" href=${address('called', h.id)}>${w.do.call_reached}</a>`
    : html`<button type="button"
      class="nhsuk-button ${i ? 'nhsuk-button--secondary' : ''}"
      @click=${() => { if (atOnce.has(kind)) say(app, h, kind)
        else { app.forms.set(key, { kind, values: {}, error: '' }); app.redraw() } }}>${
      w.do[/** @type {'read'} */ (kind)]}</button>`)}</div>
    ${app.forms.get(`said:${h.id}`)?.error ? banner(app.forms.get(`said:${h.id}`).error, 'bad') : nothing}`
}

/** Opens what was begun here, else what the address asks for. @param {App} app @param {string} key */
async function begin(app, key) {
  app.forms.set(key, null)
  const kept = await app.drafts.get(key).catch(() => null)
  app.forms.set(key, kept ? { ...kept, error: '', dirty: true } : { kind: app.place.query.get('do') ?? '', values: {}, error: '' })
  app.redraw()
}

/** @param {App} app @param {any} h @param {string} key @param {any} open */
function form(app, h, key, open) {
  const w = words.app.handover, v = open.values
  const kind = /** @type {'answered' | 'declined' | 'added' | 'stood_down'} */ (open.kind)
  const set = (/** @type {string} */ name) => (/** @type {string} */ value) => {
    v[name] = value
    open.dirty = true
    app.drafts.put(key, { kind: open.kind, values: v })
    app.redraw()
  }
  const lacks = open.tried ? missing(open) : {}, chosen = chosenWith(kind)
  const team = app.get('teams', h.to_team)
  return html`<form class="app-form app-hand" novalidate aria-labelledby="do" @submit=${(/** @type {Event} */ e) => {
      e.preventDefault(); send(app, h, key, open) }}>
    <h2 class="nhsuk-heading-m" id="do">${w.do[kind]}</h2>
    ${chosen ? select({ id: chosen, label: w[chosen], options: [['', words.app.visit.choose], ...Object.entries(choices[chosen])],
        value: v[chosen] ?? '', error: lacks[chosen], change: set(chosen) }) : nothing}
    ${field({ id: 'text', label: w.texts[kind], hint: team?.kind === 'voluntary' ? w.voluntaryReads : w.hints[kind], rows: 4,
        value: v.text ?? '', error: lacks.text, change: set('text') })}
    ${open.error ? html`<p class="ds-banner ds-banner--bad" role="alert">${open.error}</p>` : nothing}
    <button class="nhsuk-button app-wide" type="submit">${words.app.visit.save}</button>
    <p><button class="app-link" type="button" @click=${async () => {
      if (!open.dirty || await discard(app, key)) { await app.drafts.drop(key); app.forms.set(key, { kind: '', values: {} }); app.redraw() }
    }}>${w.cancel}</button></p></form>`
}

/** What is chosen beside the words. */
const choices = { outcome: words.app.handover.outcomes, cause: declined }
/** Which of them a line asks for. @param {string} kind @returns {'outcome' | 'cause' | undefined} */
const chosenWith = kind => (kind === 'answered' ? 'outcome' : kind === 'declined' ? 'cause' : undefined)

/** What a form lacks, by field. @param {{ kind: string, values: Record<string, string> }} open @returns {Record<string, string>} */
function missing({ kind, values: v }) {
  const w = words.app.handover.missing
  /** @type {Record<string, string>} */
  const lacks = {}
  if (!v.text?.trim()) lacks.text = w[/** @type {'added'} */ (kind)]
  const chosen = chosenWith(kind)
  if (chosen && !v[chosen]) lacks[chosen] = w[chosen]
  return lacks
}

/** @param {App} app @param {any} h @param {string} key @param {any} open */
async function send(app, h, key, open) {
  if (open.saving) return // a second tap records nothing more
  open.tried = true
  if (Object.keys(missing(open)).length) {
    app.redraw()
    requestAnimationFrame(() => /** @type {HTMLElement | null} */ (
      document.querySelector('[aria-invalid=true], .nhsuk-form-group--error input'))?.focus())
    return
  }
  const { kind, values: v } = open
  const chosen = chosenWith(kind), detail = chosen ? { [chosen]: v[chosen] } : {}
  const from = app.here
  open.saving = true
  try {
    await app.record([lineOf({ handover: h, kind, text: v.text, detail, newID: app.newID })])
  } catch (e) {
    Object.assign(open, { saving: false, error: notSaved(e) })
    app.redraw()
    return
  }
  app.forms.set(key, { kind: '', values: {} })
  await app.drafts.drop(key).catch(() => {})
  app.say(words.app.handover.said[/** @type {'answered'} */ (kind)])
  app.go(kind === 'answered' || kind === 'declined' ? address('today') : address('handover', h.id), from)
}
