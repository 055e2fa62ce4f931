# Build: one static binary; the SQLite driver is pure Go, so cgo stays off. The time zones are
# built in (timetzdata): deadlines follow Europe/London wherever the machine stands.
FROM golang:1.26.8-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -tags timetzdata -trimpath -ldflags="-s -w" -o /out/doorstep .
# The data folder must exist with its owner before a volume is laid over it.
RUN mkdir -p /out/pb_data

# Run: nothing but the binary and the root certificates; no shell, no package manager.
FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /out/doorstep /doorstep
COPY --from=build --chown=65532:65532 /out/pb_data /pb_data
USER 65532:65532
VOLUME /pb_data
EXPOSE 8090
ENV DOORSTEP_DATA_DIR=/pb_data \
    DOORSTEP_HTTP=0.0.0.0:8090
# SIGTERM drains: pushes under way are answered, the last group is committed.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 CMD ["/doorstep", "health"]
ENTRYPOINT ["/doorstep"]
CMD ["serve"]
