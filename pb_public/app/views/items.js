// @ts-check
// What became of my work: each change and how far it got, and what needs me, with what to do about it.
import { html, nothing, repeat } from '../../shared/ui/html.js'
import { personName, when } from '../../shared/ui/format.js'
import { conflict as isConflict, setAside } from '../../shared/states.js'
import { fill, word, words } from '../../shared/ui/words.js'
import { address } from '../router.js'
import { notSaved } from '../sync-sentence.js'
import { mineToDecide } from '../model/issues.js'
import { changeLines, fieldName, isMoment, isProse, shownMessage, shownValue } from '../model/values.js'
import { back, banner, field, stateTag } from './parts.js'
import { unfinished } from './unfinished.js'

/** @typedef {import('../context.js').App} App */

/**
 * Once the offline lease has run out it still says what became of each change, but not about whom.
 * @param {App} app
 */
export function items(app) {
  const w = words.app.items
  const issues = app.locked ? [] : app.all('sync_issues').filter(i => mineToDecide(i, app.me))
  const list = named(app.items()).reverse()
  return html`${back(address('today'), words.app.backToday)}
    <h1 class="nhsuk-heading-l">${w.title}</h1>
    ${app.locked ? nothing : unfinished(app)}
    ${issues.length ? html`<h2 class="nhsuk-heading-m">${w.needYou}</h2>
        <ul class="app-list">${repeat(issues, i => i.id, i => issue(app, i))}</ul>` : nothing}
    <h2 class="nhsuk-heading-m">${w.all}</h2>
    ${list.length ? html`<ul class="app-list">${repeat(list.slice(0, 100), i => i.key, i => row(app, i))}</ul>` : html`<p>${w.none}</p>`}`
}

/** Own work, oldest first; what changes a record that is in it already says so. @param {any[]} list */
function named(list) {
  /** @type {Set<string>} */ const known = new Set()
  return list.map(item => {
    const again = item.records.some((/** @type {string} */ r) => known.has(r)) && item.kind !== 'decision'
    for (const r of item.records) known.add(r)
    return { ...item, kind: again && `${item.kind}_again` in words.app.items.kinds ? `${item.kind}_again` : item.kind }
  })
}

/** @param {App} app @param {any} item */
function row(app, item) {
  const w = words.app.items, kind = word(w.kinds, item.kind), name = item.patient && !app.locked ? nameOf(app, item.patient) : ''
  const href = app.locked ? '' : hrefOf(app, item)
  return html`<li class="app-card">
    <span class="ds-row">${stateTag(item.state, item.state === 'seen' && item.seenBy ? fill(w.seenBy, { team: item.seenBy }) : '')}
      <strong>${href ? html`<a href=${href}>${name ? fill(w.about, { kind, name }) : kind}</a>` : kind}</strong></span>
    ${name && !href ? html`<span>${name}</span>` : nothing}
    <span class="ds-soft">${when(item.at, app.now())}</span>
    ${app.locked ? nothing : item.notes.map((/** @type {string} */ n) => html`<span>${n}</span>`)}
  </li>`
}

/** Where what was done can be looked at; "" where nothing of it is on the phone. @param {App} app @param {any} item */
function hrefOf(app, item) {
  if (app.me.view !== 'clinical') return ''
  const visit = item.records.find((/** @type {string} */ r) => r.startsWith('visits/') && app.get('visits', r.slice('visits/'.length)))
  if (visit) return address('visit-read', visit.slice('visits/'.length))
  return item.patient && app.get('patients', item.patient) ? address('person', item.patient) : ''
}

/** @param {App} app @param {string} patient */
function nameOf(app, patient) {
  const p = app.get('patients', patient)
  return p ? personName(p) : words.app.gonePerson
}

