// @ts-check
// What the nurses of an organisation are asked at a visit, by its purpose: what ships, or questions of their own.
import { html, nothing } from '../../shared/ui/html.js'
import { templates as shipped } from '../../shared/templates.js'
import { count, fill, word, words } from '../words.js'
import { Refusal } from '../../shared/ui/session.js'
import { button, select, tag, textArea, textInput, troubleBox } from '../parts.js'
import { wrongFields } from '../../setup/description.js'
import { asksTheSame, edited, most, moved, startOf, withTemplate, wrongLimit } from '../template-form.js'
import { readOrganisations } from './organisations.js'

const w = words.administration.templates, purposes = words.app.purposes

/**
 * The templates of an organisation; undefined where there is no such one to set up.
 * @param {import('../desk-context.js').DeskContext} desk @param {string} id
 * @returns {Promise<import('../template-form.js').Template[] | undefined>}
 */
async function readTemplates(desk, id) {
  const stored = (await readOrganisations(desk)).find(o => o.id === id)
  return stored && (stored.values.templates ?? [])
}

/** @param {import('../desk-context.js').DeskContext} desk @param {string[]} args @returns {import('../desk-context.js').View} */
export function templates(desk, [id = '']) {
  /** @type {import('./organisations.js').Organisation | undefined} */ let stored
  const view = {
    title: w.title,
    back: { to: `organisation/${id}`, text: w.backToOrganisation },
    async load() {
      stored = (await readOrganisations(desk)).find(o => o.id === id)
      if (stored) view.title = fill(w.titleOf, { name: stored.values.name })
    },
    draw() {
      if (!stored) return html`<p>${words.desk.notFor.view}</p>`
      /** @type {import('../template-form.js').Template[]} */ const own = stored.values.templates ?? []
      return html`<p>${w.intro}</p><ul class="dk-list">${Object.keys(purposes).map(purpose => {
        const theirs = own.find(t => t.purpose === purpose), ours = shipped.find(t => t.purpose === purpose)
        return html`<li class="dk-card"><h2 class="nhsuk-heading-s nhsuk-u-margin-bottom-1"><a
            href="#/template/${id}/${purpose}">${word(purposes, purpose)}</a></h2>
          <span>${theirs ? tag(count(theirs.questions.length, w.own), 'info') : ours ? count(ours.questions.length, w.ships)
            : w.nothing}</span></li>`
      })}</ul>`
    },
  }
  return view
}

/** @param {import('../desk-context.js').DeskContext} desk @param {string[]} args @returns {import('../desk-context.js').View} */
export function template(desk, [id = '', purpose = '']) {
  /** @type {import('../template-form.js').Template[]} */ let own = []
  /** @type {import('../template-form.js').Edited[]} */ let questions = []
  let known = false, trouble = '', busy = false
  /** The limit that is no number. @type {ReturnType<typeof wrongLimit>} */ let limit = null
  const view = {
    title: fill(w.askedAt, { purpose: word(purposes, purpose) }),
    back: { to: `templates/${id}`, text: w.title },
    async load() {
      const stored = await readTemplates(desk, id)
      known = Boolean(stored) && purpose in purposes
      own = stored ?? []
      questions = startOf(purpose, own)
    },
    async refresh() { /* what is being typed stays */ },
    /** @param {import('../template-form.js').Edited[]} list @param {string} said */
    async send(list, said) {
      if (busy) return
      limit = wrongLimit(list)
      trouble = ''
      if (limit) return focusOn(limit.at, limit.name)
      busy = true
      desk.redraw()
      try {
        const stored = await readTemplates(desk, id) ?? [] // what somebody saved meanwhile for other purposes stays
        if (!asksTheSame(purpose, own, stored)) return refuse(w.changedMeanwhile)
        await desk.session.post(`/organisations/${id}`, { set: { templates: withTemplate(stored, purpose, list) } })
        desk.say(said)
        desk.go(`templates/${id}`, view)
      } catch (e) {
        if (!(e instanceof Refusal)) throw e
        refuse(wrongFields(e.body).get('templates') ?? e.message)
      } finally {
        busy = false
        desk.redraw()
      }
    },
    draw() {
      if (!known) return html`<p>${words.desk.notFor.view}</p>`
      const ours = shipped.some(t => t.purpose === purpose), theirs = own.some(t => t.purpose === purpose)
      return html`<p>${theirs ? w.isOwn : ours ? w.isShipped : w.isNothing}</p>${troubleBox('template-trouble', trouble)}
        <form novalidate @submit=${(/** @type {Event} */ e) => { e.preventDefault(); view.send(questions, w.saved) }}>
        <ol class="dk-list">${questions.map((q, i) => html`<li class="dk-card">${question(q, i)}</li>`)}</ol>
        ${questions.length < most ? html`<p>${button(w.add, { kind: 'secondary', click: () => {
          questions = [...questions, edited()]
          focusOn(questions.length - 1)
        } })}</p>` : html`<p>${fill(w.full, { n: most })}</p>`}
        <p class="ds-row">${button(w.save, { submit: true, busy })}
          ${theirs ? button(ours ? w.asShipped : w.askNothing, { kind: 'secondary', busy,
            click: () => view.send([], w.taken) }) : nothing}</p>
        </form>`
    },
  }

  /** @param {string} text */
  function refuse(text) {
    trouble = text
    requestAnimationFrame(() => document.getElementById('template-trouble')?.focus())
  }

  /** @param {number} i @param {string} [name] of the field */
  function focusOn(i, name = 'label') {
    desk.redraw()
    requestAnimationFrame(() => document.getElementById(`q${i}-${name}`)?.focus())
  }

  /** @param {number} i @param {number} by */
  function move(i, by) {
    questions = moved(questions, i, by)
    focusOn(i + by)
  }

  /** @param {import('../template-form.js').Edited} q @param {number} i */
  function question(q, i) {
    const n = i + 1
    const box = (/** @type {'label' | 'unit' | 'min' | 'max'} */ name, /** @type {string} */ label, /** @type {object} */ more = {}) =>
      textInput({ id: `q${i}-${name}`, label, value: q[name],
        error: limit?.question === q && limit.name === name ? w.wrongLimit : '', input: v => { q[name] = v }, ...more })
    return html`${box('label', fill(w.label, { n }), { wide: true, maxlength: 100 })}
      ${select({ id: `q${i}-kind`, label: fill(w.kind, { n }), value: q.kind, empty: words.desk.choose,
        options: Object.entries(w.kinds).map(([value, text]) => ({ value, text })), change: v => { q.kind = v; desk.redraw() } })}
      ${q.kind === 'number' ? html`${box('unit', fill(w.unit, { n }), { maxlength: 20 })}${box('min', fill(w.min, { n }),
        { inputmode: 'decimal', hint: w.likelyHint })}${box('max', fill(w.max, { n }), { inputmode: 'decimal' })}` : nothing}
      ${q.kind === 'choice' ? textArea({ id: `q${i}-options`, label: fill(w.options, { n }), hint: w.optionsHint, value: q.options, rows: 4,
        input: v => { q.options = v } }) : nothing}
      <p class="ds-row">${i > 0 ? button(fill(w.up, { n }), { kind: 'secondary', click: () => move(i, -1) }) : nothing}
        ${i < questions.length - 1 ? button(fill(w.down, { n }), { kind: 'secondary', click: () => move(i, 1) }) : nothing}
        ${button(fill(w.remove, { n }), { kind: 'secondary', click: () => {
          questions = questions.filter((_, j) => j !== i)
          focusOn(Math.max(0, i - 1))
        } })}</p>`
  }
  return view
}
