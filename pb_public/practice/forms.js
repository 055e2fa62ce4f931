// @ts-check
// The forms behind the actions of an open handover. What is typed stays in inbox.form, so that nothing that
// arrives meanwhile takes it away.
import { described, errorOf, fieldGroup } from '../shared/ui/fields.js'
import { html, ifDefined, live, nothing } from '../shared/ui/html.js'
import { besideText } from './beside.js'
import { fill, word, words } from './words.js'

const w = words.practice

/** @typedef {import('./inbox.js').Inbox} Inbox */
/** @typedef {import('./inbox.js').Form} Form */

/** What a form lacks, by field. @param {Inbox} inbox @param {Form} form */
function problems(inbox, form) {
  const v = form.values, list = /** @type {{ field: string, text: string }[]} */ ([])
  const need = (/** @type {string} */ field, /** @type {string} */ text) => {
    if (!String(v[field] ?? '').trim()) list.push({ field, text }) }
  switch (form.kind) {
    case 'decline':
      need('cause', w.form.decline.needCause)
      need('reason', w.form.decline.need)
      need('text', w.form.decline.needInstead)
      break
    case 'stand_down': if (!v.with) need('reason', w.form.stand_down.need); break
    case 'answer':
      need('outcome', w.form.answer.need)
      if (v.outcome === 'more_work_asked') need('text', w.form.answer.needText)
      break
    case 'hand_on':
      need('to_team', w.form.hand_on.needTeam)
      need('reason', w.form.hand_on.need)
      if (voluntary(inbox, v.to_team)) need('safe_note', w.form.hand_on.needNote)
      break
    case 'convert': need('reason', w.form.convert.need); break
    case 'record_call':
      need('reached', w.form.record_call.need)
      if (v.reached === 'yes') need('name', w.form.record_call.needName)
      break
  }
  return list
}

/** @param {Inbox} inbox @param {string | undefined} team */
const voluntary = (inbox, team) => inbox.destinations.find(t => t.id === team)?.kind === 'voluntary'

/** What is sent. @param {Form} form */
function bodyOf(form) {
  const v = { ...form.values }
  if (form.kind === 'record_call') {
    v.reached = v.reached === 'yes'
    v.read_back = v.reached && Boolean(v.read_back)
  }
  if (form.kind === 'answer' && v.outcome !== 'more_work_asked') delete v.class
  return v
}

