FROM python:3.12-slim-bookworm
WORKDIR /code
RUN useradd --system --uid 999 --create-home web
COPY deploy/ .
COPY --chown=web . /code
RUN pip install .
USER web
ENTRYPOINT ["/usr/bin/tini", "-g", "--", "/code/docker-entrypoint.sh"]
CMD gunicorn app:app
