# Heatreel with a browser: captures, collects, replays, verifies.
#
#   docker build -t heatreel .
#   docker run --rm -v "$PWD:/work" heatreel verify https://www.example.org/ http://host.docker.internal:8000/
#   docker run -p 8765:8765 -v heatreel:/work heatreel serve --host 0.0.0.0
FROM python:3.13-slim-trixie AS build
RUN apt-get update && apt-get install -y --no-install-recommends nodejs npm && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY . .
RUN pip wheel --no-cache-dir --constraint scripts/constraints.txt --wheel-dir /wheels '.[serve,fast,film]'

FROM python:3.13-slim-trixie
RUN apt-get update \
    && apt-get install -y --no-install-recommends chromium-headless-shell libgl1 libglib2.0-0 fonts-liberation fonts-noto-color-emoji tini \
    && rm -rf /var/lib/apt/lists/*
RUN --mount=type=bind,from=build,source=/wheels,target=/wheels pip install --no-cache-dir --no-index /wheels/*.whl
WORKDIR /work
# As root the browser runs without its sandbox, and the container is the wall. Where the host lets containers make
# user namespaces, `--user 1000:1000` gives the browser its own sandbox as well.
ENTRYPOINT ["tini", "--", "heatreel"]
CMD ["--help"]
