// @ts-check
// Somebody leaves: what still hangs on them, until nothing does.
import { html, nothing } from '../../shared/ui/html.js'
import { now } from '../../shared/ui/now.js'
import { ago, personName, when } from '../../shared/ui/format.js'
import { count, fill, word, words } from '../words.js'
import { Refusal } from '../../shared/ui/session.js'
import { button, checkbox, momentInput, notBegun, personLine, select, staffOptions, tag, troubleBox } from '../parts.js'
import { fromLocal } from '../../shared/ui/london.js'

const w = words.desk.leaver
const lookEvery = 10_000 // ms: a phone that drains says so by itself

/** @param {import('../desk-context.js').DeskContext} desk @param {string[]} args @returns {import('../desk-context.js').View} */
export function leaver(desk, [id = '']) {
  /** @type {any} */ let work = null
  /** @type {import('../desk-context.js').Member[]} */ let staff = []
  let at = '', to = '', sure = false, trouble = '', busy = false, taking = false
  /** @type {ReturnType<typeof setInterval> | undefined} */ let looking
  const view = {
    title: w.title,
    back: { to: 'staff', text: words.desk.staff.back },
    async load() {
      ;[work, staff] = await Promise.all([desk.session.get(`/staff/${id}/work`), desk.staff()])
      view.title = fill(w.titleOf, { name: work.staff.name })
      looking ??= setInterval(async () => {
        if (document.hidden || busy) return
        work = await desk.session.get(`/staff/${id}/work`).catch(() => work)
        desk.redraw()
      }, lookEvery)
    },
    close() { clearInterval(looking) },
    /**
     * Tells the server whether somebody leaves, and then what became of it.
     * @param {'leave' | 'stay'} what
     * @param {any} body
     * @param {(answer: any) => Promise<void>} done
     */
    async tell(what, body, done) {
      busy = true
      trouble = ''
      desk.redraw()
      try {
        const answer = await desk.session.post(`/staff/${id}/${what}`, body)
        desk.staffChanged()
        await done(answer)
      } catch (e) {
        if (!(e instanceof Refusal)) throw e
        trouble = e.message
        requestAnimationFrame(() => document.getElementById('leaver-trouble')?.focus())
      } finally {
        busy = false
        desk.redraw()
      }
    },
    async leave() {
      if (busy) return
      if (!work.staff.inactive_since && !sure) {
        trouble = w.needSure
        desk.redraw()
        requestAnimationFrame(() => document.getElementById('leaver-trouble')?.focus())
        return
      }
      await view.tell('leave', { ...(fromLocal(at) && { at: fromLocal(at) }), ...(to && { to: to.slice(6) }) }, async answer => {
        desk.say(fill(w.done, { name: work.staff.name, at: when(answer.inactive_since), visits: count(answer.moved.visits, w.visitsN),
              handovers: count(answer.moved.handovers, w.handoversN), people: count(answer.moved.people, words.desk.effect.people) }))
        await desk.readAgain(view)
      })
    },
    async stay() {
      if (busy) return
      await view.tell('stay', undefined, async () => {
        taking = sure = false
        desk.say(fill(w.stayed, { name: work.staff.name }))
        await desk.readAgain(view)
      })
    },
    draw() {
      if (!work) return nothing
      const since = work.staff.inactive_since
      const left = since && Date.parse(since) <= now()
      const holding = work.devices.filter((/** @type {any} */ d) => d.unsent.count)
      const rest = work.visits.length + work.handovers.length + work.people.length + holding.length
      return html`<p>${word(words.common.roles, work.staff.role)}${work.staff.teams.length
          ? ` · ${work.staff.teams.map((/** @type {any} */ t) => t.name).join(', ')}` : ''}</p>
        ${left && !rest && !notBegun(work.staff) ? html`<p class="ds-banner ds-banner--good">${fill(w.allDone,
            { name: work.staff.name })}</p>` : nothing}
        <ul class="dk-checks">
          ${item(left, notBegun(work.staff) ? w.notBegun : left ? fill(w.left, { at: when(since) }) : since ? fill(w.leaves,
              { at: when(since) }) : w.notYet, nothing)}
          ${item(!work.visits.length, work.visits.length ? count(work.visits.length, w.visits) : w.noVisits,
              list([...work.visits.filter(named).map((/** @type {any} */ v) =>
                html`${v.planned_start ? `${when(v.planned_start)} ` : ''}${personLine(v.patient)}${v.yours ? nothing
                : html` · ${fill(w.notYours, { team: v.team?.name ?? '' })}`}`), ...notNamed(work.visits)]))}
          ${item(!work.handovers.length, work.handovers.length ? count(work.handovers.length, w.handovers) : w.noHandovers,
              list(work.handovers.map((/** @type {any} */ h) => h.patient
                ? html`<a href="#/handover/${h.id}">${word(words.common.classes, h.class)}: ${personLine(h.patient)}</a>`
                : html`${w.sealed}`)))}
          ${item(!work.people.length, work.people.length ? count(work.people.length, w.people) : w.noPeople,
              list(work.people.map((/** @type {any} */ p) => desk.isDesk ? html`<a href="#/person/${p.id}">${personLine(p)}</a>`
                : personLine(p))))}
          ${item(!holding.length, holding.length ? count(work.unsent, w.unsent) : w.noUnsent,
              html`${list(work.devices.map((/** @type {any} */ d) => html`<a href="#/phones/${d.id}">${d.name}</a>:
                ${count(d.unsent.count, words.desk.phones.unsent)}, ${word(words.desk.phones.states, d.state)}${d.last_seen
                ? `, ${fill(words.desk.phones.seen, { ago: ago(d.last_seen) })}` : ''}`))}
            ${holding.length ? html`<p>${w.drain}</p>` : nothing}`)}
        </ul>
        ${troubleBox('leaver-trouble', trouble)}
        ${left && !work.visits.length && !work.handovers.length && !work.people.length ? nothing
          : html`<section class="dk-second" aria-labelledby="leave-title">
            <h2 class="nhsuk-heading-m" id="leave-title">${left ? w.handOver : w.note}</h2>
          ${left ? nothing : momentInput({ id: 'leave-at', label: w.at, hint: w.atHint, value: at, change: v => { at = v } })}
          ${select({ id: 'leave-to', label: w.to, hint: w.toHint, empty: w.nobodyYet, value: to,
              options: staffOptions(staff).filter(o => o.value !== `staff:${id}`), change: v => { to = v } })}
          ${since ? nothing : html`<p>${fill(w.means, { name: work.staff.name })}</p>
              <div class="nhsuk-checkboxes nhsuk-u-margin-bottom-4">${checkbox(
            { id: 'leave-sure', text: fill(w.sure, { name: work.staff.name }), checked: sure, change: v => { sure = v } })}</div>`}
          ${button(left ? w.handOverButton : w.button, { kind: left ? '' : 'warning', busy, click: () => view.leave() })}</section>`}
        ${since ? takeBack() : nothing}`
    },
  }
  const stays = () => notBegun(work.staff) ? w.begin : w.stay
  /** It was a mistake: what comes back by that, and what does not, before it is done. */
  const takeBack = () => taking ? html`<section class="dk-second" id="stay" tabindex="-1" aria-labelledby="stay-title">
      <h2 class="nhsuk-heading-m" id="stay-title">${fill(stays(), { name: work.staff.name })}</h2>
      <p>${fill(notBegun(work.staff) ? w.beginMeans : w.stayMeans, { name: work.staff.name })}</p>
      ${button(notBegun(work.staff) ? w.beginButton : w.stayButton, { busy, click: () => view.stay() })}
        ${button(words.desk.cancel, { kind: 'secondary', click: () => { taking = false; desk.redraw() } })}</section>`
    : html`<p>${button(fill(stays(), { name: work.staff.name }),
          { kind: 'secondary', click: () => {
          taking = true; desk.redraw(); requestAnimationFrame(() => document.getElementById('stay')?.focus()) } })}</p>`
  return view
}

/** Whether it is said of a visit whose it is. @param {any} v */
const named = v => v.yours || personName(v.patient ?? {}) !== words.common.noName

/** The visits of people whose names are not shared, as one line a team. @param {any[]} visits */
function notNamed(visits) {
  /** @type {Map<string, number>} */ const teams = new Map()
  for (const v of visits) if (!named(v)) teams.set(v.team?.name ?? '', (teams.get(v.team?.name ?? '') ?? 0) + 1)
  return [...teams].map(([team, n]) => count(n, w.notNamed).replace('{team}', () => team))
}

/** @param {any} done @param {string} text @param {any} more */
const item = (done, text, more) => html`<li><p class="nhsuk-u-margin-bottom-1">${done ? tag(w.ok, 'good') : tag(w.open, 'warn')}
    ${text}</p>${more}</li>`

/** @param {any[]} rows */
const list = rows => rows.length
  ? html`<ul class="dk-tight">${rows.slice(0, 30).map(r => html`<li>${r}</li>`)}${rows.length > 30
    ? html`<li>${fill(w.andMore, { n: rows.length - 30 })}</li>` : nothing}</ul>` : nothing
