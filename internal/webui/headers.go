package webui

import (
	"net/http"
	"strings"
)

// policy lets pages use what this server serves, and nothing else. Trusted Types: text becomes
// markup or the address of a script only through the two named policies, lit-html's own and the
// app's, which registers the service worker and does no more. Pictures that a page makes itself
// (a QR code, a photograph not sent yet) are data: and blob:. Video of the camera is no media-src:
// it comes as a stream, not from an address.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; " +
	"manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; " +
	"require-trusted-types-for 'script'; trusted-types lit-html app"

// features lists the parts of the device that a page may ask for: the camera, for QR codes and photographs.
// Passkeys, the clipboard and sound keep their default, which is this origin alone.
var features = "camera=(self), " + strings.Join([]string{"accelerometer", "bluetooth", "display-capture", "geolocation", "gyroscope", "hid",
	"magnetometer", "microphone", "midi", "payment", "serial", "usb"}, "=(), ") + "=()"

// protect sets the headers that every answer carries.
func protect(header http.Header) {
	header.Set("Content-Security-Policy", policy)
	header.Set("Permissions-Policy", features)
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("Cross-Origin-Opener-Policy", "same-origin")
	header.Set("Cross-Origin-Resource-Policy", "same-origin")
}
