// @ts-check
// The volunteer's own small flow: whom I see this week, was the person seen, how were they, a worry in my
// own words, and a button for when somebody is not safe. Nothing clinical is here, because nothing clinical
// is on the phone.
import { unlessHalfTyped } from '../../shared/ui/half-typed.js'
import { html, nothing, repeat } from '../../shared/ui/html.js'
import { clock, date, day, when } from '../../shared/ui/format.js'
import { count, fill, inOrder, word, words } from '../../shared/ui/words.js'
import { whoOf } from '../model/formtext.js'
import { standing, week } from '../model/round.js'
import { timeDoubt } from '../model/times.js'
import { address } from '../router.js'
import { contactLines } from './contacts.js'
import { helpedGoals, wishes } from './goals.js'
import { leftForm } from './gone.js'
import { moved } from './moves.js'
import { offers } from './offers.js'
import { back, banner, choice, field } from './parts.js'
import { age, unreadable } from './person.js'
import { saveForm } from './saving.js'
import { loading, whoDied } from './today.js'
import { time } from './times.js'
import { discard, unfinishedLink } from './unfinished.js'
import { who } from './who.js'

/** @typedef {import('../context.js').App} App */

/** What a volunteer calls the person. @param {any} p */
export const calledName = p => p?.preferred_name || p?.given_name || words.common.noName

/** @param {App} app */
export function myWeek(app) {
  const w = words.app.volunteer
  const days = week(standing(app.all('checkins'), id => app.get('patients', id)), { staff: app.me.id, teams: app.me.teams }, app.now())
  const last = lastSeen(app.all('checkins'))
  const people = [...app.all('patients')].sort((a, b) => inOrder(calledName(a), calledName(b)))
  return html`<h1 class="nhsuk-heading-l">${w.title}</h1>
    ${loading(app)}
    ${unfinishedLink(app)}
    ${moved(app)}
    ${whoDied(app, calledName)}
    ${offers(app)}
    ${days.filter(d => d.stops.length)
      .map(d => html`<h2 class="nhsuk-heading-m">${date(d.at, app.now())}</h2>
          <ul class="app-list">${repeat(d.stops, s => s.id, s => row(app, app.get('patients', s.patient), s, last))}</ul>`)}
    <h2 class="nhsuk-heading-m">${w.people}</h2>
    <p class="ds-soft">${count(people.length, w.count)}</p>
    <ul class="app-list">${repeat(people, p => p.id, p => row(app, p, null, last))}</ul>
    ${coordinator(app)}`
}

/** The last check-in of each person that took place. @param {any[]} checkins @returns {Map<string, any>} by person */
function lastSeen(checkins) {
  const last = new Map()
  for (const c of checkins) if (c.happened_at && !(last.get(c.patient)?.happened_at >= c.happened_at)) last.set(c.patient, c)
  return last
}

/** When somebody was last seen, and whether it was today. @param {App} app @param {any} c the last check-in */
function lastText(app, c) {
  const w = words.app.volunteer
  if (!c) return html`<span class="ds-soft">${w.neverSeen}</span>`
  const at = when(c.happened_at, app.now()), by = c.staff && c.staff !== app.me.id ? app.nameOf(c.staff) : w.you
  if (day(c.happened_at) === day(app.now())) {
    return html`<span class="ds-row"><span class="ds-tag ds-tag--${c.seen === false ? 'warn' : 'good'}">${
      fill(c.seen === false ? w.triedToday : w.seenToday, { at })}</span><span class="ds-soft">${by}</span></span>`
  }
  return html`<span class="ds-soft">${fill(c.seen === false ? w.lastTried : w.lastSeen, { at, by })}</span>`
}

/** Whom to ring. @param {App} app */
function coordinator(app) {
  const w = words.app.volunteer, team = app.me.teams.map(id => app.get('teams', id)).find(t => t?.phone)
  if (!team) return nothing
  const names = app.colleagues.filter(c => c.role === 'volunteer_coordinator' && !c.left && c.teams?.includes(team.id)).map(c => c.name)
  return html`<h2 class="nhsuk-heading-m">${w.coordinator}</h2>
    <p>${[...names, team.name].join(', ')}: <a href="tel:${team.phone}">${team.phone}</a></p>`
}

