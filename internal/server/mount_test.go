package server_test

import (
	"errors"
	"net"
	"net/http"
	"testing"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/care"
	"doorstep/internal/httpapi"
	"doorstep/internal/pbapp"
	"doorstep/internal/server"
)

// What is under way when the program is told to stop is answered, and PocketBase is closed last.
func TestMount_stops_in_order(t *testing.T) {
	app := newApp(t)
	mounted := server.Mount(app, server.Options{Pages: http.NotFoundHandler()})
	if err := app.Bootstrap(); err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	entered, release := make(chan struct{}), make(chan struct{})
	app.OnServe().BindFunc(func(e *core.ServeEvent) error {
		e.Listener = listener
		e.Router.GET("/slow", func(e *core.RequestEvent) error {
			close(entered)
			select {
			case <-release:
				return e.NoContent(http.StatusNoContent)
			case <-e.Request.Context().Done():
				return e.InternalServerError("cut off", nil)
			}
		})
		return e.Next()
	})
	served := make(chan error, 1)
	go func() { served <- apis.Serve(app, apis.ServeConfig{HttpAddr: listener.Addr().String()}) }()
	url := "http://" + listener.Addr().String()

	answered := make(chan int, 1)
	go func() {
		response, err := http.Get(url + "/slow")
		if err != nil {
			t.Error(err)
			answered <- 0
			return
		}
		response.Body.Close()
		answered <- response.StatusCode
	}()
	<-entered
	stopped := make(chan error, 1)
	go func() { stopped <- mounted.Stop() }()
	if err := <-served; err != nil { // it takes no new requests from here on
		t.Errorf("serve ended with %v", err)
	}
	if response, err := http.Get(url + httpapi.HealthPath); err == nil {
		response.Body.Close()
		t.Error("a new request was taken while stopping")
	}
	select {
	case err := <-stopped:
		t.Fatalf("stopped (%v) before the request under way was answered", err)
	default:
	}
	close(release)
	if status := <-answered; status != http.StatusNoContent {
		t.Errorf("the request under way got %d", status)
	}
	if err := <-stopped; err != nil {
		t.Errorf("stop: %v", err)
	}
	if n, err := app.CountRecords(care.Patients); err != nil || n != 0 {
		t.Errorf("PocketBase was closed before its owner said so: %v", err)
	}
	if err := mounted.Wait(); err != nil {
		t.Errorf("stop again: %v", err)
	}
	if err := pbapp.CloseApp(app); err != nil {
		t.Errorf("terminate: %v", err)
	}
}

func TestMount_does_not_start_what_was_stopped(t *testing.T) {
	app := newApp(t)
	mounted := server.Mount(app, server.Options{})
	if err := app.Bootstrap(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = pbapp.CloseApp(app) })
	if err := mounted.Stop(); err != nil {
		t.Fatal(err)
	}
	if err := apis.Serve(app, apis.ServeConfig{HttpAddr: "127.0.0.1:0"}); !errors.Is(err, http.ErrServerClosed) {
		t.Errorf("serve after stop: %v", err)
	}
}
