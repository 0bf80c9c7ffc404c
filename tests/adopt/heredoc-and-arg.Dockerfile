FROM python:3.14-slim-trixie
ARG DB_PASSWORD=hunter2
ARG BUILD_DATE
ENV DB_PASSWORD=${DB_PASSWORD} LOG_LEVEL=debug GREETING="hello world"
RUN <<EOT
apt-get update
apt-get install -y evil
EOT
COPY . /app
WORKDIR /app
RUN pip install --no-cache-dir -r requirements.txt
USER root
HEALTHCHECK NONE
CMD ["sh", "-c", "python -m gunicorn app:app --bind 0.0.0.0:$PORT"]
