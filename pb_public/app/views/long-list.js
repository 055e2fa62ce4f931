// @ts-check
// A long list is drawn as far as somebody has come: a slow phone draws a thousand rows in no frame. It grows by
// itself when its end comes near, and by a button for whoever does not scroll.
import { html, nothing, ref } from '../../shared/ui/html.js'
import { count, words } from '../../shared/ui/words.js'

/** How many rows are drawn at first: more than a screen. */
export const first = 30
/** How many are added at a time: three screens. */
const more = 50
/** How near its end may come before it grows, in CSS pixels. */
const near = 1500

/** What makes the list grow whose end is on the page. */
let grow = () => {}
/** @type {Element | undefined} */
let end
const watcher = new IntersectionObserver(entries => { if (entries.some(e => e.isIntersecting)) grow() },
    { rootMargin: `0px 0px ${near}px` })

/** @param {Element} [element] */
function watch(element) {
  if (end) watcher.unobserve(end)
  end = element
  if (end) watcher.observe(end)
}

/**
 * The button under a list of which `drawn` rows of `all` are drawn.
 * @param {number} all @param {number} drawn @param {(drawn: number) => void} draw with so many rows
 * @param {{ itself?: boolean }} [how] it grows by itself, too; one list of a page
 */
export function moreOf(all, drawn, draw, { itself = false } = {}) {
  if (all <= drawn) return nothing
  if (itself) {
    grow = () => {
      draw(drawn + more)
      watch(end) // asked again once it is drawn: its end may still be near
    }
  }
  return html`<button class="nhsuk-button nhsuk-button--secondary" type="button" ${itself ? ref(watch) : nothing}
      @click=${() => draw(drawn + more)}>${count(all - drawn, words.app.people.more)}</button>`
}
