# The fakes, the control API and the reference sync in one image.
# The base image is an argument: where no registry can be reached, build from a local
# Python base (3.11 or later) with --build-arg BASE_IMAGE=...
ARG BASE_IMAGE=python:3.12-slim
FROM ${BASE_IMAGE} AS build
WORKDIR /source
RUN python3 -m venv /opt/tandem
COPY pyproject.toml README.md ./
COPY contracts contracts
COPY simulators simulators
COPY harness harness
COPY features features
COPY load load
RUN /opt/tandem/bin/pip install --no-cache-dir .

FROM ${BASE_IMAGE}
RUN useradd --system --uid 10001 --create-home tandem
COPY --from=build /opt/tandem /opt/tandem
ENV PATH=/opt/tandem/bin:$PATH TZ=Europe/London PYTHONUNBUFFERED=1
USER 10001
WORKDIR /home/tandem
# 4566: SNS and SQS; 4567: the control API; 4568: every fake, by path prefix.
EXPOSE 4566 4567 4568
HEALTHCHECK --interval=2s --timeout=2s --start-period=10s --retries=15 \
  CMD ["python3", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:4567/health', timeout=1)"]
# Inside its own network the container must listen on all of its addresses; outside
# a container the world binds to the loopback address only.
ENTRYPOINT ["python3", "-m", "harness.worldprocess"]
CMD ["--fixed", "--host", "0.0.0.0"]
