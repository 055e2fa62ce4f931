// @ts-check
import { fill, words } from '../shared/ui/words.js'

/**
 * What the browser calls the page: its screen, and nobody's name, which a phone would show in its list of open apps.
 * @param {string} gate the screen of the gate, "" once it is open @param {string} place the screen of the address
 */
export function screenTitle(gate, place) {
  const titles = /** @type {Record<string, string>} */ (words.app.titles)
  const screen = place === 'help' ? 'help' : gate || place
  return Object.hasOwn(titles, screen) ? fill(titles.of, { screen: titles[screen] }) : words.app.title
}
