// @ts-check
// Today's round, and below it everybody this phone holds.
import { html, nothing, repeat } from '../../shared/ui/html.js'
import { birth, clock, date, day, personName } from '../../shared/ui/format.js'
import { count, fill, word, words } from '../../shared/ui/words.js'
import { duplicatesOf } from '../model/duplicates.js'
import { index } from '../model/people.js'
import { deaths, round, standing, week } from '../model/round.js'
import { address } from '../router.js'
import { answers } from './answers.js'
import { duplicates, serviceOf } from './duplicates.js'
import { first, moreOf } from './long-list.js'
import { offers } from './offers.js'
import { moved } from './moves.js'
import { field } from './parts.js'
import { unfinishedLink } from './unfinished.js'

/** @typedef {import('../context.js').App} App */

/** @param {App} app */
export function today(app) {
  const w = words.app.today
  const { stops, left, again } = stopsOf(app)
  const drawn = app.forms.get('round')?.drawn ?? first
  const typed = searchOf(app).typed.trim()
  return html`
    <h1 class="nhsuk-heading-l">${fill(w.title, { day: date(app.now(), app.now()) })}</h1>
    ${loading(app)}
    ${unfinishedLink(app)}
    ${moved(app)}
    ${answers(app)}
    ${whoDied(app, personName)}
    ${offers(app)}
    ${find(app)}
    ${typed ? html`${found(app)}<p><button class="app-link" type="button"
        @click=${() => search(app, { typed: '' })}>${words.app.people.clear}</button></p>` : html`
    <p>${stops.length ? count(left, w.left) : w.nothing}</p>
    <ol class="app-list">${repeat(stops.slice(0, drawn), s => s.contact.id, s => stop(app, s, again.get(s.contact.id) ?? []))}</ol>
    ${moreOf(stops.length, drawn, n => { app.forms.set('round', { drawn: n }); app.redraw() })}
    ${daysAhead(app)}
    <section aria-labelledby="people"><h2 class="nhsuk-heading-m" id="people">${words.app.people.title}</h2>${found(app)}</section>`}`
}

/**
 * @type {{ list: any, people: any, teams: any, me: string, minute: number, stops: import('../model/round.js').Stop[], left: number,
 *   again: Map<string, any[]> } | null} again: what other services do of the same, by visit
 */
let keptRound = null

/** The round, worked out again only for other visits, people or teams, or in another minute. @param {App} app */
function stopsOf(app) {
  const list = app.all('visits'), people = app.all('patients'), teams = app.all('teams'), me = `${app.me.id} ${app.me.teams}`
  const minute = Math.floor(app.now() / 60_000)
  if (keptRound?.list !== list || keptRound.people !== people || keptRound.teams !== teams || keptRound.me !== me
    || keptRound.minute !== minute) {
    const stops = round(standing(list, id => app.get('patients', id)), { staff: app.me.id, teams: app.me.teams }, app.now())
    const left = stops.filter(s => s.state !== 'done')
    keptRound = { list, people, teams, me, minute, stops, left: left.length,
      again: repeated(left, list, serviceOf(app)) }
  }
  return keptRound
}

/**
 * What other services do of the same, by visit.
 * @param {import('../model/round.js').Stop[]} left @param {readonly any[]} visits all of them @param {(team: string) => string} service
 */
function repeated(left, visits, service) {
  /** @type {Map<string, any[]>} */ const of = new Map(left.map(s => [s.contact.patient, []]))
  for (const v of visits) of.get(v.patient)?.push(v)
  return new Map(left.map(s => [s.contact.id, duplicatesOf(s.contact, of.get(s.contact.patient) ?? [], service)]))
}

/** Tomorrow and the days after it, worked out only while somebody looks at them. @param {App} app */
function daysAhead(app) {
  const w = words.app.today, open = app.forms.get('ahead')?.open === true
  const me = { staff: app.me.id, teams: app.me.teams }
  const days = open ? week(standing(app.all('visits'), id => app.get('patients', id)), me, app.now())
    .slice(1).filter(d => d.stops.length) : []
  return html`<p><button class="app-link" type="button" aria-expanded=${open ? 'true' : 'false'}
      @click=${() => { app.forms.set('ahead', { open: !open }); app.redraw() }}>${w.ahead}</button></p>
    ${open && !days.length ? html`<p>${w.nothingAhead}</p>` : nothing}
    ${days.map(d => html`<h2 class="nhsuk-heading-s">${date(d.at, app.now())}</h2><ul class="app-list">${d.stops.map(c => {
      const person = app.get('patients', c.patient)
      return html`<li class="app-person"><a href=${address('person', c.patient)}>${clock(c.planned_start)}
        ${person ? personName(person) : words.app.gonePerson}</a>
        <span class="ds-soft">${[word(words.app.purposes, c.purpose), c.staff ? '' : w.nobodyYet].filter(Boolean).join(' · ')}</span></li>`
    })}</ul>`)}`
}

