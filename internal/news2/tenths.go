package news2

import "strconv"

// Tenths is a temperature in whole tenths of a degree Celsius: 37.5 °C is 375.
// The RCP table has no band between 35.0 and 35.1, so a second decimal would have
// no score; whole tenths make that impossible and every comparison exact.
type Tenths int

// String writes the temperature in degrees with one decimal place always, as a
// nurse would: "37.0".
func (t Tenths) String() string {
	sign, n := "", int64(t)
	if n < 0 {
		sign, n = "-", -n
	}
	return sign + strconv.FormatInt(n/10, 10) + "." + strconv.FormatInt(n%10, 10)
}