/** @param {App} app @param {any} p @param {any} stop @param {Map<string, any>} last */
function row(app, p, stop, last) {
  return html`<li class="app-card"><span class="app-card__name">${stop
      ? html`<span class="app-card__time">${clock(stop.planned_start)}</span> ` : nothing}${calledName(p)}</span>
    <span class="ds-soft">${[p?.address, p?.postcode, p?.address_hidden ? words.app.person.hidden : ''].filter(Boolean).join(', ')}</span>
    ${p?.phone ? html`<a href="tel:${p.phone}">${p.phone}</a>` : nothing}
    ${p?.communication_needs?.length
      ? html`<span>${p.communication_needs.map((/** @type {string} */ n) => word(words.common.needs, n)).join(', ')}</span>` : nothing}
    ${p?.risk_note ? html`<span class="ds-tag ds-tag--warn">! ${p.risk_note}</span>` : nothing}
    ${unreadable(p)}
    ${p ? wishes(app, p.id).map(line => html`<span>${line}</span>`) : nothing}
    ${p ? contactLines(app, p) : nothing}
    ${p ? lastText(app, last.get(p.id)) : nothing}
    ${p ? html`<a class="nhsuk-button app-card__go"
        href=${address('checkin', stop?.id ?? '', { person: p.id })}>${words.app.volunteer.record}</a>` : nothing}</li>`
}

/** @param {App} app */
const keyOf = app => `checkin:${app.place.id || app.place.query.get('person')}`

/** @param {App} app */
export function checkin(app) {
  const w = words.app.volunteer, key = keyOf(app)
  const planned = app.place.id ? app.get('checkins', app.place.id) : null
  const p = app.get('patients', planned?.patient ?? app.place.query.get('person') ?? '')
  const open = app.forms.get(key)
  if (!open) {
    if (open === undefined) begin(app, key, planned, p)
    return html`<p class="app-wait">${words.app.opening}</p>`
  }
  if (!p) return leftForm(app, key, open, () => change(app, open, open.planned, open.who?.id ?? app.place.query.get('person') ?? ''))
  const f = open.form
  const put = (/** @type {any} */ set) => {
    Object.assign(f, set)
    open.dirty = true
    app.drafts.put(key, { form: f, seen: open.seen, planned: open.planned, who: open.who })
    app.redraw()
  }
  return html`${back(address('today'), words.app.backToday)}
    <h1 class="nhsuk-heading-l">${fill(w.checkin, { name: calledName(p) })}</h1>
    ${age(app)}
    ${who(app, p, calledName(p))}
    ${helpedGoals(app, p)}
    ${open.restored ? html`<p class="ds-banner">${words.app.visit.restored}</p>` : nothing}
    <form class="app-form" novalidate @submit=${unlessHalfTyped(() => save(app, key, open, p))}>
      ${choice({ name: 'seen', legend: w.seen, options: w.seenOptions, value: f.seen, inline: true,
          error: open.tried && !f.seen ? w.missing : '', change: seen => put({ seen }) })}
      ${f.seen ? time({ name: 'happened_at', label: words.app.times.happened, at: f.happened || new Date(app.now()).toISOString(),
        byHand: f.happened ?? '',
          follows: true, now: app.now(), error: open.tried ? timeError(f, app.now()) : '',
          change: happened => put({ happened, enteredAt: new Date(app.now()).toISOString(), sure: false }) }) : nothing}
      ${open.tried && timeDoubt(f.happened,
        app.now()) === 'old' ? html`<label class="app-pick"><input type="checkbox" name="sure" .checked=${f.sure === true}
          @change=${(/** @type {any} */ e) => put({ sure: e.target.checked })}><span>${words.app.times.sure}</span></label>` : nothing}
      ${f.seen === 'yes' ? choice({ name: 'wellbeing', legend: w.wellbeing, options: words.common.wellbeing, value: f.wellbeing,
          change: wellbeing => put({ wellbeing }) }) : nothing}
      ${f.seen ? field({ id: 'concern', label: w.concern, hint: w.concernHint, rows: 4, value: f.concern,
          change: concern => put({ concern }) }) : nothing}
      ${f.seen ? html`<details class="nhsuk-details" ?open=${Boolean(f.safeguarding)}>
          <summary class="nhsuk-details__summary"><span class="nhsuk-details__summary-text">${w.safeguarding}</span></summary>
        <div class="nhsuk-details__text">
          <p>${w.safeguardingWhy}</p>${field({ id: 'safeguarding', label: w.safeguardingLabel, rows: 4, value: f.safeguarding,
            change: safeguarding => put({ safeguarding }) })}</div></details>` : nothing}
      ${open.error ? html`<p class="ds-banner ds-banner--bad" role="alert">${open.error}</p>` : nothing}
      <div class="app-save"><button class="nhsuk-button app-wide" type="submit"
        ?disabled=${open.saving}>${words.app.visit.save}</button></div>
      <p><button class="app-link" type="button"
        @click=${async () => { const from = app.here; if (await discard(app, key)) app.go(address('today'), from) }}>${
          words.app.visit.discard}</button></p>
    </form>`
}

