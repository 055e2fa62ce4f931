// @ts-check
// What became of my work: each change and how far it got, and what needs me, with what to do about it.
import { html, nothing, repeat } from '../../shared/ui/html.js'
import { personName, when } from '../../shared/ui/format.js'
import { conflict as isConflict, openIssue, setAside } from '../../shared/states.js'
import { fill, word, words } from '../../shared/ui/words.js'
import { address } from '../router.js'
import { notSaved } from '../sync-sentence.js'
import { back, banner, field, stateTag } from './parts.js'
import { unfinished } from './unfinished.js'

/** @typedef {import('../context.js').App} App */

/**
 * Once the offline lease has run out it still says what became of each change, but not about whom.
 * @param {App} app
 */
export function items(app) {
  const w = words.app.items
  const issues = app.locked ? [] : app.all('sync_issues').filter(openIssue)
  const list = [...app.items()].reverse()
  return html`${back(address('today'), words.app.backToday)}
    <h1 class="nhsuk-heading-l">${w.title}</h1>
    ${app.locked ? nothing : unfinished(app)}
    ${issues.length ? html`<h2 class="nhsuk-heading-m">${w.needYou}</h2>
        <ul class="app-list">${repeat(issues, i => i.id, i => issue(app, i))}</ul>` : nothing}
    <h2 class="nhsuk-heading-m">${w.all}</h2>
    ${list.length ? html`<ul class="app-list">${repeat(list.slice(0, 100), i => i.key, i => html`<li class="app-card">
      <span class="ds-row">${stateTag(i.state)}<strong>${word(w.kinds, i.kind)}</strong></span>
      ${i.patient && !app.locked ? html`<span>${nameOf(app, i.patient)}</span>`
        : nothing}<span class="ds-soft">${when(i.at, app.now())}</span>
      ${app.locked ? nothing : i.notes.map((/** @type {string} */ n) => html`<span>${n}</span>`)}
    </li>`)}</ul>` : html`<p>${w.none}</p>`}`
}

/** @param {App} app @param {string} patient */
function nameOf(app, patient) {
  const p = app.get('patients', patient)
  return p ? personName(p) : words.app.gonePerson
}

/** A value as people write it. @param {any} v @returns {string} */
export function shown(v) {
  if (v === null || v === undefined || v === '') return words.app.items.nothing
  if (typeof v === 'boolean') return v ? words.app.visit.yesNo.yes : words.app.visit.yesNo.no
  if (Array.isArray(v)) return v.map(shown).join(', ')
  if (typeof v === 'object') return Object.entries(v).map(([k, x]) => `${k.replaceAll('_', ' ')}: ${shown(x)}`).join('\n')
  return String(v)
}

/** @param {App} app @param {any} i */
function issue(app, i) {
  const w = words.app.items
  const name = words.app.fields[/** @type {'note'} */ (i.field)] ?? (i.field ?? '').replaceAll('_', ' ')
  return html`<li class="app-card app-card--late">
    <strong>${fill(w.issue[/** @type {'conflict'} */ (i.kind)] ?? w.issue.other, { field: name || w.record })}</strong>
    <span>${i.patient ? nameOf(app, i.patient) : ''} <span class="ds-soft">${when(i.opened_at, app.now())}</span></span>
    ${i.hidden ? html`<span>${w.hidden}</span>` : isConflict(i) ? conflict(app, i) : other(app, i)}
  </li>`
}

/** Both values, who wrote them and when: mine to decide, or the lead's. @param {App} app @param {any} i */
function conflict(app, i) {
  const w = words.app.items
  const side = (/** @type {string} */ title, /** @type {any} */ value, /** @type {string} */ by, /** @type {string} */ at) =>
    html`<div class="app-side"><strong>${title}</strong>
    <span class="ds-soft">${by ? fill(w.by, { name: by === app.me.id ? w.you : app.nameOf(by), at: when(at, app.now()) })
      : ''}</span><span class="ds-pre">${shown(value)}</span></div>`
  const text = typeof i.lost === 'string' || typeof i.kept === 'string'
  const whole = i.policy === 'retract' || i.policy === 'retracted' // whether the record stands
  const settle = (/** @type {any} */ value) => resolve(app, i, whole ? { retract: value } : { [i.field]: value })
  return html`<div class="app-sides">${side(w.before, i.before, '', '')}${side(w.kept, i.kept, i.kept_by, i.kept_at)}${side(w.lost, i.lost,
        i.lost_by, i.lost_at)}</div>
    ${i.policy === 'latest' ? html`<p class="ds-soft">${w.latest}</p>` : nothing}
    <div class="ds-row">
      <button class="nhsuk-button nhsuk-button--secondary" type="button"
        @click=${() => settle(whole ? i.policy === 'retracted' : i.kept)}>${w.keepStored}</button>
      <button class="nhsuk-button nhsuk-button--secondary" type="button"
        @click=${() => settle(whole ? i.policy === 'retract' : i.lost)}>${w.takeOther}</button>
      ${text && !whole
        ? html`<button class="nhsuk-button nhsuk-button--secondary" type="button"
          @click=${() => settle([i.kept, i.lost].filter(Boolean).join('\n'))}>${w.keepBoth}</button>` : nothing}
    </div>${failed(app, i)}`
}

/** A value set aside, or a whole change kept in quarantine. @param {App} app @param {any} i */
function other(app, i) {
  const w = words.app.items
  const form = app.forms.get(`issue:${i.id}`) ?? { value: typeof i.content === 'string' || typeof i.content === 'number'
      ? String(i.content) : '' }
  const put = (/** @type {any} */ change) => { app.forms.set(`issue:${i.id}`, { ...form, ...change }); app.redraw() }
  return html`<span>${i.message}</span>
    ${i.content === undefined || i.content === null ? nothing
      : html`<span class="ds-pre ds-soft">${fill(w.sent, { value: shown(i.content) })}</span>`}
    ${i.fix === 'edit' && setAside(i)
      ? html`${field({ id: `fix-${i.id}`, label: w.correct, value: form.value, change: value => put({ value }) })}
      <div class="ds-row"><button class="nhsuk-button" type="button"
        @click=${() => resolve(app, i, { [i.field]: corrected(i.content, form.value) })}>${w.send}</button>
      <button class="nhsuk-button nhsuk-button--secondary" type="button"
        @click=${() => resolve(app, i, {})}>${w.letGo}</button></div>${failed(app, i)}`
    : banner(i.fix === 'none' ? w.waits : w.lead)}`
}

/** A number stays a number. @param {any} sent @param {string} text */
function corrected(sent, text) {
  const t = text.trim().replace(',', '.')
  return /^-?\d+(\.\d+)?$/.test(t) && typeof sent !== 'boolean' ? Number(t) : text
}

/** @param {App} app @param {any} i */
function failed(app, i) {
  const error = app.forms.get(`issue:${i.id}`)?.error
  return error ? banner(error, 'bad') : nothing
}

/** @param {App} app @param {any} i @param {Record<string, any>} set */
async function resolve(app, i, set) {
  try {
    await app.record([{ op: 'resolve', issue: i.id, ...(i.patient ? { patient: i.patient } : {}), set }])
    app.forms.delete(`issue:${i.id}`)
    app.say(words.app.items.decided)
  } catch (e) {
    app.forms.set(`issue:${i.id}`, { ...app.forms.get(`issue:${i.id}`), error: notSaved(e) })
    app.redraw()
  }
}
