// @ts-check
// Who has a person, until when, and ending it; and what is recorded about them.
import { html, nothing } from '../../shared/ui/html.js'
import { personName, when } from '../../shared/ui/format.js'
import { fill, word, words } from '../words.js'
import { Refusal } from '../../shared/ui/session.js'
import { button, mightBe, nameOf, personFacts, tag, troubleBox, whoIs } from '../parts.js'
import { effect } from '../effect.js'
import { mergedOnes, undone } from './merge.js'
import { Timeline } from './timeline.js'

const w = words.desk.person

/** @param {import('../desk-context.js').DeskContext} desk @param {string[]} args @returns {import('../desk-context.js').View} */
export function person(desk, [id = '']) {
  /** @type {any[]} */ let rows = []
  /** @type {any[]} */ let alike = []
  /** @type {any} */ let ending = null
  let trouble = '', busy = false, ended = false, undoing = ''
  const timeline = new Timeline(desk, id)
  const view = {
    title: w.title,
    who: '',
    back: { to: 'people', text: words.desk.people.back },
    async load() {
      const [caseload] = await Promise.all([
        desk.session.get(`/caseload?patient=${id}&limit=200${ended ? '&ended=true' : ''}`), timeline.read(),
        desk.isClinical && desk.alike({ person: id }).then(found => { alike = found }, () => {})])
      rows = caseload.items
      view.title = personName(timeline.person)
      view.who = whoIs(timeline.person)
    },
    /** @param {any} row @param {boolean} preview */
    async end(row, preview) {
      if (busy) return
      trouble = ''
      busy = true
      desk.redraw()
      try {
        const answer = await desk.session.post(`/caseload/${row.id}/end`, { preview })
        if (preview) ending = { row: row.id, ...answer }
        else {
          ending = null
          desk.say(fill(w.ended, { who: nameOf(row.team ?? row.staff) }))
          await desk.readAgain(view)
        }
      } catch (e) {
        if (!(e instanceof Refusal)) throw e
        if (!preview && e.status === 404) { ending = null; desk.go('people', view) } // theirs no more: as it was meant
        trouble = e.message
      } finally {
        busy = false
        desk.redraw()
        requestAnimationFrame(() => document.getElementById(preview ? 'ending' : 'main')?.focus())
      }
    },
    /** Makes a registration that was merged into this one one of its own again. @param {string} dead */
    async undo(dead) {
      if (busy) return
      trouble = ''
      busy = true
      desk.redraw()
      try {
        const answer = await desk.session.post(`/people/${dead}/unmerge`, {})
        undoing = ''
        desk.say(undone(answer))
        await desk.readAgain(view)
      } catch (e) {
        if (!(e instanceof Refusal)) throw e
        trouble = e.message
      } finally {
        busy = false
        desk.redraw()
      }
    },
    draw: () => html`${personFacts(timeline.person)}${timeline.person?.risk_note
        ? html`<p class="ds-banner ds-banner--warn">${timeline.person.risk_note}</p>` : nothing}
      ${desk.isClinical ? html`<p class="ds-no-print"><a href="#/correct/${id}">${words.desk.correct.link}</a></p>`
        : html`<p class="ds-no-print"><a href="#/said/${id}">${words.desk.said.link}</a></p>`}
      ${mightBe(alike, w.alike, desk.isClinical ? id : '')}
      ${mergedOnes(desk, timeline.merged, undoing, { busy, at: when, undo: view.undo, ask: dead => {
          undoing = dead
          desk.redraw()
          requestAnimationFrame(() => document.getElementById(dead ? 'undoing' : 'main')?.focus())
        } })}
      ${troubleBox('person-trouble', trouble)}
      ${continuity(timeline.continuity)}
      <h2 class="nhsuk-heading-m">${w.who}</h2>
      <ul class="dk-list">${rows.map(
        r => html`<li class="dk-card"><strong>${nameOf(r.team ?? r.staff)}</strong>${r.staff?.role
            ? html`<span>${word(words.common.roles, r.staff.role)}</span>` : nothing}
        <span>${r.to ? fill(w.until, { at: when(r.to) }) : w.open}${r.reason ? html` · ${r.reason}` : nothing}
          ${r.state === 'now' ? nothing : tag(word(w.states, r.state), 'info')}</span>
        ${ending?.row === r.id ? html`<section class="dk-second" id="ending" tabindex="-1" aria-label=${w.end}>
            <p>${effect(ending.purges, ending.backfills)}</p>
          ${rows.filter(x => x.state === 'now').length === 1 ? html`<p class="ds-banner ds-banner--warn">${w.last}</p>` : nothing}
          ${button(w.endNow, { kind: 'warning', busy, click: () => view.end(r, false) })}
            ${button(words.desk.cancel, { kind: 'secondary', click: () => { ending = null; desk.redraw() } })}</section>`
          : r.state === 'ended' ? nothing
            : html`<p>${button(w.end, { kind: 'secondary', label: fill(w.endOf, { who: nameOf(r.team ?? r.staff) }),
                click: () => view.end(r, true) })}</p>`}</li>`)}</ul>
      <p class="ds-row ds-no-print"><a class="nhsuk-button" href="#/cover/${id}">${w.cover}</a>
        <a class="nhsuk-button nhsuk-button--secondary" href="#/plan/${id}">${w.plan}</a>
        <a class="nhsuk-button nhsuk-button--secondary" href="#/listed/${id}">${w.lists}</a>
        ${button(ended ? w.hideEnded : w.showEnded, { kind: 'secondary',
              click: () => { ended = !ended; desk.readAgain(view) } })}</p>
      ${rows.some(r => r.team && r.state === 'now')
        ? html`<p class="ds-row">${rows.filter(r => r.state === 'now')
          .map(r => html`<a href="#/caseload/${r.team ? `team/${r.team.id}`
            : `staff/${r.staff?.id}`}">${fill(w.caseloadOf, { who: nameOf(r.team ?? r.staff) })}</a> `)}</p>` : nothing}
      ${timeline.draw()}`,
  }
  return view
}

/** How far somebody sees the same people, with how much it is worked out from. @param {any} c */
const continuity = c => (c ? html`<h2 class="nhsuk-heading-m">${w.continuity.title}</h2>
  <div class="dk-card"><dl class="dk-values"><div><dt>${w.continuity.faces}</dt><dd>${c.faces}</dd></div>
    <div><dt>${w.continuity.usual}</dt><dd>${c.usual ? fill(w.continuity.times, { who: c.usual.name, times: c.times, n: c.contacts })
      : w.continuity.none}</dd></div>
    ${c.coc === null ? nothing : html`<div><dt>${w.continuity.indices}</dt>
      <dd>${fill(w.continuity.both, { upc: c.upc.toFixed(2), coc: c.coc.toFixed(2) })}</dd></div>`}</dl></div>` : nothing)
