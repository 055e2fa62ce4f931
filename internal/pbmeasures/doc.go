// Package pbmeasures keeps the figures of neighbourhoods in SQL, beside the store. A job follows the feed: of each person of whom
// something changed it reads what is recorded, takes away what was counted of them and adds what is. It reads in snapshots,
// works out what changed outside of any transaction, and writes a few hundred counts at a time, so that no push
// waits for it. A page reads reports that are worked out already.
package pbmeasures
