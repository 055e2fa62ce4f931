// Faults does to real server processes what happens to servers, while phones push, and looks whether anything that
// was acknowledged is lost, there twice, or damaged.
//
//	faults -binary dist/doorstep [-minutes 10] [-seed n] [-out docs/reliability.md]
//
// It ends with status 1 when anything did not hold. Kinds that need the superuser, FUSE or loop devices are left out
// where there are none, and the report says so.
package main
