// @ts-check
// Every view by the first word of its address, and whom it is for.
import { account, accounts } from './accounts.js'
import { caseload } from './caseload.js'
import { code } from './code.js'
import { correct } from './correct.js'
import { cover } from './cover.js'
import { day } from './day.js'
import { handover } from './handover.js'
import { handovers } from './handovers.js'
import { imports } from './imports.js'
import { issue } from './issue.js'
import { issues } from './issues.js'
import { leaver } from './leaver.js'
import { lone } from './lone.js'
import { list } from './list.js'
import { listed } from './listed.js'
import { lists } from './lists.js'
import { merge } from './merge.js'
import { neighbourhood, organisation, organisations, team } from './organisations.js'
import { people } from './people.js'
import { person } from './person.js'
import { phones } from './phones.js'
import { plan } from './plan.js'
import { register } from './register.js'
import { rule } from './rule.js'
import { rules } from './rules.js'
import { said } from './said.js'
import { staff } from './staff.js'
import { route, routes } from './routes.js'
import { start } from './start.js'
import { template, templates } from './templates.js'
import { undelivered } from './undelivered.js'

/** @type {Record<string, import('../desk-context.js').Opener>} */
export const views = {
  start: { for: 'desk', open: start },
  day: { for: 'desk', open: day },
  plan: { for: 'desk', open: plan },
  lone: { for: 'desk', open: lone },
  lists: { for: 'desk', open: lists },
  list: { for: 'desk', open: list },
  listed: { for: 'desk', open: listed },
  issues: { for: 'desk', open: issues },
  issue: { for: 'desk', open: issue },
  handovers: { for: 'desk', open: handovers },
  handover: { for: 'desk', open: handover },
  people: { for: 'desk', open: people },
  person: { for: 'desk', open: person },
  register: { for: 'clinical', open: register },
  imports: { for: 'neighbourhood', open: imports },
  caseload: { for: 'desk', open: caseload },
  correct: { for: 'clinical', open: correct },
  merge: { for: 'clinical', open: merge },
  said: { for: 'desk', open: said },
  cover: { for: 'desk', open: cover },
  phones: { for: 'accounts', open: phones },
  staff: { for: 'accounts', open: staff },
  leaver: { for: 'accounts', open: leaver },
  code: { for: 'desk', open: code },
  organisations: { for: 'setup', open: organisations },
  organisation: { for: 'setup', open: organisation },
  team: { for: 'setup', open: team },
  templates: { for: 'setup', open: templates },
  template: { for: 'setup', open: template },
  neighbourhood: { for: 'setup', open: neighbourhood },
  accounts: { for: 'setup', open: accounts },
  account: { for: 'setup', open: account },
  rules: { for: 'rules', open: rules },
  rule: { for: 'rules', open: rule },
  routes: { for: 'setup', open: routes },
  route: { for: 'setup', open: route },
  undelivered: { for: 'desk', open: undelivered },
}
