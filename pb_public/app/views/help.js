// @ts-check
// Help for whoever carries the phone. It names nobody, so it is there before the app is unlocked, too.
import { helpSections } from '../../shared/ui/help.js'
import { html } from '../../shared/ui/html.js'
import { words } from '../../shared/ui/words.js'
import { address } from '../router.js'
import { back } from './parts.js'

/** @param {{ view: 'clinical' | 'limited' } | null} me null: nobody knows yet */
export const help = me => html`${back(address('today'), words.app.help.back)}
  <h1 class="nhsuk-heading-l">${words.app.help.title}</h1>
  <p>${words.common.emergency}</p>
  ${helpSections(me?.view === 'limited' ? words.app.help.limited : words.app.help.clinical)}`
