package main

import (
	"bufio"
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/channel"
	"doorstep/internal/channel/email"
	"doorstep/internal/channel/webpush"
	"doorstep/internal/delivery"
	"doorstep/internal/selfsigned"
)

// parcel is a line that asks for one notice to be sent; one without a channel asks for a certificate of this machine.
type parcel struct {
	Channel string   `json:"channel"` // email or webpush
	To      string   `json:"to"`      // the address of the route
	Key     string   `json:"key"`
	Classes []string `json:"classes"`
	Link    string   `json:"link"`
	Roots   string   `json:"roots"` // PEM: whom the receiver's certificate is checked by
	// Of e-mail:
	Server   string `json:"server"`
	User     string `json:"user"`
	Password string `json:"password"`
	// Of web push: hosts that may be push services.
	Services []string `json:"services"`
}

// parcelSent is the line that answers: what the channel said, or a certificate with its key.
type parcelSent struct {
	Why         string `json:"why,omitempty"` // "" = it was delivered
	Said        string `json:"said,omitempty"`
	Final       bool   `json:"final,omitempty"`
	Named       string `json:"named,omitempty"` // by what the receiver knows it again
	ServerKey   string `json:"server_key,omitempty"`
	Certificate string `json:"certificate,omitempty"`
	PrivateKey  string `json:"private_key,omitempty"`
}

// send answers line by line until its input ends.
func send(in io.Reader, out io.Writer) error {
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var p parcel
		if err := json.Unmarshal(lines.Bytes(), &p); err != nil {
			return err
		}
		sent, err := p.send(context.Background())
		if err != nil {
			return err
		}
		if err := json.NewEncoder(out).Encode(sent); err != nil {
			return err
		}
	}
	return lines.Err()
}

func (p *parcel) send(ctx context.Context) (parcelSent, error) {
	if p.Channel == "" {
		return certificate()
	}
	c, sent, err := p.by()
	if err != nil {
		return sent, err
	}
	n := channel.Notice{Key: p.Key, Link: p.Link, At: time.Now()}
	for _, class := range p.Classes {
		n.Classes = append(n.Classes, care.Class(class))
	}
	err = c.Send(ctx, channel.Route{ID: "r", Address: p.To}, n)
	var f *delivery.Failure
	switch {
	case errors.As(err, &f):
		sent.Why, sent.Said, sent.Final = f.Why, f.Text, f.Final
		return sent, nil
	case err != nil:
		return sent, fmt.Errorf("%s is no failure of a channel: %w", p.Channel, err)
	}
	return sent, nil
}

// by is the channel that a parcel asks for, and by what the receiver knows it again.
func (p *parcel) by() (c channel.Channel, sent parcelSent, err error) {
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM([]byte(p.Roots)) // none: nobody is trusted
	if p.Channel == webpush.Name {
		key, err := webpush.KeyFrom(func(n int) []byte {
			sum := sha256.Sum256(fmt.Append(nil, "a secret of the test ", n))
			return sum[:]
		})
		if err != nil {
			return nil, sent, err
		}
		push := webpush.New(webpush.Settings{Key: key, Subject: "doorstep@neighbourhood.example", Private: p.Services, Roots: roots})
		return push, parcelSent{Named: webpush.Tag(p.Key), ServerKey: push.PublicKey()}, nil
	}
	mail, err := email.New(email.Settings{Server: p.Server, User: p.User, Password: p.Password, From: "doorstep@neighbourhood.example", Roots: roots, Timeout: 5 * time.Second})
	if err != nil {
		return nil, sent, err
	}
	return mail, parcelSent{Named: "<" + mail.MessageID(p.Key) + ">"}, nil
}

func certificate() (sent parcelSent, err error) {
	made, _, err := selfsigned.New()
	if err != nil {
		return sent, err
	}
	key, err := x509.MarshalPKCS8PrivateKey(made.PrivateKey)
	sent.Certificate = string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: made.Certificate[0]}))
	sent.PrivateKey = string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key}))
	return sent, err
}
