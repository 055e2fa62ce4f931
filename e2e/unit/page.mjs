// A page that draws nothing: views make their templates in it, and what they do can be looked at. Import it first.
Object.assign(globalThis, { requestAnimationFrame: () => 0, IntersectionObserver: class { observe() {} unobserve() {} },
  document: { documentElement: {}, createTreeWalker: () => ({}), createComment: () => ({}), getElementById: () => null, querySelector: () => null } })
const { DeskContext } = await import('../../pb_public/desk/desk-context.js')
const { Refusal } = await import('../../pb_public/shared/ui/session.js')

/** What a page gets where no server answers. */
export const offline = () => new Refusal(0, null)
/** What a server refuses. @param {number} status @param {any} body */
export const refusal = (status, body) => new Refusal(status, body)

/**
 * A desk at a server that answers as a test says.
 * @param {Record<string, any>} answers by method and path, such as 'GET /accounts': a value, an error to throw, a promise, or a
 *   function that makes one of them
 * @param {Record<string, any>} [me] who is at it
 */
export function deskOf(answers, me = {}) {
  const seen = { drawn: 0, /** @type {any[][]} */ sent: [], /** @type {string[]} */ said: [], /** @type {string[]} */ went: [] }
  const ask = (/** @type {string} */ method) => async (/** @type {string} */ path, /** @type {any} */ body) => {
    const what = `${method} ${path}`, told = answers[what]
    seen.sent.push([what, structuredClone(body)])
    if (told === undefined) throw new Error(`the test does not say what ${what} answers`)
    const answer = await (typeof told === 'function' ? told(body) : told)
    if (answer instanceof Error) throw answer
    return structuredClone(answer)
  }
  const session = { me: { id: 'lea', role: 'administrator', organisation: 'trust', ...me }, get: ask('GET'), post: ask('POST'), file: ask('FILE') }
  const desk = new DeskContext(/** @type {any} */ (session), { redraw: () => { seen.drawn++ }, go: to => { seen.went.push(to) }, say: text => { seen.said.push(text) } })
  return { desk, seen }
}

/** A promise and how to keep it. */
export function later() {
  /** @type {(value: any) => void} */ let answer = () => {}
  return { promise: new Promise(resolve => { answer = resolve }), answer }
}

/** Lets everything that waits for a promise go on. */
export const settle = () => new Promise(resolve => setImmediate(resolve))

/** What a directive draws: of repeat() each of its templates. @param {any} t */
const drawnBy = ({ values: [first, ...rest] }) => { const one = rest.at(-1); return Array.isArray(first) && typeof one === 'function' ? first.map(one) : [first, ...rest] }

/** The text of a template with all that stands in it, as one string. @param {any} t @returns {string} */
export function textOf(t) {
  if (Array.isArray(t)) return t.map(textOf).join('')
  if (typeof t === 'string' || typeof t === 'number') return String(t)
  if (!t || typeof t !== 'object' || !t.values) return ''
  return t.strings ? t.strings.map((/** @type {string} */ s, /** @type {number} */ i) => s + textOf(t.values[i])).join('') : textOf(drawnBy(t))
}

/** What listens to an event of the template that stands after some text. @param {any} t @param {(before: string, at: any) => boolean} is @returns {any} */
export function listener(t, is) {
  if (Array.isArray(t)) return t.map(one => listener(one, is)).find(Boolean)
  if (!t || typeof t !== 'object' || !t.values) return undefined
  if (!t.strings) return listener(drawnBy(t), is)
  const i = t.values.findIndex((v, at) => typeof v === 'function' && is(t.strings[at], t))
  return i >= 0 ? t.values[i] : listener(t.values, is)
}
