// @ts-check
// What time it is: by the server's clock, as far as a page knows it, because what is late is decided there and the
// computer in front of somebody may be days wrong.

let source = () => Date.now()

/** Milliseconds since 1970, now. */
export const now = () => source()

/** Where the time comes from, once for each page. @param {() => number} from ms */
export function takeTimeFrom(from) { source = from }
