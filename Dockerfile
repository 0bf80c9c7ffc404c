# dockwright in a container: docker run --rm --user "$(id -u):$(id -g)" -v "$PWD:/work" ghcr.io/dockwright/dockwright generate

FROM rust:1.95-slim-trixie AS builder

# hadolint ignore=DL3008 # pinned versions vanish from the mirror with the next security update
RUN apt-get update \
    && apt-get install --yes --no-install-recommends musl-tools \
    && rm -rf /var/lib/apt/lists/* \
    && rustup target add "$(uname -m)-unknown-linux-musl"

WORKDIR /src

COPY Cargo.toml Cargo.lock README.md ./
COPY .ci/static .ci/static.ld .ci/
COPY benches benches
COPY src src
COPY templates templates
COPY tests tests

RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    . .ci/static \
    && cargo build --release --locked --target "$(uname -m)-unknown-linux-musl" \
    && install -D "target/$(uname -m)-unknown-linux-musl/release/dockwright" /out/dockwright

# Nothing but the static binary: no shell, no libraries.
FROM scratch

LABEL org.opencontainers.image.title="dockwright" \
      org.opencontainers.image.description="Reads a Python project and writes the Dockerfile an expert would" \
      org.opencontainers.image.source="https://github.com/dockwright/dockwright" \
      org.opencontainers.image.licenses="MIT"

COPY --from=builder /out/dockwright /dockwright

WORKDIR /work

# Files are written as this user; `--user "$(id -u):$(id -g)"` makes them yours.
USER 10001:10001

ENTRYPOINT ["/dockwright"]
CMD ["--help"]
