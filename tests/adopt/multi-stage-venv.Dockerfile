# syntax=docker/dockerfile:1
ARG PYTHON_VERSION=3.12
FROM python:${PYTHON_VERSION}-slim-bookworm AS base
ENV PYTHONDONTWRITEBYTECODE=1 TZ=Europe/Berlin

FROM base AS builder
ARG PIP_INDEX_URL
RUN --mount=type=cache,target=/var/cache/apt apt-get update && apt-get install -y libffi-dev make
RUN python -m venv /venv
COPY requirements.txt .
RUN /venv/bin/pip install -r requirements.txt

FROM base
ARG GIT_SHA=unknown
LABEL org.opencontainers.image.revision=$GIT_SHA \
      maintainer="Ops <ops@example.com>"
RUN groupadd -g 1234 web && useradd -m -u 1234 -g web web
COPY --from=builder /venv /venv
ENV PATH="/venv/bin:$PATH"
WORKDIR /srv/app
COPY --chown=web:web . .
USER web
EXPOSE 8000/tcp
HEALTHCHECK --interval=10s CMD curl -fsS http://localhost:8000/healthz || exit 1
ENTRYPOINT ["tini", "--"]
CMD ["gunicorn", "app:app", "--bind", "0.0.0.0:8000", "--workers", "2"]
