package channeltest

import (
	"crypto/tls"
	"crypto/x509"
	"testing"

	"doorstep/internal/selfsigned"
)

// Certificate makes one for this machine, and the pool that trusts it alone.
func Certificate(t *testing.T) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	certificate, roots, err := selfsigned.New()
	if err != nil {
		t.Fatal(err)
	}
	return certificate, roots
}
