// What a phone fetches before the field app works without a network.
import { get } from 'node:http'

/** How many bytes an answer has on its way, packed as a browser asks for it over HTTPS. @param {string} url @returns {Promise<number>} */
const bytesOf = url => new Promise((done, fail) => get(url, { headers: { 'Accept-Encoding': 'gzip, deflate, br, zstd' } }, answer => {
  let bytes = 0
  if (answer.statusCode !== 200) fail(new Error(`${url}: ${answer.statusCode}`))
  answer.on('data', part => { bytes += part.length }).on('end', () => done(bytes)).on('error', fail)
}).on('error', fail))

/** The files of the shell with their size on the way, in bytes. @param {string} server @returns {Promise<(readonly [string, number])[]>} */
export async function shellSizes(server) {
  const { files } = await fetch(server + '/app/shell.json').then(r => r.json())
  return Promise.all([...files, '/app/sw.js'].map(async f => /** @type {const} */ ([f, await bytesOf(server + f)])))
}
