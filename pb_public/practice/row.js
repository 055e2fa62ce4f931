// @ts-check
// One row of the list: a person, and what stands open about them.
import { inHand } from '../shared/states.js'
import { birth, day, duration, nhsNumber, personName, when } from '../shared/ui/format.js'
import { html, nothing, repeat } from '../shared/ui/html.js'
import { classMap } from '../vendor/lit-html/directives/class-map.js'
import { ageAt } from '../shared/ui/news2.js'
import { isOverdue } from '../shared/ui/order.js'
import { count, fill, word, words } from './words.js'

const w = words.practice

/** @typedef {import('./types.js').Item} Item */
/** @typedef {import('./inbox.js').Inbox} Inbox */

/** @param {string} id */
export const addressOf = id => `#/h/${id}`

/** @param {string | undefined} text */
const firstLine = text => (text ?? '').split('\n')[0]

/** How urgent, in a word; colour comes on top. @param {Item} item @param {number} now */
export function tags(item, now) {
  const late = isOverdue(item, now)
  return html`<span class="pi-tags"><span
      class=${`ds-tag ${{ E: 'ds-tag--solid', U2: 'ds-tag--bad', SG: 'ds-tag--bad', SD: 'ds-tag--warn' }[item.class]
        ?? 'ds-tag--info'}`}>${word(words.common.classes, item.class)}</span>
    ${late ? html`<span class="ds-tag ds-tag--bad">${item.due && Date.parse(item.due) < now
        ? fill(w.overdueBy, { by: duration((now - Date.parse(item.due)) / 1000) }) : w.overdue}</span>` : nothing}</span>`
}

/**
 * Whether its sender's side added to it, or what it rests on was corrected, after somebody here said that it arrived, or
 * after it was closed. @param {Item} item
 */
export const changedSince = item => Boolean(item.amended_at && item.side !== 'sent'
  && item.acknowledged_at && item.amended_at > item.acknowledged_at)

/** Until when what must be done. @param {Item} item @param {number} now */
export function dueText(item, now) {
  if (!item.due) return ''
  return fill(item.due === item.ack_due && !inHand(item) ? w.receiveBy : w.answerBy,
      { at: when(item.due, now) })
}

/** Who it comes from. @param {Item} item */
export function sender(item) {
  const staff = item.from_staff?.name, team = item.from_team?.name
  const who = staff && team ? fill(w.team, { name: staff, team }) : staff || team
  return who ? fill(w.from, { who }) : ''
}

/** @param {Inbox} inbox @param {string} id @param {number} now */
export function attention(inbox, id, now) {
  const mine = inbox.attention.claimedByMe(id) ? [w.you] : []
  return [...mine, ...inbox.attention.others(id).map(a =>
    fill(a.claimed ? w.claimed : w.looking, { name: a.by.name, at: when(a.since, now) }))]
}

/** Born and number, as far as the reader knows them. @param {import('./types.js').Person} p @param {number} now */
export function identity(p, now) {
  const age = ageAt(p.date_of_birth, day(now))
  return [p.date_of_birth && fill(age === null ? w.bornOnly : w.born, { date: birth(p.date_of_birth), age: age ?? '' }),
      p.nhs_number && fill(w.nhs, { number: nhsNumber(p.nhs_number) })].filter(Boolean).join(' · ')
}

/** @param {Inbox} inbox @param {Item} item @param {boolean} alone the only one of its row @param {number} now */
function line(inbox, item, alone, now) {
  const ask = firstLine(item.recommendation) || item.safe_note || '', why = firstLine(item.situation)
  return html`<li>
    ${alone ? nothing : html`<p class="pi-line__which"><a href=${addressOf(item.id)}
        data-focus=${`i:${item.id}`}>${word(words.common.classes, item.class)}<span class="nhsuk-u-visually-hidden">:
        ${ask || why}</span></a></p>`}
    ${why ? html`<p class="pi-line__why">${why}</p>` : nothing}
    ${ask ? html`<p class="pi-line__ask">${ask}</p>` : nothing}
    <p class="pi-meta">
      <strong>${word(words.common.states, item.state)}${item.acknowledged_by && item.state === 'acknowledged'
        ? `: ${item.acknowledged_by.name}` : ''}${item.owner && item.state === 'accepted' ? `: ${item.owner.name}` : ''}</strong>
      <span>${dueText(item, now) || w.noDue}</span>
      <span>${sender(item)}</span>
      <span>${fill(w.arrived, { at: when(item.provenance.raised_at, now) })}</span>
      ${item.provenance.late_by_seconds >= 1800
        ? html`<span class=${['E', 'U2', 'SG'].includes(item.class) ? 'pi-bad'
          : ''}>${fill(w.late, { by: duration(item.provenance.late_by_seconds) })}</span>` : nothing}
      ${changedSince(item) ? html`<strong class="pi-bad">${fill(w.amended, { at: when(item.amended_at, now) })}</strong>` : nothing}
      ${item.unverified ? html`<span class="pi-bad">${w.unverified}</span>` : nothing}
      ${item.projection === 'full' && !item.by_hand && !item.confirmed_by && item.class !== 'SG'
        ? html`<span>${w.notConfirmed}</span>` : nothing}
      ${item.side === 'escalated' ? html`<span class="pi-bad">${fill(w.withOthers, { team: item.to_team?.name ?? '' })}</span>` : nothing}
      ${attention(inbox, item.id, now).map(text => html`<strong>${text}</strong>`)}
    </p>
  </li>`
}

