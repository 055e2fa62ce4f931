// @ts-check
// Help for leads and coordinators. It names nobody, so it is there for whoever has not signed in, too.
import { helpSections } from '../../shared/ui/help.js'
import { html } from '../../shared/ui/html.js'
import { words } from '../words.js'

const w = words.desk.help

export const helpPage = () => html`<h1 class="nhsuk-heading-l">${w.title}</h1>
  <p>${words.common.emergency}</p>${helpSections(w.sections)}
  <p><a href="#/">${w.back}</a></p>`
