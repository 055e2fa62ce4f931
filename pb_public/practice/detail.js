// @ts-check
// One handover: who, what is asked, the readings, where it comes from, what happened to it, and what can be done.
import { dutyOf } from '../shared/duties.js'
import { closed } from '../shared/states.js'
import { courses, trend } from '../shared/ui/chart.js'
import { birth, nhsNumber, personName, when } from '../shared/ui/format.js'
import { html, nothing } from '../shared/ui/html.js'
import { cannotBeRead, unreadableTexts } from '../shared/ui/unreadable.js'
import { fill, word, words } from '../shared/ui/words.js'
import { formView, takeOverText } from './forms.js'
import { addressOf, dueText, identity, sender, tags } from './row.js'
import { age, asText, callRows, happened, isSet, provenance, rowsOf, stamp, totalOf } from './text.js'

const w = words.practice

/** @typedef {import('./inbox.js').Inbox} Inbox */
/** @typedef {import('./types.js').Detail} Detail */
/** @typedef {{ draw: () => void, act: (kind: string) => void, copy: () => void, print: () => void, next: string }} On */

/** Which actions need a form. */
const withForm = new Set(['decline', 'answer', 'hand_on', 'convert', 'record_call', 'stand_down', 'confirm', 'file'])

/** Presses the button of an action: at once, or by a form. @param {Inbox} inbox @param {string} kind */
export function press(inbox, kind) {
  if (!offered(inbox).includes(kind)) return false
  if (withForm.has(kind)) inbox.begin(kind)
  else inbox.act(kind)
  return true
}

/**
 * The buttons: what the server lets this reader do to it as it stands. A volunteers' coordinator hands on to the practice by one action.
 * @param {Inbox} inbox
 * @returns {string[]}
 */
export function offered(inbox) {
  const d = inbox.detail?.data
  if (!d) return []
  const may = d.may.filter(kind => kind !== 'see')
  if (dutyOf(inbox.session.me?.role).converts && may.includes('hand_on')) may.splice(may.indexOf('hand_on'), 0, 'convert')
  return may
}

/** @param {Inbox} inbox @param {On} on */
export function detailView(inbox, on) {
  const { data: d, gone, trouble } = /** @type {NonNullable<Inbox['detail']>} */ (inbox.detail)
  const bar = html`<div class="pi-bar pi-wide pi-screen"><a href="#/"
      data-focus="back">${w.back}</a>${on.next ? html`<a href=${addressOf(on.next)} data-focus="next">${w.next}</a>` : nothing}</div>`
  if (gone || trouble) return html`${bar}<h1 tabindex="-1" data-focus="h1">${words.practice.title.split(' – ')[0]}</h1>
      <div class="ds-banner ds-banner--warn"><p>${gone || trouble}</p></div>
    ${trouble ? html`<button type="button" class="nhsuk-button" @click=${() => inbox.reopen()}>${w.retry}</button>` : nothing}`
  if (!d) return html`${bar}<p role="status">${w.loadingOne}</p>`
  const now = inbox.now()
  return html`${bar}<div class="pi-detail pi-screen">
    <div class="pi-wide">
      <h1 tabindex="-1" data-focus="h1">${personName(d.patient)}</h1>
      <p class="ds-soft">${identity(d.patient, now)}</p>
      <p class="ds-row">${tags(d, now)}<span class="ds-tag">${word(words.common.states, d.state)}</span>${d.unverified
        ? html`<span class="ds-tag ds-tag--bad">${w.unverified}</span>` : nothing}
        <strong>${dueText(d, now)}</strong><span>${sender(d)}</span></p>
      ${others(inbox, d, now)}${cautions(d)}${ring(d)}
    </div>
    ${doBar(inbox, d, on)}
    ${formView(inbox, on.draw)}
    <div>${sbar(d)}${findings(d, now)}</div>
    <div>${facts(d, now)}${chart(d, now)}${outcomes(d, now)}${origin(d, now)}${history(d, now)}${rest(inbox, d)}</div>
    <section class="pi-wide" aria-labelledby="h-text"><h2 id="h-text">${w.s.text}</h2><pre class="pi-text ds-pre" tabindex="0" role="region"
      aria-labelledby="h-text" data-focus="text">${asText(d, inbox.session.me?.name ?? '', now)}</pre></section>
  </div>
  <div class="pi-print">${asText(d, inbox.session.me?.name ?? '', now)}</div>`
}

