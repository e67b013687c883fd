import { ConfigInvalidError, loadConfig, type Environment } from '../../../src/app/config/index.js';

const load = (env: Environment) => loadConfig(env, '/srv/leibniz').llm;

function problemsOf(env: Environment): readonly string[] {
  try {
    load(env);
  } catch (error) {
    if (error instanceof ConfigInvalidError) return error.problems.map(({ message }) => message);
    throw error;
  }
  return [];
}

const SERVER = { LLM_PRIMARY_URL: 'http://127.0.0.1:8000/v1', LLM_MODEL: 'm' };

test('without a word about it there is no model', () =>
  expect(load({})).toMatchObject({ mode: 'off', specs: [] }));

test.each<[string, Environment, object]>([
  ['a server, taken for vLLM', SERVER, { kind: 'openai', profile: 'vllm', model: 'm' }],
  ['Ollama by its port', { ...SERVER, LLM_PRIMARY_URL: 'http://h:11434' }, { profile: 'ollama' }],
  ['OpenAI by its name', { ...SERVER, LLM_PRIMARY_URL: 'https://api.openai.com/v1' }, { profile: 'openai' }],
  [
    'a family that is named',
    { ...SERVER, LLM_PRIMARY_URL: 'llama.cpp+http://h:8080' },
    { profile: 'llama.cpp' },
  ],
  ['Gemini', { LLM_PRIMARY_URL: 'gemini://g-1', GEMINI_API_KEY: 'k' }, { kind: 'gemini', model: 'g-1' }],
  ['Gemini by its key', { MODEL_MODE: 'assist', GEMINI_API_KEY: 'k' }, { kind: 'gemini' }],
  ['Ollama by its address', { OLLAMA_URL: 'http://o:11434', LLM_MODEL: 'm' }, { profile: 'ollama' }],
  [
    'names of other programs',
    { ...SERVER, LLM_MODEL: undefined, FLAN_T5_MODEL_SIZE: 'google/flan-t5-base' },
    { model: 'google/flan-t5-base' },
  ],
])('%s', (_name, env, expected) => expect(load(env).specs[0]).toMatchObject(expected));

test('the second one is asked after the first', () => {
  const { specs } = load({
    ...SERVER,
    USE_BEDROCK: 'true',
    AWS_REGION: 'us-east-1',
    AWS_BEARER_TOKEN_BEDROCK: 't',
    LLM_FALLBACK_MODEL: 'b',
  });
  expect(specs.map(({ kind }) => kind)).toEqual(['openai', 'bedrock']);
});

test.each<[string, Environment, RegExp]>([
  ['a mode without a model', { MODEL_MODE: 'agent' }, /^MODEL_MODE is "agent" although there is no model/],
  [
    'an unknown provider',
    { LLM_PRIMARY_URL: 'claude://x' },
    /^LLM_PRIMARY_URL is "claude:\/\/x": it must be/,
  ],
  ['a key without a provider', { LLM_API_KEY: 'k' }, /^LLM_API_KEY is set although LLM_PRIMARY_URL is not/],
  ['a provider without a key', { LLM_PRIMARY_URL: 'gemini://g' }, /^GEMINI_API_KEY is not set/],
  ['a server without a model', { LLM_PRIMARY_URL: 'http://h/v1' }, /^LLM_MODEL is not set/],
  [
    'two defaults',
    { MODEL_MODE: 'assist', GEMINI_API_KEY: 'k', OLLAMA_URL: 'http://o' },
    /^LLM_PRIMARY_URL is not set although both/,
  ],
  [
    'Bedrock by access keys',
    { ...SERVER, USE_BEDROCK: '1', AWS_ACCESS_KEY_ID: 'x' },
    /^Bedrock needs AWS_REGION/,
  ],
])('%s is one clear sentence', (_name, env, sentence) => {
  expect(problemsOf(env)).toEqual([expect.stringMatching(sentence)]);
});

test('prices and MCP servers', () => {
  const { prices, mcpServers } = load({
    LLM_PRICES: 'a/b:1=0.5/1.5, c=1/2/0.1',
    MCP_SERVERS: 'w=https://t.example.org/mcp',
  });
  expect(prices).toEqual({ 'a/b:1': { input: 0.5, output: 1.5 }, c: { input: 1, output: 2, cached: 0.1 } });
  expect(mcpServers).toEqual({ w: 'https://t.example.org/mcp' });
});
