// @ts-check
// The volunteer's own small flow: whom I see this week, was the person seen, how were they, a worry in my
// own words, and a button for when somebody is not safe. Nothing clinical is here, because nothing clinical
// is on the phone.
import { html, nothing, repeat } from '../../shared/ui/html.js'
import { clock, date } from '../../shared/ui/format.js'
import { count, fill, inOrder, word, words } from '../../shared/ui/words.js'
import { week } from '../model/round.js'
import { timeDoubt } from '../model/times.js'
import { address } from '../router.js'
import { notSaved } from '../sync-sentence.js'
import { back, banner, choice, field } from './parts.js'
import { age, unreadable } from './person.js'
import { loading } from './today.js'
import { time } from './times.js'
import { unfinishedLink } from './unfinished.js'
import { who } from './who.js'

/** @typedef {import('../context.js').App} App */

/** What a volunteer calls the person. @param {any} p */
export const calledName = p => p?.preferred_name || p?.given_name || words.common.noName

/** @param {App} app */
export function myWeek(app) {
  const w = words.app.volunteer
  const days = week(app.all('checkins'), { staff: app.me.id, teams: app.me.teams }, app.now())
  const people = [...app.all('patients')].sort((a, b) => inOrder(calledName(a), calledName(b)))
  return html`<h1 class="nhsuk-heading-l">${w.title}</h1>
    ${loading(app)}
    ${unfinishedLink(app)}
    ${days.filter(d => d.stops.length)
      .map(d => html`<h2 class="nhsuk-heading-m">${date(d.at, app.now())}</h2>
          <ul class="app-list">${repeat(d.stops, s => s.id, s => row(app, app.get('patients', s.patient), s))}</ul>`)}
    <h2 class="nhsuk-heading-m">${w.people}</h2>
    <p class="ds-soft">${count(people.length, w.count)}</p>
    <ul class="app-list">${repeat(people, p => p.id, p => row(app, p, null))}</ul>`
}

