import { choice, flag, integer, secretText, url, word } from './kinds.js';
import { decimal, modelAddress, modelName, namedServers, prices } from './model-kinds.js';
import { optional, required } from './setting.js';

/** Language models, and what they may do. */
export const LLM_SETTINGS = {
  MODEL_MODE: required(choice(['off', 'assist', 'agent']), 'off', {
    group: 'Language model',
    description:
      'What a language model does in calls. assist: it helps to understand and writes answers from the documents. agent: it also answers free turns and calls tools. Bookings stay with the program in every mode.',
  }),
  LLM_PRIMARY_URL: optional(modelAddress, {
    group: 'Language model',
    description:
      'Language model that is asked first: gemini://MODEL, bedrock://MODEL, or the address of an OpenAI-compatible server, with vllm+, ollama+, llama.cpp+, mistral+, openai+ or plain+ before it where the family cannot be told from it.',
    example: 'http://127.0.0.1:8000/v1',
    secret: 'url',
  }),
  LLM_FALLBACK_URL: optional(modelAddress, {
    group: 'Language model',
    description:
      'Language model that is asked when the first one fails or is slow; after it the documents answer without one.',
    example: 'gemini://gemini-3.8-flash',
    secret: 'url',
  }),
  LLM_MODEL: optional(modelName, {
    group: 'Language model',
    description: 'Name of the model at LLM_PRIMARY_URL.',
    example: 'llama3.1:8b',
  }),
  LLM_FALLBACK_MODEL: optional(modelName, {
    group: 'Language model',
    description: 'Name of the model at LLM_FALLBACK_URL.',
    example: 'llama3.1:8b',
  }),
  LLM_API_KEY: optional(secretText, {
    group: 'Language model',
    description: 'Key of LLM_PRIMARY_URL, where the server wants one.',
    example: 'the key of your account',
    secret: true,
  }),
  LLM_FALLBACK_API_KEY: optional(secretText, {
    group: 'Language model',
    description: 'Key of LLM_FALLBACK_URL, where the server wants one.',
    example: 'the key of your account',
    secret: true,
  }),
  GEMINI_API_KEY: optional(secretText, {
    group: 'Language model',
    description:
      'Key of Gemini, for the language model, the recogniser and the voice. With MODEL_MODE and without LLM_PRIMARY_URL it makes Gemini the first model.',
    example: 'the key of your project',
    secret: true,
  }),
  OLLAMA_URL: optional(url(['http', 'https']), {
    group: 'Language model',
    description: 'Server of Ollama; the first model unless LLM_PRIMARY_URL is set.',
    example: 'http://127.0.0.1:11434',
  }),
  USE_BEDROCK: required(flag, 'false', {
    group: 'Language model',
    description: 'Asks AWS Bedrock when the first model fails; LLM_FALLBACK_URL unset.',
  }),
  AWS_REGION: optional(word, {
    group: 'Language model',
    description: 'Region of Bedrock.',
    example: 'us-east-1',
  }),
  AWS_BEARER_TOKEN_BEDROCK: optional(secretText, {
    group: 'Language model',
    description: 'API key of Bedrock.',
    example: 'the API key of your account',
    secret: true,
  }),
  LLM_MAX_TOKENS: required(integer(1, 100000), '512', {
    group: 'Language model',
    description: 'Longest answer of a model; spoken answers are shorter.',
    unit: 'tokens',
  }),
  LLM_TEMPERATURE: required(decimal(0, 2), '0.7', {
    group: 'Language model',
    description: 'How freely a model chooses its words.',
  }),
  LLM_TOP_P: required(decimal(0, 1), '0.9', {
    group: 'Language model',
    description: 'Share of probable words that a model chooses from.',
  }),
  LLM_CONCURRENCY: required(integer(1, 1000), '8', {
    group: 'Language model',
    description: 'Requests to one provider at once.',
    unit: 'requests',
  }),
  LLM_REQUESTS_PER_MINUTE: required(integer(0, 1000000), '0', {
    group: 'Language model',
    description: 'Requests to one provider in any minute. 0 sets no limit.',
    unit: 'requests',
  }),
  LLM_FIRST_TOKEN_MS: required(integer(50, 60000), '650', {
    group: 'Language model',
    description:
      'Longest wait for the first word of a spoken answer; then the documents answer without the model. Thinking models need more, and callers then hear that they are to wait.',
    unit: 'ms',
  }),
  LLM_TOTAL_MS: required(integer(100, 600000), '8000', {
    group: 'Language model',
    description: 'Longest time of a spoken answer.',
    unit: 'ms',
  }),
  LLM_SPECULATION: required(flag, 'true', {
    group: 'Language model',
    description:
      'Asks the model already while a caller pauses, at most twice a turn: answers come some 400 ms sooner, and requests are lost when the caller goes on.',
  }),
  LLM_CACHE_TTL_S: required(integer(0, 86400), '3600', {
    group: 'Language model',
    description:
      'How long answers are kept by their exact prompt. Prompts with personal data are never kept. 0 keeps none.',
    unit: 's',
  }),
  LLM_PRICES: required(prices, '', {
    group: 'Language model',
    description:
      'What tokens cost, for the accounts: USD for a million of input, of output, and of cached input, by model.',
    example: 'llama3.1:8b=0.05/0.10',
  }),
  ENABLE_TOOLS: required(flag, 'true', {
    group: 'Language model',
    description: 'Whether a model in agent mode may call tools.',
  }),
  SEARCH_WEB_URL: optional(url(['http', 'https']), {
    group: 'Language model',
    description:
      'Search service with JSON answers, such as SearXNG; the tool search_web is offered only with it.',
    example: 'http://127.0.0.1:8888/search',
    secret: 'url',
  }),
  MCP_SERVERS: required(namedServers, '', {
    group: 'Language model',
    description:
      'MCP servers by a name of yours. Only their tools that are marked as reading are offered to a model.',
    example: 'weather=https://tools.example.org/mcp',
  }),
} as const;
