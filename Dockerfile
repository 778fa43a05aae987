# One image for every role of every service: `linking serve`, `notifier relay`, `koppla topics` …
# Why one: docs/decisions/0017-one-image-secrets-by-file.md
ARG PYTHON=python:3.13-slim

FROM ${PYTHON} AS build
ARG UV=0.13.9
RUN --mount=type=cache,target=/root/.cache pip install --root-user-action=ignore "uv==${UV}"
RUN python -m venv --without-pip /koppla/venv
COPY requirements-runtime.lock /koppla/
RUN --mount=type=cache,target=/root/.cache UV_LINK_MODE=copy \
    uv pip install --python /koppla/venv/bin/python --require-hashes --no-build \
    -r /koppla/requirements-runtime.lock \
 # What compiled modules were made from, and libraries' own tests.
 && find /koppla/venv -regex '.*\.\(pyx\|pxd\|c\|h\)' -delete \
 && find /koppla/venv -type d -name tests -prune -exec rm -r {} + \
 # How all the world's languages write dates: pages are in two.
 && find /koppla/venv -path '*/babel/locale-data/*' \
        ! -name root.dat ! -name 'sv*.dat' ! -name en.dat ! -name en_001.dat ! -name en_GB.dat -delete \
 # Colours for five hundred programming languages, of which the operator's command shows none.
 && find /koppla/venv -path '*/pygments/lexers/*' ! -name '__init__.py' ! -name '_mapping.py' -delete \
 && find /koppla/venv -name redoc.standalone.js -delete
# The tree of the checkout, since migrations and documents are found from the code's place in it.
COPY . /koppla/
RUN printf '/koppla/%s/src\n' contracts chassis services/search services/linking \
        services/notifier services/activation portal koppla \
        >"$(echo /koppla/venv/lib/python3.*/site-packages)/koppla.pth" \
 && install -m 755 /koppla/ops/image/koppla /koppla/venv/bin/koppla \
 && /koppla/venv/bin/python /koppla/ops/image/warm.py \
 # No failpoint can be armed in what has this mark.
 && touch /koppla/RELEASE \
 && chmod -R a+rX,go-w /koppla

FROM ${PYTHON}
# The base's pip has no use here, and is one thing less for whoever breaks in.
RUN rm -rf /usr/local/lib/python3.*/site-packages/pip* /usr/local/bin/pip* \
        /usr/local/lib/python3.*/ensurepip /usr/lib/python3.*/ensurepip /usr/share/python-wheels \
 && useradd --uid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin koppla
COPY --from=build /koppla /koppla
ENV PATH=/koppla/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
USER 10001:10001
WORKDIR /koppla
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=10s --start-period=90s --start-interval=1s --retries=3 \
    CMD ["python", "-IS", "/koppla/ops/image/healthcheck.py"]
ENTRYPOINT ["python", "-m"]
CMD ["koppla", "--help"]