/** Where a row stands among all of them, also those that are not drawn. @typedef {{ at: number, of: number, above: number }} Stands */

/** @param {Stands} s */
const room = s => (s.above ? `margin-top:${s.above}px` : '')

/** @param {Inbox} inbox @param {import('./types.js').Group} group @param {() => void} receive @param {number} now @param {Stands} s */
export function row(inbox, group, receive, now, s) {
  const [first] = group.items
  const can = group.items.filter(item => item.may.includes('acknowledge')).length
  return html`<li class=${classMap({ 'pi-row': true, 'pi-row--urgent': group.overdue || first.class === 'E',
        'pi-row--soon': ['U2', 'SG', 'SD'].includes(first.class) && !group.overdue })} data-group=${group.id} data-index=${s.at}
      aria-posinset=${s.at + 1} aria-setsize=${s.of} .style=${room(s)}>
    <div class="pi-row__head">
      ${tags(first, now)}
      <h2 class="pi-row__name"><a href=${addressOf(first.id)} data-row data-focus=${`g:${group.id}`}>${personName(group.person)}</a></h2>
      <span class="ds-soft">${identity(group.person, now)}</span>
      ${group.items.length > 1 ? html`<strong>${count(group.items.length, w.several)}</strong>` : nothing}
      ${group.inHand ? html`<span class="ds-soft">${count(group.inHand, w.alsoInHand)}</span>` : nothing}
    </div>
    <ul class="pi-lines">${repeat(group.items, item => item.id, item => line(inbox, item, group.items.length === 1, now))}</ul>
    ${can ? html`<div class="pi-row__do"><button type="button" class="nhsuk-button nhsuk-button--secondary" data-focus=${`a:${group.id}`}
        @click=${receive}>${can > 1 ? fill(w.a.acknowledgeAll, { n: can }) : w.a.acknowledge}<span class="nhsuk-u-visually-hidden">:
        ${personName(group.person)}</span></button></div>` : nothing}
  </li>`
}

/** One row of what was asked of others: how far it got there, and what came of it. @param {Item} item @param {number} now */
export function askedRow(item, now) {
  const who = item.owner?.name ?? item.acknowledged_by?.name ?? ''
  return html`<li class="pi-row" data-group=${item.id}>
    <div class="pi-row__head">${tags(item, now)}
      <h2 class="pi-row__name"><a href=${addressOf(item.id)} data-row data-focus=${`g:${item.id}`}>${personName(item.patient)}</a></h2>
      <span class="ds-soft">${identity(item.patient, now)}</span></div>
    <ul class="pi-lines"><li>
      ${item.recommendation ? html`<p class="pi-line__ask">${item.recommendation}</p>` : nothing}
      ${item.answer ? html`<p class="pi-line__why"><strong>${w.s.answer}:</strong> ${item.answer}</p>` : nothing}
      <p class="pi-meta"><strong>${word(words.common.states, item.state)}${who ? `: ${who}` : ''}</strong>
        ${item.outcome ? html`<strong>${word(words.common.outcomes, item.outcome)}</strong>` : nothing}
        ${item.to_team ? html`<span>${fill(w.askedOf, { team: item.to_team.name })}</span>` : nothing}
        <span>${dueText(item, now)}</span><span>${fill(w.arrived, { at: when(item.provenance.raised_at, now) })}</span></p>
    </li></ul>
  </li>`
}

/** When it was closed and by whom. @param {Item} item @param {number} now */
export const closedText = (item, now) => (item.closed_at ? fill(item.closed_by ? w.closedBy : w.closedAt,
    { at: when(item.closed_at, now), name: item.closed_by?.name ?? '' }) : '')

/** What one's own team had to do with it, where somebody else closed it. @param {Item} item */
export const partText = item => (item.side === 'given' ? fill(w.gaveAway, { team: item.to_team?.name ?? '' })
  : item.side === 'escalated' ? fill(w.wentTo, { team: item.to_team?.name ?? '' }) : '')

/** One row of what is closed. @param {Item} item @param {number} now @param {Stands} s */
export function closedRow(item, now, s) {
  return html`<li class="pi-row" data-group=${item.id} data-index=${s.at} .style=${room(s)}>
    <div class="pi-row__head"><span class="ds-tag">${word(words.common.states, item.state)}</span>
      <h2 class="pi-row__name"><a href=${addressOf(item.id)} data-row data-focus=${`g:${item.id}`}>${personName(item.patient)}</a></h2>
      <span class="ds-soft">${identity(item.patient, now)}</span></div>
    <ul class="pi-lines"><li>
      ${item.situation ? html`<p class="pi-line__why">${firstLine(item.situation)}</p>` : nothing}
      <p class="pi-meta"><span>${word(words.common.classes, item.class)}</span>${item.outcome
        ? html`<strong>${word(words.common.outcomes, item.outcome)}</strong>` : nothing}
        <strong>${closedText(item, now)}</strong>${partText(item) ? html`<span>${partText(item)}</span>` : nothing}
        <span>${sender(item)}</span><span>${fill(w.arrived, { at: when(item.provenance.raised_at, now) })}</span>
        ${item.filed_by ? html`<span>${fill(w.filed, { name: item.filed_by.name, at: when(item.filed_at, now) })}</span>`
          : item.side === 'given' ? nothing : html`<span>${w.notFiled}</span>`}</p>
    </li></ul>
  </li>`
}
