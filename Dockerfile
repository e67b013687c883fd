# syntax=docker/dockerfile:1
# Leibniz in one image: the program, its weights, its language and its packs.

FROM node:20-bookworm AS build
WORKDIR /app
# onnxruntime-node would otherwise download CUDA files, which nothing here uses.
ENV ONNXRUNTIME_NODE_INSTALL=skip
COPY package.json package-lock.json .npmrc ./
RUN npm install --ignore-scripts
# Native packages are compiled before the sources come in, so that a change of code does not compile them again.
# They are optional: without them exact search and G.711 take their place.
RUN npm rebuild hnswlib-node || echo "optional packages were not compiled"
COPY . .
RUN npm run build && npm prune --omit=dev --ignore-scripts
# onnxruntime-node carries the libraries of every platform; one is enough.
RUN arch="$(node -p process.arch)" \
  && find node_modules/onnxruntime-node/bin -mindepth 3 -maxdepth 3 -type d ! -path "*/linux/$arch" -exec rm -rf {} + \
  && find node_modules/onnxruntime-node/bin -mindepth 2 -maxdepth 2 -type d -empty -delete

FROM node:20-bookworm-slim
WORKDIR /app
ENV NODE_ENV=production DATA_DIR=/data
RUN install -d -o node -g node /data
COPY --from=build /app/package.json /app/LICENSE /app/NOTICE.md ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY --from=build /app/prompts ./prompts
COPY --from=build /app/knowledge_base ./knowledge_base
COPY --from=build /app/locales ./locales
COPY --from=build /app/packs ./packs
COPY --from=build /app/business.yaml /app/guard.yaml /app/intents.yaml /app/lexicon.yaml ./
USER node
VOLUME /data
# SIP, HTTP, RTP and RTCP. Publishing a thousand UDP ports is slow: run with --network host (see docker-compose.yml).
EXPOSE 5060/udp 5060/tcp 8080/tcp 10000-10999/udp
STOPSIGNAL SIGTERM
# The first start creates the database, which takes some seconds.
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "const e=process.env,h=e.HTTP_HOST;fetch(`http://${!h||h==='0.0.0.0'||h==='::'?'127.0.0.1':h}:${e.HTTP_PORT||8080}/ready`).then(r=>process.exit(r.ok?0:1),()=>process.exit(1))"]
ENTRYPOINT ["node", "dist/src/cli/main.js"]
CMD ["serve"]