/** @param {Inbox} inbox @param {Detail} d @param {number} now */
function others(inbox, d, now) {
  return inbox.others(d.id)
    .map(a => html`<div class="ds-banner ds-banner--warn pi-banner-do" role="status">
        <p><strong>${fill(a.claimed ? w.claimed : w.looking, { name: a.by.name, at: when(a.since, now) })}</strong></p>
    ${a.claimed ? html`<button type="button" class="nhsuk-button nhsuk-button--secondary" data-focus="takeover"
        @click=${() => inbox.claim(d.id, true)}>${takeOverText(a.by.name)}</button>` : nothing}</div>`)
}

/** What must be known before anything here is believed. @param {Detail} d */
function cautions(d) {
  return html`${d.projection === 'sealed' ? html`<div class="ds-banner"><p>${w.sealed}</p></div>` : nothing}${d.projection === 'limited'
      ? html`<div class="ds-banner"><p>${w.limited}</p></div>` : nothing}
    ${d.projection === 'full' && !d.by_hand ? d.confirmed_by
      ? html`<div class="ds-banner ds-banner--good"><p>${fill(w.confirmedBy, { name: d.confirmed_by.name })}</p></div>`
      : html`<div class="ds-banner ds-banner--warn"><p><strong>${w.notConfirmed}.</strong> ${w.notConfirmedLong}</p></div>` : nothing}
    ${d.unverified ? html`<div class="ds-banner ds-banner--bad">
        <p><strong>${w.unverified}.</strong> ${w.unverifiedLong}</p></div>` : nothing}
    ${unreadableTexts(d).length ? html`<div class="ds-banner ds-banner--bad">
        <p><strong>${unreadableTexts(d).join('. ')}.</strong> ${words.common.cannotRead.told}</p></div>` : nothing}
    ${d.superseded_by ? html`<div class="ds-banner"><p>${w.superseded}</p></div>` : nothing}
    ${d.side === 'escalated' ? html`<div class="ds-banner ds-banner--bad">
        <p>${fill(w.withOthers, { team: d.to_team?.name ?? '' })}</p></div>` : nothing}
    ${d.decline_reason ? html`<div class="ds-banner ds-banner--warn">
        <p>${fill(w.declinedHere, { reason: d.decline_reason })}</p></div>` : nothing}`
}

/** A number to ring. @param {import('./types.js').Named} team */
const number = team => html`<a href=${`tel:${(team.phone ?? '').replace(/[^0-9+]/g, '')}`}>${fill(w.callWho,
      { team: team.name, phone: team.phone ?? '' })}</a>`

/** Whom to ring before anything else. @param {Detail} d */
function ring(d) {
  const open = !closed(d)
  const team = d.state === 'call_needed' ? d.to_team : d.from_team
  if (!open || !team || !(d.state === 'call_needed' || d.class === 'E' || d.class === 'U2')) {
    return d.from_team?.phone ? html`<p>${fill(w.callTeam, { team: d.from_team.name, phone: d.from_team.phone })}</p>` : nothing
  }
  return html`<section class="ds-banner ds-banner--bad" aria-labelledby="h-ring"><h2 id="h-ring">${w.callFirst}</h2>
      <p>${d.state === 'call_needed' ? w.callNeeded : w.callSender}</p>
    <p><strong>${team.phone ? number(team) : fill(w.callNoNumber, { team: team.name })}</strong></p></section>`
}