/** @param {App} app @param {any} i */
function issue(app, i) {
  const w = words.app.items
  return html`<li class="app-card app-card--late">
    <strong>${fill(w.issue[/** @type {'conflict'} */ (i.kind)] ?? w.issue.other, { field: fieldName(i.field) })}</strong>
    <span>${i.patient ? nameOf(app, i.patient) : ''} <span class="ds-soft">${when(i.opened_at, app.now())}</span></span>
    ${i.hidden ? html`<span>${w.hidden}</span>` : isConflict(i) ? conflict(app, i) : other(app, i)}
  </li>`
}

/** Both values, who wrote them and when: mine to decide, or the lead's. @param {App} app @param {any} i */
function conflict(app, i) {
  const w = words.app.items
  const value = (/** @type {any} */ v) => shownValue(app, i.field ?? '', v)
  const side = (/** @type {string} */ title, /** @type {any} */ v, /** @type {string} */ by, /** @type {string} */ at) =>
    html`<div class="app-side"><strong>${title}</strong>
    <span class="ds-soft">${by ? fill(w.by, { name: by === app.me.id ? w.you : app.nameOf(by), at: when(at, app.now()) })
      : ''}</span><span class="ds-pre">${value(v)}</span></div>`
  const whole = i.policy === 'retract' || i.policy === 'retracted' // whether the record stands
  const both = !whole && isProse(i.field) && [i.kept, i.lost].every(v => typeof v === 'string' && v)
  const moments = !whole && [i.kept, i.lost].every(isMoment)
  const settle = (/** @type {any} */ v) => resolve(app, i, whole ? { retract: v } : { [i.field]: v })
  const choose = (/** @type {string} */ text, /** @type {any} */ v) =>
    html`<button class="nhsuk-button nhsuk-button--secondary" type="button" @click=${() => settle(v)}>${text}</button>`
  return html`<div class="app-sides">${side(w.before, i.before, '', '')}${side(w.kept, i.kept, i.kept_by, i.kept_at)}${side(w.lost, i.lost,
        i.lost_by, i.lost_at)}</div>
    ${i.policy === 'latest' ? html`<p class="ds-soft">${w.latest}</p>` : nothing}
    ${moments ? html`<p>${w.whichTime}</p>` : nothing}
    <div class="ds-row">
      ${choose(moments ? value(i.kept) : w.keepStored, whole ? i.policy === 'retracted' : i.kept)}
      ${choose(moments ? value(i.lost) : w.takeOther, whole ? i.policy === 'retract' : i.lost)}
      ${both ? choose(w.keepBoth, `${i.kept}\n${i.lost}`) : nothing}
    </div>${failed(app, i)}`
}

/** A value set aside, or a whole change kept in quarantine. @param {App} app @param {any} i */
function other(app, i) {
  const w = words.app.items
  const form = { value: typeof i.content === 'string' || typeof i.content === 'number' ? String(i.content) : '',
    ...app.forms.get(`issue:${i.id}`) }
  const put = (/** @type {any} */ change) => { app.forms.set(`issue:${i.id}`, { ...form, ...change }); app.redraw() }
  const steps = changeLines(app, i.content)
  return html`<span>${shownMessage(app, i)}</span>
    ${steps.map(step => html`<div class="app-side"><strong>${step.title}</strong>
      ${step.lines.map(line => html`<span class="ds-pre">${line}</span>`)}</div>`)}
    ${steps.length || i.content === undefined || i.content === null || !i.field ? nothing
      : html`<span class="ds-pre ds-soft">${fill(w.sent, { value: shownValue(app, i.field, i.content) })}</span>`}
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
  const key = `issue:${i.id}`
  if (app.forms.get(key)?.saving) return // a second tap records nothing more
  app.forms.set(key, { ...app.forms.get(key), saving: true, error: '' })
  try {
    await app.record([{ op: 'resolve', issue: i.id, ...(i.patient ? { patient: i.patient } : {}), set }])
    app.forms.delete(key)
    app.say(words.app.items.decided)
  } catch (e) {
    app.forms.set(key, { ...app.forms.get(key), saving: false, error: notSaved(e) })
    app.redraw()
  }
}
