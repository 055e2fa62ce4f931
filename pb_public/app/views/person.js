// @ts-check
// One person: what to know before the door opens, the last readings, what was handed over and what came back.
import { html, nothing, repeat } from '../../shared/ui/html.js'
import { ago, birth, duration, personName, when } from '../../shared/ui/format.js'
import { courses, trend } from '../../shared/ui/chart.js'
import { callLines, enteredText } from '../../shared/ui/calls.js'
import { closed } from '../../shared/states.js'
import { measuredOverTime, overTimeOnRequest, readingTexts } from '../../shared/ui/readings.js'
import { unreadableTexts } from '../../shared/ui/unreadable.js'
import { fill, inOrder, word, words } from '../../shared/ui/words.js'
import { alikeOf } from '../model/alike.js'
import { duplicatesOf } from '../model/duplicates.js'
import { disputeOf } from '../model/issues.js'
import { freshness, scoreOf, sets } from '../model/people.js'
import { timeText } from '../model/phonetime.js'
import { nextPlanned, plannedToday } from '../model/round.js'
import { shownValue } from '../model/values.js'
import { address } from '../router.js'
import { contacts } from './contacts.js'
import { duplicates, serviceOf } from './duplicates.js'
import { goals } from './goals.js'
import { gone } from './gone.js'
import { loneLink } from './lone.js'
import { moreOf } from './long-list.js'
import { back, banner, classTag } from './parts.js'
import { identifiers } from './who.js'

/** @typedef {import('../context.js').App} App */

/** @param {App} app */
export function person(app) {
  const w = words.app.person
  const p = app.get('patients', app.place.id)
  if (!p) return gone(app, { patient: app.place.id })
  const mine = (/** @type {any} */ r) => r.patient === p.id
  const taken = sets(app.all('observations').filter(mine))
  const handovers = app.all('handovers').filter(mine).sort((a, b) => ((a.raised_at ?? '') < (b.raised_at ?? '') ? 1 : -1))
  const visits = app.all('visits').filter(mine).filter(v => v.status !== 'planned')
    .sort((a, b) => ((a.started_at ?? a.planned_start ?? '') < (b.started_at ?? b.planned_start ?? '') ? 1 : -1))
  const planned = p.died_on ? null : plannedToday(app.all('visits'), p.id, { staff: app.me.id, teams: app.me.teams }, app.now())
  return html`${back(address('today'), words.app.backToday)}
    <h1 class="nhsuk-heading-l nhsuk-u-margin-bottom-2">${personName(p)}</h1>
    <p class="ds-soft">${identifiers(p).join(' · ')}</p>
    ${age(app)}
    ${p.died_on ? banner(fill(w.died, { date: birth(p.died_on) }), 'warn') : nothing}
    ${same(app, p)}
    ${p.waiting ? banner(w.leaving, 'warn') : nothing}
    <a class="nhsuk-button app-wide" href=${address('visit', planned?.id ?? '', { person: p.id })}>${w.record}</a>
    ${p.died_on ? nothing : loneLink(p.id, planned?.id)}
    ${planned ? html`<p class="ds-soft">${[fill(words.app.visit.planned, { at: when(planned.planned_start, app.now()) }),
        word(words.app.purposes, planned.purpose)].filter(Boolean).join(': ')}</p>
      ${duplicates(app, duplicatesOf(planned, app.all('visits'), serviceOf(app)))}` : nothing}
    ${p.died_on ? nothing : next(app, p.id, planned?.id)}
    ${lastNote(app, visits)}
    ${know(app, p)}
    ${p.died_on ? nothing : contacts(app, p)}
    ${goals(app, p)}
    ${readings(app, p, taken)}
    ${given(app, p, handovers)}
    ${earlier(app, p, visits)}`
}

/**
 * When somebody comes next, and who.
 * @param {App} app @param {string} patient @param {string} [shown] the id of a visit that stands above
 */
function next(app, patient, shown) {
  const w = words.app.person, visits = nextPlanned(app.all('visits'), patient, app.now(), shown)
  const who = visits.map(v => (v.staff ? app.nameOf(v.staff) : words.app.today.nobodyYet))
  return html`<p><strong>${w.next}</strong> ${visits.length ? [when(visits[0].planned_start, app.now()),
    word(words.app.purposes, visits[0].purpose), [...new Set(who)].sort(inOrder).join(', ')].filter(Boolean).join(' · ') : w.noneNext}</p>`
}

/** @type {{ list: any, of: string, alike: ReturnType<typeof alikeOf> } | null} */
let keptAlike = null

