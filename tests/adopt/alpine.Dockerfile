FROM python:3.13-alpine
RUN apk add --no-cache --virtual .build-deps gcc musl-dev postgresql-dev \
    && apk add --no-cache tzdata
COPY requirements.txt /
RUN pip install -r /requirements.txt
COPY . /app
WORKDIR /app
RUN adduser -D -u 2000 svc
USER 2000:2000
VOLUME ["/data", "/var/log/shop"]
CMD ["python", "app.py"]
