// @ts-check
import { words } from '../shared/ui/words.js'

/**
 * Copies a text. Where the browser does not allow it, the element that shows it is selected, so that the person can.
 * @param {import('./context.js').App} app @param {string} text @param {string} id of that element
 */
export async function copy(app, text, id) {
  try {
    await navigator.clipboard.writeText(text)
    app.say(words.app.read.copied)
  } catch {
    const at = document.getElementById(id)
    if (at) getSelection()?.selectAllChildren(at)
    app.say(words.app.read.selected)
  }
}
