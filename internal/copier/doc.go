// Package copier keeps a copy of the database off the machine, a moment behind it, that nobody can read without a key. It is
// Litestream (https://litestream.io) as a library, which copies what is committed from the write-ahead log, with a client of our
// own that seals each file with age (https://age-encryption.org): to the server's own key, because what is copied is read back
// when files are joined, and to the organisation's, whose private half is never on this machine. It knows neither store nor route.
package copier