/** People on this phone who might be the same person, so that nobody writes in two places. @param {App} app @param {any} p */
function same(app, p) {
  const list = app.all('patients'), w = words.app.person
  if (keptAlike?.list !== list || keptAlike.of !== p.id) keptAlike = { list, of: p.id, alike: alikeOf(p, list) }
  return keptAlike.alike.length ? html`<div class="ds-banner ds-banner--warn"><p>${w.same}</p><ul>${keptAlike.alike.map(m =>
    html`<li><a href=${address('person', m.person.id)}>${personName(m.person)}</a>, ${fill(w.sameBy,
      { parts: m.by.map(part => word(words.app.fields, part)).join(', ') })}</li>`)}</ul></div>` : nothing
}

/** When a visit was, as far as it is known. @param {App} app @param {any} v */
const whenOf = (app, v) => (v.started_at ? timeText(v, 'started_at', app.now()) : when(v.planned_start, app.now()))

/** Who was there, for what. @param {App} app @param {any} v */
const whatOf = (app, v) => [word(words.app.purposes, v.purpose), v.staff ? app.nameOf(v.staff) : ''].filter(Boolean).join(' · ')

/** What was written last: what whoever stands at the door wants first. @param {App} app @param {any[]} visits newest first */
function lastNote(app, visits) {
  const v = visits.find(one => one.note)
  return v ? html`<section aria-labelledby="last-note"><h2 class="nhsuk-heading-m" id="last-note">${words.app.person.lastNote}</h2>
    <div class="app-card"><a href=${address('visit-read', v.id)}>${whenOf(app, v)} · ${word(words.app.statuses, v.status)}</a>
      <span class="ds-soft">${whatOf(app, v)}</span><span class="ds-pre">${v.note}</span></div></section>` : nothing
}

/**
 * As much of a list as was asked for, with the way to the rest.
 * @param {App} app @param {string} key @param {any[]} list @param {number} most
 */
function part(app, key, list, most) {
  const drawn = app.forms.get(key)?.drawn ?? most
  return { shown: list.slice(0, drawn), more: moreOf(list.length, drawn, n => { app.forms.set(key, { drawn: n }); app.redraw() }) }
}

/** @param {App} app @param {any} p @param {any[]} visits newest first */
function earlier(app, p, visits) {
  if (!visits.length) return nothing
  const { shown, more } = part(app, `visits-of:${p.id}`, visits, 10)
  return html`<h2 class="nhsuk-heading-m">${words.app.person.visits}</h2>
    <ul class="app-list">${repeat(shown, v => v.id, v => html`<li class="app-person">
      <a href=${address('visit-read', v.id)}>${whenOf(app, v)} · ${word(words.app.statuses, v.status)}</a>
      <span class="ds-soft">${whatOf(app, v)}</span>
      ${v.note ? html`<span class="app-excerpt">${v.note}</span>` : nothing}</li>`)}</ul>${more}`
}

/** How old all this is: said on every page about a person. @param {App} app */
export function age(app) {
  const w = words.app.person
  const { lastSynced: synced, whole } = app.syncStatus()
  const state = freshness(synced, app.now())
  if (!synced) return banner(w.neverSynced, 'bad')
  const text = fill(w.asOf, { time: when(synced, app.now()), ago: ago(synced, app.now()) })
  return html`${state === 'fresh' ? html`<p class="ds-soft">${text}</p>` : banner(`${text} ${w.old}`, state === 'red' ? 'bad' : 'warn')}
    ${whole !== false ? nothing : html`<p class="ds-soft">${w.olderBeingRead}</p>`}`
}

/**
 * What is stored in a field and, where two people wrote different things, the other one too: whoever stands at the door
 * must know both.
 * @param {App} app @param {any} p @param {string} field
 */
function disputed(app, p, field) {
  const other = disputeOf(app.all('sync_issues'), p.id, field)
  if (!other) return p[field]
  const w = words.app.person
  return html`${p[field]}<div class="app-side"><span class="ds-tag ds-tag--warn">${w.disputed}</span>
    <span>${shownValue(app, field, other.lost)}</span><span class="ds-soft">${fill(words.app.items.by,
      { name: app.nameOf(other.lost_by), at: when(other.lost_at, app.now()) })}</span></div>`
}

