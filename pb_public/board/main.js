// @ts-check
// The board of a neighbourhood: five questions on one page that prints on A4.
import { saveFile } from '../shared/ui/download.js'
import { date, personName, when } from '../shared/ui/format.js'
import { announce, announcers, html, nothing, render } from '../shared/ui/html.js'
import { takeTimeFrom } from '../shared/ui/now.js'
import { screensView } from '../shared/ui/screens.js'
import { Session, sentenceOf } from '../shared/ui/session.js'
import { signInView } from '../shared/ui/signin.js'
import { footer } from '../shared/words/en-GB-screens.js'
import { promisesView } from './promises.js'
import { runChart } from './run-chart.js'
import { byPartner, pathwaysTable, waitingTable } from './tables.js'
import { fill, word, words } from './words.js'

const w = words.board
const session = new Session()
takeTimeFrom(() => session.now())

/**
 * @typedef {{ id: string, name: string, promises: boolean, small: boolean, people: boolean }} Neighbourhood
 * @typedef {Neighbourhood & { as_at?: string, weeks: string[], partners: import('./tables.js').Partner[],
 *   waiting: import('./tables.js').Waiting[],
 *   charts: import('./run-chart.js').Chart[], periods: import('./tables.js').Period[], targets: import('./promises.js').Target[],
 *   goals: { people: import('./values.js').Cell, reviews: import('./values.js').Cell } }} Board
 */

/** What is on the page. @type {{ list: Neighbourhood[] | null, board: Board | null, trouble: string, shown: boolean, left: boolean }} */
const page = { list: null, board: null, trouble: '', shown: false, left: false }
/** People behind a chart, by its code. @type {Map<string, { items: any[], more: boolean, cursor: string, trouble: string }>} */
const behind = new Map()

/** @type {import('./promises.js').Work} */
const work = {
  trouble: '', guests: null, draw,
  async send(path, body, form) {
    try {
      await session.post(path, body)
      work.trouble = ''
      work.guests = null
      announce(w.targets.saved)
      await Promise.all([read(), work.readGuests()])
      form?.reset() // what is typed in another form stays
      return true
    } catch (e) {
      work.trouble = sentenceOf(e)
      draw()
      return false
    }
  },
  async readGuests() {
    if (!page.board?.promises) return
    work.guests = (await session.get(`/neighbourhoods/${page.board.id}/guests`)).items
    draw()
  },
}

