FROM ghcr.io/astral-sh/uv:python3.13-bookworm-slim@sha256:0000000000000000000000000000000000000000000000000000000000000000
WORKDIR /app
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy
RUN --mount=type=cache,target=/root/.cache/uv \
    --mount=type=bind,source=requirements.txt,target=requirements.txt \
    uv pip install --system -r requirements.txt
ADD . /app
ENTRYPOINT []
CMD ["fastapi", "run", "main.py", "--port", "8080"]
