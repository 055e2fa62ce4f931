// Package recovery saves unsent work from a phone that nobody can open any more. An organisation has
// a key pair: the public half goes to the phones of its staff, the private half lies in a safe. A
// phone's export holds its sealed rows and its data key, wrapped for the public half; this package
// opens it, shows it to people, and hands it in as the phone would have. docs/recovery.md states the
// form of the file; pb_public/app/store/export.js writes it.
package recovery
