FROM python:3.12-slim
ENV CODE=/srv/shop PORT=8000
WORKDIR $CODE
COPY requirements.txt /tmp/requirements.txt
RUN pip install --no-cache-dir -r /tmp/requirements.txt gevent "gunicorn[gthread]==23.0.0" && pip install --upgrade pip
RUN python -m spacy download en_core_web_sm
RUN DJANGO_SECRET_KEY=hunter2 python manage.py collectstatic --noinput
COPY . .
COPY deploy/nginx.conf /etc/nginx/nginx.conf
COPY docker-entrypoint.sh /usr/local/bin/
ENV STATIC_ROOT=/srv/shop/static SEARCH=/srv/shop:/srv/shopping
VOLUME /srv/shop/media
VOLUME ["/data"]
EXPOSE $PORT 9000
USER www-data
ENTRYPOINT gunicorn --chdir /srv/shop --bind 0.0.0.0:$PORT app:app
CMD ["--ignored"]
