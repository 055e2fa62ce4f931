// @ts-check
// One handover: who, what is asked, the readings, where it comes from, what happened to it, and what can be done.
import { dutyOf } from '../shared/duties.js'
import { closed, inHand } from '../shared/states.js'
import { courses, trend } from '../shared/ui/chart.js'
import { birth, nhsNumber, personName, when } from '../shared/ui/format.js'
import { detailLines } from '../shared/ui/details.js'
import { html, nothing } from '../shared/ui/html.js'
import { cannotBeRead, unreadableTexts } from '../shared/ui/unreadable.js'
import { unreadable } from '../shared/words/en-GB-screens.js'
import { besideView } from './beside.js'
import { fill, word, words } from './words.js'
import { formView, takeOverText } from './forms.js'
import { onPaper } from './paper.js'
import { addressOf, changedSince, closedText, dueText, identity, partText, sender, tags } from './row.js'
import { age, asText, callRows, happened, isSet, notConfirmed, provenance, replacedText, rowsOf, stamp, totalOf } from './text.js'

const w = words.practice

/** @typedef {import('./inbox.js').Inbox} Inbox */
/** @typedef {import('./types.js').Detail} Detail */
/** @typedef {{ draw: () => void, act: (kind: string) => void, copy: () => void, print: () => void, download: (as: 'pdf' | 'fhir') => void,
 *   next: string }} On */

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
      <p class="pi-who"><span class="ds-soft">${identity(d.patient, now)}</span>
        ${tags(d, now)}<span class="ds-tag">${word(words.common.states, d.state)}</span>${d.unverified
        ? html`<span class="ds-tag ds-tag--bad">${w.unverified}</span>` : nothing}
        <strong>${closedText(d, now) || dueText(d, now)}</strong><span>${sender(d)}</span>${ringLater(d)}</p>
      ${others(inbox, d, now)}${ringFirst(d)}${cautions(d, now)}
      ${besideView(d, now, id => { inbox.begin('stand_down', { with: id }) })}
    </div>
    ${doBar(inbox, d, on)}
    ${formView(inbox, on.draw)}
    <div>${sbar(d)}</div>
    <div>${findings(d, now)}</div>
    <div>${outcomes(d, now)}${origin(d, now)}${history(d, now)}</div>
    <div>${chart(d, now)}${facts(d, now)}${rest(inbox, d)}</div>
    <section class="pi-wide" aria-labelledby="h-text"><h2 id="h-text">${w.s.text}</h2><pre class="pi-text ds-pre" tabindex="0" role="region"
      aria-labelledby="h-text" data-focus="text">${asText(d, inbox.session.me?.name ?? '', now)}</pre></section>
  </div>
  ${onPaper(inbox, d)}`
}

/** @param {Inbox} inbox @param {Detail} d @param {number} now */
function others(inbox, d, now) {
  return inbox.attention.others(d.id)
    .map(a => html`<div class="ds-banner ds-banner--warn pi-banner-do" role="status">
        <p><strong>${fill(a.claimed ? w.claimed : w.looking, { name: a.by.name, at: when(a.since, now) })}</strong></p>
    ${a.claimed ? html`<button type="button" class="nhsuk-button nhsuk-button--secondary" data-focus="takeover"
        @click=${() => inbox.attention.claim(d.id, true)}>${takeOverText(a.by.name)}</button>` : nothing}</div>`)
}

/** What must be known before anything here is believed: one box, a line for each. @param {Detail} d @param {number} now */
function cautions(d, now) {
  const rule = d.projection === 'full' && !d.by_hand
  /** @type {['bad' | 'warn' | '', any][]} */
  const lines = [
    ['bad', changedSince(d) && !lookedSince(d) && html`<strong>${
      fill(w.amended, { at: when(d.amended_at, now) })}.</strong> ${w.amendedLong}`],
    ['bad', d.unverified && html`<strong>${w.unverified}.</strong> ${w.unverifiedLong}`],
    ['bad', unreadableTexts(d).length && html`<strong>${unreadableTexts(d).join('. ')}.</strong> ${unreadable}`],
    ['bad', d.side === 'escalated' && !closed(d) && !inHand(d) && fill(w.withOthers, { team: d.to_team?.name ?? '' })],
    ['warn', rule && !d.confirmed_by && html`<strong>${notConfirmed(d)[0]}.</strong> ${notConfirmed(d)[1]}`],
    ['warn', d.decline_reason && fill(w.declinedHere, { reason: d.decline_reason })],
    ['', closed(d) && partText(d)],
    ['', { sealed: w.sealed, limited: w.limited, given: w.given, full: '' }[d.projection]],
    ['', d.projection === 'limited' && personName(d.patient) === words.common.noName
      && fill(w.noConsent, { team: [d.from_team?.name, d.from_team?.phone].filter(Boolean).join(', ') })],
    ['', d.superseded_by && w.superseded],
    ['', rule && d.confirmed_by && fill(w.confirmedBy, { name: d.confirmed_by.name })],
  ]
  const known = lines.filter(([, text]) => text)
  return known.length ? html`<div class=${`ds-banner pi-cautions${known[0][0] && ` ds-banner--${known[0][0]}`}`}>${known.map(([, text]) =>
    html`<p>${text}</p>`)}</div>` : nothing
}

/** What somebody does who has read a handover as it stands. */
const looked = new Set(['accepted', 'answered', 'acknowledged', 'confirmed'])

/** Whether somebody dealt with it after its sender last added to it. @param {Detail} d */
const lookedSince = d => d.events.some(e => looked.has(e.kind) && e.at > (d.amended_at ?? ''))

/** A number to ring. @param {import('./types.js').Named} team */
const number = team => html`<a href=${`tel:${(team.phone ?? '').replace(/[^0-9+]/g, '')}`}>${fill(w.callWho,
      { team: team.name, phone: team.phone ?? '' })}</a>`

/** Whether somebody must be rung before anything else: nobody has it in hand. @param {Detail} d */
const ringNow = d => d.state === 'call_needed' || !closed(d) && !inHand(d) && ['E', 'U2'].includes(d.class)

/** Whom to ring before anything else. @param {Detail} d */
function ringFirst(d) {
  const team = d.state === 'call_needed' ? d.to_team : d.from_team
  if (!team || !ringNow(d)) return nothing
  return html`<section class="ds-banner ds-banner--bad pi-ring" aria-labelledby="h-ring"><h2 id="h-ring">${w.callFirst}</h2>
    <p><strong>${team.phone ? number(team) : fill(w.callNoNumber, { team: team.name })}</strong></p>
    <p>${d.state === 'call_needed' ? w.callNeeded : d.call_999?.answer === 'yes' ? w.callSender999 : w.callSender}</p></section>`
}

/** The sender's number, where nothing presses. @param {Detail} d */
const ringLater = d => (d.from_team?.phone && !ringNow(d) ? html`<span>${number(d.from_team)}</span>` : nothing)

/** @param {Inbox} inbox @param {Detail} d @param {On} on */
function doBar(inbox, d, on) {
  const list = offered(inbox), hints = /** @type {Record<string, string>} */ (w.actions.hints)
  const main = ['accept', 'acknowledge', 'answer'].find(kind => list.includes(kind)) ?? ''
  const open = !closed(d) && d.side !== 'sent', mine = inbox.attention.claimedByMe(d.id)
  const theirs = inbox.attention.others(d.id).some(a => a.claimed)
  /** @type {{ kind: string, focus: string, text: string, press: () => void, form?: boolean }[]} */
  const more = [
    ...list.filter(kind => kind !== main).map(kind => ({ kind, focus: `do:${kind}`, text: w.a[/** @type {'accept'} */ (kind)] ?? kind,
      press: () => on.act(kind), form: withForm.has(kind) })),
    ...(open && mine ? [{ kind: 'release', focus: 'claim', text: w.a.release, press: () => inbox.attention.letGo(d.id) }] : []),
    ...(open && !mine && !theirs ? [{ kind: 'claim', focus: 'claim', text: w.a.claim, press: () => inbox.attention.claim(d.id) }] : []),
    { kind: 'copy', focus: 'copy', text: w.a.copy, press: on.copy },
    { kind: 'print', focus: 'print', text: w.a.print, press: on.print },
    { kind: 'pdf', focus: 'pdf', text: w.a.pdf, press: () => on.download('pdf') },
    { kind: 'fhir', focus: 'fhir', text: w.a.fhir, press: () => on.download('fhir') },
  ]
  return html`<div class="pi-do pi-wide" role="group" aria-label=${w.a.title}>
    ${list.length ? nothing : html`<p>${w.a.none}</p>`}
    ${main ? html`<button type="button" class="nhsuk-button" data-focus=${`do:${main}`} ?disabled=${Boolean(inbox.acting)}
      aria-expanded=${withForm.has(main) ? String(inbox.form?.kind === main) : nothing}
      @click=${() => on.act(main)}>${w.a[/** @type {'accept'} */ (main)]}</button> <span class="ds-soft">${hints[main]}</span>` : nothing}
    <details class="pi-actions"><summary data-focus="actions">${fill(w.actions.more, { n: more.length })}</summary>
      <ul>${more.map(m => html`<li>
      <button type="button" class="nhsuk-button nhsuk-button--secondary" data-focus=${m.focus} ?disabled=${Boolean(inbox.acting)}
        aria-expanded=${m.form ? String(inbox.form?.kind === m.kind) : nothing} @click=${m.press}>${m.text}</button>
      <span class="ds-soft">${hints[m.kind]}</span></li>`)}</ul></details>
  </div>`
}

/** @param {Detail} d */
function sbar(d) {
  const parts = /** @type {const} */ (['situation', 'background', 'assessment', 'recommendation', 'safe_note']).filter(p => d[p])
  return parts.length ? html`<div class="pi-sbar">${parts.map(p => html`<h2>${w.s[p]}</h2><p class="ds-pre">${d[p]}</p>`)}</div>` : nothing
}

/** The readings, with what each scores beside it. @param {Detail} d @param {number} now */
function findings(d, now) {
  return d.evidence.map(e => isSet(e) ? html`<section class=${e.replaced_by ? 'pi-replaced' : ''}>
      <h2>${w.s.readings}, ${when(e.recorded_at, now)}</h2>
      ${e.replaced_by ? html`<p class="ds-banner ds-banner--warn">${replacedText(e, d.evidence, now)}</p>` : nothing}
      <div class="pi-scroll" tabindex="0" role="region" aria-label=${`${w.s.readings}, ${when(e.recorded_at, now)}`}>
        <table class="pi-table"><thead><tr><th scope="col">${w.s.reading}</th><th scope="col">${w.s.value}</th>
        <th scope="col">${w.s.score}</th></tr></thead>
        <tbody>${rowsOf(e).map(r => html`<tr class=${r.score === 3 ? 'pi-high' : ''}><th scope="row">${r.name}</th><td>${r.value}</td>
              <td>${r.score ?? '–'}</td></tr>`)}</tbody>
        ${e.news2 ? html`<tfoot><tr><th scope="row">${w.s.total}</th><td>${word(words.common.bands, e.news2.band)}${e.news2.scale === 2
          ? `, ${fill(w.s.scale, { n: 2 })}` : ''}</td><td>${totalOf(e.news2)}</td></tr></tfoot>` : nothing}</table></div>
      ${e.news2?.age_unknown ? html`<p>${words.common.ageUnknown}</p>` : nothing}
      ${e.news2 ? html`<p class="ds-soft">${w.s.news2}</p>` : nothing}</section>`
    : detailLines(e.values.details).length ? html`<section><h2>${w.s.details}, ${when(e.recorded_at, now)}</h2>
      <ul>${detailLines(e.values.details).map(line => html`<li>${line}</li>`)}</ul></section>`
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
    [w.s.died, p.died_on && birth(p.died_on)],
    [w.s.address, p.address_hidden && !p.address ? w.s.hidden : [p.address, p.postcode].filter(Boolean).join(', ')],
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
  const rows = [[w.s.outcome, word(words.common.outcomes, d.outcome)],
    [w.s.answer, d.answer && html`<span class="ds-pre">${d.answer}</span>`],
      ...callRows(d, now),
    [w.s.filed, d.filed_by ? fill(w.filed, { name: d.filed_by.name, at: stamp(d.filed_at, now) })
      : d.state === 'done' && d.side !== 'given' ? w.notFiled : '']]
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
