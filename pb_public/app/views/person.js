// @ts-check
// One person: what to know before the door opens, the last readings, what was handed over and what came back.
import { html, nothing, repeat } from '../../shared/ui/html.js'
import { ago, duration, personName, when } from '../../shared/ui/format.js'
import { courses, trend } from '../../shared/ui/chart.js'
import { callLines, enteredText } from '../../shared/ui/calls.js'
import { closed } from '../../shared/states.js'
import { readingTexts } from '../../shared/ui/readings.js'
import { unreadableTexts } from '../../shared/ui/unreadable.js'
import { fill, word, words } from '../../shared/ui/words.js'
import { freshness, scoreOf, sets } from '../model/people.js'
import { timeText } from '../model/phonetime.js'
import { plannedToday } from '../model/round.js'
import { address } from '../router.js'
import { back, banner, classTag } from './parts.js'
import { identifiers } from './who.js'

/** @typedef {import('../context.js').App} App */

/** @param {App} app */
export function person(app) {
  const w = words.app.person
  const p = app.get('patients', app.place.id)
  if (!p) return html`${back(address('today'), words.app.backToday)}<h1 class="nhsuk-heading-l">${words.app.gonePerson}</h1>
      <p>${words.app.goneWhy}</p>`
  const mine = (/** @type {any} */ r) => r.patient === p.id
  const taken = sets(app.all('observations').filter(mine))
  const handovers = app.all('handovers').filter(mine).sort((a, b) => ((a.raised_at ?? '') < (b.raised_at ?? '') ? 1 : -1))
  const visits = app.all('visits').filter(mine).filter(v => v.status !== 'planned')
    .sort((a, b) => ((a.started_at ?? a.planned_start ?? '') < (b.started_at ?? b.planned_start ?? '') ? 1 : -1))
  const planned = plannedToday(app.all('visits'), p.id, { staff: app.me.id, teams: app.me.teams }, app.now())
  return html`${back(address('today'), words.app.backToday)}
    <h1 class="nhsuk-heading-l nhsuk-u-margin-bottom-2">${personName(p)}</h1>
    <p class="ds-soft">${identifiers(p).join(' · ')}</p>
    ${age(app)}
    ${p.waiting ? banner(w.leaving, 'warn') : nothing}
    <a class="nhsuk-button app-wide" href=${address('visit', planned?.id ?? '', { person: p.id })}>${w.record}</a>
    ${planned ? html`<p class="ds-soft">${[fill(words.app.visit.planned, { at: when(planned.planned_start, app.now()) }),
        word(words.app.purposes, planned.purpose)].filter(Boolean).join(': ')}</p>` : nothing}
    ${know(app, p)}
    ${readings(app, p, taken)}
    ${given(app, handovers)}
    ${visits.length ? html`<h2 class="nhsuk-heading-m">${w.visits}</h2>
        <ul class="app-list">${repeat(visits.slice(0, 10), v => v.id, v => html`<li class="app-person">
      <a href=${address('visit-read', v.id)}>${v.started_at ? timeText(v, 'started_at', app.now()) : when(v.planned_start, app.now())} ·
        ${word(words.app.statuses, v.status)}</a>
      <span class="ds-soft">${[word(words.app.purposes, v.purpose), v.staff ? app.nameOf(v.staff) : ''].filter(Boolean)
        .join(' · ')}</span></li>`)}</ul>` : nothing}`
}

/** How old all this is: said on every page about a person. @param {App} app */
export function age(app) {
  const w = words.app.person
  const synced = app.syncStatus().lastSynced
  const state = freshness(synced, app.now())
  if (!synced) return banner(w.neverSynced, 'bad')
  const text = fill(w.asOf, { time: when(synced, app.now()), ago: ago(synced, app.now()) })
  return state === 'fresh' ? html`<p class="ds-soft">${text}</p>` : banner(`${text} ${w.old}`, state === 'red' ? 'bad' : 'warn')
}

/** @param {App} app @param {any} p */
function know(app, p) {
  const w = words.app.person
  const practice = p.practice ? app.get('organisations', p.practice) : null
  /** @type {[string, any][]} */
  const rows = [[w.risk, p.risk_note], [w.access, p.access_notes],
      [w.needs, p.communication_needs?.map((/** @type {string} */ n) => word(words.common.needs, n)).join(', ')],
      [w.address, [p.address, p.postcode].filter(Boolean).join(', ')],
    [w.phone, p.phone ? html`<a href="tel:${p.phone}">${p.phone}</a>` : ''],
      [w.practice, practice ? html`${practice.name}${practice.phone ? html` · <a href="tel:${practice.phone}">${practice.phone}</a>`
          : nothing}` : w.noPractice],
    [w.scale, p.spo2_scale?.scale === 2 ? w.scale2 : ''], [w.objects, p.objection ? w.objection : '']]
  return html`${unreadable(p)}<dl class="nhsuk-summary-list">${rows.filter(r => r[1])
      .map(([k, v]) => html`<div class="nhsuk-summary-list__row"><dt class="nhsuk-summary-list__key">${k}</dt>
        <dd class="nhsuk-summary-list__value ds-pre">${v}</dd></div>`)}</dl>
    <p><a href=${address('edit', p.id)}>${words.app.edit.link}</a></p>`
}

