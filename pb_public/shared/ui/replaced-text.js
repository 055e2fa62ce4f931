// @ts-check
// Texts that somebody else has replaced. Browsers that translate a page put an element of their own, mostly <font>, in the
// place of each text, and add-ons do the like. lit-html goes on writing to the text it made, or to what stands in its
// place: an early warning score would stay what it was while readings are typed, without an error. Pages ask not to be
// translated; these two rules keep values, states and counters true where they are all the same.

/**
 * The first rule: whoever writes to a text of the page and meets an element writes a text in its place. lit-html writes by
 * the property `data`, which no element has but <object>.
 */
export function mendReplacedText() {
  if (typeof HTMLElement === 'undefined' || 'data' in HTMLElement.prototype) return
  Object.defineProperty(HTMLElement.prototype, 'data', { configurable: true, set: replaceBy })
}

/** @this {HTMLElement} @param {unknown} text */
function replaceBy(text) {
  // A text of several sentences may have become several elements. No page of ours writes <font>.
  while (this.localName === 'font' && /** @type {any} */ (this.nextSibling)?.localName === 'font') this.nextSibling?.remove()
  this.replaceWith(document.createTextNode(String(text)))
}

/** @type {WeakMap<TemplateStringsArray, TemplateStringsArray>} by the strings of the template as it is written */
const known = new WeakMap()

/**
 * The second rule: what is shown ends at a comment, which nobody replaces. lit-html takes the node that follows for the
 * end of it; where that is a text of the template, a comment goes in between.
 * @param {TemplateStringsArray} strings @returns {TemplateStringsArray}
 */
export function bounded(strings) {
  let kept = known.get(strings)
  if (!kept) {
    let inTag = false, quote = ''
    const list = strings.map((text, i) => {
      const shown = i > 0 && !inTag // between this piece and the one before stands something that is shown
      for (const c of text) {
        if (quote) quote = c === quote ? '' : quote
        else if (inTag) {
          if (c === '>') inTag = false
          else if (c === '"' || c === "'") quote = c
        } else inTag = c === '<'
      }
      return shown && text !== '' && !text.startsWith('<') ? `<!---->${text}` : text
    })
    known.set(strings, kept = /** @type {any} */ (Object.assign(list, { raw: list })))
  }
  return /** @type {TemplateStringsArray} */ (kept)
}
