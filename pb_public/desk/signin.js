// @ts-check
// A one-time code that lets somebody sign in a phone: as a picture, as a link and as text, with the
// time it has left, and a word when the phone is there.
import { html, nothing } from '../shared/ui/html.js'
import { now } from '../shared/ui/now.js'
import { clock } from '../shared/ui/format.js'
import { fill, words } from './words.js'
import { Refusal } from '../shared/ui/session.js'
import { announce } from '../shared/ui/html.js'
import { button, troubleBox } from './parts.js'
import { qr } from './qr.js'
import { spaced } from './set-up.js'

const w = words.desk.code
const lookEvery = 3_000 // ms

export class SignInCode {
  /** @param {import('./desk-context.js').DeskContext} desk @param {{ id: string, name: string }} staff */
  constructor(desk, staff) {
    this.desk = desk
    this.staff = staff
    this.code = ''
    this.expires = 0
    this.trouble = ''
    this.busy = false
    /** @type {Set<string>} */ this.before = new Set()
    /** The phone that came. @type {any} */ this.phone = null
    /** @type {ReturnType<typeof setInterval> | undefined} */ this.ticking = undefined
    this.looked = -Infinity
  }

  async make() {
    if (this.busy) return
    this.busy = true
    this.trouble = ''
    this.phone = null
    this.desk.redraw()
    try {
      this.before = new Set((await this.phones()).map(p => p.id))
      const answer = await this.desk.session.send('POST', '/api/sync/v1/sign-in-codes', { staff: this.staff.id }, true)
      this.code = answer.code
      this.expires = Date.parse(answer.expires_at)
      clearInterval(this.ticking)
      this.ticking = setInterval(() => this.tick(), 1000)
    } catch (e) {
      if (!(e instanceof Refusal)) throw e
      this.code = ''
      this.trouble = e.message
    }
    this.busy = false
    this.desk.redraw()
  }

  /** @returns {Promise<any[]>} */
  async phones() { return (await this.desk.all('/devices')).items.filter(p => p.staff?.id === this.staff.id) }

  async tick() {
    if (now() >= this.expires) this.end()
    this.desk.redraw()
    if (performance.now() - this.looked < lookEvery || !this.code) return
    this.looked = performance.now()
    const phones = await this.phones().catch(() => [])
    const came = phones.find(p => !this.before.has(p.id))
    if (!came || !this.code) return
    this.phone = came
    this.end()
    announce(fill(w.came, { staff: this.staff.name, phone: came.name }))
    this.desk.redraw()
  }

  end() {
    this.code = ''
    clearInterval(this.ticking)
  }

  draw() {
    if (this.phone) return html`<p class="ds-banner ds-banner--good">${fill(w.came,
          { staff: this.staff.name, phone: this.phone.name })}</p>`
    if (!this.code) return html`${troubleBox('code-trouble', this.trouble)}${this.expires && !this.trouble
        ? html`<p class="ds-banner ds-banner--warn">${w.over}</p>` : nothing}
      ${button(this.expires ? w.another : fill(w.make, { staff: this.staff.name }), { id: 'make-code', busy: this.busy,
        click: () => this.make() })}`
    const link = `${location.origin}/app/#code=${encodeURIComponent(this.code)}&staff=${encodeURIComponent(this.staff.id)}`
    const left = Math.max(0, Math.floor((this.expires - now()) / 1000))
    return html`<div class="dk-code"><div>${qr(link, fill(w.picture, { staff: this.staff.name }))}</div><div>
        <ol><li>${fill(w.step1, { staff: this.staff.name })}</li><li>${w.step2}</li><li>${w.step3}</li></ol>
        <p>${fill(w.readOut, { address: `${location.host}/app/` })} <strong
          class="dk-code__read">${spaced(this.code)}</strong></p>
        <p>${w.byHand} <span class="dk-code__text">${link}</span></p>
        <p class="dk-left">${fill(w.left, { time: `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`,
              at: clock(this.expires) })}</p>
        <p class="ds-soft">${w.once}</p></div></div>`
  }
}
