// @ts-check
// The status bar at the foot of every page: what has not gone up, when the phone last heard from the server, and a button.
// It never says that all is well because a request failed quietly.
import { html, nothing } from '../shared/ui/html.js'
import { when } from '../shared/ui/format.js'
import { count, fill, words } from '../shared/ui/words.js'
import { address } from './router.js'
import { answersLink } from './views/answers.js'

/** @param {import('./context.js').App} app */
export function statusBar(app) {
  const w = words.app.statusBar, s = app.syncStatus()
  const parts = [s.unsent ? count(s.unsent, w.unsent) : w.allSent,
      s.lastSynced ? fill(w.synced, { time: when(s.lastSynced, app.now()) }) : w.never]
  return html`<div class="app-status ${s.unsent ? 'app-status--unsent' : ''} ds-no-print" role="region" aria-label=${w.label}>
    <div class="app-status__inner"><p class="app-status__text"
      role="status"><a href=${address('items')}><span aria-hidden="true">${s.unsent ? '●' : '✓'}</span> ${parts.join(' · ')}</a>
      ${s.needsYou ? html`<a class="app-status__you" href=${address('items')}>${count(s.needsYou, w.needsYou)}</a>` : nothing}
      ${answersLink(app)}
      ${s.trouble ? html`<span class="app-status__trouble">${s.trouble}${s.nextTry
          ? ` ${fill(w.again, { time: when(s.nextTry, app.now()) })}` : ''}</span>` : nothing}</p>
    <button class="app-status__go" type="button" ?disabled=${s.busy} @click=${() => app.sync()}>${s.busy ? w.busy : w.sync}</button></div>
  </div>`
}
