// @ts-check
// Help for leads and coordinators. It names nobody, so it is there for whoever has not signed in, too.
import { helpSections } from '../../shared/ui/help.js'
import { html, nothing } from '../../shared/ui/html.js'
import { noticesView } from '../../shared/ui/notices.js'
import { words } from '../words.js'

const w = words.desk.help

/** @param {import('../../shared/ui/notices.js').Notices | null} notices of whoever works at this desk */
export const helpPage = notices => html`<h1 class="nhsuk-heading-l">${w.title}</h1>
  <p>${words.common.emergency}</p>${helpSections(w.sections)}
  ${notices ? html`<h2 class="nhsuk-heading-m">${words.common.notices.title}</h2>${noticesView(notices)}` : nothing}
  <p><a href="#/">${w.back}</a></p>`
