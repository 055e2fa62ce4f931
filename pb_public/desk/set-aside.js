// @ts-check
// One value that could not be stored, beside the rest of its record, which was.
import { html, nothing } from '../shared/ui/html.js'
import { words } from './words.js'
import { IssueForm } from './issue-form.js'
import { facts, nameOf, roleOf } from './parts.js'
import { valueOf } from './typed.js'
import { fieldInput, fieldLabel, readable } from './values.js'

const w = words.desk.setAside

export class SetAside extends IssueForm {
  verb = w.button

  typed = ''

  /** What has no field here, or is for other eyes, can only be let go. */
  get possible() { return !!this.info && !this.issue.hidden && this.info.kind !== 'object' }

  /** @returns {{ set?: any, wrong?: string }} */
  decision() {
    const { collection, field } = this.issue
    const value = valueOf(this.desk, collection, field, this.typed)
    if (value === undefined) return { wrong: words.desk.value.wrong }
    return value === null ? { wrong: w.empty } : { set: { [field]: value } }
  }

  draw() {
    const i = this.issue
    return html`${facts([
        [w.typed, i.hidden ? nothing : readable(this.desk, i.collection, i.field, i.content)],
        [w.why, i.message],
        [w.by, [nameOf(i.author), roleOf(i.author)].filter(Boolean).join(', ')],
        [w.stored, i.stored ? readable(this.desk, i.collection, i.field, i.stored.value) : nothing],
      ])}
      ${this.possible ? fieldInput({ desk: this.desk, id: 'set-aside-value', collection: i.collection, field: i.field,
          label: fieldLabel(i.field),
        typed: this.typed, input: v => { this.typed = v } })
          : html`<p class="ds-banner">${i.fix === 'none' || !this.info ? w.noField : w.onlyLetGo}</p>`}`
  }
}
