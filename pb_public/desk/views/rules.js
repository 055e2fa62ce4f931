// @ts-check
// The rules by which handovers are raised: each as a sentence and as it is written, who answers for it, and how it fares.
import { html, nothing } from '../../shared/ui/html.js'
import { date } from '../../shared/ui/format.js'
import { Refusal } from '../../shared/ui/session.js'
import { count, fill, word, words } from '../words.js'
import { button, nameOf, tag, troubleBox } from '../parts.js'

const w = words.desk.rules

/** @param {string} on 2026-03-02 */
const day = on => date(`${on}T12:00:00Z`)

/** Where what a rule raises goes. @param {string} to @param {{ id: string, name: string }[]} teams */
export const destination = (to, teams) => to.startsWith('team:') ? teams.find(t => t.id === to.slice(5))?.name ?? words.desk.unknown
  : word(w.destinations, to)

/** A rule as a sentence. @param {any} r @param {{ id: string, name: string }[]} teams */
export const sentence = (r, teams) => fill(r.unless ? w.sentenceUnless : w.sentence, { what: word(w.records, r.collection), title: r.title,
  class: word(words.common.classes, r.class), to: destination(r.destination, teams), ask: r.ask,
  back: r.window_days ? count(r.window_days, w.days) : w.twoDays })

/** @param {import('../desk-context.js').DeskContext} desk @returns {import('../desk-context.js').View} */
export function rules(desk) {
  /** @type {any[]} */ let items = []
  /** @type {import('../desk-context.js').Team[]} */ let teams = []
  let trouble = '', busy = ''
  const view = {
    title: w.title,
    async load() {
      const [kept, all] = await Promise.all([desk.session.get('/rules'), desk.teams()])
      items = kept.items
      teams = all
    },
    /** @param {any} r @param {'approve' | 'withdraw'} verb */
    async act(r, verb) {
      if (busy) return
      busy = r.id
      trouble = ''
      desk.redraw()
      try {
        await desk.session.post(`/rules/${r.id}/${verb}`, {})
        desk.say(fill(verb === 'approve' ? w.approved : w.withdrawn, { title: r.title }))
        await desk.readAgain(view)
      } catch (e) {
        if (!(e instanceof Refusal)) throw e
        trouble = e.message
        requestAnimationFrame(() => document.getElementById('rules-trouble')?.focus())
      } finally {
        busy = ''
        desk.redraw()
      }
    },
    draw: () => html`<p>${w.intro}</p>${troubleBox('rules-trouble', trouble)}
      <p class="ds-no-print"><a class="nhsuk-button" href="#/rule/new">${w.add}</a></p>
      <ul class="dk-list">${items.map(card)}</ul>`,
  }

  /** @param {any} r */
  const card = r => html`<li class="dk-card"><a href="#/rule/${r.id}"><strong>${r.title}</strong></a>
    <span class="ds-row">${tag(word(w.states, r.state), r.state === 'active' ? 'good' : 'info')}
      ${r.problem ? tag(fill(w.broken, { why: r.problem }), 'bad') : nothing}
      ${r.broke ? tag(fill(w.broke, { records: count(r.broke, w.records_n), why: r.fault_why ?? '' }), 'bad') : nothing}
      ${r.overdue ? tag(fill(w.reviewOverdue, { day: day(r.review_on) }), 'warn') : nothing}</span>
    <span>${sentence(r, teams)}</span>
    <code class="ds-pre">${r.trigger}</code>${r.unless ? html`<span>${w.unlessIt}</span><code class="ds-pre">${r.unless}</code>` : nothing}
    <span class="ds-soft">${[fill(w.version, { code: r.code, n: r.version }),
      r.owner ? fill(w.owner, { who: nameOf(r.owner) }) : w.noOwner,
      r.approved_by && fill(w.approvedBy, { who: nameOf(r.approved_by) }),
      r.review_on && !r.overdue && fill(w.review, { day: day(r.review_on) }),
      count(r.cases.length, w.cases), r.state === 'shadow' && count(r.shadow, w.would)].filter(Boolean).join(' · ')}</span>
    ${r.state === 'shadow' ? html`<span class="ds-row ds-no-print">
      ${r.approvable ? button(w.approve, { busy: busy === r.id, label: fill(w.approveOf, { title: r.title }),
        click: () => view.act(r, 'approve') })
        : r.problem ? nothing : html`<span class="ds-soft">${w.needsAnother}</span>`}
      ${button(w.withdraw, { kind: 'secondary', busy: busy === r.id, label: fill(w.withdrawOf, { title: r.title }),
        click: () => view.act(r, 'withdraw') })}</span>` : nothing}</li>`
  return view
}
