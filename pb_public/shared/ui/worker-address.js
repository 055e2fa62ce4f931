// @ts-check
// The addresses of our workers. Trusted Types let a page run a worker through the one policy named app, which knows these.

const ours = ['/app/sw.js', '/notices-worker.js']
/** @type {any} */ let policy

/** The address of a worker of ours, as a browser takes it. @param {string} url @returns {any} */
export function workerAddress(url) {
  const types = /** @type {any} */ (globalThis).trustedTypes
  if (!types) return url
  policy ??= types.createPolicy('app', { createScriptURL: (/** @type {string} */ asked) => {
    if (!ours.includes(asked)) throw new TypeError('only the workers of these pages')
    return asked
  } })
  return policy.createScriptURL(url)
}
