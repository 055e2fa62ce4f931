// @ts-check
// A sign-in code for a member of staff.
import { html, nothing } from '../../shared/ui/html.js'
import { fill, words } from '../words.js'
import { SignInCode } from '../signin.js'

const w = words.desk.code

/** @param {import('../desk-context.js').DeskContext} desk @param {string[]} args @returns {import('../desk-context.js').View} */
export function code(desk, [id = '']) {
  /** @type {SignInCode | null} */ let panel = null
  const view = {
    title: w.title,
    back: { to: 'staff', text: words.desk.staff.back },
    async load() {
      const member = (await desk.staff()).find(m => m.id === id)
      if (!member) return
      view.title = fill(w.titleOf, { staff: member.name })
      panel ??= new SignInCode(desk, member)
    },
    async refresh() { /* the panel looks for the phone by itself */ },
    draw: () => panel ? html`<p>${w.intro}</p>${panel.draw()}` : html`<p>${words.desk.notFor.view}</p>${nothing}`,
    close() { panel?.end() },
  }
  return view
}
