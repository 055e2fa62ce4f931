// @ts-check
// One handover at the desk: read it, record a call, hand it on. Answering it is the inbox's.
import { html, nothing } from '../../shared/ui/html.js'
import { now } from '../../shared/ui/now.js'
import { call999Text, callText, enteredText } from '../../shared/ui/calls.js'
import { findings, saidOf } from '../../shared/ui/evidence.js'
import { clockSaid, date, duration, when } from '../../shared/ui/format.js'
import { fill, word, words } from '../words.js'
import { notHere } from '../../shared/ui/not-here.js'
import { unreadableTexts } from '../../shared/ui/unreadable.js'
import { saveFile } from '../../shared/ui/download.js'
import { Refusal, sentenceOf } from '../../shared/ui/session.js'
import { button, checkbox, deadline, facts, momentInput, nameOf, personFacts, personLine, radios, select, tag, textArea, textInput,
    troubleBox, whoIs } from '../parts.js'
import { fromLocal, toLocal } from '../../shared/ui/london.js'
import { unreadable } from '../../shared/words/en-GB-screens.js'
import { deliveryText, needless } from '../deliveries.js'
import { fieldLabel, readable } from '../values.js'

const w = words.desk.handover

/** @param {import('../desk-context.js').DeskContext} desk @param {string[]} args @returns {import('../desk-context.js').View} */
export function handover(desk, [id = '', first = '']) {
  /** @type {any} */ let h = null
  /** @type {import('../desk-context.js').Team[]} */ let teams = []
  let trouble = '', doing = '', busy = false
  const call = { at: '', name: '', role: '', reached: '', readBack: false, text: '' }
  const on = { team: '', reason: '', text: '', safe: '' }
  let why = '', join = '' // join: what another partner was asked, which answers this too
  const view = {
    title: w.title,
    who: '',
    back: { to: 'handovers', text: w.back },
    async load() {
      const [answer, all] = await Promise.all([desk.session.get(`/handovers/${id}`), desk.destinations(),
        desk.isDesk ? desk.fields() : null])
      h = answer
      teams = all
      view.title = fill(w.titleOf, { class: word(words.common.classes, h.class) })
      view.who = whoIs(h.patient)
      if (doing && !h.may.includes(doing)) doing = ''
      if (first === 'call' && h.may.includes('record_call')) open('record_call')
      first = ''
    },
    async refresh() {
      const before = h?.version
      await view.load()
      if (before && h.version !== before) desk.say(fill(w.moved, { state: word(words.common.states, h.state) }), 'warn')
    },
    /** @param {'pdf' | 'fhir'} as */
    async download(as) {
      if (busy) return
      busy = true
      trouble = ''
      desk.redraw()
      try {
        saveFile(await desk.session.file(`/handovers/${id}/${as}`), `handover-${id}.${as === 'pdf' ? as : 'fhir.json'}`)
      } catch (e) {
        trouble = sentenceOf(e)
        requestAnimationFrame(() => document.getElementById('handover-trouble')?.focus())
      } finally {
        busy = false
        desk.redraw()
      }
    },
    /** @param {string} verb @param {any} body @param {string} done */
    async act(verb, body, done) {
      if (busy) return
      const sent = doing
      busy = true
      trouble = ''
      desk.redraw()
      try {
        const answer = await desk.session.post(`/handovers/${id}/${verb}`, { version: h.version, ...body })
        if (doing === sent) doing = '' // what was begun meanwhile stays
        desk.say(done)
        if (answer.may) h = answer
        else desk.go('handovers', view)
      } catch (e) {
        if (!(e instanceof Refusal)) throw e
        trouble = e.message
        if (e.status === 409) await desk.readAgain(view)
        requestAnimationFrame(() => document.getElementById('handover-trouble')?.focus())
      } finally {
        busy = false
        desk.redraw()
      }
    },
    draw() {
      if (!h) return nothing
      const p = h.provenance
      return html`<p class="ds-row">${tag(word(words.common.states, h.state), h.overdue ? 'bad' : 'info')}
          ${h.unverified ? tag(w.unverified, 'warn') : nothing} ${deadline(h.due)}</p>
        <p class="dk-who">${personLine(h.patient)}</p>${personFacts(h.patient)}
        ${troubleBox('handover-trouble', trouble)}
        ${unreadableTexts(h).length ? html`<p class="ds-banner ds-banner--bad">${unreadableTexts(h).join('. ')}. ${
          unreadable}</p>` : nothing}
        ${facts([[w.from, [h.from_team?.name, h.from_staff?.name].filter(Boolean).join(', ')],
          [w.to, h.to_team ? html`${h.to_team.name}${h.to_team.phone
                ? html` · <a href="tel:${h.to_team.phone.replaceAll(' ', '')}">${h.to_team.phone}</a>` : nothing}`
              : words.desk.start.noTeam],
          [w.happened, p.recorded_at ? when(p.recorded_at) : nothing],
            [w.reached, p.late_by_seconds > 60 ? fill(w.lateBy, { at: when(p.raised_at), by: duration(p.late_by_seconds) })
              : when(p.raised_at)],
          [w.situation, text(h.situation)], [w.background, text(h.background)], [w.assessment, text(h.assessment)],
            [w.recommendation, text(h.recommendation)], [w.safeNote, text(h.safe_note)],
          [w.owner, h.owner ? nameOf(h.owner) : nothing],
            [w.call999, h.call_999 ? call999Text(h.call_999, now()) : nothing], [w.call, h.call ? callText(h.call, now()) : nothing]])}
        ${h.evidence.length ? html`<details class="nhsuk-details">
            <summary class="nhsuk-details__summary"><span class="nhsuk-details__summary-text">${w.evidence}</span></summary>
          <div class="nhsuk-details__text">${h.evidence.map(
            (/** @type {any} */ e) =>
              facts([[w.recorded, [when(e.recorded_at), nameOf(e.recorded_by, ''),
                clockSaid(e.recorded_at, saidOf(e.values)),
                enteredText(e.values, now(), e.recorded_by?.role ? word(words.common.calls.by,
                  e.recorded_by.role) : '')].filter(Boolean).join(', ')],
            ...findings(e.values).map(([k, v]) => /** @type {[string, any]} */ ([fieldLabel(k), readable(desk, e.collection, k, v)])),
            ...(e.news2 ? [/** @type {[string, any]} */ (
                ['NEWS2', `${e.news2.total ?? fill(words.common.chart.atLeast, { n: e.news2.floor_total })}: ${word(words.common.bands,
                  e.news2.band)}${e.news2.age_unknown ? `. ${words.common.ageUnknown}` : ''}`])] : [])]))}</div></details>` : nothing}
        ${actions()}
        ${h.beside?.length ? html`<h2 class="nhsuk-heading-m">${w.beside}</h2><p class="ds-soft">${w.besideMeans}</p>
          <ul class="dk-tight">${h.beside.map((/** @type {any} */ o) => html`<li>${besideLine(o)}${
            o.may_see ? html` <a href="#/handover/${o.id}">${words.desk.handover.besideOpen}</a>` : nothing}
            ${joins().includes(o) ? button(fill(w.join, { team: o.to_team?.name ?? '' }),
              { kind: 'secondary', click: () => open('stand_down', o.id) }) : nothing}</li>`)}</ul>` : nothing}
        ${h.deliveries?.length ? html`<h2 class="nhsuk-heading-m">${w.ways}</h2><p class="ds-soft">${w.waysMean}</p>
          <ul class="dk-tight">${h.deliveries.map((/** @type {any} */ d) => html`<li>${deliveryText(d, now(), needless(h, d))}${
            d.state === 'given_up' && !needless(h, d)
              ? html` <a href="#/undelivered">${words.desk.deliveries.title}</a>` : nothing}</li>`)}</ul>` : nothing}
        <h2 class="nhsuk-heading-m">${w.history}</h2>
        <ol class="dk-history">${h.events.map((/** @type {any} */ e) =>
            html`<li><span class="ds-soft">${when(e.at)}</span> ${word(w.events, e.kind)}${e.by ? html`, ${nameOf(e.by)}` : nothing}${e.team
              ? html` (${e.team.name})` : nothing}
          ${[e.text, ...unreadableTexts(e)].filter(Boolean).map(line => html`<div class="ds-pre">${line}</div>`)}</li>`)}</ol>
        <p class="ds-row ds-no-print"><a href="/practice/#/h/${id}">${w.inbox}</a>
          ${button(w.pdf, { kind: 'secondary', busy, click: () => view.download('pdf') })}
          ${button(w.fhir, { kind: 'secondary', busy, click: () => view.download('fhir') })}</p>`
    },
  }
  /** What other partners were asked that this one may be answered with. @returns {any[]} */
  const joins = () => h.may.includes('stand_down') ? (h.beside ?? []).filter((/** @type {any} */ o) => o.may_join) : []
  /** Opens the form of an action. @param {string} verb @param {string} [into] what it is answered with */
  const open = (verb, into = '') => {
    doing = verb
    join = into
    if (verb === 'record_call') call.at = toLocal(now())
    desk.redraw()
    requestAnimationFrame(() => /** @type {HTMLElement | null} */ (
      document.querySelector('#doing input, #doing select, #doing textarea'))?.focus())
  }
  /** @param {string} verb */
  const opener = verb => h.may.includes(verb) && doing !== verb
    ? button(word(w.verbs, verb), { kind: verb === 'record_call' || verb === 'hand_on' ? '' : 'secondary', click: () => open(verb) })
    : nothing
  const actions = () => html`<section aria-label=${w.actions} class="ds-no-print">
    ${doing ? html`<form id="doing" class="dk-second" novalidate @submit=${submit}>
      ${doing === 'record_call' ? callForm() : doing === 'hand_on' ? handOnForm()
        : html`<h2 class="nhsuk-heading-s">${word(w.verbs, doing)}</h2>
        ${doing === 'stand_down' && joins().length ? select({ id: 'join', label: w.joins, value: join, empty: w.alone,
            change: v => { join = v; desk.redraw() }, options: joins().map(o => ({ value: o.id, text: besideLine(o) })) }) : nothing}
        ${textArea({ id: 'why', label: join ? w.more : w.reason, value: why, rows: 2, input: v => { why = v } })}`}
      ${button(word(w.verbs, doing), { submit: true, busy })}
        ${button(words.desk.cancel, { kind: 'secondary', click: () => { doing = ''; desk.redraw() } })}</form>` : nothing}
    <p class="ds-row">${['record_call', 'hand_on', 'accept', 'confirm', 'stand_down'].map(opener)}</p></section>`
  /** Whom to ring about it: who has it, or where that is oneself who sent it. */
  const toRing = () => (desk.session.me?.teams?.includes(h.to_team?.id) ? h.from_team : h.to_team)
  const callForm = () => html`<h2 class="nhsuk-heading-s">${w.callTitle}</h2>
    ${toRing()?.phone ? html`<p>${fill(w.ring, { team: toRing().name, phone: toRing().phone })}</p>` : nothing}
    ${radios({ name: 'reached', legend: w.reachedLegend, value: call.reached, change: v => { call.reached = v; desk.redraw() },
        options: [{ value: 'yes', text: w.reachedYes }, { value: 'no', text: w.reachedNo }] })}
    ${textInput({ id: 'call-name', label: w.callName, value: call.name, input: v => { call.name = v } })}
    ${textInput({ id: 'call-role', label: w.callRole, value: call.role, input: v => { call.role = v } })}
    ${call.reached === 'yes' ? html`<div class="nhsuk-checkboxes nhsuk-u-margin-bottom-4">${checkbox(
      { id: 'read-back', text: w.readBack, hint: w.readBackHint, checked: call.readBack, change: v => { call.readBack = v } })}</div>`
      : nothing}
    ${momentInput({ id: 'call-at', label: w.callAt, past: true, value: call.at, change: v => { call.at = v } })}
    ${textArea({ id: 'call-text', label: w.callText, value: call.text, rows: 2, input: v => { call.text = v } })}`
  const handOnForm = () => {
    const voluntary = teams.find(t => t.id === on.team)?.kind === 'voluntary'
    return html`<h2 class="nhsuk-heading-s">${w.verbs.hand_on}</h2>
      ${select({ id: 'on-team', label: w.toTeam, value: on.team, change: v => { on.team = v; desk.redraw() },
          options: teams.filter(t => t.id !== h.to_team?.id)
          .map(t => ({ value: t.id, text: `${t.name}${t.route === 'phone' ? w.byPhone : ''}`, group: word(w.kinds, t.kind) })) })}
      ${elsewhere(teams.find(t => t.id === on.team))}
      ${textInput({ id: 'on-reason', label: w.reason, value: on.reason, input: v => { on.reason = v }, wide: true })}
      ${voluntary ? textArea({ id: 'on-safe', label: w.safeLabel, hint: w.safeHint, value: on.safe, rows: 3, input: v => { on.safe = v } })
        : textArea({ id: 'on-text', label: w.ask, value: on.text, rows: 3, input: v => { on.text = v } })}`
  }
  /** That a team takes this class elsewhere. @param {any} team */
  const elsewhere = team => {
    const n = notHere(team, h.class, now())
    return n ? html`<p class="ds-banner ds-banner--warn" id="elsewhere">${
      fill(w.notHere, { team: team.name, until: date(n.until), by: n.by })}
      ${n.instead ? fill(w.instead, { text: n.instead }) : nothing} ${team.phone
        ? html`<a href="tel:${team.phone.replaceAll(' ', '')}">${fill(w.ring, { team: team.name, phone: team.phone })}</a>` : nothing}</p>`
      : nothing
  }
  /** @param {SubmitEvent} e */
  const submit = e => {
    e.preventDefault()
    if (doing === 'record_call') {
      if (!call.reached) { trouble = w.sayReached; desk.redraw(); requestAnimationFrame(
          () => document.getElementById('handover-trouble')?.focus()); return }
      view.act('call', { called_at: fromLocal(call.at), name: call.name, role: call.role, reached: call.reached === 'yes',
            read_back: call.reached === 'yes' && call.readBack, text: call.text },
        call.reached === 'yes' ? w.callSaved : w.callTried)
    } else if (doing === 'hand_on') view.act('hand-on', { to_team: on.team, reason: on.reason, text: on.text, safe_note: on.safe },
        fill(w.handedOn, { team: teams.find(t => t.id === on.team)?.name ?? '' }))
    else view.act(doing.replace('_', '-'), { reason: why, text: why, ...(join ? { with: join } : {}) }, w.done)
  }
  return view
}

/** What another partner was asked, in one line. @param {any} o */
const besideLine = o => fill(w.besideLine, { team: o.to_team?.name ?? '', class: word(words.common.classes, o.class),
  state: word(words.common.states, o.state), at: when(o.raised_at, now()) })

/** @param {string | undefined} t */
const text = t => t ? html`<div class="ds-pre">${t}</div>` : nothing
