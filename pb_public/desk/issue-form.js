// @ts-check

/** What the ways to decide an issue have in common: the issue as it was last read, and the desk it is on. */
export class IssueForm {
  /** @param {import('./desk-context.js').DeskContext} desk @param {any} issue */
  constructor(desk, issue) {
    this.desk = desk
    this.issue = issue
  }

  /** It was read again, while somebody may be typing. @param {any} issue */
  update(issue) { this.issue = issue }

  /** The kind of its field; undefined where the server knows none of that name. */
  get info() { return this.desk.fieldsByName.get(`${this.issue.collection}.${this.issue.field}`) }
}