/** What is to be asked about the time of a check-in. @param {any} f @param {number} now */
function timeError(f, now) {
  const doubt = timeDoubt(f.happened, now)
  return doubt === 'future' || (doubt === 'old' && !f.sure) ? words.app.visit.missing[doubt] : ''
}

/** @param {App} app @param {string} key @param {any} planned @param {any} p */
async function begin(app, key, planned, p) {
  app.forms.set(key, null)
  const kept = await app.drafts.get(key).catch(() => null)
  app.forms.set(key, { form: kept?.form ?? { seen: '', wellbeing: '', concern: '', safeguarding: '' },
        seen: kept?.seen ?? (planned ? app.seen('checkins', planned.id) : null), planned: kept?.planned ?? planned?.id ?? '',
        who: kept?.who ?? whoOf(p), dirty: Boolean(kept), restored: Boolean(kept), tried: false, saving: false, error: '' })
  app.redraw()
}

/**
 * What saving records.
 * @param {App} app @param {any} open @param {string} planned the id of the check-in that was planned, '' for none @param {string} patient
 */
function change(app, { form: f, seen }, planned, patient) {
  /** @type {Record<string, any>} */
  const set = { happened_at: f.happened || new Date(app.now()).toISOString(), ...(f.seen ? { seen: f.seen === 'yes' } : {}) }
  if (f.happened) set.time_entered_at = f.enteredAt
  if (f.seen === 'yes' && f.wellbeing) set.wellbeing = f.wellbeing
  if (f.concern.trim()) set.concern = f.concern.trim()
  if (f.safeguarding.trim()) set.safeguarding = f.safeguarding.trim()
  const id = planned || app.newID()
  return { ops: [planned ? { op: 'update', collection: 'checkins', id, patient, set }
    : { op: 'create', collection: 'checkins', id, set: { patient, team: app.me.teams[0] ?? null, staff: app.me.id, ...set } }],
    seen: seen ? { [`checkins/${id}`]: seen } : undefined }
}

/** @param {App} app @param {string} key @param {any} open @param {any} p */
function save(app, key, open, p) {
  const f = open.form
  open.tried = true
  const lacks = !f.seen ? 'seen' : timeError(f, app.now()) ? 'happened_at' : ''
  if (lacks) {
    app.redraw()
    requestAnimationFrame(() => /** @type {HTMLElement | null} */ (document.querySelector(`[name="${lacks}"]`))?.focus())
    return
  }
  saveForm(app, key, open, () => change(app, open, open.planned, p.id),
    { to: address('today'), said: f.safeguarding.trim() ? words.app.volunteer.sentSafeguarding : words.app.visit.saved })
}
