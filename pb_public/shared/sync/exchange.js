// @ts-check
// One request of the protocol and its answer. The only place that calls fetch, beside the stream.

import { ServerError, Unreachable } from './errors.js'

/**
 * What asking takes.
 * @typedef {{ server: string, fetch: typeof globalThis.fetch, trueTime: () => number,
 *   timers: { set: (work: () => void, ms: number) => unknown, clear: (id: any) => void } }} Asker
 */

export const basePath = '/api/sync/v1'
const gzipFrom = 1024 // bytes of a body worth compressing
const answerWithin = 60_000 // ms; what takes longer will not come

/**
 * @typedef {object} Request
 * @property {'GET' | 'POST'} method
 * @property {string} path below /api/sync/v1
 * @property {Record<string, string>} [query]
 * @property {object} [body] travels as JSON
 * @property {Record<string, string>} [form] travels as a form
 * @property {string} [bearer]
 * @property {AbortSignal} [signal] gives up; the answer, if it ever comes, is not taken in
 * @property {(text: string) => void} [early] is told the beginning of the answer while the rest is on its way, where that can be read
 * @property {number} [patienceMs] how much longer than usual the server may take
 */

/**
 * Sends a request and reads the answer. A status of 300 and above is a {@link ServerError}; an answer that never came,
 * or was cut short, is {@link Unreachable}.
 * @param {Asker} core @param {Request} r @returns {Promise<any>}
 */
export async function exchange(core, r) {
  const address = core.server + basePath + r.path + (r.query ? '?' + new URLSearchParams(r.query) : '')
  return send(core, address, r)
}

/** @param {Asker} core @param {string} address @param {Request} r */
async function send(core, address, r) {
  /** @type {Record<string, string>} */
  const headers = { Accept: 'application/json' }
  if (r.bearer) headers.Authorization = 'Bearer ' + r.bearer
  const hand = new AbortController()
  const giveUp = () => hand.abort()
  r.signal?.addEventListener('abort', giveUp)
  if (r.signal?.aborted) giveUp()
  const timer = core.timers.set(giveUp, answerWithin + (r.patienceMs ?? 0))
  let answer, text
  try {
    const body = await pack(r, headers)
    answer = await core.fetch(address, { method: r.method, headers, body, signal: hand.signal, cache: 'no-store', credentials: 'omit',
          redirect: 'error' })
    text = r.early && answer.ok && answer.body ? await readOn(answer.body, r.early) : await answer.text()
  } catch (cause) {
    throw new Unreachable('the server cannot be reached', cause)
  } finally {
    core.timers.clear(timer)
    r.signal?.removeEventListener('abort', giveUp)
  }
  if (!answer.ok) throw new ServerError(answer.status, object(text), retryAfter(answer.headers.get('Retry-After'), core.trueTime()))
  try {
    const said = JSON.parse(text)
    if (said === null || typeof said !== 'object') throw new Error('no object')
    return said
  } catch (cause) {
    throw new Unreachable(`the answer of ${r.path} cannot be read`, cause)
  }
}

/** Reads a body, and tells what came first. @param {ReadableStream<Uint8Array>} body @param {(text: string) => void} early */
async function readOn(body, early) {
  const reader = body.getReader(), decoder = new TextDecoder()
  let text = ''
  for (let begun = false; ;) {
    const { done, value } = await reader.read()
    text += done ? decoder.decode() : decoder.decode(value, { stream: true })
    if (done) return text
    if (!begun && text) {
      begun = true
      early(text)
    }
  }
}

/** @param {Request} r @param {Record<string, string>} headers @returns {Promise<BodyInit | undefined>} */
async function pack(r, headers) {
  if (r.form) {
    headers['Content-Type'] = 'application/x-www-form-urlencoded'
    return new URLSearchParams(r.form).toString()
  }
  if (!r.body) return undefined
  headers['Content-Type'] = 'application/json'
  const text = JSON.stringify(r.body)
  if (text.length < gzipFrom || typeof CompressionStream === 'undefined') return text
  headers['Content-Encoding'] = 'gzip'
  return new Response(new Blob([text]).stream().pipeThrough(new CompressionStream('gzip'))).arrayBuffer()
}

/** The body of an error; a proxy in between may answer with anything. @param {string} text @returns {Record<string, any>} */
function object(text) {
  try {
    const said = JSON.parse(text)
    return said !== null && typeof said === 'object' ? said : {}
  } catch {
    return {}
  }
}

/**
 * Reads the header of that name, seconds or a date, as milliseconds; 0 = none.
 * @param {string | null} header @param {number} now
 */
export function retryAfter(header, now) {
  const text = header?.trim()
  if (!text) return 0
  if (/^\d+$/.test(text)) return Number(text) * 1000
  const at = Date.parse(text)
  return Number.isNaN(at) ? 0 : Math.max(at - now + 1000, 0)
}
