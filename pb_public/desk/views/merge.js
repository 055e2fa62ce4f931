// @ts-check
// Two registrations that may be of one person, side by side: what the one that stays takes over, what moves to it, and the
// decision.
import { html, nothing } from '../../shared/ui/html.js'
import { personName } from '../../shared/ui/format.js'
import { count, fill, word, words } from '../words.js'
import { Refusal } from '../../shared/ui/session.js'
import { button, nameOf, personFacts, radios, troubleBox } from '../parts.js'
import { readable } from '../values.js'

const w = words.desk.merge

/** In this order it is said what moves. */
const moving = /** @type {const} */ (['visits', 'observations', 'checkins', 'goals', 'goal_steps', 'handovers', 'visit_plans'])

/** @param {import('../desk-context.js').DeskContext} desk @param {string[]} args @returns {import('../desk-context.js').View} */
export function merge(desk, [dead = '', into = '']) {
  /** @type {any} */ let plan = null
  /** @type {Record<string, string>} by field, whose value counts */ const choose = {}
  let trouble = '', busy = false
  const view = {
    title: w.title,
    back: { to: `person/${into}`, text: w.back },
    async load() {
      ;[plan] = await Promise.all([desk.session.post(`/people/${dead}/merge`, { into, preview: true }),
        desk.fields(), desk.teams(), desk.staff()])
    },
    async refresh() { /* what was chosen stays */ },
    async decide() {
      if (busy) return
      busy = true
      trouble = ''
      desk.redraw()
      try {
        await desk.session.post(`/people/${dead}/merge`, { into, choose })
        desk.say(w.done)
        desk.go(`person/${into}`, view)
      } catch (e) {
        if (!(e instanceof Refusal)) throw e
        trouble = e.message
      } finally {
        busy = false
        desk.redraw()
        if (trouble) requestAnimationFrame(() => document.getElementById('merge-trouble')?.focus())
      }
    },
    draw() {
      if (!plan) return html`<p>${words.desk.loading}</p>`
      const moves = moving.filter(name => plan.records[name])
      return html`<p>${w.intro}</p>${troubleBox('merge-trouble', trouble)}
        <ul class="dk-list">${[[w.stays, plan.survivor], [w.goes, plan.dead]].map(([text, who]) => html`<li class="dk-card">
          <h2 class="nhsuk-heading-s">${text}: ${personName(who)}</h2>${personFacts(who)}</li>`)}</ul>
        <p><a href="#/merge/${into}/${dead}">${w.swap}</a></p>
        <h2 class="nhsuk-heading-m">${w.differs}</h2>
        ${plan.fields.length ? html`<ul class="dk-list">${plan.fields.map((/** @type {any} */ f) => html`<li class="dk-card"
          data-field=${f.field}>${f.open ? chosen(f) : taken(f)}</li>`)}</ul>` : html`<p>${w.same}</p>`}
        <h2 class="nhsuk-heading-m">${w.moves}</h2>
        ${moves.length ? html`<ul>${moves.map(name => html`<li>${count(plan.records[name], w.counts[name])}</li>`)}</ul>`
          : html`<p>${w.nothingMoves}</p>`}
        <p>${fill(w.teams, { teams: plan.teams.map((/** @type {any} */ t) => nameOf(t)).join(', ') })} ${w.phones}</p>
        <p class="ds-row">${button(w.button, { kind: 'warning', busy, click: () => view.decide() })}
          <a class="nhsuk-button nhsuk-button--secondary" href="#/person/${into}">${words.desk.cancel}</a></p>`
    },
  }

  /** @param {string} field */
  const label = field => word(words.desk.correct.labels, field)

  /** @param {string} field @param {any} value */
  function shown(field, value) {
    if (value === null || value === undefined) return w.nothing
    if (field === 'spo2_scale') return fill(w.scale, { scale: value.scale, reason: value.reason ?? w.nothing })
    return typeof value === 'string' && plan.names[value] || readable(desk, 'patients', field, value)
  }

  /** What nobody has to choose. @param {any} f */
  const taken = f => html`<h3 class="nhsuk-heading-s">${label(f.field)}</h3>${f.field === 'consent' ? html`<p>${w.consent}</p>`
    : html`<dl class="dk-values"><div><dt>${w.takes}</dt>
      <dd>${shown(f.field, choose[f.follows] ? f[choose[f.follows]] : f.takes)}</dd></div></dl>`}`

  /** @param {any} f */
  const chosen = f => radios({ name: f.field, legend: fill(w.choose, { field: label(f.field) }), value: choose[f.field] ?? 'survivor',
    options: [{ value: 'survivor', text: shown(f.field, f.survivor), hint: w.inStaying },
      { value: 'dead', text: shown(f.field, f.dead), hint: w.inOther }],
    change: v => { choose[f.field] = v; desk.redraw() } })
  return view
}

/** What somebody is told who made two of one: what did not go back to what it was. @param {any} answer */
export function undone({ stays, without }) {
  const fields = /** @param {string[]} list */ list => list.map(f => word(words.desk.correct.labels, f)).join(', ')
  return [w.undone, stays.length > 0 && fill(w.stayed, { fields: fields(stays) }),
    without.length > 0 && fill(w.without, { fields: fields(without) })].filter(Boolean).join(' ')
}

/**
 * The registrations that were made one with a person's, each with the way back.
 * @param {import('../desk-context.js').DeskContext} desk @param {any[]} merged @param {string} asked the one of which it is asked whether
 *   it should be undone @param {{ ask: (id: string) => void, undo: (id: string) => void, busy: boolean, at: (stamp: string) => string }} o
 */
export const mergedOnes = (desk, merged, asked, o) => merged.length && desk.isClinical
  ? html`<ul class="dk-list ds-no-print">${merged.map(m => html`<li class="dk-card">
      <p>${fill(w.merged, { name: personName(m), at: o.at(m.at), who: nameOf(m.by) })}</p>
      ${asked === m.id ? html`<section class="dk-second" id="undoing" tabindex="-1" aria-label=${w.undo}><p>${w.undoMeans}</p>
          ${button(w.undoNow, { kind: 'warning', busy: o.busy, click: () => o.undo(m.id) })}
          ${button(words.desk.cancel, { kind: 'secondary', click: () => o.ask('') })}</section>`
        : html`<p>${button(w.undo, { kind: 'secondary', label: `${w.undo}: ${personName(m)}`,
            click: () => o.ask(m.id) })}</p>`}</li>`)}</ul>`
  : nothing
