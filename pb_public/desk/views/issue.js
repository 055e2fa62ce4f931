// @ts-check
// One issue: who meant what, and a decision. What came meanwhile is said before anything is decided over it.
import { html, nothing } from '../../shared/ui/html.js'
import { conflict, heldBack, openIssue, setAside } from '../../shared/states.js'
import { when } from '../../shared/ui/format.js'
import { fill, words } from '../words.js'
import { Refusal } from '../../shared/ui/session.js'
import { button, deadline, facts, nameOf, passedOn, personFacts, personLine, tag, textArea, troubleBox } from '../parts.js'
import { issueTitle, kindTag } from '../issue-words.js'
import { fieldLabel, readable } from '../values.js'
import { Conflict } from '../conflict.js'
import { HeldBack } from '../held-back.js'
import { SetAside } from '../set-aside.js'

const w = words.desk.issue

/** @param {import('../desk-context.js').DeskContext} desk @param {string[]} args @returns {import('../desk-context.js').View} */
export function issue(desk, [id = '']) {
  /** @type {any} */ let it = null
  let base = ''
  /** @type {Conflict | SetAside | HeldBack | null} */ let form = null
  let trouble = '', changed = '', reason = '', letting = false, busy = false, reads = 0
  const view = {
    title: words.desk.issues.title,
    back: { to: 'issues', text: words.desk.issues.back },

    /** @param {any} answer */
    take(answer) {
      const before = it
      it = answer.issue
      base = answer.base
      view.title = issueTitle(desk, it)
      if (!openIssue(it)) {
        if (before && openIssue(before) && it.resolved_by?.id !== desk.me) desk.say(decided(it), 'warn')
        return
      }
      if (form) {
        const was = JSON.stringify(before?.stored?.value ?? null)
        if (!heldBack(it) && was !== JSON.stringify(it.stored?.value ?? null)) changed =
          fill(w.changed, { who: nameOf(it.stored?.by, w.somebody), at: when(it.stored?.at) })
        form.update(it)
        return
      }
      form = conflict(it) ? new Conflict(desk, it) : setAside(it) ? new SetAside(desk, it) : new HeldBack(desk, it)
    },

    async load() {
      const read = ++reads
      const [answer] = await Promise.all([desk.session.get(`/issues/${id}`), desk.fields(), desk.staff(), desk.teams()])
      if (read === reads) view.take(answer) // an answer that was overtaken is older than what stands here
    },

    /** @param {any} set */
    async resolve(set) {
      const answer = await view.ask(`/issues/${id}/resolve`, { base, set })
      if (!answer) return
      if (answer.settled) {
        desk.say(heldBack(it) ? w.takenIn : w.decided)
        desk.go('issues', view)
        return
      }
      view.take(answer)
      view.refuse(fill(w.notYet, { why: answer.issues[0]?.message || it.message || '' }))
    },

    async dismiss() {
      if (!reason.trim()) return view.refuse(w.reasonNeeded)
      const answer = await view.ask(`/issues/${id}/dismiss`, { reason: reason.trim() })
      if (!answer) return
      desk.say(w.letGo)
      desk.go('issues', view)
    },

    /** @param {string} path @param {any} body */
    async ask(path, body) {
      trouble = ''
      busy = true
      desk.redraw()
      try {
        return await desk.session.post(path, body)
      } catch (e) {
        if (!(e instanceof Refusal)) throw e
        if (e.status === 409 && (e.code === 'already' || e.code === 'changed')) await desk.readAgain(view)
        view.refuse(e.code === 'changed' ? fill(w.changed, { who: e.body.by_name || w.somebody, at: when(e.body.at) }) : e.message)
        return null
      } finally {
        busy = false
        desk.redraw()
      }
    },

    /** @param {string} text */
    refuse(text) {
      trouble = text
      changed = ''
      desk.redraw()
      requestAnimationFrame(() => document.getElementById('issue-trouble')?.focus())
    },

    /** @param {SubmitEvent} e */
    submit(e) {
      e.preventDefault()
      if (busy || !form) return
      const { set, wrong } = form.decision()
      if (changed && (wrong || setAside(it))) view.refuse(changed) // it came under their hands: they read it, then decide
      else if (wrong) view.refuse(wrong)
      else view.resolve(set)
    },

    draw() {
      if (!it) return nothing
      return html`<p class="ds-row">${kindTag(it)} ${openIssue(it) ? html`${passedOn(it)} ${deadline(it.due_at)}`
          : tag(w.closed, 'good')}</p>
        ${it.patient ? html`<p class="dk-who">${personLine(it.patient)}</p>${personFacts(it.patient)}`
          : html`<p class="dk-who">${words.desk.issues.noPerson}</p>`}
        ${it.hidden ? html`<p class="ds-banner">${w.hidden}</p>` : nothing}
        ${openIssue(it) ? open() : closed()}`
    },
  }

  const open = () => html`${changed ? html`<p class="ds-banner ds-banner--warn" role="status">${changed}</p>` : nothing}
    ${troubleBox('issue-trouble', trouble)}
    <form @submit=${view.submit} novalidate>${form?.draw()}
      ${form?.possible ? html`<p>${button(form.verb, { submit: true, busy, id: 'decide' })}</p>` : nothing}</form>
    ${letting || !form?.possible ? html`<section class="dk-second" aria-labelledby="let-go-title">
        <h2 class="nhsuk-heading-s" id="let-go-title">${w.letGoTitle}</h2>
        <p>${w.letGoMeans}</p>
        ${textArea({ id: 'let-go-reason', label: w.reason, value: reason, rows: 2, input: v => { reason = v } })}
        ${button(w.letGoButton, { kind: 'warning', busy, click: () => view.dismiss() })}
        ${letting ? button(words.desk.cancel, { kind: 'secondary', click: () => { letting = false; desk.redraw() } }) : nothing}</section>`
      : html`<p>${button(w.letGoOpen, { kind: 'secondary',
            click: () => { letting = true; desk.redraw(); requestAnimationFrame(
            () => document.getElementById('let-go-reason')?.focus()) } })}</p>`}`

  const closed = () => html`<p class="ds-banner ds-banner--good">${decided(it)}</p>
    ${it.resolution?.dismissed ? facts([[w.reason, it.resolution.dismissed]])
      : it.resolution && it.field && it.field in it.resolution
        ? facts([[fieldLabel(it.field), readable(desk, it.collection, it.field, it.resolution[it.field])]]) : nothing}`

  return view
}

/** @param {any} issue */
const decided = issue => fill(w.decidedBy, { who: nameOf(issue.resolved_by, w.itself), at: when(issue.resolved_at) })
