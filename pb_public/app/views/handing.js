// @ts-check
// Handing over what a visit found: whom to call first, and what they are told.
import { html, nothing } from '../../shared/ui/html.js'
import { fill, inOrder, word, words } from '../../shared/ui/words.js'
import { callFirst } from '../model/callfirst.js'
import { receiverOf } from '../model/receiver.js'
import { handsOver, judge, practice, teamFor, texts } from '../model/visitform.js'
import { callQuestions, ringLinks } from './calls.js'
import { choice, field, select } from './parts.js'

/** @typedef {import('../context.js').App} App */

/**
 * "Call first", with the numbers and the two questions: beside whatever made it urgent.
 * @param {App} app @param {any} f @param {any} patient @param {ReturnType<typeof judge>} j
 * @param {(name: string) => string} error @param {(how: (form: any) => void) => void} change
 */
export function callBlock(app, f, patient, j, error, change) {
  const w = words.app.calls, cls = f.cls || j.urgency, to = receiver(app, f, patient, j)
  return html`<div class="app-call" role="group" aria-labelledby="call-title">
    <h3 class="nhsuk-heading-s" id="call-title">${cls === 'E' ? w.first999 : w.first}</h3>
    ${j.held.map(r => html`<p>${fill(words.app.visit.because, { reason: r.title, urgency: word(words.common.classes, r.class) })}</p>`)}
    ${ringLinks(cls, to)}
    ${handsOver(f, j.urgency) ? callQuestions({ cls, calls: f.calls, receiver: to?.team ? to.name : '', now: app.now(), error,
      changed: () => change(() => {}) })
      : nothing}</div>`
}

/** @param {App} app @param {any} f @param {any} patient @param {ReturnType<typeof judge>} j */
const receiver = (app, f, patient, j) => receiverOf(app, { patient: patient.id, to_team: teamFor(f, j, { teams: app.all('teams'),
  mine: app.me.teams }) })

/**
 * @param {App} app @param {any} f @param {any} patient @param {ReturnType<typeof judge>} j @param {any} before
 * @param {(name: string) => string} error @param {(how: (form: any) => void) => void} change
 */
export function handing(app, f, patient, j, before, error, change) {
  const w = words.app.visit, on = handsOver(f, j.urgency), cls = f.cls || j.urgency || 'R'
  const ofPerson = patient.practice ? app.get('organisations', patient.practice) : null
  const to = teamFor(f, j, { teams: app.all('teams'), mine: app.me.teams })
  const text = texts(f, patient, j, before, app.now())
  const urgent = callFirst(cls)
  return html`<section class="app-hand" aria-labelledby="hand"><h2 class="nhsuk-heading-m" id="hand">${w.handOver}</h2>
    ${j.urgency && !j.call && f.handOver !== 'no'
      ? html`<div class="ds-banner ds-banner--warn">${j.held.map(r => html`<p>${fill(w.because,
          { reason: r.title, urgency: word(words.common.classes, r.class) })}</p>`)}</div>` : nothing}
    ${choice({ name: 'hand_over', legend: w.handOverAsk, options: w.yesNo, value: f.handOver || (on ? 'yes' : 'no'), inline: true,
        required: true, change: v => change(form => { form.handOver = v }) })}
    ${on ? html`
      ${select({ id: 'class', label: w.urgency, options: Object.entries(words.common.classes).filter(([c]) => c !== 'SG'), value: cls,
          change: v => change(form => { form.cls = v }) })}
      ${select({ id: 'to_team', label: w.to, options: [[practice, ofPerson ? ofPerson.name : w.noPractice],
            ...app.all('teams').filter(t => t.kind !== 'safeguarding' && !app.me.teams.includes(t.id))
            .map(t => /** @type {[string, string]} */ ([t.id, t.name])).sort((a, b) => inOrder(a[1], b[1]))], value: to || practice,
          change: v => change(form => { form.toTeam = v }) })}
      ${urgent && !j.call ? callBlock(app, f, patient, j, error, change) : nothing}
      ${urgent && !app.me.raises_urgent
        ? select({ id: 'registrant', label: w.registrant, hint: w.registrantHint, error: error('registrant'),
          options: [['', w.choose], ...app.colleagues.filter(c => c.registrant && !c.left)
            .map(c => /** @type {[string, string]} */ ([c.id, `${c.name}, ${word(words.common.roles, c.role)}`]))], value: f.registrant,
          change: v => change(form => { form.registrant = v }) }) : nothing}
      ${(/** @type {const} */ (['situation', 'background', 'assessment', 'recommendation']))
        .map(part => field({ id: part, label: words.app.text.parts[part], rows: part === 'background' ? 2 : 3, value: text[part],
            change: v => change(form => { form.words[part] = v }) }))}` : nothing}
  </section>`
}