/** @param {Inbox} inbox @param {Detail} d @param {On} on */
function doBar(inbox, d, on) {
  const list = offered(inbox)
  const main = list.includes('accept') ? 'accept' : list.includes('acknowledge') ? 'acknowledge' : list.includes('answer') ? 'answer' : ''
  const mine = inbox.claimedByMe(d.id), open = !closed(d),
    theirs = inbox.others(d.id).some(a => a.claimed)
  return html`<div class="pi-do pi-wide" role="group" aria-label=${w.a.title}>
    ${list.length ? nothing : html`<p>${w.a.none}</p>`}
    ${[main, ...list.filter(k => k !== main)].filter(Boolean)
      .map(kind => html`<button type="button" class=${`nhsuk-button${kind === main ? '' : ' nhsuk-button--secondary'}`}
          data-focus=${`do:${kind}`} ?disabled=${Boolean(inbox.acting)}
          aria-expanded=${withForm.has(kind) ? String(inbox.form?.kind === kind) : nothing}
          @click=${() => on.act(kind)}>${w.a[/** @type {'accept'} */ (kind)] ?? kind}</button>`)}
    ${open && d.side !== 'sent' ? mine
      ? html`<button type="button" class="nhsuk-button nhsuk-button--secondary" data-focus="claim"
        @click=${() => inbox.letGo(d.id)}>${w.a.release}</button>` : theirs ? nothing
      : html`<button type="button" class="nhsuk-button nhsuk-button--secondary" data-focus="claim"
        @click=${() => inbox.claim(d.id)}>${w.a.claim}</button>` : nothing}
    <button type="button" class="nhsuk-button nhsuk-button--secondary" data-focus="copy" @click=${on.copy}>${w.a.copy}</button>
    <button type="button" class="nhsuk-button nhsuk-button--secondary" data-focus="print" @click=${on.print}>${w.a.print}</button>
  </div>`
}

/** @param {Detail} d */
function sbar(d) {
  const parts = /** @type {const} */ (['situation', 'background', 'assessment', 'recommendation', 'safe_note']).filter(p => d[p])
  return parts.length ? html`<div class="pi-sbar">${parts.map(p => html`<h2>${w.s[p]}</h2><p class="ds-pre">${d[p]}</p>`)}</div>` : nothing
}

/** The readings, with what each scores beside it. @param {Detail} d @param {number} now */
function findings(d, now) {
  return d.evidence.map(e => isSet(e) ? html`<section><h2>${w.s.readings}, ${when(e.recorded_at, now)}</h2>
      <div class="pi-scroll" tabindex="0" role="region" aria-label=${`${w.s.readings}, ${when(e.recorded_at, now)}`}>
        <table class="pi-table"><thead><tr><th scope="col">${w.s.reading}</th><th scope="col">${w.s.value}</th>
        <th scope="col">${w.s.score}</th></tr></thead>
        <tbody>${rowsOf(e).map(r => html`<tr class=${r.score === 3 ? 'pi-high' : ''}><th scope="row">${r.name}</th><td>${r.value}</td>
              <td>${r.score ?? '–'}</td></tr>`)}</tbody>
        ${e.news2 ? html`<tfoot><tr><th scope="row">${w.s.total}</th><td>${word(words.common.bands, e.news2.band)}${e.news2.scale === 2
          ? `, ${fill(w.s.scale, { n: 2 })}` : ''}</td><td>${totalOf(e.news2)}</td></tr></tfoot>` : nothing}</table></div>
      ${e.news2?.age_unknown ? html`<p>${words.common.ageUnknown}</p>` : nothing}
      ${e.news2 ? html`<p class="ds-soft">${w.s.news2}</p>` : nothing}</section>`
    : e.values.concern || e.values.wellbeing ? html`<section class="pi-sbar">
        <h2>${w.s.concern}, ${when(e.recorded_at, now)}</h2>${e.values.concern ? html`<p class="ds-pre">${e.values.concern}</p>` : nothing}
      ${e.values.wellbeing ? html`<p>${w.s.wellbeing}: ${word(words.common.wellbeing, e.values.wellbeing)}</p>` : nothing}</section>`
    : nothing)
}

