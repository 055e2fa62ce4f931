// Package hooks holds the functions that PocketBase calls when records are written past the sync: a
// record in, one internal call, the record out. Decisions are taken in the packages it calls.
package hooks
