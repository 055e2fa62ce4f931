// @ts-check
// Single keys (WCAG 2.1.4: they can be turned off, and do nothing while somebody types).

/**
 * @typedef {object} Keys
 * @property {() => boolean} on whether single keys are wanted
 * @property {(key: string) => boolean} press does what a key stands for; false when it stands for nothing here
 */

/** @param {EventTarget | null} at */
export function typing(at) {
  return at instanceof HTMLElement && (at.isContentEditable || at instanceof HTMLTextAreaElement || at instanceof HTMLSelectElement
      || at instanceof HTMLInputElement && !['checkbox', 'radio', 'button', 'submit'].includes(at.type))
}

/** @param {Keys} keys */
export function listenToKeys(keys) {
  document.addEventListener('keydown', e => {
    if (e.defaultPrevented || e.ctrlKey || e.metaKey || e.altKey || e.isComposing || document.querySelector('dialog[open]')) return
    const inList = document.activeElement?.closest('[data-group]')
    if (typing(e.target) && e.key !== 'Escape') return
    // Arrows move in the list when the keyboard is in it, and Escape goes back: they are no characters and stay when single keys are off.
    const always = e.key === 'Escape' || inList && (e.key === 'ArrowDown' || e.key === 'ArrowUp')
    if (!always && (e.key.length !== 1 || !keys.on())) return
    if (keys.press(e.key)) e.preventDefault()
  })
}