/** What was recorded about somebody and cannot be read: what is not shown is not "no". @param {any} record */
export function unreadable(record) {
  const lines = unreadableTexts(record)
  return lines.length ? banner(`${lines.join('. ')}. ${words.common.cannotRead.why}`, 'bad') : nothing
}

/** @param {App} app @param {any} p @param {any[]} taken newest first */
function readings(app, p, taken) {
  const w = words.app.person
  if (!taken.length) return html`<h2 class="nhsuk-heading-m">${w.readings}</h2><p>${w.noReadings}</p>`
  // A set that NEWS2 does not score, such as a weight, comes first when it is the newest; the last score stands below it.
  const scored = taken.find(o => scoreOf(o, p))
  return html`<h2 class="nhsuk-heading-m">${w.readings}</h2>
    <div class="nhsuk-card nhsuk-card--basic"><div class="nhsuk-card__content">
      ${[...new Set([taken[0], scored ?? taken[0]])].map(set => oneSet(app, set, scoreOf(set, p)))}
      ${trend(taken.flatMap(o => {
        const s = scoreOf(o, p)
        return s ? [{ at: o.taken_at, total: s.total, floor: s.floor_total, band: s.band, ageUnknown: s.age_unknown }] : []
      }), { title: w.trend, now: app.now() })}
      ${courses(taken.map(o => ({ at: o.taken_at, readings: o })), { now: app.now() })}
    </div></div>`
}

/** @param {App} app @param {any} set @param {import('../../shared/ui/news2.js').Score | null} score */
function oneSet(app, set, score) {
  const band = score?.floor_band ?? '', kind = band === 'high' ? 'bad' : ['medium', 'low_medium'].includes(band) ? 'warn' : 'info'
  return html`${score ? html`<p class="nhsuk-u-margin-bottom-2"><strong class="app-total">${score.status === 'not_applicable'
      ? words.common.bands.not_applicable
      : fill(words.app.person.total, { total: score.total ?? fill(words.common.chart.atLeast, { n: score.floor_total }) })}</strong>
      <span class="ds-tag ds-tag--${kind}">${word(words.common.bands, score.band)}</span>${
      score.age_unknown ? html`<br><span>${words.common.ageUnknown}</span>` : nothing}</p>` : nothing}
    <p class="ds-soft">${[timeText(set, 'taken_at', app.now()), enteredText(set, app.now())].filter(Boolean).join(', ')}</p>
    <ul class="app-readings">${readingTexts(set, score).map(t => html`<li>${t}</li>`)}</ul>`
}

/** @param {App} app @param {any[]} handovers */
function given(app, handovers) {
  const w = words.app.person
  const open = handovers.filter(h => !closed(h)), done = handovers.filter(closed).slice(0, 3)
  if (!open.length && !done.length) return nothing
  return html`<h2 class="nhsuk-heading-m">${w.handovers}</h2>
      <ul class="app-list">${repeat([...open, ...done], h => h.id, h => handover(app, h))}</ul>`
}

/** A handover as its sender sees it: who has it, what they said. @param {App} app @param {any} h */
export function handover(app, h) {
  const w = words.app.handover
  const to = h.to_team ? app.get('teams', h.to_team)?.name : ''
  const lines = [
    h.seen_by && fill(w.seenBy, { name: app.nameOf(h.seen_by) }),
    h.acknowledged_by && fill(w.receivedBy, { name: app.nameOf(h.acknowledged_by), at: when(h.acknowledged_at, app.now()) }),
    h.owner && fill(w.acceptedBy, { name: app.nameOf(h.owner) }),
    ...callLines(h, app.now()),
    h.decline_reason && fill(w.declined, { reason: h.decline_reason }),
    h.answer && fill(w.answer, { text: h.answer }),
    h.filed_at && fill(w.filed, { name: app.nameOf(h.filed_by), at: when(h.filed_at, app.now()) }),
    ...unreadableTexts(h),
  ].filter(Boolean)
  return html`<li class="app-card"><span class="ds-row">${classTag(h.class)}<strong>${word(words.common.states,
        h.state ?? 'queued')}</strong>${to ? html`<span>${fill(w.with, { team: to })}</span>` : nothing}</span>
    ${h.unverified ? html`<span class="ds-tag ds-tag--warn">${w.unverified}</span>` : nothing}
    <span class="ds-pre">${h.situation}</span>
    <span class="ds-soft">${h.raised_at ? fill(w.raised, { at: when(h.raised_at, app.now()) }) : w.notSent}${h.late_by_seconds > 900
      ? ` · ${fill(w.late, { time: duration(h.late_by_seconds) })}` : ''}</span>
    ${lines.map(l => html`<span>${l}</span>`)}
  </li>`
}
