// @ts-check
// What the pages use of lit-html, in one place: text is never markup, and a template is drawn again
// only where a value changed. What the first screen of the app needs of it is in render.js.
export * from './render.js'
export { ref } from '../../vendor/lit-html/directives/ref.js'
export { repeat } from '../../vendor/lit-html/directives/repeat.js'