/** @param {App} app @param {any} p */
function know(app, p) {
  const w = words.app.person
  const practice = p.practice ? app.get('organisations', p.practice) : null
  /** @type {[string, any][]} */
  const rows = [[w.risk, disputed(app, p, 'risk_note')], [w.access, disputed(app, p, 'access_notes')],
      [w.needs, p.communication_needs?.map((/** @type {string} */ n) => word(words.common.needs, n)).join(', ')],
      [w.address, [p.address, p.postcode, p.address_hidden ? w.hidden : ''].filter(Boolean).join(', ')],
    [w.phone, p.phone ? html`<a href="tel:${p.phone}">${p.phone}</a>` : ''],
      [w.practice, practice ? html`${practice.name}${practice.phone ? html` · <a href="tel:${practice.phone}">${practice.phone}</a>`
          : nothing}` : w.noPractice],
      [w.lead, p.lead ? app.nameOf(p.lead) : ''], [w.pregnant, p.pregnant ? words.app.visit.yesNo.yes : ''],
    [w.scale, p.spo2_scale?.scale === 2 ? [w.scale2, decided(app, p.spo2_scale)].filter(Boolean).join('\n') : ''],
    [w.objects, p.objection ? w.objection : '']]
  return html`${unreadable(p)}<dl class="nhsuk-summary-list">${rows.filter(r => r[1])
      .map(([k, v]) => html`<div class="nhsuk-summary-list__row"><dt class="nhsuk-summary-list__key">${k}</dt>
        <dd class="nhsuk-summary-list__value ds-pre">${v}</dd></div>`)}</dl>
    <p><a href=${address('edit', p.id)}>${words.app.edit.link}</a></p>`
}

/** Who decided on a scale, when and why, as far as it is known. @param {App} app @param {any} scale */
const decided = (app, scale) => [scale.author && scale.date
  && fill(words.app.items.by, { name: app.nameOf(scale.author), at: birth(scale.date) }), scale.reason].filter(Boolean).join(': ')

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
  const measured = taken.map(o => ({ at: o.taken_at, readings: o })), eachOf = `courses-of:${p.id}`
  const each = app.forms.get(eachOf)?.open ?? false // drawn when asked for: it is many pictures
  return html`<h2 class="nhsuk-heading-m">${w.readings}</h2>
    <div class="nhsuk-card nhsuk-card--basic"><div class="nhsuk-card__content">
      ${[...new Set([taken[0], scored ?? taken[0]])].map(set => oneSet(app, set, scoreOf(set, p)))}
      ${trend(taken.flatMap(o => {
        const s = scoreOf(o, p)
        return s ? [{ at: o.taken_at, total: s.total, floor: s.floor_total, band: s.band, ageUnknown: s.age_unknown }] : []
      }), { title: w.trend, now: app.now() })}
      ${courses(measured, { now: app.now() })}
      ${measuredOverTime(measured, overTimeOnRequest).length ? html`<details class="nhsuk-details" ?open=${each}
          @toggle=${(/** @type {any} */ e) => {
            if (e.target.open !== each) { app.forms.set(eachOf, { open: e.target.open }); app.redraw() }
          }}>
        <summary class="nhsuk-details__summary"><span class="nhsuk-details__summary-text">${w.each}</span></summary>
        <div class="nhsuk-details__text">${each ? courses(measured, { now: app.now(), which: overTimeOnRequest })
          : nothing}</div></details>` : nothing}
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

/** @param {App} app @param {any} p @param {any[]} handovers newest first */
function given(app, p, handovers) {
  if (!handovers.length) return nothing
  const open = handovers.filter(h => !closed(h)), { shown, more } = part(app, `handovers-of:${p.id}`, handovers.filter(closed), 3)
  return html`<h2 class="nhsuk-heading-m">${words.app.person.handovers}</h2>
      <ul class="app-list">${repeat([...open, ...shown], h => h.id, h => handover(app, h))}</ul>${more}`
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
  return html`<li class="app-card"><a class="app-card__link" href=${address('handover', h.id)}>${to
      ? fill(w.titleTo, { team: to }) : w.title}</a>
    <span class="ds-row">${classTag(h.class)}<strong>${h.state ? word(words.common.states, h.state)
      : w.notSent}</strong>${to ? html`<span>${fill(w.with, { team: to })}</span>` : nothing}</span>
    ${h.unverified ? html`<span class="ds-tag ds-tag--warn">${w.unverified}</span>` : nothing}
    <span class="ds-pre">${h.situation}</span>
    ${h.recommendation ? html`<span class="ds-pre"><strong>${w.asked}:</strong> ${h.recommendation}</span>` : nothing}
    <span class="ds-soft">${h.raised_at ? fill(w.raised, { at: when(h.raised_at, app.now()) }) : ''}${h.late_by_seconds > 900
      ? ` · ${fill(w.late, { time: duration(h.late_by_seconds) })}` : ''}</span>
    ${lines.map(l => html`<span>${l}</span>`)}
  </li>`
}
