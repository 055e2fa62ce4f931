// @ts-check
// Whom a team or a member of staff has, and moving people: first what phones lose and get, then the move.
import { html, nothing } from '../../shared/ui/html.js'
import { birth, personName, when } from '../../shared/ui/format.js'
import { count, fill, inOrder, words } from '../words.js'
import { Refusal } from '../../shared/ui/session.js'
import { button, checkbox, holderOf, momentInput, select, staffOptions, teamOptions, textInput, troubleBox } from '../parts.js'
import { effect } from '../effect.js'
import { fromLocal } from '../../shared/ui/london.js'

const w = words.desk.caseload

/** @param {import('../desk-context.js').DeskContext} desk @param {string[]} args @returns {import('../desk-context.js').View} */
export function caseload(desk, [kind = '', id = '']) {
  /** @type {any[]} */ let rows = []
  /** @type {Set<string>} */ const chosen = new Set()
  /** @type {import('../parts.js').Option[]} */ let options = []
  let to = '', at = '', reason = '', trouble = '', filter = '', turn = 0, busy = false, more = false
  /** @type {any} */ let preview = null
  const from = kind === 'team' ? { team: id } : { staff: id }
  const view = {
    title: w.title,
    back: { to: 'people', text: words.desk.people.back },
    async load() {
      const [list, staff, own, all] = await Promise.all([desk.all(`/caseload?${kind}=${id}`), desk.staff(), desk.ownTeams(), desk.teams()])
      rows = list.items.sort((a, b) => inOrder(personName(a.patient), personName(b.patient)))
      more = list.more
      for (const p of [...chosen]) if (!rows.some(r => r.patient.id === p)) chosen.delete(p)
      const targets = desk.isClinical ? all.filter(t => t.kind !== 'practice') : own
      options = [...teamOptions(targets), ...staffOptions(staff)].filter(o => o.value !== `${kind}:${id}`)
      view.title = fill(w.titleOf, { who: (kind === 'team' ? all.find(t => t.id === id)?.name : staff.find(m => m.id === id)?.name) ?? '' })
    },
    async refresh() { await view.load(); await view.look() },
    changed() {
      preview = null
      trouble = ''
      desk.redraw()
      view.look()
    },
    body: () => ({ patients: [...chosen], from, to: holderOf(to), ...(fromLocal(at) && { at: fromLocal(at) }),
        reason: reason.trim() || w.reasonDefault }),
    async look() {
      if (!to || !chosen.size) return
      const mine = ++turn
      try {
        const answer = await desk.session.post('/caseload/move', { ...view.body(), preview: true })
        if (mine === turn) preview = answer
      } catch (e) {
        if (!(e instanceof Refusal)) throw e
        if (mine === turn) trouble = e.message
      }
      desk.redraw()
    },
    /** @param {SubmitEvent} e */
    async submit(e) {
      e.preventDefault()
      if (busy) return
      if (!to || !chosen.size) {
        trouble = chosen.size ? w.needTo : w.needWhom
        desk.redraw()
        requestAnimationFrame(() => document.getElementById('move-trouble')?.focus())
        return
      }
      busy = true
      trouble = ''
      desk.redraw()
      try {
        const answer = await desk.session.post('/caseload/move', view.body())
        desk.say(`${fill(w.moved, { people: count(answer.people, words.desk.effect.people),
              who: options.find(o => o.value === to)?.text ?? '' })} ${effect(answer.purges, answer.backfills)}`)
        chosen.clear()
        preview = null
        await desk.readAgain(view)
      } catch (e2) {
        if (!(e2 instanceof Refusal)) throw e2
        trouble = e2.message
        requestAnimationFrame(() => document.getElementById('move-trouble')?.focus())
      } finally {
        busy = false
        desk.redraw()
      }
    },
    draw() {
      const shown = rows.filter(r => personName(r.patient).toLowerCase().includes(filter.toLowerCase()))
      const has = html`<p>${count(rows.length, w.has)}${more ? ` ${w.notAll}` : ''}</p>`
      if (!rows.length) return has
      return html`${has}
        <form @submit=${view.submit} novalidate>
        ${rows.length > 8 ? textInput({ id: 'case-filter', label: words.desk.cover.filter, value: filter,
            input: v => { filter = v; desk.redraw() } }) : nothing}
        <div class="nhsuk-checkboxes">${checkbox(
          { id: 'case-all', text: w.everybody, checked: shown.length > 0 && shown.every(r => chosen.has(r.patient.id)),
            change: on => { for (const r of shown) {
                if (on) chosen.add(r.patient.id); else chosen.delete(r.patient.id) } view.changed() } })}
          ${shown.map(r => html`<div class="dk-pick">${checkbox(
              { id: `c-${r.id}`, text: personName(r.patient), checked: chosen.has(r.patient.id),
              hint: [r.patient.date_of_birth && fill(words.desk.person.born, { date: birth(r.patient.date_of_birth) }),
                  r.to && fill(words.desk.person.until, { at: when(r.to) }),
                  r.state === 'later' && fill(w.later, { at: when(r.from) })].filter(Boolean).join(' · ') || undefined,
              change: on => { if (on) chosen.add(r.patient.id); else chosen.delete(r.patient.id); view.changed() } })}
            <a href="#/person/${r.patient.id}"
              aria-label=${fill(w.openPerson, { name: personName(r.patient) })}>${w.open}</a></div>`)}</div>
        <section class="dk-second" aria-labelledby="move-title">
          <h2 class="nhsuk-heading-m" id="move-title">${fill(w.move, { people: count(chosen.size, words.desk.effect.people) })}</h2>
          ${troubleBox('move-trouble', trouble)}
          ${select({ id: 'move-to', label: w.to, value: to, options, change: v => { to = v; view.changed() } })}
          ${momentInput({ id: 'move-at', label: w.at, hint: w.atHint, value: at, change: v => { at = v; view.changed() } })}
          ${textInput({ id: 'move-reason', label: words.desk.cover.reason, value: reason, wide: true, input: v => { reason = v } })}
          <div class="dk-preview" role="status">${preview
            ? html`<p><strong>${w.preview}</strong> ${effect(preview.purges, preview.backfills)}</p>
            ${preview.purges.people ? html`<p>${w.unsentFirst}</p>` : nothing}
            ${preview.not_there.length ? html`<p>${count(preview.not_there.length, words.desk.cover.notThere)}</p>` : nothing}`
              : nothing}</div>
          ${button(w.button, { submit: true, busy })}</section></form>`
    },
  }
  return view
}
