// @ts-check
// A picture that a phone's camera reads: drawn, so that no text becomes markup.
import { html } from '../shared/ui/html.js'
import { encode } from '../vendor/uqr/uqr.js'

/** @param {string} text @param {string} title */
export function qr(text, title) {
  const { data, size } = encode(text, { ecc: 'M', border: 4 })
  const path = data.flatMap((row, y) => row.map((on, x) => on ? `M${x} ${y}h1v1h-1z` : '')).join('')
  return html`<svg class="dk-qr" viewBox="0 0 ${size} ${size}" role="img" aria-label=${title} shape-rendering="crispEdges">
    <rect width=${size} height=${size} fill="#fff"></rect><path d=${path} fill="#000"></path></svg>`
}
