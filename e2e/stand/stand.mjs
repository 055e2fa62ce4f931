// Starts the server that tests run against: the real one, on a real port, with a small neighbourhood in it. What can be
// done to it is told in internal/testkit/stand/doc.go; `make dist/doorstep-test` builds it.
//
//   const stand = await startStand(t)              // ends with the test, or call stand.close()
//   stand.url, stand.staff.nia.email, stand.password, stand.patients.Ames, stand.teams.north
//   await stand.kill(); await stand.start(); await stand.clock(3_600_000)
//   await stand.care('lea', 'POST', '/caseload/move', { … })
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
const binary = root + 'dist/doorstep-test'

const shared = 'DOORSTEP_TEMPLATE' // the folder of the migrated database that all stands copy

/** Lets the stands of the processes that are started from here on migrate one database between them. @returns {() => void} takes it away again */
export function shareTemplate() {
  const folder = mkdtempSync(join(tmpdir(), 'doorstep-template-'))
  process.env[shared] = folder
  return () => rmSync(folder, { recursive: true })
}

/**
 * @param {{ after: (end: () => Promise<void>) => void } | null} test the test (or `{ after }` of node:test) that the stand ends with
 * @param {{ people?: number, pages?: string, tight?: boolean }} [options] people: how many further people the north
 *   team has; pages: a folder that holds pb_public and docs; tight: pages are packed as far as the program that ships does
 * @returns {Promise<Stand>}
 */
export async function startStand(test, options = {}) {
  if (!existsSync(binary)) throw new Error(`${binary} is missing: run make dist/doorstep-test`)
  const template = process.env[shared]
  const args = ['-root', options.pages ?? root, '-people', String(options.people ?? 0), ...options.tight ? ['-tight'] : [], ...template ? ['-template', template] : []]
  const child = spawn(binary, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  const ended = new Promise(resolve => child.once('exit', resolve))
  const line = await Promise.race([
    new Promise(resolve => createInterface({ input: child.stdout }).once('line', resolve)),
    ended.then(code => { throw new Error(`the stand ended with ${code} before it was ready`) }),
  ])
  const stand = new Stand(JSON.parse(line), async () => { child.stdin.end(); await ended })
  stand.how = () => (child.exitCode ?? child.signalCode) === null ? 'runs and does not answer' : `has ended (${child.signalCode ?? child.exitCode})`
  test?.after(() => stand.close())
  return stand
}

export class Stand {
  #end
  /** Whether it still runs, in words. */ how = () => ''
  /** @type {Map<string, string>} */
  #tokens = new Map()

  /** @param {any} ready @param {() => Promise<void>} end */
  constructor(ready, end) {
    /** @type {string} */ this.url = ready.url
    /** @type {string} */ this.password = ready.password
    /** @type {Record<string, { id: string, email: string, name: string, role: string, teams: string[] }>} by short name */ this.staff = ready.staff
    /** @type {Record<string, string>} ids by short name */ this.teams = ready.teams
    /** @type {Record<string, string>} ids by short name */ this.organisations = ready.organisations
    /** @type {Record<string, string>} ids by family name */ this.patients = ready.patients
    this.controlURL = ready.control
    this.#end = end
  }

  /** @param {string} path @param {object} [body] @returns {Promise<any>} */
  async control(path, body = {}) {
    const answer = await fetch(this.controlURL + path, { method: 'POST', body: JSON.stringify(body) })
      .catch(e => { throw new Error(`${path}: the stand ${this.how()}: ${e.cause ?? e}`, { cause: e }) })
    const said = await answer.json()
    if (!answer.ok) throw new Error(`${path}: ${said.error}`)
    return said
  }

  kill() { return this.control('/kill') }
  stop() { return this.control('/stop') }
  start() { return this.control('/start') }
  restart() { return this.control('/restart') }
  /** @param {string} name */ backup(name) { return this.control('/backup', { name }) }
  /** @param {string} name @param {boolean} [untold] nobody tells the server */ restore(name, untold = false) { return this.control('/restore', { name, untold }) }
  /** The neighbourhood of the first morning again. */
  async reset() {
    this.#tokens.clear()
    await this.control('/reset')
  }
  /** @param {number} ms how far the server's clock runs ahead of this machine's */ clock(ms) { return this.control('/clock', { ms }) }
  /** Writes as the dashboard would. @param {string} collection @param {Record<string, unknown>} fields @param {string} [id] @returns {Promise<string>} the id */
  async save(collection, fields, id) { return (await this.control('/save', { collection, id, fields })).id }
  /** @param {string} collection @param {string} id */ delete(collection, id) { return this.control('/delete', { collection, id }) }
  /** Changes the database under the server, to make it fail. @param {string} sql */ exec(sql) { return this.control('/exec', { sql }) }
  settle() { return this.control('/settle') }
  /** @param {string} sql @param {unknown[]} args @returns {Promise<Record<string, any>[]>} */
  async query(sql, ...args) { return (await this.control('/query', { sql, args })).rows }

  /** A staff token of PocketBase's own. @param {string} who @returns {Promise<string>} */
  async token(who) {
    const known = this.#tokens.get(who)
    if (known) return known
    const answer = await fetch(this.url + '/api/sync/v1/sign-in', { method: 'POST',
      headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ identity: this.staff[who].email, password: this.password }) })
    const said = await answer.json()
    if (!answer.ok) throw new Error(`sign in ${who}: ${JSON.stringify(said)}`)
    this.#tokens.set(who, said.token)
    return said.token
  }

  /**
   * Calls a route of /api/care/v1 (or any path that starts with /api/) as somebody.
   * @param {string} who @param {string} method @param {string} path @param {object} [body] @returns {Promise<any>}
   */
  async care(who, method, path, body) {
    const answer = await fetch(this.url + (path.startsWith('/api/') ? path : '/api/care/v1' + path), { method,
      headers: { 'Content-Type': 'application/json', Authorization: await this.token(who) }, body: body && JSON.stringify(body) })
    const text = await answer.text()
    if (!answer.ok) throw Object.assign(new Error(`${method} ${path} as ${who}: ${answer.status} ${text}`), { status: answer.status })
    return text ? JSON.parse(text) : null
  }

  async close() { await this.#end() }
}
