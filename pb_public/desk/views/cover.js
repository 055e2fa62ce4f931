// @ts-check
// A cover until a time, and a phone for whoever covers: in under a minute.
import { html, nothing } from '../../shared/ui/html.js'
import { now } from '../../shared/ui/now.js'
import { personName, when } from '../../shared/ui/format.js'
import { count, fill, inOrder, words } from '../words.js'
import { Refusal } from '../../shared/ui/session.js'
import { button, checkbox, holderOf, momentInput, select, staffOptions, teamOptions, textInput, troubleBox } from '../parts.js'
import { effect } from '../effect.js'
import { atClock, fromLocal, toLocal, weekday } from '../../shared/ui/london.js'
import { SignInCode } from '../signin.js'

const w = words.desk.cover
const lateEnough = 2 * 3_600_000 // ms a cover lasts at least when it is offered by a button

/** @param {import('../desk-context.js').DeskContext} desk @param {string[]} args @returns {import('../desk-context.js').View} */
export function cover(desk, [onePerson = '']) {
  /** @type {import('../desk-context.js').Member[]} */ let staff = []
  /** @type {import('../desk-context.js').Team[]} */ let teams = []
  /** @type {import('../desk-context.js').Team[]} */ let all = []
  /** @type {{ id: string, name: string }[]} */ let people = []
  /** @type {Set<string>} */ const chosen = new Set(onePerson ? [onePerson] : [])
  let who = '', whose = '', read = '', until = '', reason = '', trouble = '', filter = ''
  /** @type {any} */ let preview = null
  let previewed = 0, busy = false
  /** @type {any} */ let done = null
  /** @type {SignInCode | null} */ let panel = null

  const view = {
    title: w.title,
    async load() {
      [staff, teams, all] = await Promise.all([desk.staff(), desk.ownTeams(), desk.teams()])
      if (onePerson && !people.length) {
        const rows = (await desk.session.get(`/caseload?patient=${onePerson}`)).items
        people = [{ id: onePerson, name: personName(rows[0]?.patient ?? {}) }]
      } else if (!whose && teams.length === 1) await view.from(`team:${teams[0].id}`)
    },
    async refresh() { if (!done) await view.look() },
    /** @param {string} value */
    async from(value) {
      whose = value
      read = ''
      people = []
      chosen.clear()
      desk.redraw()
      const held = holderOf(value)
      if (held.team || held.staff) {
        const q = held.team ? `team=${held.team}` : `staff=${held.staff}`
        const rows = (await desk.all(`/caseload?${q}`)).items.filter((/** @type {any} */ r) => r.state === 'now')
        if (whose !== value) return // another was chosen meanwhile: these are not whom it is about
        const seen = new Set()
        read = value
        people = rows.filter((/** @type {any} */ r) => !seen.has(r.patient.id) && seen.add(r.patient.id))
          .map((/** @type {any} */ r) => ({ id: r.patient.id, name: personName(r.patient) }))
          .sort((/** @type {any} */ a, /** @type {any} */ b) => inOrder(a.name, b.name))
        if (held.staff) for (const p of people) chosen.add(p.id) // somebody is away: all of theirs
      }
      view.changed()
    },
    changed() {
      trouble = ''
      preview = null
      desk.redraw()
      view.look()
    },
    body: () => ({ patients: [...chosen], ...holderOf(who), to: fromLocal(until), reason: reason.trim() || w.reasonDefault }),
    async look() {
      if (!who || !chosen.size || !fromLocal(until)) return
      const turn = ++previewed
      try {
        const answer = await desk.session.post('/caseload/cover', { ...view.body(), preview: true })
        if (turn === previewed) { preview = answer; trouble = '' }
      } catch (e) {
        if (!(e instanceof Refusal)) throw e
        if (turn === previewed) { preview = null; trouble = e.message }
      }
      desk.redraw()
    },
    /** @param {SubmitEvent} e */
    async submit(e) {
      e.preventDefault()
      if (busy) return
      if (!who || !chosen.size || !fromLocal(until)) {
        trouble = !who ? w.needWho : !chosen.size ? w.needWhom : w.needUntil
        desk.redraw()
        requestAnimationFrame(() => document.getElementById('cover-trouble')?.focus())
        return
      }
      busy = true
      trouble = ''
      desk.redraw()
      try {
        const answer = await desk.session.post('/caseload/cover', view.body())
        const { staff: id } = holderOf(who)
        const member = id ? staff.find(m => m.id === id) : null
        done = { ...answer, name: member?.name ?? all.find(t => `team:${t.id}` === who)?.name ?? '', until: fromLocal(until) }
        desk.say(fill(w.done, { who: done.name, people: count(answer.people, words.desk.effect.people), at: when(done.until) }))
        if (member) {
          panel = new SignInCode(desk, member)
          const phones = (await panel.phones()).filter(p => p.state === 'active')
          if (!phones.length) await panel.make()
        }
        requestAnimationFrame(() => document.getElementById('cover-done')?.focus())
      } catch (e2) {
        if (!(e2 instanceof Refusal)) throw e2
        trouble = e2.message
        requestAnimationFrame(() => document.getElementById('cover-trouble')?.focus())
      } finally {
        busy = false
        desk.redraw()
      }
    },
    close() { panel?.end() },
    draw: () => done ? after() : form(),
  }

  const after = () => html`<section id="cover-done" tabindex="-1" aria-label=${w.title}>
    ${troubleBox('cover-trouble', trouble)}<p>${effect(done.purges, done.backfills)}</p>
    ${done.not_there.length ? html`<p class="ds-banner ds-banner--warn">${count(done.not_there.length, w.notThere)}</p>` : nothing}
    ${panel ? html`<h2 class="nhsuk-heading-m">${w.phoneTitle}</h2>${panel.draw()}` : nothing}
    <p>${button(w.another, { kind: 'secondary', click: () => desk.go('cover', view) })}</p></section>`

  const form = () => {
    const shown = people.filter(p => p.name.toLowerCase().includes(filter.toLowerCase()))
    return html`<p>${w.intro}</p>${troubleBox('cover-trouble', trouble)}
    <form @submit=${view.submit} novalidate>
      ${select({ id: 'cover-who', label: w.who, value: who,
          options: [...staffOptions(staff), ...teamOptions(desk.isClinical ? all.filter(t => t.kind !== 'practice') : teams)],
          change: v => { who = v; view.changed() } })}
      ${onePerson ? html`<p><strong>${w.whom}</strong> ${people[0]?.name}</p>` : html`
        ${select({ id: 'cover-whose', label: w.whose, hint: w.whoseHint, value: whose,
            options: [...staffOptions(staff).filter(o => o.value !== who), ...teamOptions(teams)], change: v => { view.from(v) } })}
        ${people.length ? html`<fieldset class="nhsuk-fieldset nhsuk-form-group">
            <legend class="nhsuk-fieldset__legend nhsuk-fieldset__legend--s">${fill(w.whomN,
              { n: chosen.size, of: people.length })}</legend>
          ${people.length > 8 ? textInput({ id: 'cover-filter', label: w.filter, value: filter,
              input: v => { filter = v; desk.redraw() } }) : nothing}
          <div class="nhsuk-checkboxes">${checkbox({ id: 'cover-all', text: w.everybody, checked: shown.every(p => chosen.has(p.id)),
              change: on => { for (const p of shown) { if (on) chosen.add(p.id); else chosen.delete(p.id) } view.changed() } })}
          <div class="dk-people">${shown.map(p => checkbox(
            { id: `p-${p.id}`, text: p.name, checked: chosen.has(p.id),
                change: on => { if (on) chosen.add(p.id); else chosen.delete(p.id); view.changed() } }))}</div></div></fieldset>`
          : whose && read === whose ? html`<p>${w.nobody}</p>` : nothing}`}
      ${momentInput({ id: 'cover-until', label: w.until, value: until, hint: words.desk.value.london,
          change: v => { until = v; view.changed() } })}
      <p class="ds-row dk-quick">${quick()
        .map(q => html`<button type="button" class="dk-plain" @click=${() => {
            until = toLocal(q.at); view.changed() }}>${q.text}</button>`)}</p>
      ${textInput({ id: 'cover-reason', label: w.reason, hint: w.reasonHint, value: reason, wide: true, input: v => { reason = v } })}
      <div class="dk-preview" role="status">${preview ? html`<p><strong>${w.preview}</strong>
          ${effect(preview.purges, preview.backfills)}</p>
        ${preview.not_there.length ? html`<p>${count(preview.not_there.length, w.notThere)}</p>` : nothing}` : nothing}</div>
      ${button(w.button, { submit: true, busy })}</form>`
  }
  return view
}

/** Ends that come up every day. */
function quick() {
  const friday = (5 - weekday() + 7) % 7
  return [{ text: w.tonight, at: atClock(0, '20:00') }, { text: w.tomorrow, at: atClock(1, '08:00') },
      { text: w.tomorrowNight, at: atClock(1, '20:00') },
    { text: w.friday, at: atClock(friday, '17:00') }, { text: w.week, at: atClock(7, '08:00') }].filter(
      q => Date.parse(q.at) - now() > lateEnough)
}
