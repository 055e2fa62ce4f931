package recovery

import "errors"

// What can be wrong with a file or a key. The texts are for the person at the keyboard.
var (
	ErrNotAnExport  = errors.New("this is not an export of Doorstep")
	ErrNewer        = errors.New("this export was made by a newer Doorstep: update this program")
	ErrNotAKey      = errors.New("this is not a private recovery key")
	ErrOtherKey     = errors.New("this export was made for another recovery key")
	ErrDamaged      = errors.New("this export was changed or damaged on its way: its rows do not open")
	ErrNotItsDevice = errors.New("the device did not sign this: somebody else made this file")
	ErrClock        = errors.New("the server never measured this phone's clock: look at the times, then add --clock-was-right to hand it in all the same")
	ErrNoStaff      = errors.New("this export does not say whose work it is, so it cannot be handed in; give it to its author to be written again")
	ErrOthersWork   = errors.New("this export holds work of somebody else than the owner of the phone")
	ErrInDataFolder = errors.New("the data folder goes into every backup, and whoever holds one could open what phones export; write the private key somewhere else")
	ErrHasKey       = errors.New("the organisation has a recovery key already; --replace makes a new one, and exports made for the old key still need the old one")
	ErrNotFound     = errors.New("there is no such organisation, or more than one; name it by its id or ODS code")
)