/** @param {App} app @param {any} p @param {any} stop */
function row(app, p, stop) {
  return html`<li class="app-card"><span class="app-card__name">${stop
      ? html`<span class="app-card__time">${clock(stop.planned_start)}</span> ` : nothing}${calledName(p)}</span>
    <span class="ds-soft">${[p?.address, p?.postcode].filter(Boolean).join(', ')}</span>
    ${p?.phone ? html`<a href="tel:${p.phone}">${p.phone}</a>` : nothing}
    ${p?.communication_needs?.length
      ? html`<span>${p.communication_needs.map((/** @type {string} */ n) => word(words.common.needs, n)).join(', ')}</span>` : nothing}
    ${p?.risk_note ? html`<span class="ds-tag ds-tag--warn">! ${p.risk_note}</span>` : nothing}
    ${unreadable(p)}
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
  if (!p) return html`${back(address('today'), words.app.backToday)}<h1 class="nhsuk-heading-l">${words.app.gonePerson}</h1>
      <p>${words.app.goneWhy}</p>`
  const open = app.forms.get(key)
  if (!open) {
    if (open === undefined) begin(app, key, planned)
    return html`<p class="app-wait">${words.app.opening}</p>`
  }
  const f = open.form
  const change = (/** @type {any} */ set) => { Object.assign(f, set); open.dirty =
      true; app.drafts.put(key, { form: f, seen: open.seen }); app.redraw() }
  return html`${back(address('today'), words.app.backToday)}
    <h1 class="nhsuk-heading-l">${fill(w.checkin, { name: calledName(p) })}</h1>
    ${age(app)}
    ${who(app, p, calledName(p))}
    ${open.restored ? html`<p class="ds-banner">${words.app.visit.restored}</p>` : nothing}
    <form class="app-form" novalidate @submit=${(/** @type {Event} */ e) => { e.preventDefault(); save(app, key, open, planned, p) }}>
      ${choice({ name: 'seen', legend: w.seen, options: w.seenOptions, value: f.seen, inline: true,
          error: open.tried && !f.seen ? w.missing : '', change: seen => change({ seen }) })}
      ${f.seen ? time({ name: 'happened_at', label: words.app.times.happened, at: f.happened || new Date(app.now()).toISOString(),
        byHand: f.happened ?? '',
          follows: true, now: app.now(), error: open.tried ? timeError(f, app.now()) : '',
          change: happened => change({ happened, enteredAt: new Date(app.now()).toISOString(), sure: false }) }) : nothing}
      ${open.tried && timeDoubt(f.happened,
        app.now()) === 'old' ? html`<label class="app-pick"><input type="checkbox" name="sure" .checked=${f.sure === true}
          @change=${(/** @type {any} */ e) => change({ sure: e.target.checked })}><span>${words.app.times.sure}</span></label>` : nothing}
      ${f.seen === 'yes' ? choice({ name: 'wellbeing', legend: w.wellbeing, options: words.common.wellbeing, value: f.wellbeing,
          change: wellbeing => change({ wellbeing }) }) : nothing}
      ${f.seen ? field({ id: 'concern', label: w.concern, hint: w.concernHint, rows: 4, value: f.concern,
          change: concern => change({ concern }) }) : nothing}
      ${f.seen ? html`<details class="nhsuk-details" ?open=${Boolean(f.safeguarding)}>
          <summary class="nhsuk-details__summary"><span class="nhsuk-details__summary-text">${w.safeguarding}</span></summary>
        <div class="nhsuk-details__text">
          <p>${w.safeguardingWhy}</p>${field({ id: 'safeguarding', label: w.safeguardingLabel, rows: 4, value: f.safeguarding,
            change: safeguarding => change({ safeguarding }) })}</div></details>` : nothing}
      ${open.error ? html`<p class="ds-banner ds-banner--bad" role="alert">${open.error}</p>` : nothing}
      <div class="app-save"><button class="nhsuk-button app-wide" type="submit"
        ?disabled=${open.saving}>${words.app.visit.save}</button></div>
    </form>`
}

/** What is to be asked about the time of a check-in. @param {any} f @param {number} now */
function timeError(f, now) {
  const doubt = timeDoubt(f.happened, now)
  return doubt === 'future' || (doubt === 'old' && !f.sure) ? words.app.visit.missing[doubt] : ''
}

/** @param {App} app @param {string} key @param {any} planned */
async function begin(app, key, planned) {
  app.forms.set(key, null)
  const kept = await app.drafts.get(key).catch(() => null)
  app.forms.set(key, { form: kept?.form ?? { seen: '', wellbeing: '', concern: '', safeguarding: '' },
        seen: kept?.seen ?? (planned ? app.seen('checkins', planned.id) : null), dirty: Boolean(kept), restored: Boolean(kept),
        tried: false, saving: false, error: '' })
  app.redraw()
}

/** @param {App} app @param {string} key @param {any} open @param {any} planned @param {any} p */
async function save(app, key, open, planned, p) {
  const f = open.form
  open.tried = true
  const lacks = !f.seen ? 'seen' : timeError(f, app.now()) ? 'happened_at' : ''
  if (lacks) {
    app.redraw()
    requestAnimationFrame(() => /** @type {HTMLElement | null} */ (document.querySelector(`[name="${lacks}"]`))?.focus())
    return
  }
  open.saving = true
  app.redraw()
  /** @type {Record<string, any>} */
  const set = { happened_at: f.happened || new Date(app.now()).toISOString(), seen: f.seen === 'yes' }
  if (f.happened) set.time_entered_at = f.enteredAt
  if (f.seen === 'yes' && f.wellbeing) set.wellbeing = f.wellbeing
  if (f.concern.trim()) set.concern = f.concern.trim()
  if (f.safeguarding.trim()) set.safeguarding = f.safeguarding.trim()
  const id = planned?.id ?? app.newID()
  try {
    await app.record([planned ? { op: 'update', collection: 'checkins', id, patient: p.id, set }
      : { op: 'create', collection: 'checkins', id, set: { patient: p.id, team: app.me.teams[0] ?? null, staff: app.me.id, ...set } }],
        open.seen ? { [`checkins/${id}`]: open.seen } : undefined)
  } catch (e) {
    Object.assign(open, { saving: false, error: notSaved(e) })
    app.redraw()
    return
  }
  app.forms.delete(key)
  await app.drafts.drop(key).catch(() => {})
  app.say(f.safeguarding.trim() ? words.app.volunteer.sentSafeguarding : word({ x: words.app.visit.saved }, 'x'))
  app.go(address('today'))
}