/** @param {Detail} d @param {number} now */
function facts(d, now) {
  const p = d.patient, years = age(d, now)
  /** @type {[string, any][]} */
  const rows = [
    [w.s.born, p.date_of_birth && fill(years === null ? '{date}' : '{date} ({age})', { date: birth(p.date_of_birth), age: years ?? '' })],
    [w.s.nhs, p.nhs_number && `${nhsNumber(p.nhs_number)}${p.nhs_number_status === 'verified' ? '' : ` (${w.unverifiedNumber})`}`],
    [w.s.address, [p.address, p.postcode].filter(Boolean).join(', ')],
    [w.s.phone, p.phone && html`<a href=${`tel:${p.phone.replace(/[^0-9+]/g, '')}`}>${p.phone}</a>`],
    [w.s.needs, cannotBeRead(p, 'communication_needs') ? words.common.cannotRead.value
      : p.communication_needs?.map(n => word(words.common.needs, n)).join(', ')], [w.s.risk, p.risk_note],
  ]
  const known = rows.filter(([, value]) => value)
  return known.length ? html`<dl class="pi-facts">${known.map(([label, value]) => html`<dt>${label}</dt><dd>${value}</dd>`)}</dl>` : nothing
}

/** @param {Detail} d @param {number} now */
function chart(d, now) {
  const points = d.trend.map(t => ({ at: t.at, total: t.total, floor: t.floor_total, band: t.band, ageUnknown: t.age_unknown }))
  return [trend(points, { title: w.s.trend, now }),
    ...courses(d.measured, { now })]
}

/** @param {Detail} d @param {number} now */
function outcomes(d, now) {
  /** @type {[string, any][]} */
  const rows = [[w.s.outcome, word(w.outcomes, d.outcome)], [w.s.answer, d.answer && html`<span class="ds-pre">${d.answer}</span>`],
      ...callRows(d, now),
    [w.s.filed, d.filed_by ? fill(w.filed, { name: d.filed_by.name, at: stamp(d.filed_at, now) }) : d.state === 'done' ? w.notFiled : '']]
  const known = rows.filter(([, value]) => value)
  return known.length ? html`<h2>${w.s.outcome}</h2>
      <dl class="pi-facts">${known.map(([label, value]) => html`<dt>${label}</dt><dd>${value}</dd>`)}</dl>` : nothing
}

/** @param {Detail} d @param {number} now */
function origin(d, now) {
  const byHand = d.by_hand && d.from_staff
    ? [fill(w.provenance.byHand,
        { who: [d.from_staff.name, d.from_staff.role && word(words.common.roles, d.from_staff.role)].filter(Boolean).join(', ') })] : []
  const lines = d.evidence.length ? d.evidence.map(e => provenance(e, now))
    : d.provenance.recorded_at && d.projection !== 'sealed'
      ? [provenance({ collection: '', id: '', values: {}, recorded_at: d.provenance.recorded_at, reached_at: d.provenance.raised_at,
          late_by_seconds: d.provenance.late_by_seconds, recorded_by: d.from_staff ?? undefined, clock_known: true, verified: true }, now)]
      : [fill(w.provenance.raised, { at: when(d.provenance.raised_at, now) })]
  const rules = d.rules.length ? [`${w.s.reasons}: ${d.rules.map(r => r.title || r.rule).join('; ')}`] : []
  return html`<section><h2>${w.s.provenance}</h2>${[...byHand, ...lines, ...rules].map(text => html`<p>${text}</p>`)}</section>`
}

/** @param {Detail} d @param {number} now */
function history(d, now) {
  return html`<section><h2>${w.s.history}</h2>
      <ol class="pi-history">${d.events.map(e => html`<li><span class="ds-soft">${when(e.at, now)}</span>
        ${happened(e)}${e.team ? html` <span class="ds-soft">(${e.team.name})</span>` : nothing}</li>`)}</ol></section>`
}

/** What else stands open about the same person. @param {Inbox} inbox @param {Detail} d */
function rest(inbox, d) {
  const more = [...inbox.items.values()].filter(i => i.id !== d.id && i.patient.id && i.patient.id === d.patient.id)
  return more.length ? html`<section><h2>${w.alsoOpen}</h2>
      <ul>${more.map(i => html`<li><a href=${addressOf(i.id)} data-focus=${`also:${i.id}`}>${word(words.common.classes, i.class)}:
        ${(i.recommendation || i.safe_note || i.situation || '').split('\n')[0]}</a></li>`)}</ul></section>` : nothing
}
