FROM python:3.12
WORKDIR /app
COPY requirements.txt requirements.txt
RUN pip3 install -r requirements.txt
COPY . .
COPY deploy/nginx.conf /etc/nginx/nginx.conf
RUN chmod +x docker-entrypoint.sh
RUN curl -sSL https://example.com/install.sh | bash
ENTRYPOINT ["./docker-entrypoint.sh"]
CMD ["gunicorn", "app:app"]
