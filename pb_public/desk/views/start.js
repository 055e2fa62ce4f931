// @ts-check
// What waits, what is late first.
import { unanswered } from '../../shared/states.js'
import { html, nothing } from '../../shared/ui/html.js'
import { clock, day } from '../../shared/ui/format.js'
import { now as present } from '../../shared/ui/now.js'
import { fill, count, word, words } from '../words.js'
import { deadline, passedOn, personLine, tag } from '../parts.js'
import { attention, problems } from '../phone.js'
import { issueTitle, kindTag } from '../issue-words.js'
import { lateFirst } from '../late.js'
import { silence } from '../lone-words.js'
import { needsCall } from '../to-ring.js'
import { stuck } from './handovers.js'

const w = words.desk.start
const most = 12 // rows of "late"; the lists have the rest

/** @param {import('../desk-context.js').DeskContext} desk @returns {import('../desk-context.js').View} */
export function start(desk) {
  /** @type {any} */ let queues = {}
  /** @type {any[]} */ let issues = []
  /** @type {any[]} */ let handovers = []
  /** @type {any[]} */ let phones = []
  /** Visits that should have been made by now. @type {any[]} */ let visits = []
  /** @type {any[]} */ let deaths = []
  /** Of whom the desk is told that they are alone and not out, or pressed for help. @type {any[]} */ let alone = []
  const handoverRow = (/** @type {any} */ h) => ({ to: `handover/${h.id}`, due: h.due,
    what: html`${tag(word(words.common.states, h.state), 'bad')} ${personLine(h.patient)}`,
    more: fill(w.handover, { class: word(words.common.classes, h.class), team: h.to_team?.name ?? w.noTeam }) })
  const issueRow = (/** @type {any} */ i) => ({ to: `issue/${i.id}`, due: i.due_at, what: html`${kindTag(i)} ${personLine(i.patient)}`,
    more: html`${issueTitle(desk, i)} ${passedOn(i)}` })
  const visitRow = (/** @type {any} */ v) => ({ to: `day/${v.team?.id ?? ''}/${day(v.start)}`, due: v.end,
    what: html`${tag(v.kind === 'visits' ? w.visit : w.checkin, 'bad')} ${personLine(v.patient)}`,
    more: fill(v.staff ? w.visitOf : w.visitOfNobody, { what: word(words.app.purposes, v.purpose) || words.desk.plan.checkin,
      from: clock(v.start), to: clock(v.end), who: v.staff?.name ?? '' }) + (silence(v) && ` · ${silence(v)}`) })
  const loneRow = (/** @type {any} */ s) => ({ to: 'lone', due: s.alarm_from, what: html`${tag(s.alarm === 'panic' ? words.desk.lone.panic
    : words.desk.lone.overdue, 'bad')} <span class="dk-person">${s.staff?.name ?? ''}</span>`, more: words.desk.lone.alarm })
  return {
    title: w.title,
    async load() {
      const [q, i, h, d, l, died, a] = await Promise.all([desk.session.get('/queues'), desk.all('/issues'), stuck(desk),
          desk.all('/devices'),
          desk.session.get('/board/late'), desk.session.get('/deaths'), desk.session.get('/lone'),
          desk.fields(), desk.staff(), desk.teams()])
      queues = q
      issues = i.items
      handovers = h
      phones = d.items
      visits = l.items
      deaths = died.items
      alone = a.items.filter((/** @type {any} */ s) => s.coordinator_at)
    },
    draw() {
      const now = present()
      const late = [...alone.map(loneRow), ...lateFirst(handovers, visits, issues, now)
        .map(one => (one.handover ? handoverRow(one.handover) : one.visit ? visitRow(one.visit) : issueRow(one.issue)))]
      const careful = phones.filter(p => attention(p, now))
      const inState = (/** @type {string[]} */ ...states) => handovers.filter(h => states.includes(h.state))
      const lateOf = (/** @type {any[]} */ list) => list.filter(h => h.overdue).length
      const cards = [
        { to: 'issues', text: w.issues, n: issues.length, late: issues.filter(i => Date.parse(i.due_at) <= now).length },
        { to: 'handovers/no_destination', text: word(words.common.states, 'no_destination'), n: inState('no_destination').length,
            late: lateOf(inState('no_destination')) },
        { to: 'handovers/call_needed', text: word(words.common.states, 'call_needed'), n: handovers.filter(needsCall).length,
            late: lateOf(handovers.filter(needsCall)) },
        { to: 'undelivered', text: w.undelivered, n: queues.undelivered ?? 0, late: 0 },
        { to: 'handovers/unanswered', text: w.unanswered, n: handovers.filter(unanswered).length,
            late: lateOf(handovers.filter(unanswered)) },
        { to: 'lone', text: w.lone, n: alone.length, late: alone.length },
        { to: 'day', text: w.visits, n: visits.length, late: visits.length },
        { to: 'phones', text: w.phones, n: careful.length, late: 0 },
      ]
      return html`
        <h2 class="nhsuk-heading-m">${w.lateTitle}</h2>
        ${late.length ? html`<ul class="dk-list">${late.slice(0, most)
            .map(row => html`<li class="dk-card dk-card--late"><a href="#/${row.to}">${row.what}</a>
            <span>${row.more}</span> ${deadline(row.due, now)}</li>`)}</ul>
            ${late.length > most ? html`<p>${fill(w.moreLate, { n: late.length - most })}</p>` : nothing}`
          : html`<p class="ds-banner ds-banner--good">${w.nothingLate}</p>`}
        <h2 class="nhsuk-heading-m">${w.queuesTitle}</h2>
        <ul class="dk-counts">${cards.map(
          c => html`<li class=${c.n ? '' : 'dk-empty'}><a href="#/${c.to}"><span class="dk-number">${c.n}</span> <span>${c.text}</span></a>
          ${c.late ? tag(count(c.late, w.lateOf), 'bad') : nothing}</li>`)}</ul>
        <p><a href="#/handovers/open">${desk.isCoordinator ? fill(w.neighbourhood, { open: queues.open ?? 0, overdue: queues.overdue ?? 0 })
          : count(queues.open ?? 0, w.open)}</a></p>
        ${deaths.length ? html`<h2 class="nhsuk-heading-m">${w.deathsTitle}</h2><p>${w.deathsWhy}</p>
            <ul class="dk-list">${deaths.map(f => html`<li class="dk-card"><a href="#/person/${f.person.id}">${personLine(f.person)}</a>
          <span>${[...f.teams, ...f.staff].map(x => x.name).join(', ')}</span></li>`)}</ul>`
          : nothing}
        ${careful.length ? html`<h2 class="nhsuk-heading-m">${w.phonesTitle}</h2>
            <ul class="dk-list">${careful.slice(0, 5).map(p => html`<li class="dk-card">
          <a href="#/phones/${p.id}">${fill(w.phoneOf, { staff: p.staff?.name || words.desk.unknown, phone: p.name })}</a>
            <span>${problems(p, now).join('. ')}.</span></li>`)}</ul>` : nothing}`
    },
  }
}
