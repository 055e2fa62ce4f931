package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// patience is how long one answer may take before the run is called broken.
const patience = 2 * time.Minute

// caller is one keep-alive HTTP connection of one device. It writes requests that were built
// before the clock started and reads answers without net/http's transport, because the load
// generator shares the processors with the server it measures.
type caller struct {
	host string
	conn net.Conn
	in   *bufio.Reader
	body bytes.Buffer
}

func dial(base string) (*caller, error) {
	u, err := url.Parse(base)
	if err != nil {
		return nil, err
	}
	conn, err := net.Dial("tcp", u.Host)
	if err != nil {
		return nil, fmt.Errorf("dial %s: %w", base, err)
	}
	return &caller{host: u.Host, conn: conn, in: bufio.NewReaderSize(conn, 64<<10)}, nil
}

func (c *caller) close() { _ = c.conn.Close() }

// do sends one request and returns status and body; the body is valid until the next call.
func (c *caller) do(request []byte) (int, []byte, error) {
	if err := c.conn.SetDeadline(time.Now().Add(patience)); err != nil {
		return 0, nil, err
	}
	if _, err := c.conn.Write(request); err != nil {
		return 0, nil, err
	}
	answer, err := http.ReadResponse(c.in, nil)
	if err != nil {
		return 0, nil, err
	}
	defer answer.Body.Close()
	c.body.Reset()
	if _, err := io.Copy(&c.body, answer.Body); err != nil {
		return 0, nil, err
	}
	return answer.StatusCode, c.body.Bytes(), nil
}

// request builds the bytes of one HTTP request; a nil body makes a GET.
func request(base, path, token string, body []byte) []byte {
	u, err := url.Parse(base)
	if err != nil {
		panic(fmt.Sprintf("bench: base address %q: %v", base, err)) // our own children's address
	}
	method := "POST"
	if body == nil {
		method = "GET"
	}
	var b bytes.Buffer
	b.Grow(len(body) + 512)
	b.WriteString(method + " " + path + " HTTP/1.1\r\nHost: " + u.Host + "\r\nUser-Agent: doorstep-bench\r\n")
	if token != "" {
		b.WriteString("Authorization: Bearer " + token + "\r\n")
	}
	if body != nil {
		b.WriteString("Content-Type: application/json\r\nContent-Length: " + strconv.Itoa(len(body)) + "\r\n")
	}
	b.WriteString("\r\n")
	b.Write(body)
	return b.Bytes()
}
