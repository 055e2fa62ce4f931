// @ts-check
// The lists of people to keep in touch with: how each stands, and the form that makes or changes one.
import { html, nothing } from '../../shared/ui/html.js'
import { Refusal } from '../../shared/ui/session.js'
import { count, fill, words } from '../words.js'
import { button, select, tag, textArea, textInput, troubleBox } from '../parts.js'
import { newID } from '../ulid.js'

const w = words.desk.lists

/** @param {import('../desk-context.js').DeskContext} desk @returns {import('../desk-context.js').View} */
export function lists(desk) {
  /** @type {any[]} */ let items = []
  /** @type {import('../desk-context.js').Team[]} */ let teams = []
  /** What is being written. @type {any} */ let form = null
  /** @type {any} */ let preview = null
  /** The list that is about to end. */ let ending = ''
  let trouble = '', wrong = '', busy = false, turn = 0

  const empty = () => ({ id: '', fresh: newID(), team: teams[0]?.id ?? '', kept: 'hand', name: '', safe_name: '', rule: '',
    every_days: '14', review_days: '365', shown: desk.isClinical ? 'clinical' : 'all' })
  const view = {
    title: w.title,
    async load() {
      const [list, own] = await Promise.all([desk.session.get('/contact-lists'), desk.ownTeams()])
      items = list.items
      teams = own.filter(t => t.kind !== 'coordination')
    },
    async refresh() { if (!form && !ending) await view.load() },
    /** @param {boolean} only say whom the rule means */
    send: only => desk.session.post(form.id ? `/contact-lists/${form.id}` : '/contact-lists', { id: form.fresh, team: form.team,
      name: form.name, safe_name: form.shown === 'all' ? form.safe_name : '', rule: form.kept === 'rule' ? form.rule : '',
      every_days: Number(form.every_days) || 0, review_days: Number(form.review_days) || 0, shown: form.shown, preview: only }),
    /** @param {string} field @param {string} value */
    put(field, value) {
      form[field] = value
      trouble = wrong = ''
      if (field === 'rule' || field === 'team') { preview = null; turn++ }
      desk.redraw()
    },
    /** Asks whom the rule means, as it is written. */
    async look() {
      const mine = ++turn
      trouble = wrong = ''
      try {
        const answer = await view.send(true)
        if (mine === turn) preview = answer
      } catch (e) {
        if (!(e instanceof Refusal)) throw e
        if (mine === turn) refuse(e)
      }
      desk.redraw()
    },
    /** @param {() => Promise<any>} send @param {(answer: any) => string} say */
    async decide(send, say) {
      if (busy) return
      busy = true
      trouble = wrong = ''
      desk.redraw()
      try {
        desk.say(say(await send()))
        form = preview = null
        ending = ''
        await desk.readAgain(view)
      } catch (e) {
        if (!(e instanceof Refusal)) throw e
        refuse(e)
      } finally {
        busy = false
        desk.redraw()
      }
    },
    draw: () => form ? drawForm() : html`<p>${w.intro}</p>${troubleBox('lists-trouble', trouble)}
      ${items.length ? html`<ul class="dk-list">${items.map(card)}</ul>` : html`<p>${w.none}</p>`}
      ${teams.length ? html`<p class="ds-no-print">${button(w.add, { click: () => open(empty()) })}</p>` : html`<p>${w.noTeam}</p>`}`,
  }

  /** @param {Refusal} e */
  const refuse = e => {
    trouble = e.message
    wrong = e.body.fields?.[0]?.field ?? ''
    requestAnimationFrame(() => document.getElementById('lists-trouble')?.focus())
  }
  /** @param {any} f */
  const open = f => {
    form = f
    preview = null
    trouble = wrong = ''
    desk.redraw()
    requestAnimationFrame(() => document.getElementById('list-name')?.focus())
  }

  /** @param {any} l */
  const card = l => html`<li class="dk-card"><a href="#/list/${l.id}"><strong>${l.name}</strong></a>
    <span>${[l.team.name, count(l.every_days, w.every), l.rule ? w.byRule : w.byHand, w.shownTo[/** @type {'desk'} */ (l.shown)]]
      .join(' · ')}</span>
    <span class="ds-row">${count(l.counts.on, w.on)}
      ${l.counts.overdue ? html`<a href="#/list/${l.id}/overdue">${tag(fill(w.overdue, { n: l.counts.overdue }), 'bad')}</a>` : nothing}
      ${l.counts.due ? html`<a href="#/list/${l.id}/due">${tag(fill(w.due, { n: l.counts.due }), 'warn')}</a>` : nothing}
      ${l.counts.unreviewed ? tag(count(l.counts.unreviewed, w.unreviewed), 'info') : nothing}</span>
    ${l.counts.people ? html`<span class="ds-soft">${fill(w.seen, { n: l.counts.seen, of: l.counts.people })}</span>` : nothing}
    ${l.worked_out_on ? nothing : html`<span>${tag(w.working, 'info')}</span>`}
    ${l.broke ? html`<span>${tag(fill(w.broke, { people: count(l.broke, w.people), why: l.broke_why }), 'bad')}</span>` : nothing}
    ${ending === l.id ? html`<section class="dk-second" aria-label=${fill(w.endOf, { name: l.name })}><p>${w.endMeans}</p>
      <p class="ds-row">${button(w.endNow, { kind: 'warning', busy, id: 'list-end',
        click: () => view.decide(() => desk.session.post(`/contact-lists/${l.id}/end`, {}), () => fill(w.ended, { name: l.name })) })}
        ${button(words.desk.cancel, { kind: 'secondary', click: () => { ending = ''; desk.redraw() } })}</p></section>`
      : html`<span class="ds-row ds-no-print">${button(w.change, { kind: 'secondary', label: fill(w.changeOf, { name: l.name }),
        click: () => open({ ...l, fresh: '', team: l.team.id, kept: l.rule ? 'rule' : 'hand', rule: l.rule ?? '',
          safe_name: l.safe_name ?? '', every_days: String(l.every_days), review_days: String(l.review_days ?? '') }) })}
        ${button(w.end, { kind: 'secondary', label: fill(w.endOf, { name: l.name }),
          click: () => { ending = l.id; desk.redraw(); requestAnimationFrame(() => document.getElementById('list-end')?.focus()) } })}
      </span>`}</li>`

  /** @param {string} field */
  const of = field => ({ id: `list-${field}`, error: wrong === field ? trouble : undefined })

  const drawForm = () => {
    const voluntary = !desk.isClinical || teams.find(t => t.id === form.team)?.kind === 'voluntary'
    const byRule = form.kept === 'rule' && !voluntary
    return html`<form novalidate @submit=${(/** @type {Event} */ e) => {
      e.preventDefault()
      if (voluntary) form.kept = 'hand'
      const { name, id } = form
      view.decide(() => view.send(false), answer => fill(id ? w.changed : w.made, { name,
        people: count(answer.list.counts.on, w.people) }))
    }}>${troubleBox('lists-trouble', trouble)}
    ${form.id || teams.length < 2 ? nothing : select({ ...of('team'), label: w.team, value: form.team,
      options: teams.map(t => ({ value: t.id, text: t.name })), change: v => view.put('team', v) })}
    ${textInput({ ...of('name'), label: w.name, value: form.name, input: v => view.put('name', v) })}
    ${form.id || voluntary ? nothing : select({ ...of('kept'), label: w.kept, value: form.kept === 'hand' ? '' : form.kept,
      empty: w.keptByHand, options: [{ value: 'rule', text: w.keptByRule }], change: v => view.put('kept', v || 'hand') })}
    ${byRule ? html`${textArea({ ...of('rule'), label: w.rule, hint: w.ruleHint, value: form.rule, rows: 5,
        input: v => view.put('rule', v) })}
      <p>${button(w.look, { kind: 'secondary', click: () => view.look() })}</p>
      <div role="status">${preview ? html`<p class="ds-banner">${fill(w.means, { n: preview.means, of: preview.looked_at })}
        ${preview.broke ? fill(w.broke, { people: count(preview.broke, w.people), why: preview.broke_why })
          : nothing}</p>` : nothing}</div>`
      : nothing}
    ${textInput({ ...of('every_days'), label: w.everyDays, hint: w.everyHint, inputmode: 'numeric', value: form.every_days,
      input: v => view.put('every_days', v) })}
    ${textInput({ ...of('review_days'), label: w.reviewDays, hint: w.reviewHint, inputmode: 'numeric', value: form.review_days,
      input: v => view.put('review_days', v) })}
    ${select({ ...of('shown'), label: w.shown, hint: w.shownHint, value: form.shown,
      options: Object.entries(w.shownTo).map(([value, text]) => ({ value, text })), change: v => view.put('shown', v) })}
    ${form.shown === 'all' ? textInput({ ...of('safe_name'), label: w.safeName, hint: w.safeHint, value: form.safe_name,
      input: v => view.put('safe_name', v) }) : nothing}
    <p class="ds-row">${button(form.id ? w.save : w.button, { submit: true, busy })}${button(words.desk.cancel, { kind: 'secondary',
      click: () => { form = null; trouble = wrong = ''; desk.redraw() } })}</p></form>`
  }
  return view
}
