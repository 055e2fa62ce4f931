// @ts-check
// Finding people on one's own caseloads, and the caseloads themselves.
import { html, nothing } from '../../shared/ui/html.js'
import { birth, nhsNumber } from '../../shared/ui/format.js'
import { count, fill, word, words } from '../words.js'
import { Refusal } from '../../shared/ui/session.js'
import { button, personLine, select, staffOptions, teamOptions, textInput, troubleBox } from '../parts.js'

const w = words.desk.people
let lastText = '' // coming back from a person, the list is still there; gone with the tab

/** @param {import('../desk-context.js').DeskContext} desk @returns {import('../desk-context.js').View} */
export function people(desk) {
  /** @type {any[]} */ let found = []
  let more = false, cursor = '', trouble = '', turn = 0, searched = ''
  /** @type {import('../desk-context.js').Member[]} */ let staff = []
  /** @type {import('../desk-context.js').Team[]} */ let teams = []
  const view = {
    title: w.title,
    async load() {
      ;[staff, teams] = await Promise.all([desk.staff(), desk.ownTeams()])
      await view.find(false)
    },
    /** @param {boolean} next */
    async find(next) {
      const mine = ++turn, text = lastText
      try {
        const answer = await desk.search(text, next ? cursor : '')
        if (mine !== turn) return
        found = next ? [...found, ...answer.items] : answer.items
        more = answer.more
        cursor = answer.cursor ?? ''
        searched = text
        trouble = ''
      } catch (e) {
        if (!(e instanceof Refusal)) throw e
        trouble = e.message
      }
      desk.redraw()
    },
    draw: () => html`
      <form role="search" @submit=${(/** @type {Event} */ e) => { e.preventDefault(); view.find(false) }}>
        ${textInput({ id: 'find', label: w.find, hint: desk.isClinical ? w.findHint : w.findHintLimited, value: lastText, type: 'search',
            wide: true, maxlength: 100, input: v => { lastText = v; debounce(() => view.find(false)) } })}</form>
      ${troubleBox('people-trouble', trouble)}
      <p role="status">${searched ? fill(more ? w.foundMore : w.found, { n: found.length, text: searched }) : more
        ? fill(w.firstOf, { n: found.length }) : count(found.length, w.all)}</p>
      <ul class="dk-list">${found.map(f => html`<li class="dk-card"><a href="#/person/${f.person.id}">${personLine(f.person)}</a>
        <span>${[f.person.date_of_birth && fill(words.desk.person.born, { date: birth(f.person.date_of_birth) }),
            f.person.nhs_number && nhsNumber(f.person.nhs_number), f.person.address].filter(Boolean).join(' · ')}</span>
        ${foundBy(f)}<span class="ds-soft">${[...f.teams, ...f.staff].map(x => x.name).join(', ')}</span></li>`)}</ul>
      ${more ? button(w.more, { kind: 'secondary', click: () => view.find(true) }) : nothing}
      ${desk.isClinical ? html`<p><a class="nhsuk-button" href="#/register">${w.register}</a></p>` : nothing}
      ${desk.may('neighbourhood') ? html`<p><a href="#/imports">${words.desk.imports.title}</a></p>` : nothing}
      <h2 class="nhsuk-heading-m">${w.caseloads}</h2>
      ${select({ id: 'open-caseload', label: w.whose, value: '', options: [...teamOptions(teams), ...staffOptions(staff)],
          change: v => { if (v) desk.go(`caseload/${v.replace(':', '/')}`, view) } })}`,
  }
  return view
}

/** In what of somebody the words were found, and what a card does not show of it. @param {any} f */
function foundBy(f) {
  const parts = f.found_by.map((/** @type {string} */ part) =>
    (part === 'phone' ? `${w.parts.phone} ${f.person.phone}` : word(w.parts, part)))
  return parts.length ? html`<span class="ds-soft">${fill(w.foundBy, { parts: parts.join(', ') })}</span>` : nothing
}

/** @type {ReturnType<typeof setTimeout> | undefined} */ let waiting
/** @param {() => void} fn */
function debounce(fn) {
  clearTimeout(waiting)
  waiting = setTimeout(fn, 250)
}
