// Stand is the server that tests in other languages run against: the real Doorstep on a real port and a
// temporary folder, with a small neighbourhood in it, and a control port that does to it what happens to servers.
//
//	doorstep-test [-http 127.0.0.1:0] [-root folder] [-people n] [-template folder]
//
// With -send it is no server: it sends notices by the channels of Doorstep, so that receivers in other languages can be
// held against them; see parcel in send.go.
//
// Pages are served from the folder pb_public of -root, the current folder unless it says otherwise.
//
// When the server answers, one line of JSON goes to standard output: see ready. The stand ends, and takes its
// folder away, when its standard input ends or a signal asks it to, so that no test leaves one behind.
//
// Everything on the control port is POST with a JSON body, and answers JSON; a mistake is 400 {"error":"…"}:
//
//	/kill                          SIGKILL, as a power cut would; whatever was acknowledged is on the disk
//	/stop                          SIGTERM: the orderly end
//	/start                         on the same port and folder
//	/restart                       kill and start
//	/backup   {"name"}             kill, copy the folder under that name, start
//	/restore  {"name","untold"?}   kill, put the copy in place, open a new epoch unless it is untold, start
//	/reset                         kill, the neighbourhood of the first morning, start
//	/clock    {"ms"}               the server's clock runs so many milliseconds ahead of the machine's
//	/save     {"collection","id"?,"fields"}   writes a record as the dashboard would → {"id"}
//	/delete   {"collection","id"}
//	/exec     {"sql"}              changes the database under the server, to make it fail
//	/settle                        waits until what was written that way is in the feed
//	/query    {"sql","args"?}      reads the database → {"rows":[{…}]}
package main
