// @ts-check
// The team's day: who visits whom, and when. What nobody has stands first; a visit is moved by dragging it to somebody, or
// by its button.
import { html, nothing, repeat } from '../../shared/ui/html.js'
import { clock, date, day as dayOf, personName, when } from '../../shared/ui/format.js'
import { now } from '../../shared/ui/now.js'
import { Refusal } from '../../shared/ui/session.js'
import { count, fill, word, words } from '../words.js'
import { silence } from '../lone-words.js'
import { lasting, later } from '../plan-rule.js'
import { button, select, tag, textInput, troubleBox } from '../parts.js'
import { standing } from './list.js'

const w = words.desk.day

/** @param {import('../desk-context.js').DeskContext} desk @param {string[]} args @returns {import('../desk-context.js').View} */
export function day(desk, [team = '', on = '']) {
  /** @type {import('../desk-context.js').Team[]} */ let teams = []
  /** @type {any} */ let board = null
  /** Who of the team's lists is overdue or due, and nobody is to visit yet. @type {any[]} */ let contacts = []
  /** What is being moved: one visit, or a whole round. @type {{ visit?: any, round?: any, to: string, at: string, day: string,
    days: number } | null} */
  let moving = null
  let trouble = '', busy = false
  /** @type {{ id: string, message: string, name: string }[]} */ let stayed = []

  const view = {
    title: w.title,
    async load() {
      teams = await desk.ownTeams()
      team ||= teams.find(t => t.kind !== 'coordination')?.id ?? teams[0]?.id ?? ''
      on ||= dayOf(now())
      if (!team) return
      const [day, due] = await Promise.all([desk.session.get(`/board?team=${team}&day=${on}`),
        desk.session.get(`/contact-lists/due?team=${team}`)])
      board = day
      contacts = due.items.filter((/** @type {any} */ p) => !p.planned)
    },
    async refresh() { await view.load() },
    /** @param {any} body @param {string} said */
    async move(body, said) {
      if (busy) return
      const sent = moving
      busy = true
      trouble = ''
      desk.redraw()
      try {
        const answer = await desk.session.post('/board/move', { team, ...body })
        stayed = answer.refused.map((/** @type {any} */ r) => ({ ...r, name: personName(visitOf(r.id)?.patient ?? {}) }))
        if (moving === sent) moving = null // what was begun meanwhile stays
        desk.say(count(answer.moved, said === '' ? w.moved : w.movedTo).replace('{who}', said))
        await desk.readAgain(view)
      } catch (e) {
        if (!(e instanceof Refusal)) throw e
        trouble = e.message
        if (e.status === 404) await desk.readAgain(view)
      } finally {
        busy = false
        desk.redraw()
        if (trouble) requestAnimationFrame(() => document.getElementById('day-trouble')?.focus())
      }
    },
    draw: () => team ? html`
      <form class="ds-row dk-quick ds-no-print" @submit=${(/** @type {Event} */ e) => e.preventDefault()}>
        ${teams.length > 1 ? select({ id: 'day-team', label: w.team, value: team, options: teams.map(t => ({ value: t.id, text: t.name })),
            change: v => desk.go(`day/${v}/${on}`, view) }) : nothing}
        ${textInput({ id: 'day-on', label: w.on, type: 'date', value: on, input: v =>
          { if (/^\d{4}-\d\d-\d\d$/.test(v)) desk.go(`day/${team}/${v}`, view) } })}
      </form>
      <p class="ds-row dk-quick ds-no-print"><a href="#/day/${team}/${later(on, -1)}">${w.before}</a>
        <a href="#/day/${team}/${dayOf(now())}">${w.today}</a> <a href="#/day/${team}/${later(on, 1)}">${w.after}</a></p>
      <h2 class="nhsuk-heading-m">${fill(w.of, { team: board.team.name, day: date(`${on}T12:00:00Z`) })}</h2>
      ${board.closed_why ? html`<p class="ds-banner ds-banner--warn">${fill(w.closed, { why: board.closed_why })}</p>` : nothing}
      ${troubleBox('day-trouble', moving ? '' : trouble)}
      ${stayed.length ? html`<div class="ds-banner ds-banner--warn"><p>${w.stay}</p><ul class="dk-tight">${stayed.map(
        s => html`<li>${s.name}: ${s.message}</li>`)}</ul></div>` : nothing}
      <div class="dk-board">${lane({ name: w.nobody, visits: board.unallocated, staff: null })}
        ${repeat(board.rounds, (/** @type {any} */ r) => r.staff.id, (/** @type {any} */ r) => lane({ ...r,
          name: r.staff.name }))}</div>
      ${contacts.length ? html`<section aria-labelledby="day-contacts"><h3 class="nhsuk-heading-s" id="day-contacts">${w.contacts}</h3>
        <ul class="dk-list">${contacts.map(p => html`<li class="dk-card">
          <a href="#/person/${p.patient.id}"><span class="dk-person">${personName(p.patient)}</span></a>
          <span><a href="#/list/${p.list.id}">${p.list.name}</a></span>${standing(p)}
          <span class="ds-no-print"><a href="#/plan/${p.patient.id}/new" aria-label=${fill(w.planOf,
            { who: personName(p.patient) })}>${w.planOne}</a></span></li>`)}</ul></section>` : nothing}` : html`<p>${w.noTeam}</p>`,
  }

  const visitOf = (/** @type {string} */ id) => [board.unallocated, ...board.rounds.map((/** @type {any} */ r) => r.visits)].flat()
    .find((/** @type {any} */ v) => v.id === id)

  /** One column: what somebody makes, or what nobody has. @param {any} l */
  const lane = l => {
    const id = l.staff?.id ?? '', open = l.visits.filter((/** @type {any} */ v) => v.status === 'planned')
    return html`<section class="dk-lane" aria-label=${l.name} @dragover=${over} @drop=${(/** @type {DragEvent} */ e) => drop(e, id,
      l.name)}>
      <h3 class="nhsuk-heading-s">${l.name}</h3>
      <p class="ds-soft">${count(l.visits.length, w.visits)}${l.minutes ? html` · ${lasting(l.minutes)}` : nothing}
        ${l.clash ? tag(fill(w.clash, { at: l.clash }), 'bad') : nothing}${l.away ? tag(w.away, 'warn') : nothing}</p>
      <ol class="dk-list">${repeat(l.visits, (/** @type {any} */ v) => v.id, (/** @type {any} */ v) => card({ ...v,
          heard_at: l.heard_at }, id))}</ol>
      ${open.length > 1 || l.away && open.length ? html`<p class="ds-no-print">${moving?.round === (id || w.nobody) ? roundForm(id, l.name)
        : button(w.moveRound, { kind: 'secondary', label: fill(w.moveRoundOf, { who: l.name }),
          click: () => start({ round: id || w.nobody, to: '', at: '', day: on, days: 1 }) })}</p>` : nothing}</section>`
  }

  /** @param {any} v @param {string} staff */
  const card = (v, staff) => {
    const open = v.status === 'planned', known = v.usual?.[0]
    return html`<li class="dk-card" draggable=${open ? 'true' : 'false'} data-visit=${v.id}
        @dragstart=${(/** @type {DragEvent} */ e) => e.dataTransfer?.setData('text/plain', v.id)}>
      <strong>${clock(v.start)}–${clock(v.end)}</strong>
      <a href="#/person/${v.patient.id}"><span class="dk-person">${personName(v.patient)}</span></a>
      <span class="ds-soft">${[word(words.app.purposes, v.purpose), lasting(v.minutes),
        v.patient.postcode].filter(Boolean).join(' · ')}</span>
      ${v.patient.risk_note ? tag(v.patient.risk_note, 'warn') : nothing}
      ${open && Date.parse(v.end) <= now() ? html`${tag(w.late, 'bad')}<span>${silence({ ...v, staff })}</span>` : nothing}
      ${open ? nothing : tag(word(words.app.statuses, v.status), v.status === 'completed' ? 'good' : 'info')}
      ${(v.also ?? []).map((/** @type {any} */ o) => tag(fill(o.status === 'completed' ? w.madeToo : w.plannedToo,
        { team: o.team?.name ?? '', at: when(o.start) }), 'warn'))}
      ${known && known.id !== staff ? html`<span class="ds-soft">${fill(w.usual, { who: known.name })}</span>` : nothing}
      ${!open ? nothing : moving?.visit === v.id ? visitForm(v, staff)
        : html`<span class="ds-row ds-no-print">${button(w.move, { kind: 'secondary', label: fill(w.moveOf,
          { who: personName(v.patient), at: clock(v.start) }),
            click: () => start({ visit: v.id, to: staff || (known?.id ?? ''), at: clock(v.start), day: on, days: 1 }) })}
          ${v.plan ? html`<a href="#/plan/${v.patient.id}/${v.plan}">${w.plan}</a>` : nothing}</span>`}</li>`
  }

  const start = (/** @type {any} */ m) => {
    moving = m
    trouble = ''
    desk.redraw()
    requestAnimationFrame(() => document.getElementById('move-to')?.focus())
  }
  const stop = () => { moving = null; trouble = ''; desk.redraw() }

  /** Whom it can go to, the usual faces first. @param {any} [v] */
  const whom = v => {
    const usual = new Map((v?.usual ?? []).map((/** @type {any} */ u) => [u.id, u.times]))
    const list = board.rounds.filter((/** @type {any} */ r) => !r.away).map((/** @type {any} */ r) => ({ value: r.staff.id,
      text: fill(usual.has(r.staff.id) ? w.knows : w.has, { who: r.staff.name, visits: count(r.visits.length, w.visits),
        times: usual.get(r.staff.id) ?? 0 }), times: usual.get(r.staff.id) ?? 0 }))
    return [...list].sort((a, b) => b.times - a.times)
  }

  /** @param {any} v @param {string} staff */
  const visitForm = (v, staff) => html`<form class="dk-second" @submit=${(/** @type {Event} */ e) => {
    e.preventDefault()
    const m = /** @type {NonNullable<typeof moving>} */ (moving), days = Math.round((Date.parse(m.day) - Date.parse(on)) / 86_400_000)
    view.move({ contacts: [v.id], ...(m.to !== staff && { staff: m.to }), ...(days && { days }), ...(m.at !== clock(v.start)
      && { at: m.at }),
      ...(m.to === staff && !days && m.at === clock(v.start) && { staff }) }, nameOf(m.to))
  }}>${troubleBox('day-trouble', trouble)}
    ${select({ id: 'move-to', label: w.to, value: moving?.to ?? '', empty: w.nobody, options: whom(v), change: to =>
      { if (moving) moving.to = to } })}
    ${textInput({ id: 'move-day', label: w.on, type: 'date', value: moving?.day ?? '', input: d => { if (moving) moving.day = d } })}
    ${textInput({ id: 'move-at', label: w.at, type: 'time', value: moving?.at ?? '', input: at => { if (moving) moving.at = at } })}
    <p class="ds-row">${button(w.move, { submit: true, busy })}${button(words.desk.cancel, { kind: 'secondary', click: stop })}</p></form>`

  /** @param {string} staff @param {string} name */
  const roundForm = (staff, name) => html`<form class="dk-second" aria-label=${fill(w.moveRoundOf,
    { who: name })} @submit=${(/** @type {Event} */ e) => {
    e.preventDefault()
    const m = /** @type {NonNullable<typeof moving>} */ (moving)
    view.move({ round: { staff, first: on, last: later(on, m.days - 1) }, staff: m.to }, nameOf(m.to))
  }}>${troubleBox('day-trouble', trouble)}
    ${select({ id: 'move-to', label: w.to, value: moving?.to ?? '', empty: w.nobody, options: whom().filter(o => o.value !== staff),
      change: to => { if (moving) moving.to = to } })}
    ${select({ id: 'move-days', label: w.howLong, value: moving?.days === 1 ? '' : String(moving?.days ?? ''), empty: w.thisDay,
      options: [{ value: '2', text: w.twoDays }, { value: '7', text: w.week }], change: n =>
        { if (moving) moving.days = Number(n) || 1 } })}
    <p class="ds-row">${button(w.moveRound, { submit: true, busy })}${button(words.desk.cancel, { kind: 'secondary',
      click: stop })}</p></form>`

  const nameOf = (/** @type {string} */ id) => board.rounds.find((/** @type {any} */ r) => r.staff.id === id)?.staff.name ?? w.nobody

  const over = (/** @type {DragEvent} */ e) => { e.preventDefault() }
  /** @param {DragEvent} e @param {string} staff @param {string} name */
  const drop = (e, staff, name) => {
    e.preventDefault()
    const id = e.dataTransfer?.getData('text/plain') ?? '', visit = visitOf(id)
    const has = board.rounds.find((/** @type {any} */ r) => r.visits.includes(visit))?.staff.id ?? ''
    if (visit && has !== staff) view.move({ contacts: [id], staff }, name)
  }
  return view
}
