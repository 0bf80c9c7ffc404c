FROM python:3.13-slim
WORKDIR /app
COPY requirements.txt .
RUN pip install -r requirements.txt
COPY deploy/nginx.conf /etc/nginx/nginx.conf
COPY deploy/gone.conf /etc/gone.conf
COPY . .
CMD ["python", "app.py"]
