// @ts-check
// A date or a time of which a part was typed. Its value is '', as that of an empty field: whoever took it so would do at once
// what somebody meant for a day. So nothing is sent over it, and it is said beside the field.

/** The field of which it is said. @type {HTMLInputElement | null} */ let found = null
/** Draws the page anew. */ let draw = () => {}

/** How a page is drawn anew when a field was found to be half typed. @param {() => void} fn */
export const drawHalfTypedBy = fn => { draw = fn }

/** Whether it is to be said of the field of that id, until it is whole or empty. @param {string} id */
export const isHalfTyped = id => found !== null && found.id === id && found.isConnected && found.validity.badInput

/** @param {HTMLInputElement} field */
function say(field) {
  if (found !== field) for (const typed of ['input', 'blur']) field.addEventListener(typed, () => draw())
  found = field
  draw()
}

/** Says it of a field that was left half typed: for a form that nobody sends. @param {Event} e its blur */
export function sayHalfTyped({ target }) {
  const field = /** @type {HTMLInputElement} */ (target)
  if (field.validity.badInput) say(field)
}

/** What a field or a button belongs to: its form, or where there is none its part of the page. @param {Element} el */
const formOf = el => el.closest('form') ?? el.closest('section') ?? el.closest('main')

/**
 * Looks for a half-typed field of the form to which a button belongs; says so beside it and goes there.
 * @param {Element} pressed the button, or the form itself
 * @returns {boolean} whether there is one: then nothing may be sent
 */
export function refuseHalfTyped(pressed) {
  const form = formOf(pressed)
  const field = [...form?.querySelectorAll('input') ?? []].find(input => input.validity.badInput && formOf(input) === form)
  if (!field) return false
  const fold = field.closest('details')
  if (fold) fold.open = true
  say(field)
  field.focus()
  return true
}

/** What a form does when it is sent, unless a field of it is half typed. @param {() => unknown} send */
export const unlessHalfTyped = send => (/** @type {any} */ e) => {
  e.preventDefault()
  if (!refuseHalfTyped(e.currentTarget)) send()
}

/**
 * The value of a field that stands at something before it is typed in: what is half typed in it stays while the page is drawn anew.
 * @param {string} id @param {string} value
 */
export const keepHalfTyped = (id, value) =>
  (/** @type {HTMLInputElement | null} */ (document.getElementById(id))?.validity.badInput ? '' : value)
