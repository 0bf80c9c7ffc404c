# escape=`
from python:3.12-slim as run
run apt-get update `
 && apt-get install -y ffmpeg
copy . /app
workdir /app
expose 9000
cmd ["gunicorn", "--bind", "0.0.0.0:9000", "app:app"]
