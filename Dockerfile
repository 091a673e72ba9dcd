# syntax=docker/dockerfile:1
FROM node:24-slim AS assets
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY static static
RUN node static/build.mjs

FROM python:3.13-slim
ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /app
COPY requirements.txt .
RUN pip install --require-hashes -r requirements.txt
COPY . .
COPY --from=assets /build/static/dist static/dist
RUN python manage.py messages --compile \
 && python manage.py collectstatic --no-input --verbosity 0 \
 && python -m compileall -q config journal accounts rulebook helpdesk appeals \
 && groupadd --gid 10001 recourse \
 && useradd --uid 10001 --gid 10001 --no-create-home --shell /usr/sbin/nologin recourse
ENV RECOURSE_STAGE=production RECOURSE_STATE=/data/app RECOURSE_POOL=4 HOST=0.0.0.0 PORT=8000
USER 10001:10001
EXPOSE 8000
CMD ["gunicorn", "-c", "python:config.gunicorn", "config.wsgi"]
