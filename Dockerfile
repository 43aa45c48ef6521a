# One image for both processes: `mingan api` and `mingan worker`.
# scripts/docker_steps executes these very steps in a clean folder, without a container engine.

FROM node:22.21.1-bookworm-slim AS console
WORKDIR /build/api/console
COPY api/console/package.json api/console/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY api/console ./
RUN npm run build

FROM python:3.11.14-slim-bookworm AS python
WORKDIR /build
RUN python -m venv /opt/mingan
COPY requirements/image.lock requirements/
RUN /opt/mingan/bin/pip install --no-cache-dir --disable-pip-version-check --quiet \
    --require-hashes --no-deps -r requirements/image.lock
# For PDFs: the slim image has no font with Chinese.
COPY scripts/fetch_font scripts/
RUN scripts/fetch_font /opt/mingan/share/mingan/fonts
COPY pyproject.toml README.md LICENSE NOTICE ./
COPY pipeline pipeline
COPY models models
COPY api api
COPY configs configs
COPY --from=console /build/api/console/dist api/console/dist
RUN /opt/mingan/bin/pip install --no-cache-dir --disable-pip-version-check --quiet \
    --no-deps --no-build-isolation .

FROM python:3.11.14-slim-bookworm
LABEL org.opencontainers.image.title="Mingan 明安" \
      org.opencontainers.image.description="Open campus-safety video analysis: worker and command centre" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.licenses="Apache-2.0"
# A number instead of a named user: nothing here needs an entry in /etc/passwd.
RUN install -d -o 10001 -g 10001 -m 0750 /data /data/meetings
COPY --from=python /opt/mingan /opt/mingan
ENV PATH=/opt/mingan/bin:$PATH \
    HOME=/data \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1
WORKDIR /data
USER 10001:10001
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/api/v1/health', timeout=4)"]
ENTRYPOINT ["mingan"]
CMD ["api", "--data-dir", "/data", "--host", "0.0.0.0", "--port", "8000"]