/** Who died lately, so that nobody goes there unknowing. @param {App} app @param {(person: any) => string} nameOf */
export function whoDied(app, nameOf) {
  const w = words.app.today, list = deaths(app.all('patients'), app.now())
  return list.length ? html`<section class="ds-banner ds-banner--warn" aria-labelledby="deaths">
    <h2 class="nhsuk-heading-s" id="deaths">${w.deaths}</h2>
    <ul class="app-list">${list.map(p => html`<li>${app.me.view === 'clinical' ? html`<a href=${address('person', p.id)}>${nameOf(p)}</a>`
      : nameOf(p)}, ${fill(w.died, { date: birth(p.died_on) })}</li>`)}</ul></section>` : nothing
}

/** @param {App} app */
export function loading(app) {
  const { loading: load, lastSynced } = app.syncStatus()
  if (!load) return nothing
  return html`<div class="ds-banner"><label for="load">${fill(lastSynced ? words.app.loadingOthers : words.app.loading,
        { done: load.done, total: Math.max(load.total, load.done) })}</label>
    <progress id="load" class="app-progress" max=${Math.max(load.total, load.done, 1)} value=${load.done}></progress></div>`
}

/** @param {App} app @param {import('../model/round.js').Stop} s @param {any[]} again what other services do of the same */
function stop(app, s, again) {
  const person = app.get('patients', s.contact.patient)
  const w = words.app.today
  return html`<li class="app-card app-card--${s.state}">
    <a class="app-card__link" href=${s.state === 'done' ? address('visit-read', s.contact.id) : address('person', s.contact.patient)}>
      <span class="app-card__time">${clock(s.at)}</span>
      <span class="app-card__name">${person ? personName(person) : words.app.gonePerson}</span>
    </a>
    <span class="ds-soft">${[word(words.app.purposes, s.contact.purpose), person?.address].filter(Boolean).join(' · ')}</span>
    <span class="ds-row">${s.state === 'late'
      ? html`<span class="ds-tag ds-tag--warn">${day(s.at) === day(app.now()) ? w.late
        : fill(w.lateFrom, { day: date(s.at, app.now()) })}</span>` : nothing}
      ${s.state === 'now' ? html`<span class="ds-tag ds-tag--info">${w.now}</span>` : nothing}
      ${s.state === 'done' ? html`<span class="ds-tag ds-tag--good">✓ ${word(words.app.statuses, s.contact.status)}</span>` : nothing}
      ${person?.risk_note ? html`<span class="ds-tag ds-tag--warn">! ${person.risk_note}</span>` : nothing}</span>
    ${duplicates(app, again)}
    ${s.state === 'done' || !person ? nothing
      : html`<a class="nhsuk-button app-card__go" href=${address('visit', s.contact.id, { person: s.contact.patient })}>${w.record}</a>`}
  </li>`
}

/** @type {{ list: any, index: ReturnType<typeof index> } | null} */
let kept = null

/** The index of the people, made again only when the list of them is another one. @param {App} app */
function everybody(app) {
  const list = app.all('patients')
  if (kept?.list !== list) kept = { list, index: index(list) }
  return kept.index
}

/** What is typed into the search, and how much of the list is drawn. @param {App} app @returns {{ typed: string, drawn: number }} */
const searchOf = app => app.forms.get('search') ?? { typed: '', drawn: first }

/** @param {App} app @param {Partial<ReturnType<typeof searchOf>>} change */
const search = (app, change) => { app.forms.set('search', { ...searchOf(app), ...change }); app.redraw() }

/** @param {App} app */
const find = app => field({ id: 'find', label: words.app.people.find, hint: words.app.people.hint, value: searchOf(app).typed,
  change: typed => search(app, { typed, drawn: first }) })

/** Whom what was typed finds; with nothing typed, everybody. @param {App} app */
function found(app) {
  const { typed, drawn } = searchOf(app), list = everybody(app).find(typed)
  return html`<p role="status" class="ds-soft">${count(list.length, words.app.people.found)}</p>
    <ul class="app-list">${repeat(list.slice(0, drawn), p => p.id,
        p => html`<li class="app-person"><a href=${address('person', p.id)}>${personName(p)}</a>
      <span class="ds-soft">${[p.died_on ? fill(words.app.today.died, { date: birth(p.died_on) }) : '',
        p.date_of_birth ? fill(words.app.person.born, { date: birth(p.date_of_birth) }) : '', p.address, p.postcode]
        .filter(Boolean).join(' · ')}</span></li>`)}</ul>
    ${moreOf(list.length, drawn, n => search(app, { drawn: n }), { itself: true })}`
}
