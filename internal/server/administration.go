package server

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/pprof"
	"syscall"

	"doorstep/hooks"
	"doorstep/internal/health"
	"doorstep/internal/metrics"
	"doorstep/internal/pbpages"
	"doorstep/internal/pbstore"
	"doorstep/internal/settings"
	"doorstep/internal/syncer"
)

// Administration opens the listener for whoever administers, with the limits of the public one and all that it serves, and
// beside that PocketBase's dashboard, metrics and profiles. The caller serves it and closes it. Where nobody chose the
// address and it is taken, there is no such listener: two servers on one machine are no fault.
func (s *Server) Administration(public *http.Server) (*http.Server, net.Listener, error) {
	listener, err := net.Listen("tcp", s.o.AdminHTTP)
	if errors.Is(err, syscall.EADDRINUSE) && s.o.AdminHTTP == settings.DefaultAdminHTTP {
		s.o.Log.Warn("there is no listener for administration: its address is taken; choose another with --admin-http", "address", s.o.AdminHTTP)
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, fmt.Errorf("listen for administration: %w (choose another address with --admin-http)", err)
	}
	return ForAdministration(&http.Server{Addr: listener.Addr().String(), Handler: s.forOperators(public.Handler), ReadHeaderTimeout: public.ReadHeaderTimeout, ReadTimeout: public.ReadTimeout,
		WriteTimeout: public.WriteTimeout, IdleTimeout: public.IdleTimeout, ErrorLog: public.ErrorLog, BaseContext: public.BaseContext}), listener, nil
}

// forOperators puts metrics and profiles before all that a server answers. Neither holds anything of anybody. They are routes of
// this listener alone: the public one has never heard of them.
func (s *Server) forOperators(next http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", next)
	mux.Handle("GET "+metrics.Path, s.metrics.Handler())
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	return mux
}

// observer counts what the engine does, where somebody can read it. It is made before the engine, and read when all is there.
func (s *Server) observer() (syncer.Observer, error) {
	if s.o.AdminHTTP == "" {
		return nil, nil
	}
	var err error
	s.metrics, err = metrics.New(s.o.Version, syncer.Outcomes, metrics.Sources{Waiting: s.waiting,
		Health:      func(ctx context.Context) (*health.Report, error) { return s.API.Vitals(ctx) },
		Connections: func() int { return s.API.Connections() }})
	return s.metrics, err
}

// waiting counts what waits, on a connection for pages: neither the writer nor phones wait for it.
func (s *Server) waiting(ctx context.Context) (w *metrics.Waiting, err error) {
	err = s.Store.ReadForPage(ctx, func(v *pbstore.Snapshot) error {
		w, err = pbpages.Of(v).Waiting(s.o.Now())
		return err
	})
	return w, err
}

// ForAdministration makes all that comes by this server count as come by the listener for superusers.
func ForAdministration(s *http.Server) *http.Server {
	base := s.BaseContext
	s.BaseContext = func(l net.Listener) context.Context {
		ctx := context.Background()
		if base != nil {
			ctx = base(l)
		}
		return hooks.AtAdminListener(ctx)
	}
	return s
}