/** Reads the neighbourhoods, and the one that the address names. */
async function read() {
  try {
    page.list ??= (await session.get('/neighbourhoods')).items
    const wanted = location.hash.replace(/^#\/?/, ''), one = page.list?.find(n => n.id === wanted) ?? page.list?.[0]
    page.board = one ? await session.get(`/neighbourhoods/${one.id}/figures${page.shown ? '?small=shown' : ''}`) : null
    page.trouble = ''
  } catch (e) {
    page.trouble = sentenceOf(e)
  }
  draw()
}

/** Reads who is behind a chart, or more of them. @param {string} code */
async function readBehind(code) {
  const board = page.board
  if (!board) return
  const have = behind.get(code) ?? { items: [], more: false, cursor: '', trouble: '' }
  const week = board.weeks[board.weeks.length - 1] ?? ''
  try {
    const found = await session.get(`/neighbourhoods/${board.id}/people?measure=${code}&week=${week}&cursor=${have.cursor}`)
    behind.set(code, { items: [...have.items, ...found.items], more: found.more, cursor: found.cursor, trouble: '' })
  } catch (e) {
    behind.set(code, { ...have, trouble: sentenceOf(e) })
  }
  draw()
}

/** @param {string} path @param {string} name */
async function save(path, name) {
  try {
    saveFile(await session.file(path), name)
  } catch (e) {
    page.trouble = sentenceOf(e)
    draw()
  }
}

/** Which measures people stand behind; see Counts.Notes in internal/measures/person.go. */
const noted = ['in_time', 'same_day', 'recorded', 'repeated', 'many_faces']

/** @param {Board} board @param {string} code */
function behindView(board, code) {
  if (!board.people || !noted.includes(code) || !board.weeks.length) return nothing
  const found = behind.get(code)
  return html`<details @toggle=${(/** @type {Event} */ e) => {
      if (/** @type {HTMLDetailsElement} */ (e.target).open && !found) readBehind(code)
    }}><summary>${w.chart.people}</summary>
    ${found?.trouble ? html`<p class="ds-banner ds-banner--bad" role="alert">${found.trouble}</p>` : nothing}
    ${found && !found.trouble ? found.items.length
      ? html`<ul class="nhsuk-list">${found.items.map(p => html`<li>${personName(p)}</li>`)}</ul>`
      : html`<p>${w.chart.peopleNone}</p>` : nothing}
    ${found?.more ? html`<button type="button" class="nhsuk-button nhsuk-button--secondary bo-small"
      @click=${() => readBehind(code)}>${w.chart.peopleMore}</button>` : nothing}</details>`
}

/** @param {Board} board @param {string[]} codes */
const chartsOf = (board, codes) => html`<div class="bo-charts">${codes.map(code => {
  const chart = board.charts.find(c => c.code === code)
  return chart ? runChart(chart, board.weeks, behindView(board, code)) : nothing
})}</div>${byPartner(board.periods[0], board.partners,
  codes.map(code => [code, board.charts.find(c => c.code === code)?.kind ?? 'share']))}`

/** @param {Board} board */
function boardView(board) {
  const q = w.questions, p = w.pathways
  return html`<h1 class="nhsuk-heading-l" tabindex="-1">${fill(w.heading, { name: board.name })}</h1>
    <p class="bo-lead">${board.as_at ? fill(w.asAt, { at: when(board.as_at) }) : w.notYet} ${page.shown ? w.shown : w.small}</p>
    <div class="bo-tools bo-screen">
      <button type="button" class="nhsuk-button nhsuk-button--secondary" @click=${() => print()}>${w.print}</button>
      <button type="button" class="nhsuk-button nhsuk-button--secondary"
        @click=${() => save(`/neighbourhoods/${board.id}/figures/csv`, 'figures.csv')}>${w.csv}</button>
      ${board.small ? html`<button type="button" class="nhsuk-button nhsuk-button--secondary"
          @click=${() => save(`/neighbourhoods/${board.id}/counts`, 'counts.csv')}>${w.counts}</button>
        <button type="button" class="nhsuk-button nhsuk-button--secondary" aria-pressed=${page.shown}
          @click=${() => { page.shown = !page.shown; read() }}>${page.shown ? w.hide : w.show}</button>` : nothing}</div>
    <section aria-labelledby="q1"><h2 class="nhsuk-heading-m" id="q1">${q.waiting}</h2><p>${w.waiting.means}</p>
      ${waitingTable(board.waiting, board.partners)}</section>
    <section aria-labelledby="q2"><h2 class="nhsuk-heading-m" id="q2">${q.arrive}</h2>
      ${chartsOf(board, ['acknowledging', 'in_time', 'same_day', 'from_door', 'recorded'])}</section>
    <section aria-labelledby="q3"><h2 class="nhsuk-heading-m" id="q3">${q.pathways}</h2><p>${p.means}</p><p class="bo-paper">${p.paper}</p>
      ${board.periods[0] ? pathwaysTable(board.periods[0], board.partners) : html`<p>${p.none}</p>`}
      ${board.periods.slice(1).map(x => html`<details class="bo-screen">
        <summary>${fill(p.before, { from: date(x.from), to: date(x.to) })}</summary>
        ${pathwaysTable(x, board.partners)}</details>`)}
      ${byPartner(board.periods[0], board.partners, [['advice', 'share'], ['advice_unknown', 'share']])}
      <details class="bo-screen"><summary>${w.measures.advice}: ${w.chart.definition}</summary><p>${w.definitions.advice}</p>
        <p>${w.definitions.advice_unknown}</p></details></section>
    <section aria-labelledby="q4"><h2 class="nhsuk-heading-m" id="q4">${q.faces}</h2>
      ${chartsOf(board, ['faces', 'many_faces', 'upc', 'coc', 'named_lead', 'seen_in_time', 'repeated'])}</section>
    <section aria-labelledby="q5"><h2 class="nhsuk-heading-m" id="q5">${q.promised}</h2>${promisesView(board, work,
      chartsOf(board, ['goal_people', 'goal_reviews']))}</section>`
}

function inside() {
  const list = page.list ?? []
  return html`${page.trouble ? html`<p class="ds-banner ds-banner--bad" role="alert">${page.trouble}</p>
      <button type="button" class="nhsuk-button nhsuk-button--secondary" @click=${read}>${w.again}</button>` : nothing}
    ${list.length > 1 ? html`<div class="nhsuk-form-group bo-screen"><label class="nhsuk-label" for="choose">${w.choose}</label>
      <select class="nhsuk-select" id="choose" @change=${(/** @type {Event} */ e) => {
        location.hash = `#/${/** @type {HTMLSelectElement} */ (e.target).value}`
      }}>${list.map(n => html`<option value=${n.id} ?selected=${n.id === page.board?.id}>${n.name}</option>`)}</select></div>` : nothing}
    ${page.board ? boardView(page.board) : page.trouble ? nothing
      : page.list ? html`<h1 class="nhsuk-heading-l">${w.title}</h1><p>${w.nobody}</p>` : html`<p role="status">${w.loading}</p>`}`
}

function view() {
  const me = session.me
  return html`<a class="nhsuk-skip-link bo-screen" href="#main"
      @click=${(/** @type {Event} */ e) => { e.preventDefault(); document.getElementById('main')?.focus() }}>${words.common.skip}</a>
    <header class="ds-header bo-screen"><div class="ds-header__inner">
      <a class="ds-header__name" href="#/">${words.common.product} ${w.name}</a>
      ${me ? html`${screensView(me.role, 'board')}
        <span>${fill(words.common.signIn.as, { name: me.name, role: word(words.common.roles, me.role) })}</span>
        <a href="/account/">${words.common.signIn.own}</a>
        <button type="button" @click=${() => { page.left = true; session.signOut() }}>${words.common.signIn.out}</button>`
        : nothing}</div></header>
    <main class="ds-main" id="main" tabindex="-1">
      ${me ? inside() : signInView(session, !page.left && page.list !== null, draw)}</main>
    <footer class="ds-footer bo-screen">${footer}</footer>`
}

function draw() {
  render(view(), /** @type {HTMLElement} */ (document.getElementById('page')))
  document.title = `${page.board ? fill(w.heading, { name: page.board.name }) : w.title} – ${words.common.product}`
}

function whoever() {
  Object.assign(page, { list: null, board: null, trouble: '', shown: false })
  behind.clear()
  work.guests = null
  if (session.me) read()
  draw()
}

announcers()
session.watch(whoever)
addEventListener('hashchange', () => { behind.clear(); work.guests = null; read() })
setInterval(() => { if (session.me && page.board && !document.querySelector('form:focus-within')) read() }, 60_000)
whoever()
