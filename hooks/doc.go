// Package hooks is what PocketBase calls when records are written past the sync: a record in, one
// internal call, the record out. What is decided about it is decided in there, not here.
package hooks
