# spacenews with what its workers need, see docs/scaling.md. All of it is wheels: neither stage has a compiler.
FROM python:3.13-slim-trixie AS build
COPY requirements-cluster.lock /tmp/
RUN python -m venv /opt/spacenews \
    && /opt/spacenews/bin/pip install --no-cache-dir --disable-pip-version-check --only-binary=:all: \
        --require-hashes -r /tmp/requirements-cluster.lock \
    && /opt/spacenews/bin/pip uninstall --yes pip

FROM python:3.13-slim-trixie
COPY --from=build /opt/spacenews /opt/spacenews
ENV PATH=/opt/spacenews/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /srv/spacenews
COPY LICENSE scrapy.cfg ./
COPY spacenews spacenews/
# The code belongs to root: who crawls may write the output folder and nothing else.
RUN python -m compileall -q spacenews \
    && groupadd --gid 10001 spacenews \
    && useradd --uid 10001 --gid 10001 --home-dir /srv/spacenews --shell /usr/sbin/nologin spacenews \
    && install --directory --owner=spacenews --group=spacenews output
# A number: Kubernetes cannot tell from a name that it is not root.
USER 10001:10001
VOLUME /srv/spacenews/output
STOPSIGNAL SIGTERM
# No HEALTHCHECK: commands end by themselves, and whether a worker works is what `scrapy runs` knows.
ENTRYPOINT ["scrapy"]
CMD ["list"]
