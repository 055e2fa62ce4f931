// @ts-check
// Working alone: going in, out, longer, help. Large targets, for one thumb. It names BS 8484 and 999, because no centre listens.
import { clock, personName } from '../../shared/ui/format.js'
import { html, nothing } from '../../shared/ui/html.js'
import { fill, words } from '../../shared/ui/words.js'
import { goingIn, lengths, ownStay, says, standing } from '../model/lone.js'
import { address } from '../router.js'
import { notSaved } from '../sync-sentence.js'
import { back, choice, field, select } from './parts.js'

/** @typedef {import('../context.js').App} App */

/** @param {App} app */
const stayOf = app => ownStay(app.all('lone_stays'), app.me.id)
/** What the team has set. @param {App} app @param {any} s */
const teamOf = (app, s) => app.get('teams', s.team || app.me.teams[0] || '')?.lone_working
/** @param {App} app @returns {any} */
const formOf = app => app.forms.get('lone') ?? {}
/** @param {App} app @param {any} set */
const put = (app, set) => { app.forms.set('lone', { ...formOf(app), ...set }); app.redraw() }

/** Writes something down; a second tap writes nothing more. @param {App} app @param {any[]} ops @param {Record<string,
    any>} seen @param {string} said */
async function write(app, ops, seen, said) {
  const open = formOf(app)
  if (open.saving) return
  put(app, { saving: true, error: '' })
  try {
    await app.record(ops, seen)
    app.forms.delete('lone')
    app.say(said)
    app.sync().catch(() => {}) // at once: somebody may be in danger
  } catch (e) {
    put(app, { saving: false, error: notSaved(e) })
  }
  app.redraw()
}

/** @param {App} app @param {any} s @param {'out' | 'stay' | 'help' | 'safe'} what @param {number} [more] minutes */
const say = (app, s, what, more) => write(app, [{ op: 'update', collection: 'lone_stays', id: s.id, set: says(s, what, app.now(), more) }],
  { [`lone_stays/${s.id}`]: app.seen('lone_stays', s.id) }, words.app.lone.saved[what])

/** @param {App} app @param {any} form */
const goIn = (app, form) => write(app, [{ op: 'create', collection: 'lone_stays', id: app.newID(), set: goingIn(form, app.now()) }], {},
  form.help ? words.app.lone.saved.help : words.app.lone.saved.in)

/** @param {string} text @param {() => void} click @param {{ kind?: string, busy?: boolean }} [o] */
const big = (text, click, o = {}) => html`<button class="nhsuk-button app-wide ${o.kind ? `nhsuk-button--${o.kind}` : ''}" type="button"
  ?disabled=${o.busy} @click=${click}>${text}</button>`

const tone = { in: '', late: 'ds-banner--warn', asked: 'ds-banner--bad', help: 'ds-banner--bad' }

/** How it stands, in a sentence. @param {App} app @param {any} s */
function sentence(app, s) {
  const w = words.app.lone, { kind, due } = standing(s, teamOf(app, s), app.now())
  if (kind === 'help') return fill(s.pending ? w.helpWaits : w.help, { at: clock(s.panic_at) })
  if (kind === 'in') return Number.isNaN(due) ? fill(w.inOpen, { at: clock(s.went_in_at) }) : fill(w.in, { at: clock(s.went_in_at),
      due: clock(due) })
  return fill(kind === 'asked' ? w.asked : w.late, { due: clock(due) })
}

/** What stands on every screen while its owner is in somewhere. @param {App} app */
export function loneBanner(app) {
  const s = stayOf(app)
  if (!s) return nothing
  const w = words.app.lone, { kind } = standing(s, teamOf(app, s), app.now()), busy = formOf(app).saving
  return html`<section class="ds-banner ${tone[kind]}" aria-label=${w.title}
      role=${kind === 'asked' ? 'alert' : 'region'}>
    <p><strong>${sentence(app, s)}</strong></p>
    <p class="ds-row">${big(w.out, () => say(app, s, 'out'), { busy })}<a href=${address('lone')}>${w.more}</a>
      ${kind === 'help' ? html`<a href="tel:999">${w.ring999}</a>` : nothing}</p></section>`
}

