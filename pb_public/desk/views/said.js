// @ts-check
// What a person says to the voluntary service that has them: for whoever looks after its volunteers.
import { html, nothing } from '../../shared/ui/html.js'
import { personName } from '../../shared/ui/format.js'
import { fill, words } from '../words.js'
import { Refusal } from '../../shared/ui/session.js'
import { button, radios, textInput, troubleBox } from '../parts.js'

const w = words.desk.said

/** @param {import('../desk-context.js').DeskContext} desk @param {string[]} args @returns {import('../desk-context.js').View} */
export function said(desk, [id = '']) {
  let given = /** @type {'' | 'yes' | 'no'} */ (''), how = '', expires = '', trouble = '', busy = false
  const view = {
    title: w.title,
    back: { to: `person/${id}`, text: words.desk.correct.back },
    async load() {
      const { person } = await desk.session.get(`/people/${id}/timeline?limit=1`)
      view.title = fill(w.titleOf, { name: personName(person) })
    },
    async refresh() { /* what is being typed stays */ },
    async send() {
      if (busy) return
      if (!given) return refuse(w.choose)
      busy = true
      trouble = ''
      desk.redraw()
      try {
        await desk.session.post(`/people/${id}/consent`,
          { given: given === 'yes', how: how.trim(), expires: given === 'yes' ? expires : '' })
        desk.say(given === 'yes' ? w.goesOn : w.ended)
        desk.go(given === 'yes' ? `person/${id}` : 'people', view)
      } catch (e) {
        if (!(e instanceof Refusal)) throw e
        refuse(e.message)
      } finally {
        busy = false
        desk.redraw()
      }
    },
    draw: () => html`<p>${w.intro}</p>${troubleBox('said-trouble', trouble)}
      <form novalidate @submit=${(/** @type {Event} */ e) => { e.preventDefault(); view.send() }}>
      ${radios({ name: 'said', legend: words.desk.correct.said, value: given,
        options: [{ value: 'yes', text: w.agrees }, { value: 'no', text: w.wantsNoMore, hint: w.noMoreHint }],
        change: v => { given = /** @type {'yes'} */ (v); desk.redraw() } })}
      ${textInput({ id: 'said-how', label: words.desk.correct.how, hint: words.desk.correct.howHint, value: how, wide: true, maxlength: 500,
        input: v => { how = v } })}
      ${given === 'yes' ? textInput({ id: 'said-expires', label: words.desk.correct.expires, hint: words.desk.correct.expiresHint,
        type: 'date', value: expires, input: v => { expires = v } }) : nothing}
      ${button(w.button, { submit: true, busy })}</form>`,
  }

  /** @param {string} text */
  function refuse(text) {
    trouble = text
    desk.redraw()
    requestAnimationFrame(() => document.getElementById('said-trouble')?.focus())
  }
  return view
}
