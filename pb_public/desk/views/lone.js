// @ts-check
// Who is alone somewhere: of whom there is an alarm, who is in, and what was over lately. That nobody was heard says nothing
// about how they are, and is never shown as safe.
import { html, nothing } from '../../shared/ui/html.js'
import { clock, personName, when } from '../../shared/ui/format.js'
import { now } from '../../shared/ui/now.js'
import { Refusal } from '../../shared/ui/session.js'
import { wrongFields } from '../../setup/description.js'
import { heardText, leftText, loneTold } from '../lone-words.js'
import { fill, word, words } from '../words.js'
import { button, deadline, group, nameOf, tag, textInput, troubleBox } from '../parts.js'

const w = words.desk.lone

/** @param {import('../desk-context.js').DeskContext} desk @returns {import('../desk-context.js').View} */
export function lone(desk) {
  /** @type {any[]} */ let items = []
  /** @type {any[]} */ let closed = []
  let more = false, trouble = '', busy = false
  /** What is being written about somebody. @type {{ id: string, kind: string, text: string, minutes: string } | null} */
  let writing = null
  /** What is wrong beside which field. @type {Map<string, string>} */ let wrong = new Map()
  const view = {
    title: w.title,
    back: { to: 'start', text: w.back },
    async load() {
      const list = await desk.session.get('/lone')
      items = list.items
      closed = list.closed
      more = list.more
    },
    async refresh() { await view.load() },
    /** @param {string} id @param {{ kind: string, text?: string, minutes?: number }} body */
    async act(id, body) {
      if (busy) return
      const sent = writing
      busy = true
      trouble = ''
      wrong = new Map()
      desk.redraw()
      try {
        await desk.session.post(`/lone/${id}`, body)
        if (writing === sent) writing = null // what was begun meanwhile stays
        desk.say(word(w.did, body.kind))
      } catch (e) {
        if (!(e instanceof Refusal)) throw e
        trouble = e.message
        wrong = wrongFields(e.body)
        requestAnimationFrame(() => document.getElementById('lone-trouble')?.focus())
      }
      busy = false
      await desk.readAgain(view)
    },
    draw: () => html`<p>${w.intro}</p><p class="ds-banner ds-banner--warn">${w.notAService}</p>${troubleBox('lone-trouble', trouble)}
      ${items.length ? html`<ul class="dk-list">${items.map(card)}</ul>` : html`<p class="ds-banner ds-banner--good">${w.none}</p>`}
      ${more ? html`<p>${w.more}</p>` : nothing}
      ${closed.length ? html`<h2 class="nhsuk-heading-m">${w.closedTitle}</h2><ul class="dk-list">${closed.map(over)}</ul>` : nothing}`,
  }

  /** Where, as far as the desk may know. @param {any} s */
  const where = s => [s.person && [personName(s.person), s.person.address, s.person.postcode].filter(Boolean).join(', '), s.place]
    .filter(Boolean).join(' · ') || w.nowhere

  /** @param {any} s */
  const card = s => {
    const who = nameOf(s.staff), own = s.staff?.id === desk.me
    const labelled = (/** @type {string} */ what) => ({ label: fill(w.labelled, { what, who }) })
    const open = (/** @type {string} */ kind) => ({ kind: /** @type {const} */ ('secondary'), ...labelled(word(w.acts, kind)),
        click: () => {
      writing = { id: s.id, kind, text: '', minutes: '' }
      trouble = ''
      wrong = new Map()
      desk.redraw()
      requestAnimationFrame(() => document.getElementById(kind === 'stays' ? 'lone-minutes' : 'lone-text')?.focus())
    } })
    const alarmed = s.alarm === 'panic' || s.coordinator_at
    return html`<li class="dk-card ${alarmed ? 'dk-card--late' : ''}" data-stay=${s.id}>
      <h2 class="nhsuk-heading-s nhsuk-u-margin-bottom-1">${who}${s.team ? html`<span class="ds-soft">, ${s.team.name}</span>`
          : nothing}</h2>
      <span>${s.alarm === 'panic' ? tag(w.panic, 'bad') : s.alarm ? tag(w.overdue, s.coordinator_at ? 'bad' : 'warn') : nothing}
        ${s.alarm === 'panic' ? fill(w.pressed, { at: when(s.panic_at) }) : s.due_out_at ? deadline(s.due_out_at) : w.noTime}</span>
      <span>${fill(w.wentIn, { at: when(s.went_in_at) })} ${where(s)}</span>
      ${s.safe_at ? html`<span>${fill(w.saidSafe, { at: when(s.safe_at) })}</span>` : nothing}
      <span>${heardText(s.heard_at, now())}</span>
      ${loneTold(s).map(t => html`<span class="ds-soft">${t}</span>`)}${left(s)}
      <span>${s.taken_by ? fill(w.takenBy, { who: nameOf(s.taken_by), at: clock(s.taken_at) }) : alarmed ? tag(w.nobodyHasIt, 'warn')
          : nothing}</span>
      ${s.number ? html`<span><a href="tel:${s.number.replaceAll(' ', '')}">${fill(w.ring, { who, number: s.number })}</a></span>`
          : html`<span>${w.noNumber}</span>`}
      ${s.steps.length ? html`<ol class="dk-tight">${s.steps.map(step)}</ol>` : nothing}
      ${own ? html`<p class="ds-soft">${w.yourself}</p>` : writing?.id === s.id ? form(s, who) : html`<p class="ds-row ds-no-print">
        ${s.taken_by?.id === desk.me ? nothing : button(w.acts.took, { busy, ...labelled(w.acts.took), click: () => view.act(s.id,
            { kind: 'took' }) })}
        ${button(w.acts.no_one, { kind: 'secondary', busy, ...labelled(w.acts.no_one), click: () => view.act(s.id, { kind: 'no_one' }) })}
        ${button(w.acts.rang, open('rang'))}${button(w.acts.stays, open('stays'))}
        ${button(w.acts.other, open('other'))}${button(w.acts.safe, open('safe'))}</p>`}</li>`
  }

  /** What left beyond this page. @param {any} s */
  const left = s => leftText(s, now()).map(l => l.bad ? html`<span>${tag(l.text, 'warn')}</span>` : html`<span
    class="ds-soft">${l.text}</span>`)

  /** @param {any} t */
  const step = t => html`<li>${fill(w.step, { at: clock(t.at), who: nameOf(t.by), what: word(w.steps, t.kind) })}${
    t.text ? `: ${t.text}` : ''}</li>`

  /** @param {any} s */
  const over = s => html`<li class="dk-card" data-stay=${s.id}><strong>${nameOf(s.staff)}</strong>
    <span>${s.out_at && s.closed_by?.id === s.staff?.id ? fill(w.outAt, { at: when(s.out_at), heard: clock(s.closed_at) })
      : fill(w.closedBy, { at: when(s.closed_at), who: nameOf(s.closed_by), why: s.why ?? '' })}</span>
    ${loneTold(s).map(t => html`<span class="ds-soft">${t}</span>`)}${left(s)}
    ${s.steps.length ? html`<ol class="dk-tight">${s.steps.map(step)}</ol>` : nothing}</li>`

  /** @param {any} s @param {string} who */
  const form = (s, who) => {
    const m = /** @type {NonNullable<typeof writing>} */ (writing)
    return html`<form class="dk-second" aria-label=${fill(w.labelled, { what: word(w.acts, m.kind),
        who })} @submit=${(/** @type {Event} */ e) => {
      e.preventDefault()
      view.act(s.id, { kind: m.kind, text: m.text, ...(m.kind === 'stays' && { minutes: Number(m.minutes) || 0 }) })
    }}>
      ${m.kind === 'stays' ? group({ id: 'lone-minutes', label: w.minutes, error: wrong.get('minutes'), control:
          html`<input class="nhsuk-input nhsuk-input--width-4" id="lone-minutes"
        inputmode="numeric" autocomplete="off" .value=${m.minutes} @input=${(/** @type {any} */ e) => {
          m.minutes = e.target.value }}>` }) : nothing}
      ${textInput({ id: 'lone-text', label: word(w.asks, m.kind), value: m.text, wide: true, maxlength: 500, error: wrong.get('text'),
        input: v => { m.text = v } })}
      <span class="ds-row">${button(word(w.acts, m.kind), { submit: true, busy })}
        ${button(w.cancel, { kind: 'secondary', click: () => { writing = null; trouble = ''; desk.redraw() } })}</span></form>`
  }
  return view
}