/** @param {Inbox} inbox @param {() => void} draw */
export function formView(inbox, draw) {
  const form = inbox.form
  if (!form) return nothing
  const texts = /** @type {Record<string, string>} */ (/** @type {any} */ (w.form)[form.kind])
  const send = async (/** @type {Event} */ e) => {
    e.preventDefault()
    form.problems = problems(inbox, form)
    draw()
    if (form.problems.length) return queueMicrotask(() => document.getElementById('problems')?.focus()) // once it is drawn
    await inbox.act(form.kind, bodyOf(form))
  }
  return html`<form class="pi-form pi-wide" novalidate aria-labelledby="form-title" @submit=${send}>
    <h2 id="form-title" tabindex="-1" data-focus="form">${texts.title}</h2>
    ${inbox.detail?.data && inbox.detail.data.version !== form.version
      ? html`<div class="ds-banner ds-banner--warn" role="alert"><p>${w.changedMeanwhile}</p></div>` : nothing}
    ${form.problems.length ? html`<div class="nhsuk-error-summary" id="problems" tabindex="-1" aria-labelledby="problems-title">
        <h3 class="nhsuk-error-summary__title" id="problems-title">${w.form.problem}</h3>
      <ul class="nhsuk-list nhsuk-error-summary__list">${form.problems.map(
        p => html`<li><a href=${`#f-${p.field}`} @click=${(/** @type {Event} */ e) => {
            e.preventDefault(); document.getElementById(`f-${p.field}`)?.focus() }}>${p.text}</a></li>`)}</ul></div>` : nothing}
    ${texts.hint ? html`<p class="nhsuk-hint">${texts.hint}</p>` : nothing}
    ${fields(inbox, form, draw)}
    <div class="ds-row"><button type="submit" class="nhsuk-button"
      ?disabled=${form.sending}>${form.sending ? w.working : texts.send}</button>
      <button type="button" class="nhsuk-button nhsuk-button--secondary" @click=${() => inbox.cancel()}>${w.form.cancel}</button></div>
  </form>`
}

/** @param {Inbox} inbox @param {Form} form @param {() => void} draw */
function fields(inbox, form, draw) {
  const f = w.form
  const v = form.values
  const set = (/** @type {string} */ name, /** @type {any} */ value) => { v[name] = value; draw() }
  const problem = (/** @type {string} */ name) => form.problems.find(p => p.field === name)?.text
  /** @param {string} name @param {string} label @param {{ lines?: number, hint?: string, most?: number, optional?: boolean }} [o] */
  const text = (name, label, { lines = 3, hint, most = 2000, optional = false } = {}) => {
    const wrong = problem(name), id = `f-${name}`
    const about = described({ id, hint, error: wrong })
    return fieldGroup({ id, label: `${label}${optional ? ` ${f.optional}` : ''}`, hint, error: wrong, control: lines > 1
      ? html`<textarea class="nhsuk-textarea" id=${id} rows=${lines} maxlength=${most} aria-describedby=${ifDefined(about)}
          aria-invalid=${wrong ? 'true' : nothing} .value=${live(v[name] ?? '')}
          @input=${(/** @type {any} */ e) => set(name, e.target.value)}></textarea>`
      : html`<input class="nhsuk-input" id=${id} maxlength=${most} autocomplete="off" aria-describedby=${ifDefined(about)}
          aria-invalid=${wrong ? 'true' : nothing} .value=${live(v[name] ?? '')}
          @input=${(/** @type {any} */ e) => set(name, e.target.value)}>` })
  }
  /** @param {string} name @param {string} label @param {[string, string][]} options */
  const choose = (name, label, options) => {
    const wrong = problem(name), id = `f-${name}`
    return fieldGroup({ id, label, error: wrong, control: html`<select class="nhsuk-select" id=${id}
        aria-describedby=${ifDefined(described({ id, error: wrong }))} aria-invalid=${wrong ? 'true' : nothing}
        @change=${(/** @type {any} */ e) => set(name, e.target.value)}>
      ${options.map(([value, shown]) => html`<option value=${value}
            ?selected=${(v[name] ?? '') === value}>${shown}</option>`)}</select>` })
  }
  switch (form.kind) {
    case 'decline': return html`${choose('cause', f.decline.cause, [['', f.decline.choose], ...Object.entries(words.declined)])}
      ${text('reason', f.decline.reason, { most: 1500 })}${text('text', f.decline.instead, { lines: 2, most: 400,
      hint: f.decline.insteadHint })}`
    case 'stand_down': {
      const joins = (inbox.detail?.data?.beside ?? []).filter(o => o.may_join)
      return html`${joins.length ? choose('with', f.stand_down.with, [['', f.stand_down.alone],
          ...joins.map(o => /** @type {[string, string]} */ ([o.id, besideText(o, inbox.now())]))]) : nothing}
        ${v.with ? text('reason', f.stand_down.more, { optional: true, lines: 2 }) : text('reason', f.stand_down.reason)}`
    }
    case 'confirm': return text('text', f.confirm.text, { optional: true, lines: 2 })
    case 'file': return nothing
    case 'convert': return html`${text('reason', f.convert.reason)}${text('text', f.convert.text)}`
    case 'answer': return html`${choose('outcome', f.answer.outcome, [['', f.answer.choose], ...Object.entries(words.common.outcomes)])}
      ${v.outcome === 'more_work_asked' ? choose('class', f.answer.class,
          ['SD', 'U2', 'R', 'I'].map(c => [c, words.common.classes[/** @type {'SD'} */ (c)]])) : nothing}
      ${text('text', v.outcome === 'more_work_asked' ? f.answer.ask : f.answer.text, { most: 4000 })}`
    case 'hand_on': return html`${choose('to_team', f.hand_on.team,
          [['', f.hand_on.choose], ...inbox.destinations.filter(t => t.id !== inbox.detail?.data?.to_team?.id)
          .map(t => /** @type {[string, string]} */ ([t.id, fill(f.hand_on.of, { team: t.name, kind: word(f.hand_on.kinds, t.kind) })]))])}
      ${text('reason', f.hand_on.reason)}${text('text', f.hand_on.text, { optional: true, lines: 2, most: 4000 })}
      ${voluntary(inbox, v.to_team) ? text('safe_note', f.hand_on.note, { hint: f.hand_on.noteHint, most: 1000 }) : nothing}`
    case 'record_call': {
      const wrong = problem('reached')
      return html`<fieldset class=${`nhsuk-form-group${wrong ? ' nhsuk-form-group--error' : ''}`}
          aria-describedby=${wrong ? 'f-reached-error' : nothing}>
          <legend class="nhsuk-label">${f.record_call.reached}</legend>${errorOf({ id: 'f-reached', error: wrong })}
        <div class="pi-checks">${(/** @type {['yes' | 'no', string][]} */ ([['yes', f.record_call.yes], ['no', f.record_call.no]]))
          .map(([value, shown]) => html`<label class="pi-check"><input type="radio" name="reached"
              id=${value === 'yes' ? 'f-reached' : 'f-reached-no'} value=${value} .checked=${live(v.reached === value)}
              @change=${() => set('reached', value)}>${shown}</label>`)}</div></fieldset>
        ${v.reached === 'yes' ? html`${text('name', f.record_call.name, { lines: 1, most: 200 })}${text('role', f.record_call.role,
              { lines: 1, most: 100, optional: true })}
          <div class="nhsuk-form-group"><label class="pi-check"><input type="checkbox" .checked=${live(Boolean(v.read_back))}
            @change=${(/** @type {any} */ e) => set('read_back', e.target.checked)}>${f.record_call.readBack}</label></div>` : nothing}
        ${text('text', f.record_call.text, { optional: true, lines: 2, most: 4000 })}<p class="nhsuk-hint">${f.record_call.at}</p>`
    }
  }
  return nothing
}

/** The name of the person a form would tell of is part of what a screen reader hears. @param {string} name */
export const takeOverText = name => fill(w.a.takeOver, { name })
