// @ts-check
// Setting up an empty server, behind the one-time link that it printed. The link is in the hash, which no server and no
// log ever sees.
import { announce, announcers, html, nothing, render } from '../shared/ui/html.js'
import { Refusal, Session, sentenceOf } from '../shared/ui/session.js'
import { clock } from '../shared/ui/format.js'
import { footer } from '../shared/words/en-GB-screens.js'
import { button, select, textInput } from '../desk/parts.js'
import { blank, idOf, lacks, wrongFields } from './description.js'
import { fill, word, words } from './words.js'

const w = words.setup
const session = new Session()
const link = decodeURIComponent(location.hash.slice(1))

const given = blank(w.usual)
/** @type {'looking' | 'refused' | 'asking' | 'done'} */ let state = link ? 'looking' : 'refused'
/** @type {Map<string, string>} */ let wrong = new Map()
/** What a field is called where it is wrong. @type {Map<string, string>} */ const labels = new Map()
let trouble = link ? '' : w.noLink
let expires = ''
let busy = false

/** @param {string} path @param {any} body */
const post = (path, body) => session.send('POST', `/api/care/v1/${path}`, body, false)

async function look() {
  try {
    expires = (await post('setup/link', { link })).expires_at
    state = 'asking'
  } catch (e) {
    state = 'refused'
    trouble = sentenceOf(e)
  }
  draw()
}

/** @param {Event} e */
async function send(e) {
  e.preventDefault()
  if (busy) return
  Object.assign(given.administrator, { email: given.administrator.email.trim() })
  busy = true
  trouble = ''
  wrong = new Map()
  draw()
  try {
    const { email } = await post('setup', { link, neighbourhood: given })
    state = 'done'
    announce(w.done)
    draw()
    await session.signIn(email, given.administrator.password)
    location.replace('/desk/')
  } catch (e) {
    if (state === 'done' && e instanceof Refusal) announce(`${w.doneOnly} ${e.message}`)
    wrong = e instanceof Refusal ? wrongFields(e.body) : wrong
    trouble = sentenceOf(e)
  }
  busy = false
  draw()
  if (trouble) queueMicrotask(() => document.getElementById('problem')?.focus())
}

/** @param {string} field @param {string} label @param {any} of @param {string} key @param {any} [more] */
const input = (field, label, of, key, more = {}) => labels.set(field, more.named ?? label)
  && textInput({ id: idOf(field), label, value: of[key], error: wrong.get(field) ?? '',
  input: v => { of[key] = v }, ...more })

/** @param {string} field @param {string} label @param {any} of @param {Record<string, string>} kinds @param {string} [named] */
const kind = (field, label, of, kinds, named = label) => labels.set(field, named)
  && select({ id: idOf(field), label, value: of.kind, error: wrong.get(field) ?? '', required: true,
  options: Object.entries(kinds).map(([value, text]) => ({ value, text })), change: v => { of.kind = v; draw() } })

/** @param {any} team @param {number} i */
function teamFields(team, i) {
  const teams = given.organisations[0].teams, at = `organisations[0].teams[${i}]`, name = fill(w.teams.one, { n: i + 1 })
  return html`<fieldset class="dk-second su-team"><legend class="nhsuk-fieldset__legend nhsuk-fieldset__legend--s">${name}</legend>
    ${input(`${at}.name`, w.teams.name, team, 'name', { required: true, maxlength: 200, named: `${name}, ${w.teams.name}` })}
    ${kind(`${at}.kind`, w.teams.kind, team, w.teamKinds, `${name}, ${w.teams.kind}`)}
    ${input(`${at}.phone`, w.teams.phone, team, 'phone', { type: 'tel', maxlength: 40, named: `${name}, ${w.teams.phone}` })}
    ${button(w.remove, { kind: 'secondary', label: `${w.remove}: ${team.name || name}`, click: () => {
      teams.splice(i, 1)
      wrong = new Map()
      draw()
    } })}
  </fieldset>`
}

