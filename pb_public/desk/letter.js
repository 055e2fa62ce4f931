// @ts-check
// A one-time code as it is shown and as it is printed: a picture for a phone, and the same to type.
import { html } from '../shared/ui/html.js'
import { when } from '../shared/ui/format.js'
import { fill, words } from './words.js'
import { button } from './parts.js'
import { qr } from './qr.js'
import { spaced } from './set-up.js'

const w = words.administration

/** @param {Record<string, any>} whose @param {{ code: string, expires_at: string }} invited */
export const letter = (whose, invited) => html`<section class="dk-second" aria-labelledby="letter-title">
  <h2 class="nhsuk-heading-m" id="letter-title">${fill(w.letterTitle, { name: whose.name })}</h2>
  <div class="dk-code"><div>${qr(`${location.origin}/account/#code=${encodeURIComponent(invited.code)}`, w.letterPicture)}</div><div>
    <p>${fill(w.letter,
      { address: `${location.host}/account/`, choose: words.account.own.haveCode })}
      <strong class="dk-code__read">${spaced(invited.code)}</strong></p>
    <p>${fill(w.letterThen, { email: whose.email })}</p>
    <p>${fill(w.letterUntil, { at: when(invited.expires_at) })}</p>
    <p class="ds-no-print">${button(w.printLetter, { kind: 'secondary', click: () => print() })}</p></div></div></section>`
