// Package internal holds no code; its documentation is the map of Doorstep.
//
//	phone → wire → syncer → takein → judge → arrange → delivery → practice
//
// Data moves right. A room may know the next one, to hand its work on, and never one to its left, but
// for wire, whose errors and kept bodies later rooms use; all nouns come from care. The pure steps are
// used by the room that needs them: reconcile by takein, rules by judge, handover by arrange. What each
// folder is for:
//
//   - identifier: NHS numbers, ODS codes, ULIDs. Pure.
//   - folding: how names, numbers and days are compared, however they are written. Pure.
//   - news2: the early warning score. Pure.
//   - worktime: core hours and bank holidays. Pure.
//   - plan: the visits and check-ins that a repeating plan stands for. Pure.
//   - lone: works out who is told of somebody who is alone, and when. Pure.
//   - measures: what a neighbourhood wants to know of its work, worked out from what is recorded. Pure.
//   - clockwatch: notices when the clock of the machine is set. Pure.
//   - health: judges from measurements whether the server does its work. Pure.
//   - metrics: what a server counts, in the form that Prometheus reads.
//   - care: the nouns: collections, fields, roles, scopes, what a change is. Pure.
//   - access: who may see what, and who may do what: one value a request. Pure.
//   - history: which start of a server a number was given out by, and where copies of a database parted. Pure.
//   - wire: the JSON bodies of the sync protocol, their limits and their errors. Pure.
//   - reconcile: base, server and device become an outcome, field by field. Pure.
//   - rules: records become alarms. Pure.
//   - rulebook: says whether rules run, what their golden cases say and what they would have raised.
//   - handover: alarms become handovers: addressee, text, clock, state. Pure.
//   - sheet: writes a handover as a sheet of paper, a PDF.
//   - fhir: writes a handover as FHIR R4, from what one reader sees of it.
//   - delivery: an outbox row leaves by a channel.
//   - channel: how teams are reached beyond the inbox: routes, what is said, which goes first.
//   - channel/email, channel/webhook, channel/webpush: one channel each.
//   - selfsigned: certificates for servers of this machine, for the demo and for tests.
//   - channel/outward: connections that lead out into the world alone.
//   - channel/channeltest: the contract that every channel keeps. Tests only.
//   - commonwords: the passwords, words and names that people choose from.
//   - identity: device keys, assertions, access tokens.
//   - takein: a change comes in: permitted, checked, merged, stored or kept whole.
//   - judge: the rules look at what a change did, at what was refused of it and at what lost.
//   - arrange: alarms and people's actions become handovers, their texts, events and deliveries.
//   - rooms: the three rooms put together for one transaction.
//   - storetest: a store in memory, and the contract that it and the real one keep. Tests only.
//   - desk: what a team lead or a care coordinator may decide.
//   - syncer: the conversation: hello, push, pull, digest, and the group commit.
//   - datafolder: looks at a data folder before anything in it is opened, locks it, copies it and puts a copy back.
//   - keyfile: writes a file of a key so that no power failure cuts it short.
//   - copier: keeps a sealed copy of the database off the machine, and puts it back.
//   - doctor: looks through a data folder and says what is wrong, what it means and what to do.
//   - standing: the journal, beside the database, of who may not do any more what they did.
//   - settings: flags and DOORSTEP_* variables, in one table.
//   - importer: the practice directory and people, from CSV and FHIR.
//   - setup: what a neighbourhood is made of, described, checked and asked for; who may set up what at the desk.
//   - recovery: opens the export of a phone that nobody can open, and hands it in as a phone would.
//   - sqlitemem: memory that SQLite keeps.
//   - sqlitedb: opens the databases; prepared statements, the one writer, read snapshots.
//   - columns: the values of care as SQLite keeps them. Pure.
//   - bounded: keeps what was asked for last, up to a number of bytes.
//   - rendered: keeps records as phones get them, by version, and makes one of them somebody's own.
//   - pbrecords: accounts, devices, imports and recovery, on PocketBase's own records.
//   - pbstore: reads and writes records, feeds and rows in SQL, on PocketBase.
//   - pbpages: reads in SQL what pages list: inboxes, searches, caseloads, counts, trends.
//   - pbpeople: keeps the index by which a desk finds people.
//   - pbnotices: keeps which browsers take notices for whom, in SQL.
//   - pbchannels: keeps the routes of teams and what leaves by them, in SQL.
//   - pbrules: reads rules and what they judge, and writes rules, in SQL.
//   - pbmerges: keeps which registrations were made one person, in SQL.
//   - pbcontacts: keeps lists of people to keep in touch with, and who is on them, in SQL.
//   - pbmeasures: counts what is recorded for the figures of neighbourhoods, in SQL.
//   - pbplans: keeps repeating plans and reads the rounds of a day, in SQL.
//   - pblone: reads who is alone, what a desk did about them, and when phones were heard of, in SQL.
//   - pbdevices: keeps which phones are refused, and why, in SQL.
//   - pbapp: opens a database and brings it to today's schema.
//   - httpapi: the routes, a list for each kind of asker: enrol.go, sync.go, care.go, health.go.
//   - server: puts PocketBase, the store, the engine, the routes and the jobs together.
//   - webui: serves the pages that are built in.
//   - contract: holds docs/openapi.yaml and docs/transcripts to the real server. Tests only.
//   - phone: a reference client, used by tests, the simulator and the demo.
//   - acceptance: the scenarios a release must pass, over real HTTP.
//   - sim: seeded days with lost replies, dead batteries and wrong clocks.
//   - demo: an invented neighbourhood, lived through over HTTP.
//   - demo/catcher: takes the mail and the webhooks that leave the demo, and shows them.
//   - testkit: clocks that tests turn, and waiting for what must come.
//   - testkit/pbtest: a migrated PocketBase in a temp folder.
//   - testkit/stand: the server that tests in other languages start, with people in it and a control port.
//   - testkit/faults: kills, power cuts and bad disks for real server processes.
//   - testkit/town: the invented neighbourhood of the simulator, the stand and the bench.
//   - testkit/statements: holds a package of SQL to names and indexes.
//   - testkit/tally: what `go test -json` says, counted and told for people.
//
// Who may import whom is the table in arch_test.go, which fails the tests, saying why, when an
// import breaks it.
package internal