function form() {
  const a = given.administrator, o = given.organisations[0], at = 'organisations[0]'
  return html`<p>${w.intro}</p><p class="ds-soft">${fill(w.until, { at: clock(Date.parse(expires)) })}</p>
    ${trouble ? problem() : nothing}
    <form @submit=${send} novalidate>
      <h2 class="nhsuk-heading-m">${w.you.title}</h2><p class="nhsuk-hint">${w.you.hint}</p>
      ${input('administrator.name', w.you.name, a, 'name', { required: true, autocomplete: 'name', maxlength: 200 })}
      ${input('administrator.email', w.you.email, a, 'email', {
        required: true, type: 'email', autocomplete: 'username', hint: w.you.emailHint,
          maxlength: 255 })}
      ${input('administrator.password', w.you.password, a, 'password', { required: true, type: 'password', autocomplete: 'new-password',
          hint: w.you.passwordHint, maxlength: 72 })}
      <h2 class="nhsuk-heading-m">${w.neighbourhood.title}</h2>
      ${input('name', w.neighbourhood.name, given, 'name', { required: true, hint: w.neighbourhood.hint, maxlength: 200 })}
      <h2 class="nhsuk-heading-m">${w.organisation.title}</h2>
      ${input(`${at}.name`, w.organisation.name, o, 'name', { required: true, autocomplete: 'organization', maxlength: 200 })}
      ${kind(`${at}.kind`, w.organisation.kind, o, w.organisationKinds)}
      ${input(`${at}.ods_code`, w.organisation.ods, o, 'ods_code', { hint: w.organisation.odsHint, maxlength: 9 })}
      ${input(`${at}.phone`, w.organisation.phone, o, 'phone', { type: 'tel', maxlength: 40 })}
      ${input(`${at}.out_of_hours`, w.organisation.outOfHours, o, 'out_of_hours', { hint: w.organisation.outOfHoursHint, maxlength: 200 })}
      <h2 class="nhsuk-heading-m">${w.teams.title}</h2><p class="nhsuk-hint">${w.teams.hint}</p>
      ${o.teams.map(teamFields)}
      ${button(w.add, { kind: 'secondary', click: () => { o.teams.push({ name: '', kind: 'nursing', phone: '' }); draw()
          queueMicrotask(() => document.getElementById(idOf(`${at}.teams[${o.teams.length - 1}].name`))?.focus()) } })}
      ${lacks(given).map(k => html`<p class="ds-banner ds-banner--warn">${word(w.without, k)}</p>`)}
      <p>${button(busy ? w.busy : w.button, { submit: true, busy })}</p>
    </form>`
}

/** The fields that are wrong, in the order of the page. @returns {[string, string][]} */
function wrongInOrder() {
  const drawn = [...labels.keys()], place = (/** @type {string} */ field) => (labels.has(field) ? drawn.indexOf(field) : drawn.length)
  return [...wrong].sort(([a], [b]) => place(a) - place(b))
}

/** What is wrong, with a way to each field. */
const problem = () => html`<div class="nhsuk-error-summary" id="problem" tabindex="-1" aria-labelledby="problem-title">
  <h2 class="nhsuk-error-summary__title" id="problem-title">${w.problem}</h2><p>${trouble}</p>
  ${wrong.size ? html`<ul class="nhsuk-list nhsuk-error-summary__list">${wrongInOrder().map(([field, message]) => html`<li>
      <a href="#${idOf(field)}" @click=${(/** @type {Event} */ e) => { e.preventDefault(); document.getElementById(idOf(field))?.focus() }}>
        ${labels.has(field) ? `${labels.get(field)}: ` : ''}${message}</a></li>`)}</ul>` : nothing}</div>`

function body() {
  if (state === 'asking') return form()
  if (state === 'done' && trouble) return html`<p class="ds-banner ds-banner--good">${w.doneOnly} ${trouble}</p>
    <p><a href="/desk/">${w.toDesk}</a></p>`
  if (state === 'done') return html`<p role="status">${w.done}</p>`
  return state === 'looking' ? html`<p role="status">${w.loading}</p>` : html`<div class="ds-banner ds-banner--bad" role="alert">
      <p>${trouble}</p></div><p>${w.how}</p>`
}

function draw() {
  render(html`<header class="ds-header" role="banner"><div class="ds-header__inner">
      <a class="ds-header__name" href="/">${words.common.product} <span class="dk-where">${w.name}</span></a></div></header>
    <main class="ds-main" id="main" tabindex="-1"><h1 class="nhsuk-heading-l">${w.name}</h1>
      <div class="ds-sheet"><div class="ds-sheet__head">${w.name}</div><div class="ds-sheet__body">${body()}</div></div></main>
    <footer class="ds-footer"><p>${footer}</p></footer>`, /** @type {HTMLElement} */ (document.getElementById('page')))
}

announcers()
draw()
if (link) look()
