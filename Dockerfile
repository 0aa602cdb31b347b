# The embedded hub in one image: SQLite, search index and files under /data.
FROM python:3.12-slim AS build
WORKDIR /src
RUN python -m venv /opt/hub
COPY pyproject.toml README.md ./
COPY hub ./hub
COPY schema ./schema
COPY indexers ./indexers
COPY storage ./storage
RUN /opt/hub/bin/pip install --no-cache-dir --disable-pip-version-check .

FROM python:3.12-slim
RUN groupadd --system --gid 10001 hub \
    && useradd --system --uid 10001 --gid hub --home-dir /data --no-create-home --shell /usr/sbin/nologin hub \
    && install --directory --owner=hub --group=hub --mode=0750 /data
COPY --from=build /opt/hub /opt/hub
ENV PATH=/opt/hub/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HUB_DATA_DIR=/data \
    HUB_HOST=0.0.0.0 \
    HUB_PORT=8000
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen('http://127.0.0.1:' + os.environ['HUB_PORT'] + '/health/ready', timeout=4)"]
CMD ["hub", "serve"]
