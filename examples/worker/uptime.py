"""Asks each site of SITES (comma-separated URLs) every INTERVAL seconds and logs which do not answer."""

import logging
import os
import signal
import threading

import httpx

INTERVAL = float(os.environ.get("INTERVAL", "60"))
SITES = [site for site in os.environ.get("SITES", "").split(",") if site]

log = logging.getLogger("uptime")
stopping = threading.Event()


def stop(signum, frame):
    stopping.set()


def look(client, site):
    try:
        answer = client.get(site)
    except httpx.HTTPError as error:
        log.warning("%s: %s", site, error)
    else:
        level = logging.WARNING if answer.is_error else logging.INFO
        log.log(level, "%s: %s in %.2f s", site, answer.status_code, answer.elapsed.total_seconds())


def main():
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    log.info("watching %d sites", len(SITES))
    with httpx.Client(timeout=10, follow_redirects=True) as client:
        while not stopping.is_set():
            for site in SITES:
                look(client, site)
            stopping.wait(INTERVAL)
    log.info("stopped")


if __name__ == "__main__":
    main()
