// Package httpapi serves the sync protocol and the desk on PocketBase's router: each route
// turns a request into one call of the engine, and the answer back into JSON.
//
// errors.go holds the one table from errors to statuses, body.go reads and writes bodies,
// auth.go says who is asking.
package httpapi
