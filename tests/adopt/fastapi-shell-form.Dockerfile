FROM tiangolo/uvicorn-gunicorn-fastapi:python3.11
COPY ./requirements.txt /app/requirements.txt
RUN pip install -r /app/requirements.txt
COPY . /app
CMD uvicorn main:app --host 0.0.0.0 --port ${PORT:-8080}
