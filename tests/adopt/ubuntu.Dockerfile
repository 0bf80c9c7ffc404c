FROM ubuntu:22.04
MAINTAINER someone@example.com
ENV DEBIAN_FRONTEND noninteractive
ENV APP_HOME /opt/shop
RUN apt-get update -y ; apt-get install -y python3 python3-pip ffmpeg=7:4.4.* libsm6
ADD . $APP_HOME
WORKDIR $APP_HOME
RUN pip3 install -r requirements.txt
EXPOSE 80
STOPSIGNAL SIGINT
ONBUILD RUN echo hi
CMD python3 -m flask run --host=0.0.0.0 --port=80
