// @ts-check
// Behind the gate: the screens and what they work on. The gate is painted before any of this is fetched.
import { when } from '../shared/ui/format.js'
import { html, nothing } from '../shared/ui/html.js'
import { fill, words } from '../shared/ui/words.js'
import { takeOver } from './update.js'
import { called } from './views/called.js'
import { checkin, myWeek } from './views/checkin.js'
import { edit } from './views/edit.js'
import { goal } from './views/goal.js'
import { handoverPage } from './views/handover.js'
import { help } from './views/help.js'
import { items } from './views/items.js'
import { lone, loneBanner, loneLink } from './views/lone.js'
import { person } from './views/person.js'
import { read } from './views/read.js'
import { settings } from './views/settings.js'
import { loading, today } from './views/today.js'
import { visit } from './views/visit.js'

export { statusBar } from './status-bar.js'
export { help } from './views/help.js'
export { storageTrouble } from './views/storage-trouble.js'
export { openWork } from './work.js'

/** @typedef {import('./context.js').App} App */

/** @type {Record<string, (app: App) => any>} */
const clinical = { today, person, visit, 'visit-read': read, edit, goal, lone, called, handover: handoverPage, items,
  settings, help: app => help(app.me) }
/** Nobody's screens: whose the phone is is not known yet. @type {typeof clinical} */
const nobody = { today: app => html`${loading(app)}<p class="app-wait">${words.app.loadingRole}</p>`, settings, help: () => help(null) }
/** @type {typeof clinical} */
const limited = { today: myWeek, checkin, lone, items, settings, help: app => help(app.me) }

/**
 * @param {App} app
 * @param {{ newVersion: boolean, signIn: () => void }} how
 */
export function screen(app, { newVersion, signIn }) {
  const dirty = [...app.forms.values()].some(f => f?.dirty)
  const directive = app.phone.directive
  const w = words.app.directives
  const screens = !app.me.role ? nobody : app.me.view === 'clinical' ? clinical : limited
  const name = app.place.name in screens ? app.place.name : 'today'
  const free = name === 'items' || name === 'lone' || name === 'settings' || name === 'help'
  return html`${newVersion ? html`<p class="ds-banner">${dirty ? words.app.update.dirty
        : html`${words.app.update.ready} <button class="app-link" type="button"
        @click=${() => takeOver()}>${words.app.update.go}</button>`}</p>` : nothing}
    ${directive === 'drain' || directive === 'upgrade' || directive === 'relogin'
      ? html`<p class="ds-banner ds-banner--warn">${w[/** @type {'drain'} */ (directive)]}
        ${directive === 'relogin' ? html`<button class="app-link" type="button" @click=${signIn}>${w.signIn}</button>` : nothing}</p>`
      : nothing}
    ${!app.me.role || name === 'lone' ? nothing : loneBanner(app)}
    ${app.me.role && name === 'today' ? loneLink() : nothing}
    ${app.locked && !free && app.phone.leaseSince()
      ? html`<p class="ds-banner ds-banner--bad">${fill(words.app.lease, { time: when(app.phone.leaseSince()) })}</p>`
      : screens[name](app)}`
}
