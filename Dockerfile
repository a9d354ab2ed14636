# The command `tandem` with all it needs: fakes, control API, reference sync, scenarios.
#
#   docker build -t tandem:local .
#   docker run --rm -v "$PWD:/w" tandem:local verify /w
#
# The base image is an argument: where no registry can be reached, build from a local
# Python base (3.11 or later) with --build-arg BASE_IMAGE=...
# EXTRAS=load adds Locust.
ARG BASE_IMAGE=python:3.12.11-slim-bookworm

FROM ${BASE_IMAGE} AS build
# Where pip reads, and what it trusts: arguments of this stage, kept in no image.
ARG PIP_CERT
ARG PIP_INDEX_URL
ARG EXTRAS=""
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /source
RUN python3 -m venv /opt/tandem && python3 -m venv /opt/build
COPY requirements.txt pyproject.toml README.md LICENSE containers/pins.py ./
RUN python3 pins.py hatchling > build.txt \
 && python3 pins.py --project pyproject.toml ${EXTRAS:+--extra ${EXTRAS}} > run.txt \
 && /opt/build/bin/pip install --quiet --require-hashes -r build.txt \
 && /opt/tandem/bin/pip install --quiet --require-hashes -r run.txt
COPY contracts contracts
COPY simulators simulators
COPY harness harness
COPY features features
COPY load load
COPY tests/__init__.py tests/__init__.py
COPY tests/conformance tests/conformance
RUN /opt/build/bin/pip wheel --quiet --no-deps --no-build-isolation -w /wheels . \
 && /opt/tandem/bin/pip install --quiet --no-deps --no-index /wheels/*.whl \
 && /opt/tandem/bin/pip uninstall --quiet --yes pip setuptools \
 && ln -s /opt/tandem/lib/python3*/site-packages/load/locustfile.py /opt/tandem/

FROM ${BASE_IMAGE}
LABEL org.opencontainers.image.title="Tandem" \
      org.opencontainers.image.licenses="MIT"
# Any user may run it (`--user "$(id -u)"` lets reports belong to who asked for them),
# so the home, where reports go by default, is writable for all.
RUN useradd --uid 10001 --create-home tandem && chmod 1777 /home/tandem
COPY --from=build /opt/tandem /opt/tandem
ENV PATH=/opt/tandem/bin:$PATH \
    HOME=/home/tandem \
    TZ=Europe/London \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1
USER 10001
WORKDIR /home/tandem
# 4566: SNS and SQS; 4567: the control API; 4568: every fake, by path prefix.
EXPOSE 4566 4567 4568
# Whoever runs a half from this image has a port of its own and says so.
ENV TANDEM_HEALTH=http://127.0.0.1:4567/health
HEALTHCHECK --interval=2s --timeout=2s --start-period=10s --retries=15 \
  CMD ["python3", "-c", "import os, urllib.request as u; u.urlopen(os.environ['TANDEM_HEALTH'], timeout=1)"]
# Inside its own network the container must listen on all of its addresses; outside
# a container the world binds to the loopback address only.
ENTRYPOINT ["tandem"]
CMD ["up", "--host", "0.0.0.0"]