/** The way there. @param {string} [person] @param {string} [visit] */
export const loneLink = (person, visit) => html`<p><a href=${address('lone', '', { person, visit })}>${words.app.lone.link}</a></p>`

/** @param {App} app */
export function lone(app) {
  const w = words.app.lone, s = stayOf(app), form = formOf(app), person = app.place.query.get('person') ?? ''
  return html`${back(address('today'), words.app.backToday)}<h1 class="nhsuk-heading-l">${w.title}</h1>
    ${form.error ? html`<p class="ds-banner ds-banner--bad" role="alert">${form.error}</p>` : nothing}
    ${s ? inside(app, s) : outside(app, person)}
    <p class="ds-banner ds-banner--warn">${w.notAService} <a href="tel:999">${w.ring999}</a></p>`
}

/** @param {App} app @param {any} s */
function inside(app, s) {
  const w = words.app.lone, { kind } = standing(s, teamOf(app, s), app.now()), busy = formOf(app).saving,
      home = s.home_of && app.get('patients', s.home_of)
  return html`<p class="ds-banner ${tone[kind]}" role="status">${sentence(app, s)}</p>
    ${home ? html`<p>${personName(home)}</p>` : s.place ? html`<p>${s.place}</p>` : nothing}
    ${s.pending ? html`<p>${w.notSent}</p>` : html`<p>${w.sent}</p>`}
    ${s.taken_by ? html`<p>${fill(w.takenBy, { who: app.nameOf(s.taken_by) })}</p>` : nothing}
    ${big(kind === 'help' ? w.safeOut : w.out, () => say(app, s, 'out'), { busy })}
    ${big(kind === 'help' ? w.safeIn : fill(w.longer, { n: 15 }), () => say(app, s, kind === 'help' ? 'safe' : 'stay', 15),
        { kind: 'secondary', busy })}
    ${kind === 'help' ? nothing : html`${big(fill(w.longer, { n: 30 }), () => say(app, s, 'stay', 30), { kind: 'secondary', busy })}
      ${big(w.panic, () => say(app, s, 'help'), { kind: 'warning', busy })}`}`
}

/** @param {App} app @param {string} person */
function outside(app, person) {
  const w = words.app.lone, form = formOf(app), home = person ? app.get('patients', person) : null, busy = form.saving
  const teams = app.me.teams.filter(t => app.get('teams', t))
  const said = () => ({ team: form.team || teams[0] || '', person: home?.id, visit: app.place.query.get('visit') || undefined,
    number: form.number ?? app.phone.ownNumber(), place: form.place, minutes: Number(form.minutes || 45) })
  const keep = () => { if (form.number !== undefined) app.phone.keepNumber(form.number.trim()) }
  return html`${home ? html`<p><strong>${personName(home)}</strong>${home.address ? html`, ${home.address}` : nothing}</p>` : nothing}
    ${choice({ name: 'minutes', legend: w.howLong, inline: true, required: true, value: String(form.minutes ?? 45),
      options: Object.fromEntries(lengths.map(n => [String(n), fill(w.minutes, { n })])), change: minutes => put(app, { minutes }) })}
    ${home ? nothing : field({ id: 'place', label: w.place, value: form.place ?? '', change: place => put(app, { place }) })}
    ${field({ id: 'number', label: w.number, type: 'tel', mode: 'tel', autocomplete: 'tel',
        value: form.number ?? app.phone.ownNumber(), change: number => put(app, { number }) })}
    ${teams.length > 1 ? select({ id: 'team', label: w.team, value: form.team || teams[0],
      options: teams.map(t => /** @type {[string, string]} */ ([t, app.get('teams', t)?.name ?? ''])), change: team => put(app,
          { team }) }) : nothing}
    ${big(w.goIn, () => { keep(); goIn(app, said()) }, { busy })}
    ${big(w.panic, () => { keep(); goIn(app, { ...said(), minutes: null, help: true }) }, { kind: 'warning', busy })}`
}
