import type { ModelContext } from '../../dialog/core/model/types.js';
import { openModel } from '../../dialog/llm/open-model.js';
import { openMcp } from '../../dialog/llm/tools/mcp.js';
import { packTools } from '../../dialog/llm/tools/pack-tools.js';
import { openSearch } from '../../dialog/llm/tools/search-web.js';
import { joinTools, type ToolSource } from '../../dialog/llm/tools/types.js';
import type { LanguageModel } from '../../dialog/llm/types.js';
import type { Pack } from '../../dialog/pack/types.js';
import type { ToolPort } from '../../session/ports.js';
import type { Metrics } from '../../telemetry/index.js';
import { realScheduler } from '../../threads/real-scheduler.js';
import type { Config } from '../config/index.js';
import type { AppLog } from '../log.js';
import type { Role } from './role.js';

/** The language model and its tools. */
export interface LlmPorts {
  /** Absent where none is configured. */
  readonly model: LanguageModel | undefined;
  /** What the dialog knows of it; a new list of tools at each call. */
  context(): ModelContext | undefined;
  /** The tools of the pack and, beside them, those that only a model calls. */
  readonly tools: ToolPort;
}

/** A second model is asked when the first has used up this share of the wait. */
const HEDGE_SHARE = 0.6;
/** Longest pause within a spoken answer, as a share of the wait for its first word. */
const IDLE_SHARE = 2;

/** Starts the access to language models. Nothing is asked of them; a server that is not there is found when it is asked. */
export async function startLlmRole(
  config: Config,
  pack: Pack,
  packTool: ToolPort,
  metrics: Metrics,
  log: AppLog,
): Promise<Role<LlmPorts>> {
  const model = modelOf(config, metrics);
  const isAgent = config.llm.mode === 'agent' && config.llm.tools && model !== undefined;
  const extra = isAgent ? await sourcesOf(config, pack, packTool, log) : joinTools([]);
  const context = (): ModelContext | undefined => contextOf(config, pack, model, extra);
  return {
    ports: { model, context, tools: bothTools(pack, packTool, extra) },
    health: async () => {
      if (model === undefined) return { status: 'healthy', details: { models: [] } };
      const stats = model.stats();
      const working = stats.filter(({ state }) => state === 'ok').length;
      // Calls go on without a model: it is never the program that is down.
      return { status: working === 0 ? 'degraded' : 'healthy', details: { models: stats } };
    },
    stop: async () => {
      await extra.close();
      await model?.close();
    },
  };
}

function modelOf(config: Config, metrics: Metrics): LanguageModel | undefined {
  const { specs, sampling, limits, firstMs, cacheTtlMs, prices } = config.llm;
  if (specs.length === 0) return undefined;
  return openModel({
    specs,
    sampling,
    limits,
    hedgeMs: Math.round(firstMs * HEDGE_SHARE),
    cacheTtlMs,
    prices,
    scheduler: realScheduler,
    observe: ({ provider, outcome, firstMs: first, totalMs, usage, costUsd }) => {
      metrics.increment('llm_requests_total', { provider, outcome });
      if (first !== undefined) metrics.observe('llm_first_token_ms', { provider }, first);
      metrics.observe('llm_request_ms', { provider }, totalMs);
      metrics.increment('llm_tokens_total', { provider, kind: 'input' }, usage.inputTokens);
      metrics.increment('llm_tokens_total', { provider, kind: 'output' }, usage.outputTokens);
      metrics.increment('llm_cost_usd_total', { provider }, costUsd);
    },
  });
}

async function sourcesOf(config: Config, pack: Pack, packTool: ToolPort, log: AppLog): Promise<ToolSource> {
  const named = Object.entries(config.llm.mcpServers).map(([name, url]) => ({ name, url }));
  const onLost = (server: string): void =>
    log.warn({ server }, 'an MCP server does not answer; its tools are not offered');
  const servers = await Promise.all([...pack.mcp, ...named].map((server) => openMcp(server, { onLost })));
  const { searchUrl } = config.llm;
  return joinTools([
    packTools(pack.tools, (name, args) => packTool.call(name, args)),
    ...(searchUrl === undefined ? [] : [openSearch(searchUrl)]),
    ...servers,
  ]);
}

/** A tool of the pack is called as ever; every other name belongs to the model's own. */
const bothTools = (pack: Pack, packTool: ToolPort, extra: ToolSource): ToolPort => ({
  call: (name, args) =>
    Object.hasOwn(pack.tools, name) ? packTool.call(name, args) : extra.call(name, args),
});

function contextOf(
  config: Config,
  pack: Pack,
  model: LanguageModel | undefined,
  extra: ToolSource,
): ModelContext | undefined {
  const { mode, firstMs, totalMs, tools, speculates } = config.llm;
  if (model === undefined || mode === 'off') return undefined;
  const [persona] = Object.values(pack.personas);
  const adapter = model.capabilities.adapters ? persona?.adapter : undefined;
  return {
    mode,
    budget: { firstMs, idleMs: firstMs * IDLE_SHARE, totalMs },
    instructions: pack.instructions,
    description: persona?.description ?? '',
    tools: extra.tools(),
    speculates,
    canCall: tools && model.capabilities.tools,
    ...(adapter === undefined ? {} : { adapter }),
  };
}
