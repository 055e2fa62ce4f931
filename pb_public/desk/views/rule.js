// @ts-check
// A new version of a rule: written, looked at, tried over the records of the last days, and kept in shadow until somebody else
// approves it.
import { html, nothing } from '../../shared/ui/html.js'
import { date, day as dayOf } from '../../shared/ui/format.js'
import { now } from '../../shared/ui/now.js'
import { Refusal } from '../../shared/ui/session.js'
import { count, fill, word, words } from '../words.js'
import { button, select, tag, textArea, textInput, troubleBox } from '../parts.js'
import { sentence } from './rules.js'

const w = words.desk.rules
const every = 1000 // ms between two looks at how far a backtest is

/** @param {import('../desk-context.js').DeskContext} desk @param {string[]} args @returns {import('../desk-context.js').View} */
export function rule(desk, [id = '']) {
  /** @type {any} */ let form = null
  /** @type {any[]} */ let fields = []
  /** @type {import('../desk-context.js').Team[]} */ let teams = []
  /** @type {any} */ let looked = null
  /** @type {any} */ let tried = null
  let trouble = '', wrong = '', busy = false, days = '30', closed = false

  const view = {
    title: w.newTitle,
    back: { to: 'rules', text: w.back },
    async load() {
      const [kept, all] = await Promise.all([desk.session.get('/rules'), desk.teams()])
      fields = kept.fields
      teams = all
      if (form) return
      const r = kept.items.find((/** @type {any} */ x) => x.id === id)
      if (r) view.title = fill(w.changeTitle, { title: r.title })
      form = { code: r?.code ?? '', title: r?.title ?? '', collection: r?.collection ?? 'visits',
        trigger: r?.trigger ?? '', unless: r?.unless ?? '',
        window_days: String(r?.window_days ?? ''), class: r?.class ?? 'R', destination: r?.destination ?? 'practice', ask: r?.ask ?? '',
        review_on: `${Number(dayOf(now()).slice(0, 4)) + 1}${dayOf(now()).slice(4).replace('02-29', '02-28')}`,
        cases: r?.cases.length ? JSON.stringify(r.cases, null, 2) : '' }
    },
    async refresh() {},
    close() { closed = true },
    /** What is sent; null where the golden cases are no list. */
    body() {
      try {
        const cases = form.cases.trim() ? JSON.parse(form.cases) : []
        if (!Array.isArray(cases)) throw new SyntaxError()
        return { ...form, window_days: Number(form.window_days) || 0, cases }
      } catch (e) {
        if (!(e instanceof SyntaxError)) throw e
        refuse(w.casesWrong, 'cases')
        return null
      }
    },
    /** @param {string} field @param {string} value */
    put(field, value) {
      form[field] = value
      trouble = wrong = ''
      looked = null
      desk.redraw()
    },
    /** @param {(body: any) => Promise<void>} send */
    async decide(send) {
      const body = view.body()
      if (busy || !body) return
      busy = true
      trouble = wrong = ''
      desk.redraw()
      try {
        await send(body)
      } catch (e) {
        if (!(e instanceof Refusal)) throw e
        refuse(e.message, e.body.fields?.[0]?.field ?? '')
      } finally {
        busy = false
        desk.redraw()
      }
    },
    async look() { await view.decide(async body => { looked = await desk.session.post('/rules', { ...body, preview: true }) }) },
    async save() {
      await view.decide(async body => {
        await desk.session.post('/rules', body)
        desk.say(fill(w.kept, { title: form.title }))
        desk.go('rules', view)
      })
    },
    async tryIt() {
      await view.decide(async body => {
        tried = await desk.session.post('/rules/backtests', { rule: body, days: Number(days) || 0 })
        follow()
      })
    },
    draw: () => form ? drawForm() : nothing,
  }

  /** @param {string} message @param {string} field */
  const refuse = (message, field) => {
    trouble = message
    wrong = field
    desk.redraw()
    requestAnimationFrame(() => document.getElementById('rule-trouble')?.focus())
  }

  /** Asks how far the backtest is until it is done. */
  const follow = () => setTimeout(async () => {
    if (closed || tried?.state !== 'running') return
    try {
      tried = await desk.session.get(`/rules/backtests/${tried.id}`)
    } catch (e) {
      if (!(e instanceof Refusal)) throw e
      if (e.status === 404) tried = { ...tried, state: 'failed', why: w.lost }
    }
    desk.redraw()
    follow()
  }, every)

  /** @param {string} field */
  const of = field => ({ id: `rule-${field}`, error: wrong === field ? trouble : undefined })
  /** @param {string} name @param {any} [more] */
  const text = (name, more = {}) => textInput({ ...of(name), label: w.labels[/** @type {'code'} */ (name)], value: form[name],
    hint: w.hints[/** @type {'code'} */ (name)], input: v => view.put(name, v), ...more })
  /** @param {string} name @param {number} rows */
  const area = (name, rows) => textArea({ ...of(name), label: w.labels[/** @type {'code'} */ (name)],
    hint: w.hints[/** @type {'code'} */ (name)], value: form[name], rows, input: v => view.put(name, v) })
  /** @param {string} name @param {Record<string, string>} options */
  const choice = (name, options) => select({ ...of(name), label: w.labels[/** @type {'code'} */ (name)], value: form[name],
    options: Object.entries(options).map(([value, t]) => ({ value, text: t })), change: v => view.put(name, v) })

  const drawForm = () => html`<form novalidate @submit=${(/** @type {Event} */ e) => { e.preventDefault(); view.save() }}>
    ${troubleBox('rule-trouble', trouble)}
    ${form.title && form.ask ? html`<p class="ds-banner">${sentence({ ...form, window_days: Number(form.window_days) || 0 },
      teams)}</p>` : nothing}
    ${text('title')}${text('code')}${choice('collection', w.records)}
    ${area('trigger', 4)}${area('unless', 5)}${text('window_days', { inputmode: 'numeric' })}
    ${types()}
    ${choice('class', words.common.classes)}
    ${choice('destination', { ...w.destinations, ...Object.fromEntries(teams.map(t => [`team:${t.id}`, t.name])) })}
    ${area('ask', 2)}${text('review_on', { type: 'date' })}${area('cases', 10)}
    <p>${button(w.look, { kind: 'secondary', busy, click: () => view.look() })}</p>
    <div role="status">${looked ? drawLooked() : nothing}</div>
    ${textInput({ id: 'rule-days', label: w.tryDays, hint: w.tryHint, inputmode: 'numeric', value: days, input: v => { days = v } })}
    <p>${button(w.tryIt, { kind: 'secondary', busy: busy || tried?.state === 'running', click: () => view.tryIt() })}</p>
    ${tried ? drawTried() : nothing}
    <p class="ds-row">${button(w.save, { submit: true, busy })}</p><p class="ds-soft">${w.saveMeans}</p></form>`

  const types = () => html`<details class="nhsuk-details"><summary class="nhsuk-details__summary"><span
      class="nhsuk-details__summary-text">${w.types}</span></summary><div class="nhsuk-details__text"><p>${w.typesMore}</p>
    ${[form.collection, 'patients'].map(c => html`<h3 class="nhsuk-heading-s">${c === 'patients' ? 'patient' : 'record'}</h3>
      <ul class="dk-tight">${fields.filter(f => f.collection === c).map(f => html`<li><code>${f.name}</code>: ${word(w.kinds, f.kind)}${
        f.values?.length ? html` (${f.values.join(', ')})` : nothing}</li>`)}</ul>`)}</div></details>`

  const drawLooked = () => html`<p>${looked.problem ? tag(fill(w.broken, { why: looked.problem }), 'bad')
      : tag(w.runs, 'good')}</p>
    <ul class="dk-tight">${looked.cases.map((/** @type {any} */ c) => html`<li>${c.problem ? tag(w.caseFails, 'bad')
      : c.holds === c.wanted ? tag(w.casePasses, 'good') : tag(w.caseFails, 'bad')} ${c.name}${
        c.problem ? `: ${c.problem}` : ''}</li>`)}</ul>`

  const drawTried = () => html`<section aria-labelledby="tried"><h2 class="nhsuk-heading-m" id="tried">${w.tried}</h2>
    ${tried.state === 'running' ? html`<label for="rule-progress">${fill(w.progress, { n: tried.done, of: tried.all })}</label>
      <progress id="rule-progress" max=${Math.max(1, tried.all)} value=${tried.done}></progress>`
      : tried.state === 'failed' ? html`<p role="status">${tag(tried.why || w.lost, 'bad')}</p>`
      : html`<p role="status">${fill(w.triedOf, { from: date(tried.from), to: date(tried.to), people: count(tried.people, w.people) })}</p>
        ${tried.broke ? html`<p>${tag(fill(w.broke, { records: count(tried.broke, w.records_n), why: tried.why }),
          'bad')}</p>` : nothing}
        ${tried.cut ? html`<p>${count(tried.cut, w.cut)}</p>` : nothing}
        ${table(w.byRule, [w.rule, w.inForce, w.asked], tried.totals.map((/** @type {any} */ r) => [r.code, r.in_force, r.asked]))}
        ${tried.rows.length ? table(w.byDay, [w.day, w.practice, w.inForce, w.asked], tried.rows.map((/** @type {any} */ r) =>
          [date(`${r.day}T12:00:00Z`), r.practice, r.in_force, r.asked])) : nothing}
        ${tried.more ? html`<p>${w.more}</p>` : nothing}`}</section>`

  /** @param {string} caption @param {string[]} heads @param {any[][]} rows */
  const table = (caption, heads, rows) => html`<div class="su-wide" tabindex="0" role="region"
      aria-label=${caption}><table class="nhsuk-table">
    <caption class="nhsuk-table__caption">${caption}</caption>
    <thead><tr>${heads.map(h => html`<th scope="col">${h}</th>`)}</tr></thead>
    <tbody>${rows.map(r => html`<tr>${r.map(c => html`<td>${c}</td>`)}</tr>`)}</tbody></table></div>`
  return view
}
